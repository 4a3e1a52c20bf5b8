"""What the stores said: lists, adding to the queue, leaving out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from tieout.documents import DocumentKind
from tieout.ports.records import Selection
from tieout.records.models import Connection, Document, Event, Posting
from tieout.web import links, words
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
from tieout.web.lookups import Lookups, lookups
from tieout.web.use_cases import use_cases


class SyncState(StrEnum):
    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    HELD = "held"
    REMOVED = "removed"
    POSTED = "posted"
    SKIPPED = "skipped"


class DocumentsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """number: how it begins. dated_from, dated_to: by the document's own date, both included."""

    kind: DocumentKind = DocumentKind.ORDER
    state: SyncState | None = None
    store: Id | None = None
    number: Text = ""
    dated_from: date | None = None
    dated_to: date | None = None
    order: Order = "newest"
    limit: Limit = PAGE_SIZE
    after: Cursor = ""


class DocumentEntry(msgspec.Struct, frozen=True):
    """A document of a store. state: of its way into Xero; state_in_store: the store's own word.

    reason: why it is held, waits or was left out. marker, xero_status, xero_url: of the object that stands for it.
    """

    id: int
    kind: str
    key: str
    number: str
    name: str
    email: str
    store: int
    store_name: str
    store_view: str
    store_url: str
    state_in_store: str
    state: SyncState
    never_send: bool
    date: date | None
    total: Amount | None
    changed_at: Moment
    code: str
    reason: str
    marker: str
    xero_status: str
    xero_url: str


class DocumentsPage(msgspec.Struct, frozen=True):
    items: list[DocumentEntry]
    next: Next


class HistoryEvent(msgspec.Struct, frozen=True):
    """Something that happened to a document. status: success, error, held, skipped."""

    id: int
    at: Moment
    action: str
    role: str
    status: str
    code: str
    message: str
    duration_ms: int | None
    run: int | None


