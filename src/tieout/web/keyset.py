"""Pages by key: as quick at the last of two thousand pages as at the first.

A page is asked for by a signed cursor that names the value and the id of the row it follows or precedes. The
sort column must never be null, and (column, id) must have an index.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

M = TypeVar("M", bound=Model)

#: Counting stops here: "10,000+" tells as much as the exact number and never scans a long table.
COUNT_MAX = 10_000


class Sort(msgspec.Struct, frozen=True):
    """An order of rows: the model's column, and whether it runs downwards; the id breaks ties the same way."""

    name: str
    column: str
    descending: bool

    @property
    def order(self) -> tuple[str, str]:
        sign = "-" if self.descending else ""
        return f"{sign}{self.column}", f"{sign}id"

    @property
    def salt(self) -> str:
        return f"tieout.web.keyset.{self.column}.{self.descending}"

    def reversed(self) -> Sort:
        return Sort(self.name, self.column, not self.descending)


class Rows(msgspec.Struct, Generic[M], frozen=True):
    """A page of rows with the cursors of its neighbours, "" where there is none."""

    rows: list[M]
    after: str
    before: str


class CursorWrong(ValueError):
    """A cursor that was not made here, or for another sort."""


def _write(sort: Sort, row: Model) -> str:
    value: Any = row
    for part in sort.column.split("__"):
        value = getattr(value, part)
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    return signing.dumps([value, row.pk], salt=sort.salt, compress=False)


def _read(sort: Sort, cursor: str, queryset: QuerySet[Any]) -> tuple[Any, int]:
    try:
        value, pk = signing.loads(cursor, salt=sort.salt)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise CursorWrong(sort.name) from error
    field = _field(queryset, sort.column)
    if field == "DateTimeField":
        value = parse_datetime(value)
    elif field == "DateField":
        value = parse_date(value)
    return value, int(pk)


def _field(queryset: QuerySet[Any], column: str) -> str:
    model: Any = queryset.model
    *path, last = column.split("__")
    for part in path:
        model = model._meta.get_field(part).related_model
    kind: str = model._meta.get_field(last).get_internal_type()
    return kind


def _beyond(sort: Sort, value: Any, pk: int) -> Q:
    """Rows that come after (value, pk). The outer bound alone lets SQLite and PostgreSQL walk the index."""
    side = "lt" if sort.descending else "gt"
    return Q(**{f"{sort.column}__{side}e": value}) & (
        Q(**{f"{sort.column}__{side}": value}) | Q(**{f"id__{side}": pk})
    )


def page(queryset: QuerySet[M], sort: Sort, *, size: int, after: str = "", before: str = "") -> Rows[M]:
    """`size` rows in the order of `sort`, following `after` or preceding `before` (at most one of them).

    Raises CursorWrong for a cursor that was tampered with or belongs to another sort.
    """
    walk = sort.reversed() if before else sort
    if after or before:
        queryset = queryset.filter(_beyond(walk, *_read(sort, after or before, queryset)))
    found = list(queryset.order_by(*walk.order)[: size + 1])
    more = len(found) > size
    rows = found[:size]
    if before:
        rows.reverse()
    if not rows:
        return Rows([], "", "")
    has_after = bool(before) or more
    has_before = bool(after) or (bool(before) and more)
    return Rows(
        rows=rows,
        after=_write(sort, rows[-1]) if has_after else "",
        before=_write(sort, rows[0]) if has_before else "",
    )


class Count(msgspec.Struct, frozen=True):
    """How many rows match; `capped` when there are more than COUNT_MAX."""

    number: int
    capped: bool


def count(queryset: QuerySet[Any]) -> Count:
    """Counted up to COUNT_MAX."""
    number = queryset.order_by()[: COUNT_MAX + 1].count()
    return Count(min(number, COUNT_MAX), number > COUNT_MAX)
