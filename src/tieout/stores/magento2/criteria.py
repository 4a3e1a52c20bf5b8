"""Magento's search criteria as query text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec


class Filter(msgspec.Struct, frozen=True):
    """Filters are joined with AND. condition: eq, gt, gteq …; an unknown one silently finds nothing."""

    field: str
    condition: str
    value: str


class Criteria(msgspec.Struct, frozen=True):
    """sort: fields in ascending order. page: from 1. fields: which fields to send, "" for all."""

    filters: tuple[Filter, ...] = ()
    sort: tuple[str, ...] = ()
    page_size: int = 100
    page: int = 1
    fields: str = ""

    def query(self) -> str:
        """The query, with %20 for a blank: a plus sign breaks Magento's check of signatures (facts, 0.4)."""
        pairs: list[tuple[str, str]] = []
        for number, entry in enumerate(self.filters):
            name = f"searchCriteria[filter_groups][{number}][filters][0]"
            pairs += [
                (f"{name}[field]", entry.field),
                (f"{name}[value]", entry.value),
                (f"{name}[condition_type]", entry.condition),
            ]
        for number, field in enumerate(self.sort):
            name = f"searchCriteria[sortOrders][{number}]"
            pairs += [(f"{name}[field]", field), (f"{name}[direction]", "ASC")]
        pairs += [("searchCriteria[pageSize]", str(self.page_size)), ("searchCriteria[currentPage]", str(self.page))]
        if self.fields:
            pairs.append(("fields", self.fields))
        return encode(pairs)


def encode(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def shop_time(time: datetime) -> str:
    """A time for a filter: UTC, without zone; Magento ignores an offset (facts, section 2)."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
