"""A thin layer over one database connection: times, lists, many rows at once, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connections, transaction

from tieout.errors import RetryLater
from tieout.ports import Bell

#: Parameters in one statement; SQLite allows 32,766, PostgreSQL 65,535.
_IN_LIST_MAX = 2_000

#: PostgreSQL's codes for a transaction that was ended in favour of another: serialization failure, deadlock.
_TAKEN_BACK = frozenset(("40001", "40P01"))
_TRIES, _PAUSE_SECONDS = 5, 0.05

Row = tuple[Any, ...]
_P = ParamSpec("_P")
_T = TypeVar("_T")


def persistent(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """For methods that are one transaction: done again when the database took it back, a few times."""

    @wraps(method)
    def persisting(*given: _P.args, **named: _P.kwargs) -> _T:
        for tries in range(1, _TRIES):
            try:
                return method(*given, **named)
            except RetryLater as error:
                if error.scope != "lock":
                    raise
                time.sleep(_PAUSE_SECONDS * tries * (0.5 + random.random()))
        return method(*given, **named)

    return persisting


class Database:
    """Statements on one of Django's databases, in the calling thread's connection."""

    def __init__(self, alias: str = "default", bell: Bell | None = None) -> None:
        self.alias = alias
        self._bell = bell

    def ring_bell(self, organisations: Iterable[int]) -> None:
        """Tell workers elsewhere, where there is a bell; they look at the tables sooner."""
        if self._bell is not None:
            self._bell.ring(organisations)

    @cached_property
    def is_postgresql(self) -> bool:
        # Asked for every row that is written.
        return connections[self.alias].vendor == "postgresql"

    @property
    def skip_locked(self) -> str:
        """Suffix of a SELECT that takes rows nobody else works on; SQLite has one writer anyway."""
        return " FOR NO KEY UPDATE SKIP LOCKED" if self.is_postgresql else ""

    @property
    def locked(self) -> str:
        """Suffix of a SELECT whose rows must not change until the transaction ends.

        NO KEY, because a plain FOR UPDATE also waits for foreign key checks: those are made at the commit of a
        transaction that changed a posting twice, and then it and the one that holds the call wait for each other.
        """
        return " FOR NO KEY UPDATE" if self.is_postgresql else ""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction; steps do not nest."""
        assert not connections[self.alias].in_atomic_block or _in_test(self.alias), "a transaction is open already"
        try:
            with transaction.atomic(using=self.alias):
                yield
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _TAKEN_BACK:
                raise
            raise RetryLater(
                "The database took this change back in favour of another one; it is made again.",
                scope="lock",
                after_seconds=1,
            ) from error

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(statement, self._adapted(parameters))
            found: list[Row] = cursor.fetchall()
            return found

    def row(self, statement: str, parameters: Sequence[Any] = ()) -> Row | None:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(statement, self._adapted(parameters))
            found: Row | None = cursor.fetchone()
            return found

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Execute; how many rows were changed."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(statement, self._adapted(parameters))
            return int(cursor.rowcount)

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for many rows."""
        adapted = [self._adapted(row) for row in rows]
        if adapted:
            with connections[self.alias].cursor() as cursor:
                cursor.executemany(statement, adapted)

    def rows_in(
        self, statement: str, before: Sequence[Any], values: Iterable[Any], after: Sequence[Any] = ()
    ) -> list[Row]:
        """Rows of a SELECT with `IN (@)`, for any number of values."""
        found: list[Row] = []
        for part in parts(values):
            found += self.rows(statement.replace("@", placeholders(part)), [*before, *part, *after])
        return found

    def run_in(self, statement: str, before: Sequence[Any], values: Iterable[Any], after: Sequence[Any] = ()) -> int:
        """Execute a statement with `IN (@)`, for any number of values."""
        return sum(
            self.run(statement.replace("@", placeholders(part)), [*before, *part, *after]) for part in parts(values)
        )

    def _adapted(self, parameters: Sequence[Any]) -> Sequence[Any]:
        if self.is_postgresql:
            return parameters
        return [_sqlite_time(value) if isinstance(value, date) else value for value in parameters]


def parts(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Bounded slices of a list of values; nothing for an empty one."""
    listed = list(values)
    for start in range(0, len(listed), _IN_LIST_MAX):
        yield listed[start : start + _IN_LIST_MAX]


def placeholders(values: Sequence[Any]) -> str:
    return ",".join(["%s"] * len(values))


@lru_cache(maxsize=4_096)
def _sqlite_time(value: date) -> str:
    """As Django writes times and dates on SQLite: UTC without a zone."""
    if isinstance(value, datetime):
        assert value.tzinfo is not None, "times carry their zone"
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.isoformat()


def time_of(value: Any) -> datetime:
    """A time as the database returns it, in UTC with its zone."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    assert isinstance(value, datetime)
    # Django's converters of SQLite give times without a zone to statements of our own.
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def text(value: str, length_max: int = 4_000) -> str:
    """Text as every database takes it: no NUL, cut to the column's length."""
    return value.replace("\0", "")[:length_max]


def optional_time(value: Any) -> datetime | None:
    return None if value is None else time_of(value)


def optional_date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _in_test(alias: str) -> bool:
    """Test frameworks wrap a test in a transaction of their own, which is then a savepoint's parent."""
    return any(getattr(block, "_from_testcase", False) for block in connections[alias].atomic_blocks)
