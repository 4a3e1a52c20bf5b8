"""The queue: every posting that differs from what the ledger holds, waits, is held or was taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.records.models import Document, Posting
from tieout.web import links, words
from tieout.web.given import is_number
from tieout.web.grids.base import BulkAction, Grid, GridFilter, choice, column, search, starts_with, table_of

#: What a person looks for in the queue; what is posted or was never there is not in it.
STATES = [
    ("queued", _("Queued")),
    ("sending", _("Sending")),
    ("waiting", _("Waiting")),
    ("held", _("Held")),
    ("removed", _("Removed")),
]


QueueTable = table_of(
    state=column(_("State")),
    document=column(_("Document")),
    store=column(_("Store → organisation")),
    action=column(_("Action · why queued")),
    queued_at=column(_("Queued · next try")),
    attempts=column(_("Attempts"), "num"),
    reason=column(_("Reason")),
)


def _numbered(text: str) -> Q:
    """Postings of documents whose number begins so; looked up apart, so that each table's own index serves."""
    return Q(document__in=Document.objects.filter(starts_with("number", text)).order_by().values("pk"))


class QueueFilter(GridFilter):
    q = search("find", _("Number or reason"))
    state = choice("state", _("Any state"), STATES)
    entity = choice("document__kind", _("Any entity"), list(words.ENTITIES.items()))
    action = choice("action", _("Any action"), list(words.ACTIONS.items()))
    store = choice("connection_id", _("Any store"))
    organisation = choice("organisation_id", _("Any organisation"))

    def find(self, queryset: QuerySet[Posting], name: str, value: str) -> QuerySet[Posting]:
        """What looks like a number is looked up by its beginning; other words are looked for in the reasons, which
        reads the queue through."""
        text = value.strip()
        if any(sign.isdigit() for sign in text) and " " not in text:
            return queryset.filter(_numbered(text) | starts_with("marker", text))
        return queryset.filter(Q(reason__icontains=text) | _numbered(text))

    @property
    def qs(self) -> QuerySet[Posting]:
        found: QuerySet[Posting] = super().qs
        # Set by links from Problems and Runs, shown as a notice with a way out instead of a field.
        code, subject, run = (self.data.get(key, "") for key in ("code", "subject", "run"))
        if code:
            found = found.filter(code=code, subject=subject)
        if is_number(run):
            found = found.filter(run_id=int(run))
        return found


class QueueRow(msgspec.Struct, frozen=True):
    """A row as it is printed. next_try: None when nothing but its turn is waited for."""

    id: int
    document_id: int
    state: str
    entity: str
    number: str
    marker: str
    store: str
    organisation: str
    action: str
    why: str
    queued_at: datetime
    next_try: datetime | None
    attempts: int
    reason: str
    store_url: str
    may_send: bool


class QueueGrid(Grid):
    name = "queue"
    title = _("Queue")
    table = QueueTable
    filters = QueueFilter
    sorts = {"queued_at": "queued_at"}
    default_sort = "-queued_at"
    row_template = "web/rows/queue.html"
    bulk = (
        BulkAction("sync", _("Sync now"), "refresh-cw"),
        BulkAction("front", _("Move to front"), "arrow-up-to-line"),
        BulkAction("retry", _("Retry"), "rotate-ccw"),
        BulkAction("remove", _("Remove"), "x", ask=_("Take these out of the queue?")),
        BulkAction("never", _("Never send"), "ban", needs_reason=True, danger=True),
    )
    empty_icon = "inbox"
    empty_title = _("Nothing waits.")
    empty_text = _("Everything that the stores have told is in Xero, or was left out by a rule.")

    def queryset(self) -> QuerySet[Posting]:
        return in_queue().select_related("document").only(*_COLUMNS)

    def row(self, record: Posting) -> QueueRow:
        held_back = self.lookups.organisations.get(record.organisation_id)
        next_try, reason = record.not_before, record.reason
        # A limit or an outage of the organisation is the reason of everything that only waits its turn.
        if held_back and held_back.hold_until and record.state == "queued":
            if next_try is None or held_back.hold_until > next_try:
                next_try = held_back.hold_until
            reason = reason or held_back.hold_reason
        if held_back and held_back.stopped and record.state in ("queued", "waiting"):
            reason = reason or held_back.stopped
        if record.state == "queued":
            reason = reason or words.why_parked(record.priority)
        document = record.document
        return QueueRow(
            id=record.pk,
            document_id=record.document_id,
            state=record.state,
            entity=words.entity(document.kind),
            number=document.number or document.title or document.key,
            marker=record.marker,
            store=self.lookups.store(record.connection_id),
            organisation=self.lookups.organisation(record.organisation_id),
            action=words.action(record.action, record.role),
            why=words.why(record.why),
            queued_at=record.queued_at,
            next_try=next_try,
            attempts=record.attempts,
            reason=reason,
            store_url=links.in_store(document.url),
            may_send=not document.never_send,
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        look = self.lookups
        return (
            (str(_("Entity")), lambda posting: words.entity(posting.document.kind)),
            (str(_("Number")), lambda posting: posting.document.number or posting.document.key),
            (str(_("Store")), lambda posting: look.store(posting.connection_id)),
            (str(_("Organisation")), lambda posting: look.organisation(posting.organisation_id)),
            (str(_("Action")), lambda posting: words.action(posting.action, posting.role)),
            (str(_("Why queued")), lambda posting: words.why(posting.why)),
            (str(_("Queued at")), lambda posting: posting.queued_at),
            (str(_("Next try")), lambda posting: posting.not_before),
            (str(_("Attempts")), lambda posting: posting.attempts),
            (str(_("State")), lambda posting: str(words.look(posting.state).title)),
            (str(_("Code")), lambda posting: posting.code),
            (str(_("Reason")), lambda posting: posting.reason),
        )


_COLUMNS = (
    "state",
    "action",
    "role",
    "marker",
    "why",
    "queued_at",
    "not_before",
    "attempts",
    "priority",
    "reason",
    "code",
    "connection_id",
    "organisation_id",
    "document__kind",
    "document__number",
    "document__title",
    "document__key",
    "document__url",
    "document__never_send",
)


def in_queue() -> QuerySet[Posting]:
    """Postings that are not at rest. Written as the index `posting_queue_time` is, so that it is used."""
    return Posting.objects.filter(~Q(state="posted")).exclude(state="gone")
