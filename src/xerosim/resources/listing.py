"""Reading lists: filters, order, pages, and what changed since."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

import msgspec

from xerosim import dates
from xerosim.collection import Collection, changed_at
from xerosim.errors import HighVolume, Validation
from xerosim.resources.context import Context
from xerosim.resources.fields import FIELDS
from xerosim.where import parse_where, sort_by
from xerosim.wire import Json

PAGE_SIZE, PAGE_MOST = 100, 1000
HIGH_VOLUME = 100_000


class NotModified(Exception):
    """Nothing changed since If-Modified-Since, and the switch says 304."""


class Listed(msgspec.Struct):
    """Values of a list answer; paged lists carry `pagination`."""

    values: list[Any]
    pagination: Json | None = None
    paged: bool = False


def whole_number(ctx: Context, name: str, default: int, most: int | None = None) -> int:
    """A whole query number; anything odd is clamped, as Xero does silently."""
    try:
        value = int(ctx.query.get(name, default))
    except ValueError:
        return default
    return max(1, min(value, most) if most else value)


def select(
    ctx: Context,
    collection: Collection[Any],
    singular: str,
    *,
    pageable: bool = True,
    paged_by: tuple[str, ...] = (),
    keep: Callable[[Any], bool] | None = None,
    timed: bool = True,
) -> Listed:
    """Filter, order and page a collection as the query says.

    keep: leaves out what the resource hides.  paged_by: parameters that force paging.  timed: values have `updated`.
    """
    query = ctx.query
    fields = FIELDS.get(collection.name, {})
    values: list[Any]
    plain = True
    # Where in the collection's own order the values begin, as long as none between them was left out.
    begin: int | None = 0
    since = ctx.headers.get("if-modified-since") if timed else None
    if since:
        values = collection.since(_moment(since), lambda v: v.updated, ctx.switches.modified_since_inclusive)
        if not ctx.switches.modified_since_inclusive:
            values = [v for v in values if v.updated // 1000 > _moment(since) // 1000]
        begin = len(collection) - len(values)
        if not values and ctx.switches.modified_since_304:
            raise NotModified
    else:
        values = collection.ordered()
    if where := query.get("where"):
        plain, begin = False, None
        found = parse_where(where, fields, singular)
        if found.index and not since:
            values = _indexed(collection, found.index, found.keys)
        elif len(collection) > HIGH_VOLUME:
            raise HighVolume("The request touches too many records. Please filter on an optimised field.")
        org, matches = ctx.org, found.matches
        values = [value for value in values if matches(org, value)]
    if keep is not None:
        values, begin = [value for value in values if keep(value)], None
    if order := query.get("order"):
        values = sort_by(order, fields, singular, ctx.org, values)
    if not pageable or not ("page" in query or "pagesize" in query or any(name in query for name in paged_by)):
        if pageable and plain and len(values) > HIGH_VOLUME:
            raise HighVolume("The request touches too many records. Please use paging.")
        return Listed(values if order or not pageable else _settled(collection, values, begin, 0, len(values)))
    page = whole_number(ctx, "page", 1)
    size = whole_number(ctx, "pagesize", PAGE_SIZE, PAGE_MOST)
    total = len(values)
    start = (page - 1) * size
    pagination: Json = {"page": page, "pageSize": size, "pageCount": -(-total // size), "itemCount": total}
    chosen = values[start : start + size] if order else _settled(collection, values, begin, start, start + size)
    return Listed(chosen, pagination, True)


def _settled(collection: Collection[Any], values: list[Any], begin: int | None, start: int, end: int) -> list[Any]:
    """Part of a list in order of change, with changes of one moment in order of id.

    begin: where the whole list begins in the collection, whose order then serves; None for a list of some values,
    of which the moments that the part touches are sorted here.
    """
    if begin is not None:
        return collection.page(begin + start, begin + min(end, len(values)))
    part = values[start:end]
    if not part:
        return part
    first = bisect_left(values, changed_at(part[0]), key=changed_at)
    last = bisect_right(values, changed_at(part[-1]), key=changed_at)
    tied = sorted(values[first:last], key=lambda value: (changed_at(value), value.id))
    return tied[start - first : start - first + len(part)]


def modified_since(ctx: Context) -> int:
    """If-Modified-Since in milliseconds; 0 where absent or unreadable."""
    text = ctx.headers.get("if-modified-since")
    return _moment(text) if text else 0


def _moment(text: str) -> int:
    try:
        return dates.moment_of(text)
    except dates.NotADate:
        from email.utils import parsedate_to_datetime

        try:
            return int(parsedate_to_datetime(text).timestamp() * 1000)
        except (ValueError, TypeError):
            return 0


def _indexed(collection: Collection[Any], index: str, keys: list[object]) -> list[Any]:
    if index == "id":
        found = [collection.get(str(key)) for key in dict.fromkeys(keys)]
        return [value for value in found if value is not None]
    result = {}
    for key in dict.fromkeys(keys):
        for value in collection.by(index, key):
            result[value.id] = value
    return sorted(result.values(), key=lambda value: value.updated if hasattr(value, "updated") else 0)


def id_list(ctx: Context, name: str) -> set[str] | None:
    """A comma separated list parameter in lower case; None where absent."""
    text = ctx.query.get(name.lower())
    if not text:
        return None
    return {part.strip().lower() for part in text.split(",") if part.strip()}


def narrowed(collection: Collection[Any], ids: set[str]) -> Callable[[Any], bool]:
    """Keeps values whose id is listed."""
    return lambda value: value.id in ids


def day_range(ctx: Context, name: str) -> Callable[[int | None], bool]:
    """Keeps days between the parameters `<name>from` and `<name>to`, inclusive; all where neither is sent.

    Raises Validation for a date that is none.
    """
    bounds = []
    for end in ("from", "to"):
        text = ctx.query.get(f"{name}{end}")
        try:
            bounds.append(dates.day_of(text) if text else None)
        except dates.NotADate as error:
            raise Validation(f"Invalid {name}{end}") from error
    first, last = bounds
    if first is None and last is None:
        return lambda day: True
    return lambda day: day is not None and (first is None or day >= first) and (last is None or day <= last)
