"""Copies of a running SQLite database: taken page by page by SQLite itself, then checked."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from tieout.errors import TieoutError

_PAGES_AT_ONCE = 2_000
_PAUSE_SECONDS = 0.02


class BackupBroken(TieoutError):
    """A copy is not a whole, sound database of Tieout."""


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use; the target appears whole or not at all. Raises BackupBroken."""
    beside = target.with_name(target.name + ".unfinished")
    beside.unlink(missing_ok=True)
    reader, writer = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(beside)
    try:
        reader.backup(writer, pages=_PAGES_AT_ONCE, sleep=_PAUSE_SECONDS)
        writer.execute("PRAGMA journal_mode=DELETE")
    finally:
        writer.close()
        reader.close()
    beside.chmod(0o600)
    check_database(beside)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(target)


def dated(file: Path, why: str, moment: datetime) -> Path:
    """Name of a copy beside `file`, after why and when (UTC) it is taken."""
    return file.with_suffix(f".{why}-{moment:%Y%m%d-%H%M%S}{file.suffix}")


def keep_newest(file: Path, why: str, count: int) -> list[Path]:
    """Delete the oldest copies of this kind until `count` are left. Returns what was deleted."""
    copies = sorted(file.parent.glob(f"{file.stem}.{why}-????????-??????{file.suffix}"))
    for old in copies[:-count]:
        old.unlink()
    return copies[:-count]


def check_database(file: Path) -> None:
    """Raises BackupBroken unless the file is a sound database with Tieout's tables."""
    try:
        reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            verdict = reader.execute("PRAGMA integrity_check(1)").fetchone()[0]
            tables = {row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        finally:
            reader.close()
    except sqlite3.DatabaseError as error:
        raise BackupBroken(f"{file} is not a sound database: {error}") from error
    if verdict != "ok":
        raise BackupBroken(f"{file} is damaged: {verdict}")
    if not {"posting", "document", "django_migrations"} <= tables:
        raise BackupBroken(f"{file} is not a database of Tieout: it lacks its tables")
