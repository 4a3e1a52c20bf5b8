"""Pulling: nothing is marked as read that was not read, and one entity's failure stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports import Mark, Page, RawDocument
from tieout.ports.administration import NewConnection
from tieout.ports.records import StoreConnection
from tieout.records.administration import DjangoAdministration
from tieout.records.models import Connection, Document, Event
from tieout.records.storage import Storage
from tieout.sync.pull import Pulled, Puller

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDER, INVOICE = DocumentKind.ORDER, DocumentKind.INVOICE


class FixedClock:
    def now(self) -> datetime:
        return NOW


class Translator:
    def envelope(self, raw: RawDocument) -> Envelope:
        own = DocumentKey(raw.kind, raw.key)
        return Envelope(document=own, root=own, number=raw.key, digest=raw.body.decode(), updated_at=raw.updated_at)


class Adapter:
    kind, title = "magento2", "a shop"

    def translator(self, context: bytes, options: Any) -> Any:
        return Translator()


class Reader:
    """Gives pages; an exception among them is raised in its place."""

    def __init__(self, pages: dict[DocumentKind, list[Page | Exception]]) -> None:
        self._pages = pages
        self.contexts = 0
        self.asked: list[tuple[DocumentKind, Mark | None]] = []

    def kinds(self) -> Sequence[DocumentKind]:
        return list(self._pages)

    def context(self) -> bytes:
        self.contexts += 1
        return b"{}"

    def changes(self, kind: DocumentKind, since: Mark | None) -> Iterator[Page]:
        self.asked.append((kind, since))
        for page in self._pages[kind]:
            if isinstance(page, Exception):
                raise page
            yield page


def _raw(kind: DocumentKind, key: str, minute: int, body: str = "a") -> RawDocument:
    return RawDocument(kind, key, NOW - timedelta(hours=1) + timedelta(minutes=minute), body.encode())


def _page(*documents: RawDocument, last: bool = True) -> Page:
    return Page(documents, Mark(documents[-1].updated_at, documents[-1].key), last)


def _pull(reader: Reader, connection: int) -> Pulled:
    storage = Storage()
    stored: StoreConnection = storage.connection(connection)
    puller = Puller(storage, DjangoAdministration(), FixedClock())
    return puller.pull(stored, Adapter(), reader)  # type: ignore[arg-type]


@pytest.fixture
def connection() -> int:
    return DjangoAdministration().add_connection(NewConnection("magento2", "Shop", "https://shop", {}, ""), NOW)


def test_a_page_and_its_watermark_are_kept_together(connection: int) -> None:
    pulled = _pull(Reader({ORDER: [_page(_raw(ORDER, "1", 1), _raw(ORDER, "2", 2))]}), connection)
    assert (pulled.new, pulled.failure) == (2, "")
    assert Storage().watermark(connection, ORDER) == Mark(NOW - timedelta(minutes=58), "2")
    assert Connection.objects.get(pk=connection).status == "working"


def test_c129_after_a_failure_the_watermark_stays_at_the_last_whole_page(connection: int) -> None:
    reader = Reader({ORDER: [_page(_raw(ORDER, "1", 1), last=False), RetryLater("down", scope="connection")]})
    pulled = _pull(reader, connection)
    assert pulled.failed == (ORDER,)
    assert Storage().watermark(connection, ORDER) == Mark(NOW - timedelta(minutes=59), "1")
    again = Reader({ORDER: [_page(_raw(ORDER, "1", 1), _raw(ORDER, "2", 2))]})
    second = _pull(again, connection)
    assert again.asked == [(ORDER, Mark(NOW - timedelta(minutes=59), "1"))]
    assert (second.new, second.same) == (1, 1)


def test_one_entity_that_fails_does_not_keep_the_others_from_being_read(connection: int) -> None:
    broken = ContractBroken("a page that is no JSON", evidence="<html>")
    pulled = _pull(Reader({ORDER: [broken], INVOICE: [_page(_raw(INVOICE, "7", 1))]}), connection)
    assert pulled.failed == (ORDER,)
    assert list(Document.objects.values_list("kind", "key")) == [("invoice", "7")]
    row = Connection.objects.get(pk=connection)
    assert (row.status, row.failures) == ("failing", 1)
    assert "order: a page that is no JSON" in row.status_reason
    assert Event.objects.get().status == "error"


def test_the_store_says_how_long_to_wait(connection: int) -> None:
    _pull(Reader({ORDER: [RetryLater("busy", scope="outage", after_seconds=90)]}), connection)
    assert Connection.objects.get(pk=connection).not_before == NOW + timedelta(seconds=90)


def test_pauses_grow_with_every_failure_and_end_with_the_first_success(connection: int) -> None:
    pauses = []
    for _ in range(3):
        _pull(Reader({ORDER: [RetryLater("down", scope="connection")]}), connection)
        not_before = Connection.objects.get(pk=connection).not_before
        assert not_before is not None
        pauses.append(not_before - NOW)
    assert pauses[0] < pauses[1] < pauses[2]
    _pull(Reader({ORDER: [_page(_raw(ORDER, "1", 1))]}), connection)
    row = Connection.objects.get(pk=connection)
    assert (row.status, row.failures, row.not_before) == ("working", 0, None)


def test_refused_access_waits_for_a_person_and_asks_for_nothing_more(connection: int) -> None:
    refused = NeedsOperator("The token is not accepted.", code="access", scope="connection")
    reader = Reader({ORDER: [refused], INVOICE: [_page(_raw(INVOICE, "7", 1))]})
    _pull(reader, connection)
    assert Connection.objects.get(pk=connection).status == "refused"
    assert [kind for kind, _ in reader.asked] == [ORDER]


def test_a_document_twice_on_one_page_is_kept_once_in_its_latest_form(connection: int) -> None:
    page = _page(_raw(ORDER, "1", 1, "old"), _raw(ORDER, "1", 2, "new"))
    assert _pull(Reader({ORDER: [page]}), connection).new == 1
    assert Document.objects.get().digest == "new"


def test_unchanged_content_is_not_planned_again(connection: int) -> None:
    _pull(Reader({ORDER: [_page(_raw(ORDER, "1", 1))]}), connection)
    Document.objects.update(planning_due=False)
    pulled = _pull(Reader({ORDER: [_page(_raw(ORDER, "1", 30))]}), connection)
    assert (pulled.new, pulled.changed, pulled.same) == (0, 0, 1)
    assert not Document.objects.get().planning_due


def test_the_stores_settings_are_read_once_a_day(connection: int) -> None:
    reader = Reader({ORDER: [_page(_raw(ORDER, "1", 1))]})
    _pull(reader, connection)
    _pull(reader, connection)
    assert reader.contexts == 1
    Connection.objects.update(context_read_at=NOW - timedelta(hours=25))
    _pull(reader, connection)
    assert reader.contexts == 2