class History(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[HistoryEvent]
    next: Next


class HistoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = PAGE_SIZE
    after: Cursor = ""


class ChosenDocuments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ids: of documents."""

    ids: Ids


class ChosenDocumentsWithReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ids: of documents. reason: for the audit trail."""

    ids: Ids
    reason: Reason


class Addition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to add. kinds: [] for all. dated_from, dated_to: both included. ids: only these documents, [] for all."""

    store: Id
    kinds: list[DocumentKind] = []
    dated_from: date | None = None
    dated_to: date | None = None
    ids: Annotated[list[Id], msgspec.Meta(max_length=500)] = []


def list_documents(call: Call) -> DocumentsPage:
    asked: DocumentsQuery = call.query
    found = Document.objects.filter(kind=asked.kind.value).defer("problems", "never_send_reason")
    if asked.state is not None:
        found = found.filter(sync_state=asked.state.value)
    if asked.store is not None:
        found = found.filter(connection_id=asked.store)
    if asked.number:
        found = found.filter(starts_with("number", asked.number))
    if asked.dated_from is not None:
        found = found.filter(date__gte=asked.dated_from)
    if asked.dated_to is not None:
        found = found.filter(date__lte=asked.dated_to)
    rows = page_of(found, "updated_at", order=asked.order, limit=asked.limit, after=asked.after)
    return DocumentsPage(entries(rows.rows, lookups()), rows.after)


def entries(documents: list[Document], names: Lookups) -> list[DocumentEntry]:
    """Documents with the posting that stands for each: one query."""
    postings = Posting.objects.filter(document_id__in=[one.pk for one in documents]).only(
        "document_id", "role", "state", "marker", "remote_id", "remote_status", "reason", "code", "organisation_id"
    )
    main: dict[int, Posting] = {}
    for one in sorted(postings, key=lambda row: (row.state != "held", row.role not in words.MAIN_ROLES, row.pk)):
        main.setdefault(one.document_id, one)
    return [_entry(one, main.get(one.pk), names) for one in documents]


def _entry(document: Document, main: Posting | None, names: Lookups) -> DocumentEntry:
    stopped = main is not None and main.state in ("held", "waiting")
    return DocumentEntry(
        id=document.pk,
        kind=document.kind,
        key=document.key,
        number=document.number or document.key,
        name=document.title,
        email=document.email,
        store=document.connection_id,
        store_name=names.store(document.connection_id),
        store_view=document.store_view,
        store_url=links.in_store(document.url),
        state_in_store=document.state,
        state=SyncState(document.sync_state),
        never_send=document.never_send,
        date=document.date,
        total=amount(document.total_minor, document.currency),
        changed_at=document.updated_at,
        code=(main.code if main and stopped else "") or document.skipped_code,
        reason=(main.reason if main and stopped else "") or document.skipped_reason,
        marker=main.marker if main else "",
        xero_status=main.remote_status if main else "",
        xero_url=links.in_xero(main.role, main.remote_id, names.short_code(main.organisation_id)) if main else "",
    )


def history(call: Call) -> History:
    asked: HistoryQuery = call.query
    document = call.ids["document"]
    if not Document.objects.filter(pk=document).exists():
        raise Refused(ApiCode.NOT_FOUND)
    found = Event.objects.filter(document_id=document).defer("detail")
    rows = page_of(found, "at", order="newest", limit=asked.limit, after=asked.after)
    items = [
        HistoryEvent(
            row.pk, row.at, row.action, row.role, row.status, row.code, row.message, row.duration_ms, row.run_id
        )
        for row in rows.rows
    ]  # fmt: skip
    return History(items, rows.after)


def sync_now(call: Call) -> Changed:
    chosen: ChosenDocuments = call.body
    return Changed(use_cases().sync_now(Selection(documents=tuple(chosen.ids)), call.actor))


def never_send(call: Call) -> Changed:
    chosen: ChosenDocumentsWithReason = call.body
    return Changed(use_cases().never_send(tuple(chosen.ids), chosen.reason.strip(), call.actor))


def send_again(call: Call) -> Changed:
    chosen: ChosenDocuments = call.body
    return Changed(use_cases().send_again(tuple(chosen.ids), call.actor))


def add_to_queue(call: Call) -> Changed:
    asked: Addition = call.body
    if not Connection.objects.filter(pk=asked.store, removed_at=None).exists():
        raise Refused(ApiCode.NOT_FOUND, f"There is no store {asked.store}.")
    return Changed(
        use_cases().add_to_queue(
            asked.store,
            tuple(dict.fromkeys(asked.kinds)),
            call.actor,
            dated_from=asked.dated_from,
            dated_to=asked.dated_to,
            documents=tuple(asked.ids),
        )
    )


ENDPOINTS = (
    Endpoint("GET", "documents", "listDocuments", "Documents of the stores, of one kind", Right.READ, list_documents,
             DocumentsPage, query=DocumentsQuery, refusals=(ApiCode.CURSOR_WRONG,)),
    Endpoint("GET", "documents/{document}/history", "listHistory", "What happened to a document", Right.READ, history,
             History, query=HistoryQuery, refusals=(ApiCode.NOT_FOUND, ApiCode.CURSOR_WRONG)),
    Endpoint("POST", "documents/sync-now", "syncDocumentsNow", "Everything of these documents first in line",
             Right.SYNC, sync_now, Changed, body=ChosenDocuments),
    Endpoint("POST", "documents/add-to-queue", "addToQueue",
             "Everything chosen that is not posted is planned and waits its turn", Right.SYNC, add_to_queue, Changed,
             body=Addition, refusals=(ApiCode.NOT_FOUND,)),
    Endpoint("POST", "documents/never-send", "neverSend", "Leave these documents out for good; what is posted stays",
             Right.SYNC, never_send, Changed, body=ChosenDocumentsWithReason),
    Endpoint("POST", "documents/send-again", "sendAgain", "Take “never send” back", Right.SYNC, send_again, Changed,
             body=ChosenDocuments),
)  # fmt: skip
