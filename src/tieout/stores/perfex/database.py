"""The CRM's database, read-only, through MySQL's own protocol: rows of named tables and columns, all as texts."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pymysql
from pymysql.converters import encoders

from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater
from tieout.stores.perfex.client import ACCESS_REFUSED, RIGHT_MISSING

#: Seconds until a server that does not answer is given up.
CONNECT_SECONDS_MAX = 10
READ_SECONDS_MAX = 120
#: Refusals that only a person can mend: login, rights, unknown database.
_REFUSED = {1044, 1045, 1049, 1095, 1227, 1698, 2054, 2059, 4151}
_RIGHTS = {1142, 1143, 1370}
_CHANGED = {1054, 1146}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PREFIX = re.compile(r"[A-Za-z0-9_$]{0,32}")
#: Without decoders every value stays the text that the server sent: no amount is ever a float.
_ENCODERS: dict[Any, Any] = dict(encoders.items())


class DatabaseSettings(msgspec.Struct, frozen=True):
    """tls: "verify" (certificate and name are checked), "on" (encrypted only) or "off"."""

    host: str
    user: str
    password: str
    database: str
    port: int = 3306
    socket: str = ""
    prefix: str = "tbl"
    tls: str = "verify"
    tls_ca: str = ""


class Database:
    """Connects when first asked; a lost connection is made anew at the next question."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._connection: Any = None
        self._columns: dict[str, frozenset[str]] = {}

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table that we may read; none when there is no such table."""
        if table not in self._columns:
            found = self.ask(
                "SELECT column_name AS name FROM information_schema.columns"
                " WHERE table_schema=DATABASE() AND table_name=%s",
                [self._settings.prefix + table],
            )
            self._columns[table] = frozenset(row["name"].lower() for row in found)
        return self._columns[table]

    def place(self, table: str) -> str:
        """A table's quoted name. Only our own names come here."""
        assert _NAME.fullmatch(table), table
        return f"`{self._settings.prefix}{table}`"

    def rows(
        self, table: str, columns: Sequence[str], column: str = "", ids: Sequence[int] = ()
    ) -> list[dict[str, str]]:
        """Those of the columns that a table has, in order of the first two; where `column` is one of `ids`, when one
        is named."""
        there = self.columns(table)
        names = [name for name in columns if name in there]
        if not names or (column and (column not in there or not ids)):
            return []
        assert all(_NAME.fullmatch(name) for name in (*names, *([column] if column else ())))
        text = f"SELECT {', '.join(f'`{name}`' for name in names)} FROM {self.place(table)}"
        if column:
            text += f" WHERE `{column}` IN ({','.join(['%s'] * len(ids))})"
        text += f" ORDER BY {', '.join(f'`{name}`' for name in names[:2])}"
        return self.ask(text, [str(identity) for identity in ids])

    def ask(self, text: str, values: Sequence[str] = ()) -> list[dict[str, str]]:
        """Rows of a statement of ours; NULL is left out. Raises RetryLater, NeedsOperator, ContractBroken."""
        try:
            with self._open().cursor() as cursor:
                cursor.execute(text, list(values) or None)
                names = [column[0] for column in cursor.description]
                return [
                    {name: _text(value) for name, value in zip(names, row, strict=True) if value is not None}
                    for row in cursor.fetchall()
                ]
        except (pymysql.MySQLError, OSError) as error:
            self.close()
            raise _told(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside belongs to one moment."""
        self._execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        try:
            yield
        finally:
            if self._connection is not None:
                with suppress(pymysql.MySQLError):
                    self._connection.rollback()

    def close(self) -> None:
        if self._connection is not None:
            with suppress(pymysql.MySQLError):
                self._connection.close()
            self._connection = None

    def _execute(self, text: str) -> None:
        try:
            with self._open().cursor() as cursor:
                cursor.execute(text)
        except (pymysql.MySQLError, OSError) as error:
            self.close()
            raise _told(error) from error

    def _open(self) -> Any:
        if self._connection is None:
            settings = self._settings
            self._connection = pymysql.connect(
                host=settings.host or "localhost",
                port=settings.port,
                unix_socket=settings.socket or None,
                user=settings.user,
                password=settings.password,
                database=settings.database,
                charset="utf8mb4",
                conv=_ENCODERS,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS_MAX,
                read_timeout=READ_SECONDS_MAX,
                ssl=_tls(settings),
                init_command="SET SESSION TRANSACTION READ ONLY",
            )
        return self._connection


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _tls(settings: DatabaseSettings) -> ssl.SSLContext | None:
    if settings.socket or settings.tls == "off":
        return None
    context = ssl.create_default_context(cafile=settings.tls_ca or None)
    if settings.tls != "verify":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _told(error: Exception) -> Exception:
    """MySQL's refusals in our words. Its own sentences name users and tables, never secrets."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    sentence = str(error.args[1])[:300] if len(error.args) > 1 else str(error)[:300]
    if number in _RIGHTS:
        return NeedsOperator(
            f"The database user may not read what we need: {sentence}. Grant it SELECT as the guide shows.",
            code=RIGHT_MISSING,
            scope="connection",
        )
    if number in _REFUSED:
        return NeedsOperator(
            f"The CRM's database refuses the connection: {sentence}. Check user, password, database and TLS.",
            code=ACCESS_REFUSED,
            scope="connection",
        )
    if number in _CHANGED:
        return ContractBroken(f"The CRM's tables are not as expected: {sentence}. Check the table prefix.")
    return RetryLater(f"The CRM's database cannot be read at present: {sentence}", scope="connection")


def database_settings(settings: Mapping[str, str]) -> DatabaseSettings:
    """From a connection's settings. Raises ConfigurationWrong naming what is missing."""
    prefix = settings.get("prefix", "").strip() or "tbl"
    if not _PREFIX.fullmatch(prefix):
        raise ConfigurationWrong("prefix", f"{prefix[:40]!r} is no table prefix; it looks like tbl.")
    port = settings.get("port", "").strip() or "3306"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationWrong("port", f"{port[:20]!r} is no port; MySQL usually answers at 3306.")
    tls = settings.get("tls") or "verify"
    if tls not in ("verify", "on", "off"):
        raise ConfigurationWrong("tls", f"TLS is {tls[:20]!r}; it must be verify, on or off.")
    for name, example in (("database", "crm"), ("user", "tieout")):
        if not settings.get(name, "").strip():
            raise ConfigurationWrong(name, f"The {name} of the CRM's database is missing, for example {example}.")
    host, socket = settings.get("host", "").strip(), settings.get("socket", "").strip()
    if not host and not socket:
        raise ConfigurationWrong("host", "Say the database's host, for example db.example.com, or its socket.")
    return DatabaseSettings(
        host=host,
        port=int(port),
        socket=socket,
        user=settings["user"].strip(),
        password=settings.get("password", ""),
        database=settings["database"].strip(),
        prefix=prefix,
        tls=tls,
        tls_ca=settings.get("tls_ca", "").strip(),
    )
