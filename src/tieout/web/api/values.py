"""Values that several answers of the API share."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import QuerySet

from tieout.money import Money
from tieout.web import keyset
from tieout.web.api.endpoints import Id
from tieout.web.api.refusals import ApiCode, Refused

PAGE_SIZE, PAGE_SIZE_MAX = 50, 200
IDS_MAX = 500

#: A time with its zone, as RFC 3339.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=PAGE_SIZE_MAX, description="Rows on a page.")]
Cursor = Annotated[
    str, msgspec.Meta(max_length=500, description="`next` of the page before; leave it out for the first page.")
]
Next = Annotated[str, msgspec.Meta(description='Cursor of the next page, "" on the last one.')]
Order = Literal["newest", "oldest"]
Text = Annotated[str, msgspec.Meta(max_length=120)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]
Ids = Annotated[list[Id], msgspec.Meta(min_length=1, max_length=IDS_MAX)]


class Amount(msgspec.Struct, frozen=True):
    """An exact amount. amount: a decimal as text with the digits of its currency."""

    amount: Decimal
    currency: str


class Changed(msgspec.Struct, frozen=True):
    """What was done. changed: how many postings (or documents) moved; the others were where they should be."""

    changed: int


def amount(units: int | None, currency: str) -> Amount | None:
    """Of whole minor units; None where nothing is known."""
    return amount_of(Money.from_minor(units, currency)) if units is not None and currency else None


def amount_of(money: Money | None) -> Amount | None:
    return None if money is None else Amount(money.amount, money.currency)


def page_of(queryset: QuerySet[Any], column: str, *, order: str, limit: int, after: str) -> keyset.Rows[Any]:
    """Rows by key. Raises Refused for a cursor of another list."""
    sort = keyset.Sort(order, column, order == "newest")
    try:
        return keyset.page(queryset, sort, size=limit, after=after)
    except keyset.CursorWrong as error:
        raise Refused(ApiCode.CURSOR_WRONG, "Begin with the first page.") from error
