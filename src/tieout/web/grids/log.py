"""The log: one row per document and turn, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.records.models import Event
from tieout.web import links, words
from tieout.web.given import is_number
from tieout.web.grids.base import Grid, GridFilter, choice, column, dates, search, starts_with, table_of

STATUSES = [
    ("success", _("Success")),
    ("error", _("Error")),
    ("held", _("Held")),
    ("skipped", _("Skipped")),
]


LogTable = table_of(
    status=column(_("Status")),
    at=column(_("Time")),
    document=column(_("Document")),
    between=column(_("Store → organisation")),
    action=column(_("Action")),
    message=column(_("Message")),
    duration=column(_("Duration"), "num"),
    run=column(_("Run"), "num"),
)


class LogFilter(GridFilter):
    q = search("find", _("Number"))
    status = choice("status", _("Any status"), STATUSES)
    entity = choice("entity", _("Any entity"), list(words.ENTITIES.items()))
    store = choice("connection_id", _("Any store"))
    organisation = choice("organisation_id", _("Any organisation"))
    since = dates("at", "gte", _("From"))
    until = dates("at", "lte", _("To"))

    def find(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        return queryset.filter(starts_with("number", value.strip()))

    @property
    def qs(self) -> QuerySet[Event]:
        found: QuerySet[Event] = super().qs
        run, document = self.data.get("run", ""), self.data.get("document", "")
        if is_number(run):
            found = found.filter(run_id=int(run))
        if is_number(document):
            found = found.filter(document_id=int(document))
        return found


class LogRow(msgspec.Struct, frozen=True):
    """A row as it is printed."""

    id: int
    at: datetime
    status: str
    entity: str
    number: str
    document_id: int | None
    store: str
    organisation: str
    action: str
    message: str
    duration_ms: int | None
    run_id: int | None
    xero_url: str


class LogGrid(Grid):
    name = "log"
    title = _("Log")
    table = LogTable
    filters = LogFilter
    sorts = {"at": "at"}
    default_sort = "-at"
    row_template = "web/rows/log.html"
    empty_icon = "scroll-text"
    empty_title = _("Nothing has happened yet.")
    empty_text = _("What is read, sent, held or skipped is written here.")

    def queryset(self) -> QuerySet[Event]:
        return Event.objects.defer("detail")

    def row(self, record: Event) -> LogRow:
        return LogRow(
            id=record.pk,
            at=record.at,
            status=record.status,
            entity=words.entity(record.entity) if record.entity else "",
            number=record.number,
            document_id=record.document_id,
            store=self.lookups.store(record.connection_id),
            organisation=self.lookups.organisation(record.organisation_id),
            action=words.event(record.action, record.role),
            message=record.message or (str(_("OK")) if record.status == "success" else ""),
            duration_ms=record.duration_ms,
            run_id=record.run_id,
            xero_url=links.in_xero(record.role, record.remote_id, self.lookups.short_code(record.organisation_id)),
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        look = self.lookups
        return (
            (str(_("Time")), lambda event: event.at),
            (str(_("Entity")), lambda event: words.entity(event.entity)),
            (str(_("Number")), lambda event: event.number),
            (str(_("Store")), lambda event: look.store(event.connection_id)),
            (str(_("Organisation")), lambda event: look.organisation(event.organisation_id)),
            (str(_("Action")), lambda event: words.event(event.action, event.role)),
            (str(_("Status")), lambda event: str(words.look(event.status).title)),
            (str(_("Code")), lambda event: event.code),
            (str(_("Message")), lambda event: event.message),
            (str(_("Duration in ms")), lambda event: event.duration_ms),
            (str(_("Run")), lambda event: event.run_id),
        )
