"""Writes the reference pages that are made from the code: `python tests/docs/reference_pages.py`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import django

from tieout.cli.main import VERBS, cli
from tieout.rules.catalogue import ENTRIES, Code

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"

_COMMANDS_HEAD = """# Commands

<!-- Made from the code by scripts/reference; edit the help texts there. -->

Every verb has `--help`. It ends with 0 when it did what was asked, with 1 when it found problems (something is held,
a difference, a store that could not be read), with 2 when it was used or configured wrongly; one sentence on standard
error then says why. With `--json` exactly one JSON object goes to standard output; amounts are texts, times are
ISO 8601 in UTC.
"""

_CODES_HEAD = """# Codes of held and skipped documents

<!-- Made from the code by scripts/reference; edit src/tieout/rules/catalogue.py. -->

This list is closed: `tieout demo --once --json`, the queue, the log and the Problems screen use these codes and no
others, and a code never changes its meaning. *Where* names the screen on which it is mended.
"""

_DECISIONS_HEAD = """# Decisions

<!-- Made from the records by scripts/reference. -->

Why things are as they are. A record is never rewritten; a later one supersedes it.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """All commands with their full names, groups after their members' parent, hidden ones left out."""
    context = click.Context(cli)
    for verb in sorted(VERBS):
        command = cli.get_command(context, verb)
        assert command is not None
        yield from _below(f"tieout {verb}", command)


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for part in sorted(command.commands):
            yield from _below(f"{name} {part}", command.commands[part])


def commands_page() -> str:
    parts = [_COMMANDS_HEAD]
    for name, command in commands():
        parts.append(f"{'##' if name.count(' ') == 1 else '###'} {name}\n\n{_help(command)}\n")
        if not isinstance(command, click.Group):
            parts.append(_usage(name, command))
    return "\n".join(parts)


def _help(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(_escaped(" ".join(one.split())) for one in paragraphs)


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    words = " ".join([name, *command.collect_usage_pieces(context)])
    text = f"```text\n{words}\n```\n"
    rows = [_option(option) for option in command.params if isinstance(option, click.Option) and not option.hidden]
    if rows:
        text += "\n| option | default | does |\n| --- | --- | --- |\n" + "".join(rows)
    example = (command.epilog or "").removeprefix("Example: ")
    return text + (f"\n```sh\n{example}\n```\n" if example else "")


def _option(option: click.Option) -> str:
    written = ", ".join(f"`{name}`" for name in option.opts)
    if not option.is_flag:
        metavar = option.make_metavar(click.Context(click.Command("x"))).replace("|", r"\|")
        written += f" {_escaped(metavar)}"
    default = option.default if isinstance(option.default, str | int) and not option.is_flag else None
    shown = "required" if option.required else "" if default in (None, "") else f"`{default}`"
    return f"| {written} | {shown} | {_escaped(option.help or '')} |\n"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def codes_page() -> str:
    parts = [_CODES_HEAD, "| code | what happened | why, and what to do | where |\n| --- | --- | --- | --- |"]
    parts += [
        f"| `{code.value}` | {ENTRIES[code].title} | {_escaped(ENTRIES[code].help)} | {ENTRIES[code].button} |"
        for code in Code
    ]
    return "\n".join(parts) + "\n"


def decisions_page() -> str:
    """All decision records with their titles."""
    parts = [_DECISIONS_HEAD]
    for record in sorted((DOCS / "decisions").glob("[0-9]*.md"))[1:]:
        title = record.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        parts.append(f"* [{title}]({record.name})")
    return "\n".join(parts) + "\n"


def openapi_page() -> str:
    """The description that /api/openapi.json serves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
    django.setup()
    from tieout.web.api.description import description

    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


PAGES = {
    "reference/openapi.json": openapi_page,
    "reference/commands.md": commands_page,
    "reference/codes.md": codes_page,
    "decisions/index.md": decisions_page,
}


def main() -> None:
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
