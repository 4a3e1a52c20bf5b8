"""The machine behind every grid: filters, search, sort, pages by key, count, CSV.

A grid's rows are plain values made from its models in `row`, so that its hand-written `_row.html` only prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
import django_tables2
import msgspec
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import Promise

from tieout.web import keyset
from tieout.web.lookups import Lookups

PAGE_SIZE = 50
CSV_CHUNK = 2000
#: No text that is searched for needs more.
SEARCH_LENGTH_MAX = 120


def starts_with(column: str, text: str) -> Q:
    """Begins with `text`. A range, because SQLite answers LIKE … ESCAPE without the column's index."""
    return Q(**{f"{column}__gte": text}) & Q(**{f"{column}__lt": text + chr(0x10FFFF)})


class GridFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """A filter form whose choices of stores and organisations were read once for the page."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], lookups: Lookups) -> None:
        super().__init__(data=data, queryset=queryset)
        for name, choices in (("store", lookups.store_choices()), ("organisation", lookups.organisation_choices())):
            if name in self.filters:
                self.filters[name].extra["choices"] = choices

    def active(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.filters)


def choice(column: str, title: str | Promise, choices: Sequence[tuple[str, Any]] = ()) -> django_filters.ChoiceFilter:
    """A select whose empty entry reads `title` ("Any state")."""
    return django_filters.ChoiceFilter(field_name=column, label=title, empty_label=title, choices=choices)


def search(method: str, title: str | Promise) -> django_filters.CharFilter:
    """The search field "q"; `method` names the filter set's method that applies it."""
    widget = forms.TextInput(attrs={"type": "search", "placeholder": title, "maxlength": SEARCH_LENGTH_MAX})
    return django_filters.CharFilter(method=method, label=title, widget=widget, max_length=SEARCH_LENGTH_MAX)


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # the package has no types
    """A day as a bound of a time column, in the reader's zone: two moments, so that the column's index serves."""

    def filter(self, queryset: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        if value is None:
            return queryset
        until = self.lookup_expr == "lte"
        try:
            moment = timezone.make_aware(datetime.combine(value + timedelta(days=int(until)), time.min))
        except (OverflowError, ValueError):
            return queryset.none() if not until else queryset
        return queryset.filter(**{f"{self.field_name}__{'lt' if until else 'gte'}": moment})


def dates(column: str, lookup: str, title: str | Promise) -> django_filters.DateFilter:
    """A day as a bound of a time column, in the reader's zone. lookup: gte or lte."""
    widget = forms.DateInput(attrs={"type": "date", "title": title})
    return DayFilter(field_name=column, lookup_expr=lookup, label=title, widget=widget)


class BulkAction(msgspec.Struct, frozen=True):
    """A button of the bulk bar. ask: a question before it is done, "" for none. needs_reason: a text goes with it."""

    name: str
    title: Any
    icon: str
    ask: Any = ""
    needs_reason: bool = False
    danger: bool = False


class Header(msgspec.Struct, frozen=True):
    """A column's head. url: sorts by it, "" when it cannot. aria: none, ascending, descending."""

    name: str
    title: str
    css: str
    url: str = ""
    aria: str = ""


class Grid:
    """Describe a grid by subclassing; see `grids.queue` for a short one."""

    #: Name of its URL; "<name>_csv" and "<name>_bulk" go with it.
    name: ClassVar[str]
    title: ClassVar[Any]
    table: ClassVar[type[Any]]
    filters: ClassVar[type[GridFilter]]
    #: Column of the table → column of the model; each needs an index (column, id) and is never null.
    sorts: ClassVar[Mapping[str, str]]
    default_sort: ClassVar[str]
    row_template: ClassVar[str]
    row_id: ClassVar[str] = "id"
    bulk: ClassVar[tuple[BulkAction, ...]] = ()
    #: Whether an action may be done to everything that the filter matches.
    bulk_all: ClassVar[bool] = True
    empty_icon: ClassVar[str] = "circle-check"
    empty_title: ClassVar[Any] = ""
    empty_text: ClassVar[Any] = ""

    def __init__(self, request: HttpRequest, lookups: Lookups, **extra: Any) -> None:
        self.request = request
        self.lookups = lookups
        self.extra = extra
        self.filter = self.filters(request.GET, self.queryset(), lookups)

    def queryset(self) -> QuerySet[Any]:
        """All rows of the grid, unordered, with only the columns that `row` reads."""
        raise NotImplementedError

    def prepare(self, records: Sequence[Any]) -> None:
        """Read what the rows of this page need besides, in a constant number of queries."""

    def row(self, record: Any) -> Any:
        """The record as `row_template` prints it."""
        raise NotImplementedError

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        """(title, value of a record), the whole text and exact figures."""
        raise NotImplementedError

    @property
    def csv_name(self) -> str:
        return f"{self.name}_csv"

    @property
    def bulk_name(self) -> str:
        return f"{self.name}_bulk"

    # what is shown

    @property
    def sort(self) -> keyset.Sort:
        asked = self.request.GET.get("sort", "")
        name = asked.removeprefix("-")
        if name not in self.sorts:
            asked, name = self.default_sort, self.default_sort.removeprefix("-")
        return keyset.Sort(asked, self.sorts[name], asked.startswith("-"))

    def page(self) -> keyset.Rows[Any]:
        """The page that the query asks for; the first when its cursor is not one of ours."""
        after, before = self.request.GET.get("after", ""), self.request.GET.get("before", "")
        try:
            found = keyset.page(
                self.filter.qs, self.sort, size=PAGE_SIZE, after=after, before="" if after else before
            )
        except keyset.CursorWrong:
            found = keyset.page(self.filter.qs, self.sort, size=PAGE_SIZE)
        self.prepare(found.rows)
        return keyset.Rows([self.row(record) for record in found.rows], found.after, found.before)

    def headers(self) -> list[Header]:
        """Heads of the table's columns, with the address that sorts by them."""
        table = self.table([], orderable=False)
        return [self._header(bound) for bound in table.columns]

    def _header(self, bound: Any) -> Header:
        css = bound.attrs.get("th", {}).get("data-css", "")
        if bound.name not in self.sorts:
            return Header(bound.name, str(bound.verbose_name), css)
        sort = self.sort
        current = sort.name.removeprefix("-") == bound.name
        turned = bound.name if current and sort.descending else f"-{bound.name}"
        aria = ("descending" if sort.descending else "ascending") if current else "none"
        return Header(bound.name, str(bound.verbose_name), css, self.url(sort=turned, after="", before=""), aria)

    def sort_choices(self) -> list[tuple[str, str, bool]]:
        """(address, title, current) of every order, for narrow screens that have no heads."""
        titles = {header.name: header.title for header in self.headers()}
        return [
            (
                self.url(sort=f"{sign}{name}", after="", before=""),
                f"{titles[name]} {arrow}",
                self.sort.name == sign + name,
            )
            for name in self.sorts
            for sign, arrow in (("-", "↓"), ("", "↑"))
        ]

    def url(self, **changes: str) -> str:
        """This grid's address with some keys of its query changed; "" takes a key away."""
        query = self.request.GET.copy()
        for key, value in changes.items():
            if value:
                query[key] = value
            else:
                query.pop(key, None)
        return "?" + query.urlencode()

    def context(self) -> dict[str, Any]:
        """Everything that the grid's templates need."""
        page = self.page()
        return {
            "grid": self,
            "rows": page.rows,
            "headers": self.headers(),
            "count": keyset.count(self.filter.qs),
            "next_url": self.url(after=page.after, before="") if page.after else "",
            "previous_url": self.url(before=page.before, after="") if page.before else "",
            "first_url": self.url(after="", before=""),
            "csv_query": self.url(after="", before=""),
            "paged": bool(self.request.GET.get("after") or self.request.GET.get("before")),
        }

    def csv_rows(self) -> Iterator[list[object]]:
        """Every matching record, streamed in the grid's order."""
        columns = [value for _, value in self.csv_columns()]
        for record in self.filter.qs.order_by(*self.sort.order).iterator(chunk_size=CSV_CHUNK):
            yield [value(record) for value in columns]

    def csv_header(self) -> list[object]:
        return [title for title, _ in self.csv_columns()]


def table_of(**columns: django_tables2.Column) -> type[Any]:
    """A table class with these columns, in this order."""
    # Without a sequence the package orders columns by when they were made, not by where they stand.
    meta = type("Meta", (), {"sequence": tuple(columns)})
    return type("GridTable", (django_tables2.Table,), {**columns, "Meta": meta})


def column(title: str | Promise, css: str = "") -> django_tables2.Column:
    """A column of a grid's table. css: classes of head and cells ("num", "actions")."""
    return django_tables2.Column(verbose_name=title, empty_values=(), attrs={"th": {"data-css": css}})
