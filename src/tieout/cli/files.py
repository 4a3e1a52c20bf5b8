"""Text files that a command was given."""

from __future__ import annotations

from pathlib import Path

import click


def text_of(path: Path) -> str:
    """What the file says. Raises UsageError when it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is not text (UTF-8).") from error
