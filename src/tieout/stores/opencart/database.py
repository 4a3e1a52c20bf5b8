"""A shop's database, read-only, through MySQL's own protocol."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pymysql
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater
from tieout.stores.opencart.query import Row, Select, is_prefix, sql

#: Seconds until a server that does not answer is given up.
CONNECT_SECONDS_MAX = 10
READ_SECONDS_MAX = 120
#: MySQL's numbers of refusals that only a person can mend: login, rights, unknown database.
_REFUSED = {1044, 1045, 1049, 1095, 1142, 1143, 1227, 1370, 1698, 2054, 2059, 4151}
#: No such table, no such column: the shop was changed under our hands.
_CHANGED = {1054, 1146}

#: Without decoders every value stays the text that the server sent: no amount is ever a float.
_ENCODERS: dict[Any, Any] = dict(encoders.items())

RIGHT_MISSING = "store_right_missing"
ACCESS_REFUSED = "store_access_refused"


class DatabaseSettings(msgspec.Struct, frozen=True):
    """tls: "verify" (certificate and name are checked), "on" (encrypted only) or "off"."""

    host: str
    user: str
    password: str
    database: str
    port: int = 3306
    socket: str = ""
    prefix: str = "oc_"
    tls: str = "verify"
    tls_ca: str = ""


class Database:
    """Implements `query.Rows`. Connects when first asked; a lost connection is made anew at the next question."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._connection: Any = None
        self._columns: dict[str, frozenset[str]] = {}
        self._transactional: bool | None = None

    def columns(self, table: str) -> frozenset[str]:
        if table not in self._columns:
            found = self._ask(
                "SELECT column_name AS name FROM information_schema.columns"
                " WHERE table_schema=DATABASE() AND table_name=%s",
                [self._settings.prefix + table],
            )
            self._columns[table] = frozenset(row["name"].lower() for row in found)
        return self._columns[table]

    def select(self, query: Select) -> list[Row]:
        return list(self._ask(*sql(query, self._settings.prefix)))

    def stream(self, query: Select) -> Iterator[Row]:
        yield from self._rows(*sql(query, self._settings.prefix))

    @contextmanager
    def snapshot(self) -> Iterator[bool]:
        """A consistent read where the order tables know transactions (4.x); 3.x keeps them in MyISAM."""
        if not self._is_transactional():
            yield False
            return
        self._execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        try:
            yield True
        finally:
            with suppress(pymysql.MySQLError):
                self._open().rollback()

    def now(self) -> str:
        return self._ask("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-%%d %%H:%%i:%%s') AS now", [])[0]["now"]

    def has_index(self, table: str, column: str) -> bool:
        found = self._ask(
            "SELECT 1 AS one FROM information_schema.statistics"
            " WHERE table_schema=DATABASE() AND table_name=%s AND column_name=%s AND seq_in_index=1",
            [self._settings.prefix + table, column],
        )
        return bool(found)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(pymysql.MySQLError):
                self._connection.close()
            self._connection = None

    def _is_transactional(self) -> bool:
        if self._transactional is None:
            names = [f"{self._settings.prefix}{name}" for name in ("order", "order_product", "order_total")]
            found = self._ask(
                "SELECT engine AS engine FROM information_schema.tables"
                " WHERE table_schema=DATABASE() AND table_name IN (%s,%s,%s)",
                names,
            )
            self._transactional = bool(found) and all(row.get("engine") == "InnoDB" for row in found)
        return self._transactional

    def _ask(self, text: str, values: list[str]) -> list[dict[str, str]]:
        return list(self._rows(text, values))

    def _rows(self, text: str, values: list[str]) -> Iterator[dict[str, str]]:
        """Rows as the server sends them, never all in its client's memory twice."""
        try:
            with self._open().cursor(SSCursor) as cursor:
                # PyMySQL reads %% as % only where values are given; we always give them.
                cursor.execute(text, values or ())
                names = [column[0] for column in cursor.description]
                for row in cursor:
                    yield {name: _text(value) for name, value in zip(names, row, strict=True) if value is not None}
        except (pymysql.MySQLError, OSError) as error:
            self.close()
            raise _told(error) from error

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
    if number in (1142, 1143, 1370):
        return NeedsOperator(
            f"The database user may not read what we need: {sentence}. Grant it SELECT as the guide shows.",
            code=RIGHT_MISSING,
            scope="connection",
        )
    if number in _REFUSED:
        return NeedsOperator(
            f"The shop's database refuses the connection: {sentence}. Check user, password, database and TLS.",
            code=ACCESS_REFUSED,
            scope="connection",
        )
    if number in _CHANGED:
        return ContractBroken(f"The shop's tables are not as expected: {sentence}. Check the table prefix.")
    return RetryLater(f"The shop's database cannot be read at present: {sentence}", scope="connection")


def database_settings(settings: Mapping[str, str]) -> DatabaseSettings:
    """From a connection's settings. Raises ConfigurationWrong naming what is missing."""
    prefix = settings.get("prefix", "oc_").strip()
    if not is_prefix(prefix):
        raise ConfigurationWrong("prefix", f"{prefix[:40]!r} is no table prefix; it looks like oc_.")
    port = settings.get("port", "").strip() or "3306"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationWrong("port", f"{port[:20]!r} is no port; MySQL usually answers at 3306.")
    tls = settings.get("tls") or "verify"
    if tls not in ("verify", "on", "off"):
        raise ConfigurationWrong("tls", f"TLS is {tls[:20]!r}; it must be verify, on or off.")
    for name, example in (("database", "shop"), ("user", "tieout")):
        if not settings.get(name, "").strip():
            raise ConfigurationWrong(name, f"The {name} of the shop's database is missing, for example {example}.")
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
