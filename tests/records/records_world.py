"""A small world around the storage: a shop's documents, their plans, and a ledger that can be told to misbehave."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from tieout.accounting import (
    Contact,
    ContactEntry,
    Held,
    Invoice,
    LedgerLine,
    LineAmountTypes,
    Payload,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)
from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.engine.states import PostingState
from tieout.money import Money
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports.ledger import Answer, AnswerKind, Element, FrozenCall, Limits, Meter, Operation, Outgoing
from tieout.ports.records import PlanToWrite, PlanWritten
from tieout.ports.store import Mark, RawDocument
from tieout.records import models
from tieout.records.storage import Storage
from tieout.rules.settings import Rules
from tieout.sync.turn import Nothing, Outcome, Policy, Work, prepare, send, settle
from tieout.sync.turn.prepare import CONTACTS_UNDER_WAY
from tieout.sync.turn.values import ReadContacts
from tieout.sync.waiting import RecordsMeter

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def order_key(number: int) -> DocumentKey:
    return DocumentKey(DocumentKind.ORDER, str(number))


def customer_key(number: int) -> DocumentKey:
    return DocumentKey(DocumentKind.CUSTOMER, f"guest:buyer{number}@example.com")


def invoice_ref(number: int) -> Ref:
    return Ref(Role.INVOICE, order_key(number))


def contact_ref(number: int) -> Ref:
    return Ref(Role.CONTACT, customer_key(number))


def payment_ref(number: int) -> Ref:
    return Ref(Role.PAYMENT, order_key(number))


def contact_payload(number: int) -> Contact:
    return Contact(name=f"Buyer {number}", contact_number=f"G-{number}", email=f"buyer{number}@example.com")


def invoice_payload(number: int, total: str = "12.00", contact: int | None = None) -> Invoice:
    gross = Decimal(total)
    net = (gross / Decimal("1.2")).quantize(Decimal("0.01"))
    eur = "EUR"
    line = LedgerLine(
        key="1", description="Thing", quantity=Decimal(1), unit_amount=net, account_code="200", tax_type="OUTPUT2",
        amount=Money(net, eur), tax=Money(gross - net, eur),
    )  # fmt: skip
    return Invoice(
        number=f"SO-{number:09}", reference=f"Order {number}", contact=contact_ref(contact or number),
        date=date(2026, 3, 1), due_date=date(2026, 3, 1), status=Status.AUTHORISED,
        line_amount_types=LineAmountTypes.EXCLUSIVE, currency=eur, lines=(line,),
        totals=Totals(Money(net, eur), Money(gross - net, eur), Money(gross, eur)),
    )  # fmt: skip


def payment_payload(number: int, amount: str = "12.00") -> Payment:
    return Payment(
        target=invoice_ref(number), account_code="090", date=date(2026, 3, 1), amount=Money(Decimal(amount), "EUR"),
        reference=f"PAY-{number}",
    )  # fmt: skip


def order_plan(number: int, *, total: str = "12.00", contact: int | None = None, paid: bool = True) -> DossierPlan:
    contact = contact or number
    postings = [
        PlannedPosting(contact_ref(contact), contact_payload(contact), f"G-{contact}"),
        PlannedPosting(
            invoice_ref(number), invoice_payload(number, total, contact), f"SO-{number:09}",
            depends_on=(contact_ref(contact),),
        ),
    ]  # fmt: skip
    if paid:
        postings.append(
            PlannedPosting(
                payment_ref(number),
                payment_payload(number, total),
                f"PAY-{number}",
                depends_on=(invoice_ref(number),),
            )
        )
    return DossierPlan(tuple(postings))


class FakeLedger:
    """Holds what it is sent, by marker. `answers` may replace or spoil the answer of a call."""

    def __init__(self) -> None:
        self.objects: dict[tuple[Role, str], Held] = {}
        self.journal: list[tuple[str, str]] = []
        self.keys: dict[str, Answer] = {}
        self.remote_contacts: list[ContactEntry] = []
        self.spoil: Callable[[FrozenCall, Callable[[], Answer]], Answer] | None = None
        self.refuse: dict[str, str] = {}
        self.key_life = True
        self.calls = 0
        self._ids = itertools.count(1)

    def lane(self, outgoing: Outgoing) -> str:
        return outgoing.operation.value

    def freeze(self, outgoing: Sequence[Outgoing]) -> FrozenCall:
        body = []
        for one in outgoing:
            if isinstance(one.payload, Invoice):
                one.ids[one.payload.contact]
            if isinstance(one.payload, Payment):
                one.ids[one.payload.target]
            body.append({"marker": one.marker, "id": one.remote_id, "payload": one.payload})
        role = outgoing[0].role
        assert role is not None
        return FrozenCall(
            role=role, operation=outgoing[0].operation, method="PUT", path=f"{role.value}s?x=1",
            body=msgspec.json.encode(body).decode(), markers=tuple(one.marker for one in outgoing),
        )  # fmt: skip

    def hint(self, outgoing: Outgoing) -> str:
        return ""

    def send(self, call: FrozenCall, idempotency_key: str) -> Answer:
        self.calls += 1

        def process() -> Answer:
            if idempotency_key in self.keys and self.key_life:
                return self.keys[idempotency_key]
            answer = Answer(AnswerKind.SETTLED, 200, tuple(self._elements(call)), Limits(day_remaining=900))
            self.keys[idempotency_key] = answer
            return answer

        return self.spoil(call, process) if self.spoil else process()

    def _elements(self, call: FrozenCall) -> Iterator[Element]:
        for item in msgspec.json.decode(call.body):
            marker = item["marker"]
            if marker in self.refuse:
                yield Element(marker=marker, ok=False, refusals=(self.refuse[marker],))
                continue
            payload = msgspec.convert(item["payload"], Payload, strict=False)
            held = self._held(call, payload, item["id"] or f"id-{next(self._ids)}")
            self.objects[call.role, marker] = held
            self.journal.append((call.operation.value, marker))
            yield Element(marker=marker, ok=True, remote_id=held.remote_id, held=held)

    def _held(self, call: FrozenCall, payload: Payload, remote_id: str) -> Held:
        status = {Operation.VOID: "VOIDED", Operation.DELETE: "DELETED"}.get(call.operation, "AUTHORISED")
        if isinstance(payload, Invoice):
            totals = payload.totals
            return Held(
                role=call.role, remote_id=remote_id, status=status, number=payload.number, currency=payload.currency,
                sub_total=totals.sub_total, total_tax=totals.total_tax, total=totals.total, amount_due=totals.total,
                reference=payload.reference, has_lines=False,
            )  # fmt: skip
        if isinstance(payload, Payment):
            return Held(role=call.role, remote_id=remote_id, status=status, amount=payload.amount)
        return Held(role=call.role, remote_id=remote_id, status="ACTIVE")

    def lookup_size(self, role: Role) -> int:
        return 3

    def look_up(self, role: Role, markers: Sequence[str], hints: Mapping[str, str], meter: Meter) -> dict[str, Held]:
        request = meter.open(role.value, "GET", 0)
        meter.close(request, status=200, bytes_in=10, limits=Limits())
        return {marker: self.objects[role, marker] for marker in markers if (role, marker) in self.objects}

    def contacts(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[ContactEntry]]:
        request = meter.open("Contacts", "GET", 0)
        meter.close(request, status=200, bytes_in=10, limits=Limits())
        if self.remote_contacts:
            yield self.remote_contacts

    def made(self, operation: str = "create") -> list[str]:
        return [marker for kind, marker in self.journal if kind == operation]


class World:
    """One shop into one organisation. Times are the test's own."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.clock = TestClock()
        self.ledger = FakeLedger()
        self.policy = Policy(linger_seconds=0)
        using = storage._database.alias
        now = self.clock.now()
        self.connection = models.Connection.objects.using(using).create(kind="shop", name="Shop", created_at=now).id
        app = models.App.objects.using(using).create(name="App", client_id="app", created_at=now)
        authorisation = models.Authorisation.objects.using(using).create(app=app, created_at=now)
        self.organisation = self.add_organisation(authorisation.id)

    def add_organisation(self, authorisation: int | None = None) -> int:
        using = self.storage._database.alias
        now = self.clock.now()
        count = models.Organisation.objects.using(using).count()
        organisation = models.Organisation.objects.using(using).create(
            tenant_id=f"tenant-{count}", name=f"Company {count}", created_at=now, authorisation_id=authorisation
        )
        models.Mapping.objects.using(using).create(
            connection_id=self.connection, organisation=organisation, version=1, created_at=now,
            rules=msgspec.json.encode(Rules()).decode(),
        )  # fmt: skip
        return int(organisation.id)

    # ---- the shop

    def save_orders(self, numbers: Sequence[int], *, change: str = "") -> None:
        page = [self._order(number, change) for number in numbers]
        last = page[-1][1]
        self.storage.save_page(
            self.connection, DocumentKind.ORDER, page, Mark(last.updated_at, last.document.key), self.clock.now()
        )

    def _order(self, number: int, change: str) -> tuple[RawDocument, Envelope]:
        body = f'{{"order": {number}, "change": "{change}"}}'.encode()
        key = order_key(number)
        return (
            RawDocument(key.kind, key.key, self.clock.now(), body),
            Envelope(
                document=key, root=key, number=f"{number:09}", digest=hashlib.sha256(body).hexdigest(),
                updated_at=self.clock.now(), title=f"Order {number}", state="processing", date=date(2026, 3, 1),
                total=Money(Decimal("12.00"), "EUR"),
            ),
        )  # fmt: skip

    def plan(
        self, make: Callable[[int], DossierPlan] = order_plan, *, limit: int = 10_000, rule_version: int = 1,
        organisation: int | None = None, priority: int = 100,
    ) -> PlanWritten:  # fmt: skip
        due = self.storage.due_dossiers(self.connection, limit)
        plans = [
            PlanToWrite(
                dossier=dossier, organisation=organisation or self.organisation, plan=make(int(dossier.root.key)),
                rule_version=rule_version, why="changed in the store", priority=priority,
            )
            for dossier in due
        ]  # fmt: skip
        return self.storage.write_plans(plans, due, self.clock.now())

    # ---- the turn, step by step

    def turn(self, *, steps: int = 1_000, organisation: int | None = None) -> Nothing:
        """Work one call after the other, until nothing is to be sent now."""
        claim = self.storage.claim("test", self.clock.now(), 90, organisation=organisation or self.organisation)
        assert claim is not None, "somebody else holds the lease"
        meter = RecordsMeter(self.storage, self.clock, claim.organisation, f"turn test {claim.fence}")
        for _ in range(steps):
            step = self.prepare(claim)
            if isinstance(step, Nothing):
                self.storage.release(claim, step.ask_again, self.clock.now())
                return step
            outcome: Outcome = send(self.storage, self.ledger, step, meter, self.clock)  # type: ignore[arg-type]
            settle(self.storage, outcome, self.clock.now(), 0.5, self.policy)
        raise AssertionError("the turn does not end")

    def prepare(self, claim: object, under_way: Mapping[int, Role] | None = None) -> Work | Nothing:
        return prepare(
            self.storage, self.ledger, claim, under_way or {}, self.clock.now(), self.policy,  # type: ignore[arg-type]
            nonce="nonce", jitter=0.5,
        )  # fmt: skip

    def finish(self, *, hours: float = 48, turns: int = 500) -> None:
        """Turn after turn, moving the clock to when the engine wants to be asked again."""
        end = self.clock.now() + timedelta(hours=hours)
        for _ in range(turns):
            due = self.storage.next_due()
            if due is None:
                return
            assert due < end, f"waits too long: until {due}"
            self.clock.time = max(due, self.clock.time + timedelta(milliseconds=1))
            self.turn()
        raise AssertionError("work does not end")

    # ---- looking

    def postings(self, role: Role | None = None) -> list[models.Posting]:
        rows = models.Posting.objects.using(self.storage._database.alias).order_by("id")
        return list(rows if role is None else rows.filter(role=role.value))

    def states(self, role: Role | None = None) -> dict[str, int]:
        counts: dict[str, int] = {}
        for posting in self.postings(role):
            counts[posting.state] = counts.get(posting.state, 0) + 1
        return counts

    def posting(self, ref: Ref) -> models.Posting:
        return models.Posting.objects.using(self.storage._database.alias).get(
            role=ref.role.value, document__kind=ref.document.kind.value, document__key=ref.document.key
        )

    def all_posted(self) -> bool:
        return set(self.states()) <= {PostingState.POSTED.value}


def key_of(step: object) -> int:
    return CONTACTS_UNDER_WAY if isinstance(step, ReadContacts) else step.call.id  # type: ignore[attr-defined]
