"""Tie-out from what was last read back: per day and currency, store, sent and Xero; and every difference.

Sums are of whole minor units, so that they are exact.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from tieout.money import Money
from tieout.records.models import Posting
from tieout.web import links, words
from tieout.web.lookups import Lookups

#: Documents that carry revenue or take it back; payments are compared with what was sent.
ROLES = ("invoice", "credit_note", "payment", "refund_payment", "overpayment")
DIFFERENCES_MAX = 200


class Sheet(msgspec.Struct, frozen=True):
    """One day, organisation, role and currency. Money None where nothing is known on that side."""

    day: date | None
    organisation: str
    role: str
    documents: int
    store: Money | None
    sent: Money | None
    xero: Money | None
    read: int
    differs: bool


class Difference(msgspec.Struct, frozen=True):
    """A document whose figures are not equal on all sides."""

    document: int
    number: str
    role: str
    marker: str
    store: Money | None
    sent: Money | None
    xero: Money | None
    what: str
    xero_url: str


class TieOut(msgspec.Struct, frozen=True):
    """read_at: the last time that Xero was read for it. unread: posted documents that were never read back."""

    sheets: tuple[Sheet, ...]
    differences: tuple[Difference, ...]
    documents: int
    unread: int
    read_at: datetime | None


def _posted(first: date, last: date, organisation: int | None) -> QuerySet[Posting]:
    found = Posting.objects.filter(role__in=ROLES, date__gte=first, date__lte=last).exclude(remote_id="")
    return found.filter(organisation_id=organisation) if organisation else found


#: The store's figure stands in the document's own row only for its own sale or refund, in the same currency.
_OWN = Q(role__in=("invoice", "credit_note"), document__currency=F("currency"))
_DIFFERS = (
    ~Q(held__total_minor=F("posted_total_minor")) & Q(held__total_minor__isnull=False)
    | ~Q(held__tax_minor=F("posted_tax_minor")) & Q(held__tax_minor__isnull=False, posted_tax_minor__isnull=False)
    | _OWN & ~Q(document__total_minor=F("posted_total_minor")) & Q(document__total_minor__isnull=False)
)


def tie_out(lookups: Lookups, first: date, last: date, organisation: int | None) -> TieOut:
    """Three queries: sums, differences, and when Xero was last read."""
    posted = _posted(first, last, organisation)
    rows = (
        posted.order_by()
        .values("date", "organisation_id", "role", "currency")
        .annotate(
            documents=Count("id"),
            store=Sum("document__total_minor", filter=_OWN),
            sent=Sum("posted_total_minor"),
            xero=Sum("held__total_minor"),
            amounts=Sum("held__amount_minor"),
            read=Count("held"),
            wrong=Count("id", filter=_DIFFERS),
        )
        .order_by("-date", "organisation_id", "role", "currency")
    )
    sheets = tuple(
        Sheet(
            day=row["date"],
            organisation=lookups.organisation(row["organisation_id"]),
            role=words.role(row["role"]),
            documents=row["documents"],
            store=_money(row["store"], row["currency"]),
            sent=_money(row["sent"], row["currency"]),
            xero=_money(row["xero"] if row["xero"] is not None else row["amounts"], row["currency"]),
            read=row["read"],
            differs=row["wrong"] > 0,
        )
        for row in rows
    )
    wrong = posted.filter(_DIFFERS).select_related("document", "held").order_by("-date", "-id")[:DIFFERENCES_MAX]
    return TieOut(
        sheets=sheets,
        differences=tuple(_difference(posting, lookups) for posting in wrong),
        documents=sum(sheet.documents for sheet in sheets),
        unread=sum(sheet.documents - sheet.read for sheet in sheets),
        read_at=posted.aggregate(at=Max("held__read_at"))["at"],
    )


def _money(units: int | None, currency: str) -> Money | None:
    return Money.from_minor(units, currency) if units is not None and currency else None


def _difference(posting: Posting, lookups: Lookups) -> Difference:
    held = getattr(posting, "held", None)
    document, currency = posting.document, posting.currency
    own = posting.role in ("invoice", "credit_note") and document.currency == currency
    what = "total"
    if held is not None and held.total_minor == posting.posted_total_minor and held.tax_minor is not None:
        what = "tax" if held.tax_minor != posting.posted_tax_minor else "store"
    return Difference(
        document=posting.document_id,
        number=document.number or document.key,
        role=words.role(posting.role),
        marker=posting.marker,
        store=_money(document.total_minor, currency) if own else None,
        sent=_money(posting.posted_total_minor, currency),
        xero=_money(held.total_minor, currency) if held is not None else None,
        what=what,
        xero_url=links.in_xero(posting.role, posting.remote_id, lookups.short_code(posting.organisation_id)),
    )
