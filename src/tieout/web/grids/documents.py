"""Grids of what the stores said: orders, invoices, credit memos, payments, customers, products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

import django_filters
import msgspec
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.money import Money
from tieout.records.models import Document, Posting
from tieout.web import links, words
from tieout.web.grids.base import BulkAction, Grid, GridFilter, choice, column, search, starts_with, table_of

STATES = [
    (state, words.look(state).title)
    for state in ("received", "queued", "sending", "waiting", "held", "removed", "posted", "skipped")
]

_STATE = column(_("State"))
_NUMBER = column(_("Number"))
_STORE = column(_("Store"))
_CHANGED = column(_("Changed"))
_XERO = column(_("In Xero"))

SalesTable = table_of(
    state=_STATE,
    number=_NUMBER,
    title=column(_("Customer")),
    store=_STORE,
    updated_at=column(_("Date · changed")),
    total=column(_("Total"), "num"),
    in_xero=_XERO,
)
CustomerTable = table_of(
    state=_STATE, number=_NUMBER, title=column(_("Name · e-mail")), store=_STORE, updated_at=_CHANGED, in_xero=_XERO
)
ProductTable = table_of(
    state=_STATE, number=column(_("SKU")), title=column(_("Name")), store=_STORE, updated_at=_CHANGED, in_xero=_XERO
)


def _on(lookup: str, title: Any) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date", "title": title})
    return django_filters.DateFilter(field_name="date", lookup_expr=lookup, label=title, widget=widget)


class DocumentFilter(GridFilter):
    q = search("find", _("Number, name or e-mail"))
    state = choice("sync_state", _("Any state"), STATES)
    store = choice("connection_id", _("Any store"))

    def find(self, queryset: QuerySet[Document], name: str, value: str) -> QuerySet[Document]:
        text = value.strip()
        if "@" in text:
            return queryset.filter(email__iexact=text)
        return queryset.filter(starts_with("number", text) | Q(title__icontains=text))


class DatedFilter(DocumentFilter):
    dated_from = _on("gte", _("Dated from"))
    dated_to = _on("lte", _("Dated to"))


class DocumentRow(msgspec.Struct, frozen=True):
    """A row as it is printed. marker, xero_status: of the main posting, "" when there is none."""

    id: int
    state: str
    number: str
    title: str
    email: str
    store: str
    store_view: str
    store_state: str
    date: date | None
    total: Money | None
    updated_at: datetime
    reason: str
    marker: str
    xero_status: str
    xero_url: str
    store_url: str
    never_send: bool


class DocumentGrid(Grid):
    """Rows of one kind."""

    kind: ClassVar[str]
    table = SalesTable
    filters = DatedFilter
    sorts = {"updated_at": "updated_at"}
    default_sort = "-updated_at"
    row_template = "web/rows/document.html"
    bulk = (
        BulkAction("sync", _("Sync now"), "refresh-cw"),
        BulkAction("queue", _("Add to queue"), "list-plus"),
        BulkAction("never", _("Never send"), "ban", needs_reason=True, danger=True),
    )
    empty_icon = "inbox"
    empty_title = _("Nothing was read yet.")
    empty_text = _("What the stores hold appears here after the next pull.")
    #: Which columns the row template prints besides the common ones.
    shows_money: ClassVar[bool] = True

    def queryset(self) -> QuerySet[Document]:
        return Document.objects.filter(kind=self.kind).defer("problems", "never_send_reason")

    def prepare(self, records: Sequence[Document]) -> None:
        """The posting that stands for each document, and why it is held: one query."""
        self._main: dict[int, Posting] = {}
        rows = Posting.objects.filter(document_id__in=[record.pk for record in records]).only(
            "document_id", "role", "state", "marker", "remote_id", "remote_status", "reason", "organisation_id"
        )
        for posting in sorted(rows, key=lambda row: (row.state != "held", row.role not in words.MAIN_ROLES, row.pk)):
            self._main.setdefault(posting.document_id, posting)

    def row(self, record: Document) -> DocumentRow:
        main = self._main.get(record.pk)
        remote = (main.role, main.remote_id, self.lookups.short_code(main.organisation_id)) if main else ("", "", "")
        units, currency = record.total_minor, record.currency
        return DocumentRow(
            id=record.pk,
            state="never" if record.never_send and record.sync_state != "posted" else record.sync_state,
            number=record.number or record.key,
            title=record.title,
            email=record.email,
            store=self.lookups.store(record.connection_id),
            store_view=record.store_view,
            store_state=record.state,
            date=record.date,
            total=Money.from_minor(units, currency) if units is not None and currency else None,
            updated_at=record.updated_at,
            reason=(main.reason if main and main.state in ("held", "waiting") else "") or record.skipped_reason,
            marker=main.marker if main else "",
            xero_status=main.remote_status if main else "",
            xero_url=links.in_xero(*remote),
            store_url=links.in_store(record.url),
            never_send=record.never_send,
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        look = self.lookups

        def total(found: Document) -> object:
            if found.total_minor is None or not found.currency:
                return ""
            return Money.from_minor(found.total_minor, found.currency).amount

        return (
            (str(_("State")), lambda found: str(words.look(found.sync_state).title)),
            (str(_("Number")), lambda found: found.number or found.key),
            (str(_("Name")), lambda found: found.title),
            (str(_("E-mail")), lambda found: found.email),
            (str(_("Store")), lambda found: look.store(found.connection_id)),
            (str(_("Store view")), lambda found: found.store_view),
            (str(_("State in the store")), lambda found: found.state),
            (str(_("Date")), lambda found: found.date),
            (str(_("Total")), total),
            (str(_("Currency")), lambda found: found.currency),
            (str(_("Changed")), lambda found: found.updated_at),
            (str(_("Why left out")), lambda found: found.skipped_reason),
        )


class Orders(DocumentGrid):
    name, title, kind = "orders", _("Orders"), "order"


class Invoices(DocumentGrid):
    name, title, kind = "invoices", _("Invoices"), "invoice"


class Refunds(DocumentGrid):
    name, title, kind = "refunds", _("Credit memos"), "refund"


class Payments(DocumentGrid):
    name, title, kind = "payments", _("Payments"), "payment"


class Customers(DocumentGrid):
    name, title, kind = "customers", _("Customers"), "customer"
    table, filters, shows_money = CustomerTable, DocumentFilter, False


class Products(DocumentGrid):
    name, title, kind = "products", _("Products"), "product"
    table, filters, shows_money = ProductTable, DocumentFilter, False


GRIDS: dict[str, type[DocumentGrid]] = {
    grid.name: grid for grid in (Orders, Invoices, Refunds, Payments, Customers, Products)
}
