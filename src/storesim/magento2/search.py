"""Finding the rows of a list call: conditions as the shop's database compares, order, pages.

Where a call names no order, the real shop answers in the order of the index its database read;
recorded lists show that it reads the most selective indexed field of the filters.
"""

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import overload

from storesim.magento2.columns import NULL, Comparable
from storesim.magento2.criteria import Filter, SearchCriteria, SortOrder
from storesim.magento2.table import Table

INDEXED_FIELDS = frozenset(
    {
        "created_at",
        "customer_id",
        "ext_order_id",
        "increment_id",
        "order_id",
        "parent_id",
        "quote_id",
        "state",
        "status",
        "store_id",
        "updated_at",
    }
)

_RANGES = frozenset({"eq", "gt", "gteq", "from", "moreq", "lt", "lteq", "to"})
_LEADING_NUMBER = re.compile(r"\s*[+-]?\d*\.?\d*")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?")
_CACHED_SEARCHES_MAX = 16


class Finder:
    """Searches one table and remembers its last searches, so that paging costs one search."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._cache: OrderedDict[object, Sequence[int]] = OrderedDict()

    def find(self, criteria: SearchCriteria) -> Sequence[int]:
        """Positions of all matching rows in the order of the answer.  Raises UnknownColumn."""
        question = (self._table.version, criteria.groups, criteria.sort_orders)
        found = self._cache.get(question)
        if found is None:
            found = find_rows(self._table, criteria)
            self._cache[question] = found
            while len(self._cache) > _CACHED_SEARCHES_MAX:
                self._cache.popitem(last=False)
        return found


class IndexSpan(Sequence[int]):
    """Rows of a stretch of an index, in its order, without a copy.

    Readers that go forward by time ask a new question for every page; each must cost no more than
    the rows it returns, however many follow.
    """

    def __init__(self, index: list[tuple[Comparable, int]], start: int, stop: int) -> None:
        self._index = index
        self._start = start
        self._stop = max(stop, start)

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...

    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, int):
            return self._index[range(self._start, self._stop)[at]][1]
        return [self._index[place][1] for place in range(self._start, self._stop)[at]]


def find_rows(table: Table, criteria: SearchCriteria) -> Sequence[int]:
    """Positions of all matching rows in the order of the answer.  Raises UnknownColumn."""
    span = _index_span(table, criteria)
    if span is not None:
        return span
    groups = [(group, _group_rows(table, group)) for group in criteria.groups if group]
    for order in criteria.sort_orders:
        table.column(order.field)
    rows = _intersection(table, [rows for _, rows in groups])
    if table.has_removed:
        rows = [row for row in rows if not table.is_removed(row)]
    if criteria.sort_orders:
        return _sorted(table, rows, criteria.sort_orders)
    return _index_order(table, rows, groups)


def page_of(
    rows: Sequence[int], *, page_size: int | None, current_page: int | None, repeats_last_page: bool
) -> Sequence[int]:
    """The rows of one page.

    No size or 0: everything.  A negative size: one row, as the shop does.  Page 0 is page 1.
    repeats_last_page: shops up to 2.3 answer the last page again for any page past the end.
    """
    if not page_size:
        return rows
    size = max(page_size, 1)
    page = max(current_page or 1, 1)
    if repeats_last_page and rows:
        page = min(page, (len(rows) - 1) // size + 1)
    return rows[(page - 1) * size : page * size]


def _index_span(table: Table, criteria: SearchCriteria) -> IndexSpan | None:
    """The answer as a stretch of one index; None when the question is not of that simple form.

    The form: sorted upward by one field, then perhaps by the key, with at most one condition, a
    range of that field.
    """
    orders = criteria.sort_orders
    if not orders or orders[0].descending or table.has_removed:
        return None
    field = orders[0].field
    if len(orders) > 2 or any(o.descending or not table.is_natural_order(o.field) for o in orders[1:]):
        return None
    conditions = [part for group in criteria.groups for part in group]
    if not conditions:
        index = table.index(field)
        return IndexSpan(index, 0, len(index))
    part = conditions[0]
    if len(conditions) > 1 or part.field != field or part.condition not in _RANGES:
        return None
    start, stop = _range_span(table, part)
    return IndexSpan(table.index(field), start, stop)


def _intersection(table: Table, groups: list[Sequence[int]]) -> Sequence[int]:
    if not groups:
        return table.positions()
    groups = sorted(groups, key=len)
    rows = groups[0]
    for other in groups[1:]:
        wanted = set(other)
        rows = [row for row in rows if row in wanted]
    return rows


def _sorted(table: Table, rows: Sequence[int], orders: Sequence[SortOrder]) -> Sequence[int]:
    rows = sorted(rows)
    for order in reversed(orders):
        values = table.comparables(order.field)
        rows.sort(key=values.__getitem__, reverse=order.descending)
    return rows


def _index_order(
    table: Table, rows: Sequence[int], groups: list[tuple[tuple[Filter, ...], Sequence[int]]]
) -> Sequence[int]:
    usable = [
        (len(found), group[0].field)
        for group, found in groups
        if len({part.field for part in group}) == 1
        and group[0].field in INDEXED_FIELDS
        and all(part.condition != "like" for part in group)
    ]
    if not usable:
        return sorted(rows)
    values = table.comparables(min(usable)[1])
    return sorted(rows, key=lambda row: (values[row], row))


def _group_rows(table: Table, group: tuple[Filter, ...]) -> Sequence[int]:
    if len(group) == 1:
        return _filter_rows(table, group[0])
    rows: set[int] = set()
    for part in group:
        rows.update(_filter_rows(table, part))
    return sorted(rows)


def _filter_rows(table: Table, part: Filter) -> Sequence[int]:
    """Rows that one comparison lets through; null never equals and never differs, as in SQL."""
    column = table.column(part.field)
    match part.condition:
        case condition if condition in _RANGES:
            return _range_rows(table, part)
        case "in":
            wanted = [part.value] if part.value == "" else part.value.split(",")
            rows: set[int] = set()
            for value in wanted:
                rows.update(_range_rows(table, Filter(part.field, value, "eq")))
            return sorted(rows)
        case "neq":
            unwanted = set(_range_rows(table, Filter(part.field, part.value, "eq")))
            return [row for row, value in enumerate(column) if value is not None and row not in unwanted]
        case "nin":
            unwanted = set(_filter_rows(table, Filter(part.field, part.value, "in")))
            return [row for row, value in enumerate(column) if value is not None and row not in unwanted]
        case "null":
            return [row for row, value in enumerate(column) if value is None]
        case "notnull":
            return [row for row, value in enumerate(column) if value is not None]
        case "like":
            return _matching(column, _like(part.value))
        case "nlike":
            is_like = _like(part.value)
            return _matching(column, lambda text: not is_like(text))
        case "finset":
            return _matching(column, lambda text: part.value in text.split(","))
        case _:
            return []


def _range_rows(table: Table, part: Filter) -> Sequence[int]:
    start, stop = _range_span(table, part)
    return [row for _, row in table.index(part.field)[start:stop]]


def _range_span(table: Table, part: Filter) -> tuple[int, int]:
    """Where in the field's index the condition's rows start and stop; nulls never match."""
    index = table.index(part.field)
    first = bisect_right(index, (NULL, table.row_count))
    bound = _bound(part, index)
    if bound is None:
        return (0, 0) if part.condition in ("eq", "lt", "lteq", "to") else (first, len(index))
    below = bisect_left(index, (bound, -1))
    above = bisect_right(index, (bound, table.row_count))
    match part.condition:
        case "eq":
            return below, above
        case "gt":
            return above, len(index)
        case "gteq" | "from" | "moreq":
            return below, len(index)
        case "lt":
            return first, below
        case _:
            return first, above


def _bound(part: Filter, index: list[tuple[Comparable, int]]) -> Comparable | None:
    """The filter's value as the database casts it to the column's type.

    None: a text that is no time at all, which the database takes as before every time.
    A time's offset and "Z" are ignored, as the shop does.
    """
    if part.field.endswith("_at"):
        match = _TIME.match(part.value)
        if match is None:
            return None
        return (1, f"{match[1]} {match[2] or '00:00'}{'' if match[2] and len(match[2]) == 8 else ':00'}")
    if index and index[-1][0][0] == 0:
        number = _LEADING_NUMBER.match(part.value)
        text = number[0].strip() if number else ""
        return (0, Decimal(text) if text.strip("+-.") else Decimal(0))
    return (1, part.value.casefold())


def _matching(column: Iterable[object], test: Callable[[str], bool]) -> Sequence[int]:
    return [row for row, value in enumerate(column) if value is not None and test(str(value))]


def _like(pattern: str) -> Callable[[str], bool]:
    parts = {"%": ".*", "_": "."}
    text = "".join(parts.get(letter, re.escape(letter)) for letter in pattern)
    regex = re.compile(text, re.IGNORECASE | re.DOTALL)
    return lambda value: regex.fullmatch(value) is not None
