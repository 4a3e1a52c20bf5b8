"""A store's MySQL or MariaDB database, read-only: rows of named columns, all values as the server's texts.

What differs between stores is which tables are asked for; that is theirs. Raises RetryLater, NeedsOperator and
ContractBroken as the readers of stores do.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pymysql
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater
from tieout.stores.refusals import ACCESS_REFUSED, RIGHT_MISSING
from tieout.stores.values import SettingField, SettingKind

#: Seconds until a server that does not answer is given up.
CONNECT_SECONDS_MAX = 10
READ_SECONDS_MAX = 120
#: MySQL's numbers of refusals that only a person can mend: login, unknown database; and missing rights.
_REFUSED = {1044, 1045, 1049, 1095, 1227, 1698, 2054, 2059, 4151}
_RIGHTS = {1142, 1143, 1370}
#: No such table, no such column: the store was changed under our hands.
_CHANGED = {1054, 1146}
_PREFIX = re.compile(r"[A-Za-z0-9_$]{0,32}")

#: Without decoders every value stays the text that the server sent: no amount is ever a float.
_ENCODERS: dict[Any, Any] = dict(encoders.items())

TextRow = dict[str, str]


class System(msgspec.Struct, frozen=True):
    """What a kind of store calls itself in sentences, its usual table prefix, and where that stands."""

    name: str
    prefix: str
    prefix_help: str


class DatabaseSettings(msgspec.Struct, frozen=True):
    """tls: "verify" (certificate and name are checked), "on" (encrypted only) or "off"."""

    host: str
    user: str
    password: str
    database: str
    port: int = 3306
    socket: str = ""
    prefix: str = ""
    tls: str = "verify"
    tls_ca: str = ""


class MySql:
    """Connects when first asked; a lost connection is made anew at the next question."""

    def __init__(self, system: System, settings: DatabaseSettings) -> None:
        self._system = system
        self._settings = settings
        self._connection: Any = None
        self._columns: dict[str, frozenset[str]] = {}

    @property
    def prefix(self) -> str:
        return self._settings.prefix

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table (named without the prefix) that we may read; none when there is no such table."""
        if table not in self._columns:
            found = self.ask(
                "SELECT column_name AS name FROM information_schema.columns"
                " WHERE table_schema=DATABASE() AND table_name=%s",
                [self.prefix + table],
            )
            self._columns[table] = frozenset(row["name"].lower() for row in found)
        return self._columns[table]

    def ask(self, text: str, values: Sequence[str] = ()) -> list[TextRow]:
        """Rows of a statement of ours; NULL is left out. %% is a percent sign."""
        return list(self.stream(text, values))

    def stream(self, text: str, values: Sequence[str] = ()) -> Iterator[TextRow]:
        """Rows as the server sends them, never all in its client's memory twice."""
        try:
            with self._open().cursor(SSCursor) as cursor:
                # PyMySQL reads %% as % only where values are given; we always give them.
                cursor.execute(text, list(values))
                names = [column[0] for column in cursor.description]
                for row in cursor:
                    yield {name: _text(value) for name, value in zip(names, row, strict=True) if value is not None}
        except (pymysql.MySQLError, OSError) as error:
            self.close()
            raise self._told(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside belongs to one moment, where the tables know transactions."""
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
            raise self._told(error) from error

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

    def _told(self, error: Exception) -> Exception:
        """MySQL's refusals in our words. Its own sentences name users and tables, never secrets."""
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        sentence = str(error.args[1])[:300] if len(error.args) > 1 else str(error)[:300]
        of = f"The {self._system.name}'s"
        if number in _RIGHTS:
            return NeedsOperator(
                f"The database user may not read what we need: {sentence}. Grant it SELECT as the guide shows.",
                code=RIGHT_MISSING,
                scope="connection",
            )
        if number in _REFUSED:
            return NeedsOperator(
                f"{of} database refuses the connection: {sentence}. Check user, password, database and TLS.",
                code=ACCESS_REFUSED,
                scope="connection",
            )
        if number in _CHANGED:
            return ContractBroken(f"{of} tables are not as expected: {sentence}. Check the table prefix.")
        return RetryLater(f"{of} database cannot be read at present: {sentence}", scope="connection")


def is_prefix(text: str) -> bool:
    return _PREFIX.fullmatch(text) is not None


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


def database_settings(system: System, settings: Mapping[str, str]) -> DatabaseSettings:
    """From a connection's settings. Raises ConfigurationWrong naming what is missing."""
    prefix = settings.get("prefix", system.prefix).strip()
    if not is_prefix(prefix):
        raise ConfigurationWrong("prefix", f"{prefix[:40]!r} is no table prefix; it looks like {system.prefix}.")
    port = settings.get("port", "").strip() or "3306"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationWrong("port", f"{port[:20]!r} is no port; MySQL usually answers at 3306.")
    tls = settings.get("tls") or "verify"
    if tls not in ("verify", "on", "off"):
        raise ConfigurationWrong("tls", f"TLS is {tls[:20]!r}; it must be verify, on or off.")
    for name, example in (("database", system.name.lower()), ("user", "tieout")):
        if not settings.get(name, "").strip():
            raise ConfigurationWrong(
                name, f"The {name} of the {system.name}'s database is missing, for example {example}."
            )
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


def database_fields(system: System) -> tuple[SettingField, ...]:
    """What a connection's form asks for about the database."""
    return (
        SettingField(
            name="host",
            label="Database host",
            help="For reading from the database.",
            kind=SettingKind.TEXT,
            example="db.example.com",
        ),
        SettingField(name="port", label="Database port", help="", kind=SettingKind.NUMBER, default="3306"),
        SettingField(
            name="socket",
            label="Database socket",
            help=f"Instead of host and port, when the {system.name} runs on this machine.",
            kind=SettingKind.TEXT,
            example="/run/mysqld/mysqld.sock",
        ),
        SettingField(
            name="database", label="Database name", help="", kind=SettingKind.TEXT, example=system.name.lower()
        ),
        SettingField(
            name="user",
            label="Database user",
            help="One that may only read; the guide has the statements that make it.",
            kind=SettingKind.TEXT,
            example="tieout",
        ),
        SettingField(name="password", label="Database password", help="", kind=SettingKind.TEXT, secret=True),
        SettingField(
            name="prefix",
            label="Table prefix",
            help=system.prefix_help,
            kind=SettingKind.TEXT,
            default=system.prefix,
        ),
        SettingField(
            name="tls",
            label="Encryption to the database",
            help="Without it only on this machine or inside a tunnel.",
            kind=SettingKind.CHOICE,
            choices=(("verify", "TLS, certificate checked"), ("on", "TLS, any certificate"), ("off", "None")),
            default="verify",
        ),
        SettingField(
            name="tls_ca",
            label="Certificate authority",
            help="File with the authority that signed the database's certificate, when it is your own.",
            kind=SettingKind.TEXT,
        ),
    )
