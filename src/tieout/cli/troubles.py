"""What a disk or a database refused, as one sentence for the operator."""

from __future__ import annotations

import errno
import sqlite3

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_FORBIDDEN = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))

#: What a database says (part of it, lower case) → what it means for the operator.
_DATABASE_WORDS = (
    ("readonly database", "The database cannot be written. Look at the rights of the data folder and its disk."),
    ("unable to open database file", "The database cannot be opened. Look at the rights of the data folder."),
    ("database or disk is full", "The disk is full. Nothing was changed; make room and start again."),
    ("disk i/o error", "The disk failed while the database was used. Look at the system's log and make a backup."),
    ("database is locked", "Another process holds the database. Wait until it has ended, or end it."),
    ("file is not a database", "The database file is damaged or none at all. Restore a backup: tieout restore FILE"),
    ("malformed", "The database file is damaged. Restore a backup: tieout restore FILE"),
)


def sentence(error: BaseException) -> str | None:
    """The sentence for an error of disk or database, None for everything else (that is our own mistake)."""
    if isinstance(error, OSError):
        return _of_system(error)
    if _is_of_database(error):
        return _of_database(error)
    return None


def _of_system(error: OSError) -> str | None:
    where = error.filename or "the disk"
    if error.errno in _FULL:
        return f"The disk is full: {where} cannot be written. Make room and start again."
    if error.errno in _FORBIDDEN:
        return f"{where} cannot be used: {error.strerror}. It must belong to the user who runs Tieout."
    return f"{error.filename} cannot be used: {error.strerror}." if error.filename else None


def _is_of_database(error: BaseException) -> bool:
    from django.db import InterfaceError, OperationalError

    # Damage is a DatabaseError of SQLite that Django hands on as its own; its cause tells.
    return isinstance(error, OperationalError | InterfaceError | sqlite3.DatabaseError) or isinstance(
        error.__cause__, sqlite3.DatabaseError
    )


def _of_database(error: BaseException) -> str | None:
    text = str(error).strip()
    folded = text.casefold()
    for words, meaning in _DATABASE_WORDS:
        if words in folded:
            return meaning
    if isinstance(error.__cause__, sqlite3.Error) or isinstance(error, sqlite3.Error):
        return None
    first = text.splitlines()[0] if text else "no reason given"
    return f"The database cannot be reached: {first}"
