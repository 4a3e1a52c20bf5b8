"""The queue: what waits, is held or was taken out, and what may be done to it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from tieout.documents import DocumentKind
from tieout.ports.records import Selection
from tieout.records.models import Posting
from tieout.web.access import Right
from tieout.web.api.endpoints import Call, Endpoint, Id
from tieout.web.api.refusals import ApiCode, Refused
from tieout.web.api.values import (
    PAGE_SIZE,
    Amount,
    Changed,
    Cursor,
    Ids,
    Limit,
    Moment,
    Next,
    Order,
    Reason,
    Text,
    amount,
    page_of,
)
from tieout.web.grids.base import starts_with
from tieout.web.grids.queue import in_queue
from tieout.web.lookups import Lookups, lookups
from tieout.web.use_cases import use_cases


class QueueState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    HELD = "held"
    REMOVED = "removed"


class QueueQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """number: how the store's number or the one in Xero begins. code: of the list of held reasons."""

    state: QueueState | None = None
    kind: DocumentKind | None = None
    store: Id | None = None
    organisation: Id | None = None
    code: Text = ""
    number: Text = ""
    order: Order = "newest"
    limit: Limit = PAGE_SIZE
    after: Cursor = ""


class QueueEntry(msgspec.Struct, frozen=True):
    """One object that is not in Xero as it is wanted. id: for the actions below. marker: its number or key in Xero.

    action: create, update, void, delete, archive, nothing, impossible. next_try_at: null when it only waits its
    turn. total: null for contacts and items.
    """

    id: int
    document: int
    state: QueueState
    kind: str
    number: str
    role: str
    marker: str
    action: str
    store: int
    store_name: str
    organisation: int
    organisation_name: str
    total: Amount | None
    why: str
    code: str
    reason: str
    attempts: int
    queued_at: Moment
    next_try_at: Moment | None


class QueuePage(msgspec.Struct, frozen=True):
    items: list[QueueEntry]
    next: Next


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ids: of entries of the queue."""

    ids: Ids


class ChosenWithReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ids: of entries of the queue; their documents are left out for good. reason: for the audit trail."""

    ids: Ids
    reason: Reason


def list_queue(call: Call) -> QueuePage:
    asked: QueueQuery = call.query
    found = in_queue().select_related("document")
    if asked.state is not None:
        found = found.filter(state=asked.state.value)
    if asked.kind is not None:
        found = found.filter(document__kind=asked.kind.value)
    if asked.store is not None:
        found = found.filter(connection_id=asked.store)
    if asked.organisation is not None:
        found = found.filter(organisation_id=asked.organisation)
    if asked.code:
        found = found.filter(code=asked.code)
    if asked.number:
        found = found.filter(starts_with("document__number", asked.number) | starts_with("marker", asked.number))
    rows = page_of(found, "queued_at", order=asked.order, limit=asked.limit, after=asked.after)
    names = lookups()
    return QueuePage([_entry(row, names) for row in rows.rows], rows.after)


def one_entry(call: Call) -> QueueEntry:
    row = in_queue().select_related("document").filter(pk=call.ids["entry"]).first()
    if row is None:
        raise Refused(ApiCode.NOT_FOUND, "It is not in the queue, or not any more.")
    return _entry(row, lookups())


def _entry(row: Posting, names: Lookups) -> QueueEntry:
    document, organisation = row.document, names.organisations.get(row.organisation_id)
    next_try, reason = row.not_before, row.reason
    if organisation and organisation.hold_until and row.state == "queued":
        # A limit or an outage of the organisation is the reason of everything that only waits its turn.
        next_try = max(next_try or organisation.hold_until, organisation.hold_until)
        reason = reason or organisation.hold_reason
    return QueueEntry(
        id=row.pk,
        document=row.document_id,
        state=QueueState(row.state),
        kind=document.kind,
        number=document.number or document.key,
        role=row.role,
        marker=row.marker,
        action=row.action,
        store=row.connection_id,
        store_name=names.store(row.connection_id),
        organisation=row.organisation_id,
        organisation_name=names.organisation(row.organisation_id),
        total=amount(row.total_minor, row.currency),
        why=row.why,
        code=row.code,
        reason=reason,
        attempts=row.attempts,
        queued_at=row.queued_at,
        next_try_at=next_try,
    )


def _act(name: str) -> Callable[[Call], Changed]:
    """One of the queue's use cases, by name."""

    def run(call: Call) -> Changed:
        chosen: Chosen = call.body
        return Changed(getattr(use_cases(), name)(Selection(postings=tuple(chosen.ids)), call.actor))

    return run


def never_send(call: Call) -> Changed:
    chosen: ChosenWithReason = call.body
    documents = (
        Posting.objects.filter(pk__in=chosen.ids).order_by("document_id").values_list("document_id", flat=True)
    )
    return Changed(use_cases().never_send(tuple(documents.distinct()), chosen.reason.strip(), call.actor))


ENDPOINTS = (
    Endpoint("GET", "queue", "listQueue", "What waits, is being sent, is held or was removed", Right.READ, list_queue,
             QueuePage, query=QueueQuery, refusals=(ApiCode.CURSOR_WRONG,)),
    Endpoint("GET", "queue/{entry}", "readQueueEntry", "One entry of the queue", Right.READ, one_entry, QueueEntry,
             refusals=(ApiCode.NOT_FOUND,)),
    Endpoint("POST", "queue/sync-now", "syncNow", "First in line, with what they depend on",
             Right.SYNC, _act("sync_now"), Changed, body=Chosen),
    Endpoint("POST", "queue/retry", "retry", "Held, waiting and removed ones are tried again", Right.SYNC,
             _act("retry"), Changed, body=Chosen),
    Endpoint("POST", "queue/remove", "remove", "Out of the queue until the document changes or is asked for again",
             Right.SYNC, _act("remove"), Changed, body=Chosen),
    Endpoint("POST", "queue/move-to-front", "moveToFront", "Before everything else that waits", Right.SYNC,
             _act("move_to_front"), Changed, body=Chosen),
    Endpoint("POST", "queue/never-send", "neverSendEntries", "Leave their documents out for good",
             Right.SYNC, never_send, Changed, body=ChosenWithReason),
)  # fmt: skip
