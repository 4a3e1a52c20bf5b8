"""Drift: fields that a person changed in Xero, until a person decides about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.records.models import Drift
from tieout.web import links, words
from tieout.web.grids.base import BulkAction, Grid, GridFilter, choice, column, search, starts_with, table_of

DriftTable = table_of(
    blocks=column(_("Kind")),
    document=column(_("Document")),
    field=column(_("Field")),
    ours=column(_("We sent")),
    theirs=column(_("Xero holds")),
    seen_at=column(_("Seen")),
)


class DriftFilter(GridFilter):
    q = search("find", _("Number"))
    blocks = choice("blocks", _("Any kind"), [("True", _("Stops changes")), ("False", _("Harmless"))])
    organisation = choice("posting__organisation_id", _("Any organisation"))

    def find(self, queryset: QuerySet[Drift], name: str, value: str) -> QuerySet[Drift]:
        text = value.strip()
        return queryset.filter(starts_with("posting__document__number", text) | starts_with("posting__marker", text))


class DriftRow(msgspec.Struct, frozen=True):
    id: int
    document_id: int
    number: str
    marker: str
    role: str
    field: str
    ours: str
    theirs: str
    blocks: bool
    seen_at: datetime
    xero_url: str


class DriftGrid(Grid):
    name = "drift"
    title = _("Drift")
    table = DriftTable
    filters = DriftFilter
    sorts = {"seen_at": "seen_at"}
    default_sort = "-seen_at"
    row_template = "web/rows/drift.html"
    bulk = (
        BulkAction("accept", _("Accept Xero's"), "check"),
        BulkAction("restore", _("Restore ours"), "undo-2", ask=_("Write our values over those in Xero?")),
        BulkAction("leave", _("Leave as it is"), "eye-off"),
    )
    #: A decision about the books is made row by row, never for a whole filter.
    bulk_all = False
    empty_icon = "git-compare"
    empty_title = _("Nobody changed anything in Xero.")
    empty_text = _("A document of ours that a person changes there appears here, field by field.")

    def queryset(self) -> QuerySet[Drift]:
        return Drift.objects.filter(decided_at=None).select_related("posting__document")

    def row(self, record: Drift) -> DriftRow:
        posting = record.posting
        return DriftRow(
            id=record.pk,
            document_id=posting.document_id,
            number=posting.document.number or posting.document.key,
            marker=posting.marker,
            role=words.role(posting.role),
            field=record.field,
            ours=record.ours,
            theirs=record.theirs,
            blocks=record.blocks,
            seen_at=record.seen_at,
            xero_url=links.in_xero(posting.role, posting.remote_id, self.lookups.short_code(posting.organisation_id)),
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        return (
            (str(_("Number")), lambda drift: drift.posting.document.number),
            (str(_("Marker")), lambda drift: drift.posting.marker),
            (str(_("Field")), lambda drift: drift.field),
            (str(_("We sent")), lambda drift: drift.ours),
            (str(_("Xero holds")), lambda drift: drift.theirs),
            (str(_("Seen")), lambda drift: drift.seen_at),
        )
