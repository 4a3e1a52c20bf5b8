"""The questions we ask a shop, the same for its database and for our extension there.

Only these can be asked: named columns of one table, simple conditions. Values come back as texts, NULL is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

Row = Mapping[str, str]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OPERATORS = {"=": "=", ">": ">", ">=": ">=", "like": "LIKE", "in": "IN"}


class Condition(msgspec.Struct, frozen=True):
    """column, how it compares, and with what; "in" takes several values, the others one."""

    column: str
    how: str
    values: tuple[str, ...]


class Select(msgspec.Struct, frozen=True):
    """columns: wanted ones, all of which the table must have. where: all must hold. limit: 0 for all rows.

    descending: of the first column of the order.
    """

    table: str
    columns: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    limit: int = 0
    descending: bool = False


class Rows(Protocol):
    """A shop's tables, read-only. All methods raise RetryLater, NeedsOperator or ContractBroken."""

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table that we may read; none when there is no such table."""
        ...

    def select(self, query: Select) -> list[Row]: ...

    def stream(self, query: Select) -> Iterator[Row]:
        """Rows one after the other, for lists that may be long."""
        ...

    def snapshot(self) -> AbstractContextManager[bool]:
        """Everything read inside belongs to one moment; False where the shop cannot do that."""
        ...

    def now(self) -> str:
        """The server's clock, UTC, "YYYY-MM-DD HH:MM:SS"."""
        ...

    def has_index(self, table: str, column: str) -> bool: ...

    def close(self) -> None: ...


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def sql(query: Select, prefix: str) -> tuple[str, list[str]]:
    """The statement and its values. Names are ours, values travel apart from the statement."""
    names = (query.table, *query.columns, *(c.column for c in query.where), *query.order)
    assert all(is_name(name) for name in names), names
    values: list[str] = []
    parts = []
    for condition in query.where:
        how = _OPERATORS[condition.how]
        marks = ",".join(["%s"] * len(condition.values))
        parts.append(f"`{condition.column}` {how} " + (f"({marks})" if condition.how == "in" else marks))
        values += condition.values
    text = f"SELECT {', '.join(f'`{c}`' for c in query.columns)} FROM `{prefix}{query.table}`"
    if parts:
        text += f" WHERE {' AND '.join(parts)}"
    if query.order:
        first, *others = [f"`{column}`" for column in query.order]
        text += f" ORDER BY {', '.join([first + (' DESC' if query.descending else ''), *others])}"
    if query.limit:
        text += f" LIMIT {query.limit:d}"
    return text, values
