"""The database of Tieout itself, from one address: SQLite in the data folder, or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tieout.config import environment

NAME = "TIEOUT_DATABASE_URL"
EXAMPLE = "postgresql://tieout:secret@db.example:5432/tieout"

#: Seconds a writer waits for another one on SQLite before it gives up.
BUSY_SECONDS = 30

# WAL itself is set once, when the file is made (see tieout.records); these hold per database connection.
_SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
)

_POSTGRESQL_OPTIONS = frozenset(
    ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "options")
)


def database(home: Path) -> dict[str, Any]:
    """Django's description of the database. Raises ConfigurationWrong with an example."""
    address = environment.text(NAME, "", example=EXAMPLE)
    if not address:
        return sqlite(home / "tieout.sqlite3")
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)
        if parts.netloc or not path.startswith("/") or path == "/":
            raise environment.wrong(NAME, "names no file", "sqlite:////var/lib/tieout/tieout.sqlite3")
        return sqlite(Path("/" + path.lstrip("/")))
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(address)
    raise environment.wrong(
        NAME, f"begins with {parts.scheme or 'no scheme'}:, known are sqlite: and postgresql:", EXAMPLE
    )


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            # A transaction that begins by reading and then writes would fail at once when another one wrote
            # in between; taking the write lock at the start makes it wait instead.
            "transaction_mode": "IMMEDIATE",
            "init_command": _SQLITE_PRAGMAS,
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError as error:
        raise environment.wrong(NAME, "has a port that is not a number", EXAMPLE) from error
    options = dict(parse_qsl(parts.query))
    unknown = sorted(set(options) - _POSTGRESQL_OPTIONS - {"host"})
    if unknown:
        raise environment.wrong(NAME, f"has an option that is not known: {unknown[0]}", EXAMPLE + "?sslmode=require")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise environment.wrong(NAME, "names no database", EXAMPLE)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
