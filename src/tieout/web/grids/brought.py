"""From Xero: what was brought, or is to be brought, into stores that can be written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import django_filters
import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.records.models import Brought
from tieout.web import formats, links
from tieout.web.grids.base import BulkAction, Grid, GridFilter, choice, column, search, starts_with, table_of

#: Inner state → the three that people ask for.
SYNCHRONISED, NOT_YET, ERROR, LEFT = "synchronised", "not_yet", "error", "left"
GROUPS: dict[str, tuple[str, ...]] = {
    SYNCHRONISED: ("synchronised", "ended"),
    NOT_YET: ("new", "asked", "queued", "sending", "unknown", "waiting"),
    ERROR: ("held",),
    LEFT: ("skipped",),
}
TITLES = {
    SYNCHRONISED: (_("Synchronised"), "good", "circle-check"),
    NOT_YET: (_("Not synchronised yet"), "calm", "clock"),
    ERROR: (_("Error"), "bad", "circle-alert"),
    LEFT: (_("Left out"), "off", "ban"),
}
KINDS = {
    "customer": (_("Contact"), "contact"),
    "tax_rate": (_("Tax rate"), ""),
    "invoice": (_("Invoice"), "invoice"),
    "payment": (_("Payment"), "payment"),
}

BroughtTable = table_of(
    state=column(_("State")),
    what=column(_("In Xero")),
    store=column(_("Organisation → store")),
    total=column(_("Total"), "num"),
    reason=column(_("What happened")),
    seen_at=column(_("Seen")),
)


class BroughtFilter(GridFilter):
    q = search("find", _("Number or name"))
    group = django_filters.ChoiceFilter(
        method="of_group",
        label=_("Any state"),
        empty_label=_("Any state"),
        choices=[(name, look[0]) for name, look in TITLES.items()],
    )
    kind = choice("kind", _("Any kind"), [(name, look[0]) for name, look in KINDS.items()])
    store = choice("connection_id", _("Any store"))
    organisation = choice("organisation_id", _("Any organisation"))

    def of_group(self, queryset: QuerySet[Brought], name: str, value: str) -> QuerySet[Brought]:
        return queryset.filter(state__in=GROUPS[value]) if value in GROUPS else queryset

    def find(self, queryset: QuerySet[Brought], name: str, value: str) -> QuerySet[Brought]:
        text = value.strip()
        return queryset.filter(starts_with("number", text) | starts_with("title", text))


class BroughtRow(msgspec.Struct, frozen=True):
    """A row as it is printed."""

    id: int
    state: Any
    tone: str
    icon: str
    kind: Any
    name: str
    store: str
    organisation: str
    key: str
    document_id: int | None
    total: str
    currency: str
    reason: str
    seen_at: datetime
    xero_url: str


class BroughtGrid(Grid):
    name = "brought"
    title = _("From Xero")
    table = BroughtTable
    filters = BroughtFilter
    template = "web/brought.html"
    sorts = {"seen_at": "seen_at"}
    default_sort = "-seen_at"
    row_template = "web/rows/brought.html"
    bulk = (BulkAction("again", _("Sync again"), "refresh-cw"),)
    empty_icon = "arrow-down-to-line"
    empty_title = _("Nothing was brought from Xero.")
    empty_text = _("Switch the way back on in the Sync settings of a store that can be written to (Perfex CRM).")

    def queryset(self) -> QuerySet[Brought]:
        return Brought.objects.defer("seen", "base", "write")

    def row(self, record: Brought) -> BroughtRow:
        title, tone, icon = TITLES[group_of(record.state)]
        kind, role = KINDS[record.kind]
        return BroughtRow(
            id=record.pk,
            state=title,
            tone=tone,
            icon=icon,
            kind=kind,
            name=record.number or record.title or record.remote_id[:8],
            store=self.lookups.store(record.connection_id),
            organisation=self.lookups.organisation(record.organisation_id),
            key=record.key,
            document_id=record.document_id,
            total=formats.minor(record.total_minor, record.currency) if record.currency else "",
            currency=record.currency,
            reason=record.reason,
            seen_at=record.seen_at,
            xero_url=links.in_xero(role, record.remote_id, self.lookups.short_code(record.organisation_id))
            if role
            else "",
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        look = self.lookups
        return (
            (str(_("State")), lambda row: str(TITLES[group_of(row.state)][0])),
            (str(_("Kind")), lambda row: str(KINDS[row.kind][0])),
            (str(_("Number")), lambda row: row.number),
            (str(_("Name")), lambda row: row.title),
            (str(_("Organisation")), lambda row: look.organisation(row.organisation_id)),
            (str(_("Store")), lambda row: look.store(row.connection_id)),
            (str(_("Key in the store")), lambda row: row.key),
            (str(_("What happened")), lambda row: row.reason),
            (str(_("Seen")), lambda row: row.seen_at),
        )


def group_of(state: str) -> str:
    """Which of the states for people an inner state belongs to."""
    return next((name for name, states in GROUPS.items() if state in states), NOT_YET)
