"""What becomes of kept calls: the named documents are read, Xero's news are looked at, our own echo costs nothing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cases_world import Books, book_rules
from simulated import METER

from dossiers import line, order, payment, refund
from tieout.accounting import Role
from tieout.documents import DocumentKey, DocumentKind, Dossier
from tieout.errors import RetryLater
from tieout.ports.webhooks import LedgerEvent
from tieout.records import models
from tieout.records.storage import Storage
from tieout.rules.settings import Action, StatusRule
from tieout.sync.heard import Heard
from tieout.sync.inbox import DOCUMENTS_AT_ONCE, InboxWork, Sides
from tieout.xero import webhooks
from xerosim.webhooks import Subscription

AGREED = {"Description": "Agreed", "Quantity": 1, "UnitAmount": "10.00", "AccountCode": "200", "TaxType": "OUTPUT2"}
ORDER, CUSTOMER = DocumentKind.ORDER, DocumentKind.CUSTOMER


class TestClock:
    __test__ = False

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 9, tzinfo=UTC)


class Called:
    """Sides that write down what they were asked."""

    def __init__(self) -> None:
        self.read: list[tuple[int, tuple[DocumentKey, ...]]] = []
        self.pulled: list[int] = []
        self.heard: list[tuple[str, tuple[LedgerEvent, ...]]] = []
        self.failure: Exception | None = None

    def sides(self) -> Sides:
        return Sides(self._touched, self._read, self.pulled.append, self._hear)

    def _touched(self, connection: int, body: bytes) -> Sequence[DocumentKey]:
        if connection == 404:
            raise LookupError("there is no connection 404")
        return [DocumentKey(ORDER, one) for one in msgspec.json.decode(body, type=list[str])]

    def _read(self, connection: int, keys: Sequence[DocumentKey]) -> str:
        if self.failure:
            raise self.failure
        self.read.append((connection, tuple(keys)))
        return "read"

    def _hear(self, tenant: str, events: Sequence[LedgerEvent]) -> Mapping[LedgerEvent, str]:
        if self.failure:
            raise self.failure
        self.heard.append((tenant, tuple(events)))
        return dict.fromkeys(events, "heard")


@pytest.fixture
def storage(db: None) -> Storage:
    return Storage()


@pytest.fixture
def called() -> Called:
    return Called()


def keep(storage: Storage, source: str, *bodies: str) -> None:
    start = models.Inbox.objects.count()
    storage.keep_calls(source, [(f"{start + n}", body) for n, body in enumerate(bodies)], TestClock().now())


def work(storage: Storage, called: Called) -> list[str]:
    InboxWork(storage, TestClock(), called.sides()).run()
    assert not models.Inbox.objects.filter(handled_at=None).exists()
    return list(models.Inbox.objects.order_by("id").values_list("result", flat=True))


def keys(*names: str) -> tuple[DocumentKey, ...]:
    return tuple(DocumentKey(ORDER, name) for name in names)


@pytest.mark.parametrize("bodies", list(itertools.permutations(['["1","2"]', '["2"]', '["1"]'])))
def test_calls_in_any_order_and_doubled_read_each_document_once(
    bodies: tuple[str, ...], storage: Storage, called: Called
) -> None:
    keep(storage, "store:3", *bodies)
    keep(storage, "store:4", '["2"]')
    assert work(storage, called) == ["read"] * 4
    assert [(connection, set(names)) for connection, names in called.read] == [
        (3, set(keys("1", "2"))),
        (4, set(keys("2"))),
    ]


def test_many_documents_are_left_to_one_pull(storage: Storage, called: Called) -> None:
    keep(storage, "store:3", *(f'["{n}"]' for n in range(DOCUMENTS_AT_ONCE + 1)))
    work(storage, called)
    assert (called.read, called.pulled) == ([], [3])


def test_a_call_that_names_no_document_lets_the_next_pull_come_at_once(storage: Storage, called: Called) -> None:
    keep(storage, "store:3", "[]")
    work(storage, called)
    assert (called.read, called.pulled) == ([], [3])


@pytest.mark.parametrize(
    "failure", [RetryLater("The shop does not answer.", scope="connection"), ZeroDivisionError("ours")]
)
def test_what_fails_is_left_to_the_poll_and_keeps_nothing_waiting(
    failure: Exception, storage: Storage, called: Called
) -> None:
    called.failure = failure
    keep(storage, "store:3", '["1"]')
    keep(storage, "xero", event_text("t", "a"))
    store, xero = work(storage, called)
    assert store.startswith("left to the next pull")
    assert xero.startswith("left to the hourly look")


def test_rows_that_nobody_can_read_are_marked(storage: Storage, called: Called) -> None:
    keep(storage, "store:404", "[]")
    keep(storage, "xero", "{}")
    keep(storage, "elsewhere", "")
    results = work(storage, called)
    assert [words.partition(":")[0] for words in results] == [
        "cannot be read", "cannot be read", "from nobody that is known"
    ]  # fmt: skip


def event_text(tenant: str, resource: str) -> str:
    return msgspec.json.encode(event(tenant, resource)).decode()


def event(tenant: str, resource: str, category: str = "INVOICE") -> LedgerEvent:
    return LedgerEvent(tenant, category, resource, "UPDATE", TestClock().now())


def test_events_go_to_their_own_organisation_once(storage: Storage, called: Called) -> None:
    keep(storage, "xero", event_text("t-1", "a"), event_text("t-2", "b"), event_text("t-1", "a"))
    assert work(storage, called) == ["heard"] * 3
    assert called.heard == [("t-1", (event("t-1", "a"),)), ("t-2", (event("t-2", "b"),))]


# Xero's news and our own echo


class Listening:
    """Books whose simulated Xero tells of everything; `hear` looks after what it told since the last time."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.bodies: list[bytes] = []
        self.hook: Subscription = books.house.world.webhooks.subscribe("https://tieout.example.com/webhooks/xero")
        self.hook.status = "on"

    def hear(self) -> dict[LedgerEvent, str]:
        world = self.books.house.world
        world.webhooks.pump(world.clock.now(), self._take)
        events = [one for body in self.bodies for one in webhooks.events(body)]
        self.bodies.clear()
        storage, clock = self.books.storage, self.books.clock
        return Heard(storage, storage, clock).look(self.books.organisation, self.books.house.ledger, METER, events)

    def _take(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert webhooks.is_genuine([self.hook.key], body, headers["x-xero-signature"])
        self.bodies.append(body)
        return 200


@pytest.fixture
def listening(db: None) -> Listening:
    return Listening(Books())


def sale(*payments: Any) -> Dossier:
    return Dossier(order=order(line("12.00", tax="2.00", code="UK20", percent="20")), payments=payments)


def test_our_own_writing_costs_no_call(listening: Listening) -> None:
    books = listening.books
    books.sync(sale(payment("12.00")))
    before = books.calls()
    results = listening.hear()
    assert set(results.values()) == {"our own writing", "not ours"}
    assert {one.category for one in results} >= {"INVOICE", "CONTACT"}
    assert books.calls() == before


def test_b10_a_change_of_a_person_is_seen_at_once_with_one_call(listening: Listening) -> None:
    books = listening.books
    books.sync(sale())
    listening.hear()
    books.clock.move(60)
    books.person("edit", number="SO-000000016", changes={"LineItems": [AGREED]})
    before = books.calls()
    assert list(listening.hear().values()) == ["looked at: 1 of 1 changed by people"]
    assert books.calls() - before == 1
    assert models.Drift.objects.get(field="total").theirs == "10.00 GBP"
    # Told a second time it is known already.
    books.clock.move(60)
    books.person("edit", number="SO-000000016", changes={"Reference": "PO 77"})
    listening.hear()
    assert models.Drift.objects.filter(field="total").count() == 1


def test_a_draft_approved_in_xero_releases_its_payment_at_once(listening: Listening) -> None:
    books = listening.books
    books.set_rules(book_rules(statuses=(StatusRule("order", "complete", Action.DRAFT),), version=2))
    books.sync(sale(payment("12.00")))
    assert books.states(Role.PAYMENT) == {"waiting": 1}
    books.clock.move(60)
    books.person("approve", number="SO-000000016")
    listening.hear()
    books.sync()
    assert books.states(Role.PAYMENT) == {"posted": 1}


def test_exactly_the_named_documents_are_read_whatever_their_list(listening: Listening) -> None:
    books = listening.books
    sold = line("12.00", tax="2.00", code="UK20", percent="20")
    books.sync(Dossier(order=order(sold), payments=(payment("12.00"),), refunds=(refund(sold),)))
    for role in (Role.INVOICE, Role.CREDIT_NOTE):
        known = books.only(role)
        assert [list(page) for page in books.house.ledger.read_some(role, [known.remote_id], METER)] == [[known]]
    with pytest.raises(ValueError, match="not read by their ids"):
        list(books.house.ledger.read_some(Role.PAYMENT, ["x"], METER))


def test_documents_of_others_cost_no_call(listening: Listening) -> None:
    books = listening.books
    books.sync(sale())
    listening.hear()
    before = books.calls()
    stranger = LedgerEvent(books.house.tenant, "INVOICE", "ffffffff-0000-0000-0000-000000000000", "CREATE",
                           books.clock.now())  # fmt: skip
    storage = books.storage
    heard = Heard(storage, storage, books.clock).look(books.organisation, books.house.ledger, METER, [stranger])
    assert heard == {stranger: "not ours"}
    assert books.calls() == before


def test_a_call_that_comes_while_the_inbox_is_worked_off_is_not_left_lying(storage: Storage) -> None:
    start = TestClock().now()
    storage.ensure_job("inbox", "inbox", every_seconds=60, due_at=start)
    job = storage.take_job("worker", start, 60, ("inbox",))
    assert job is not None
    storage.keep_calls("xero", [("late", "{}")], start + timedelta(seconds=1))
    storage.finish_job(job, due_at=start + timedelta(seconds=60), result="", failed=False, now=start)
    assert models.Schedule.objects.get().due_at == start + timedelta(seconds=1)
    again = storage.take_job("worker", start + timedelta(seconds=2), 60, ("inbox",))
    assert again is not None
    storage.finish_job(again, due_at=start + timedelta(seconds=60), result="", failed=False, now=start)
    assert models.Schedule.objects.get().due_at == start + timedelta(seconds=60)
