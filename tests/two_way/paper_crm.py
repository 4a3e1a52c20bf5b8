"""A small CRM in memory that can be read and written: a store of the way back, and what goes wrong there."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from tieout.documents import (
    Address,
    Customer,
    DocumentKey,
    DocumentKind,
    Dossier,
    Envelope,
    Line,
    LineKind,
    Order,
    StorePayment,
    TaxShare,
    TaxTotal,
)
from tieout.documents.entries import (
    CustomerEntry,
    Entry,
    EntryKind,
    EntryLine,
    InvoiceEntry,
    InvoiceState,
    PaymentEntry,
    Person,
    TaxName,
    TaxRateEntry,
)
from tieout.errors import Problem
from tieout.money import Money
from tieout.ports.store import RawDocument
from tieout.ports.writing import (
    Current,
    Refused,
    StoreMethod,
    StoreTax,
    StoreWrite,
    Vocabulary,
    WriteOperation,
    Written,
)

CURRENCY = "GBP"
METHOD = "card"
ALL = frozenset(WriteOperation)
_ORDERLY = {EntryKind.INVOICE: DocumentKind.ORDER}


class Record(msgspec.Struct):
    """A row of the CRM. marker: left by whoever wrote it from outside."""

    key: str
    entry: Entry
    updated: int
    marker: str = ""


class PaperCrm:
    """Tables by kind. `fault` may raise before or after a write takes effect: (moment, write)."""

    def __init__(self) -> None:
        self.tables: dict[EntryKind, dict[str, Record]] = {kind: {} for kind in EntryKind}
        self.ids = itertools.count(1)
        self.ticks = itertools.count(1)
        self.writes: list[StoreWrite] = []
        self.reads = 0
        self.fault: Callable[[str, StoreWrite], None] = lambda moment, write: None
        self.refuse: dict[str, str] = {}
        self.currencies = (CURRENCY, "EUR")
        self.tables[EntryKind.TAX_RATE] = {
            "VAT|20": Record("VAT|20", TaxRateEntry("VAT", Decimal(20)), 0),
            "None|0": Record("None|0", TaxRateEntry("None", Decimal(0)), 0),
        }

    # ---- what people do in the CRM

    def add(self, entry: Entry) -> str:
        kind = kind_of(entry)
        key = str(next(self.ids))
        self.tables[kind][key] = Record(key, entry, next(self.ticks))
        return key

    def edit(self, kind: EntryKind, key: str, **changes: Any) -> None:
        record = self.tables[kind][key]
        record.entry = msgspec.structs.replace(record.entry, **changes)
        record.updated = next(self.ticks)

    def remove(self, kind: EntryKind, key: str) -> None:
        del self.tables[kind][key]

    def entry(self, kind: EntryKind, key: str) -> Any:
        return self.tables[kind][key].entry

    def of(self, kind: EntryKind) -> list[Any]:
        return [record.entry for record in self.tables[kind].values()]

    # ---- the reader's side

    def raw(self, kind: EntryKind, key: str) -> RawDocument:
        record = self.tables[kind][key]
        body = msgspec.json.encode({"key": key, "marker": record.marker, "entry": record.entry})
        at = datetime(2026, 3, 1, tzinfo=UTC)
        return RawDocument(_ORDERLY.get(kind, DocumentKind(kind.value)), key, at, body)

    def documents(self, kind: EntryKind) -> list[RawDocument]:
        return [self.raw(kind, key) for key in self.tables[kind]]


def kind_of(entry: Entry) -> EntryKind:
    return {
        CustomerEntry: EntryKind.CUSTOMER,
        TaxRateEntry: EntryKind.TAX_RATE,
        InvoiceEntry: EntryKind.INVOICE,
        PaymentEntry: EntryKind.PAYMENT,
    }[type(entry)]


class PaperWriter:
    """Implements StoreWriter."""

    def __init__(self, crm: PaperCrm) -> None:
        self._crm = crm

    def operations(self) -> Mapping[EntryKind, frozenset[WriteOperation]]:
        return {
            EntryKind.CUSTOMER: ALL,
            EntryKind.TAX_RATE: frozenset({WriteOperation.CREATE, WriteOperation.UPDATE}),
            EntryKind.INVOICE: ALL,
            EntryKind.PAYMENT: frozenset({WriteOperation.CREATE, WriteOperation.DELETE}),
        }

    def problems(self, write: StoreWrite, vocabulary: Vocabulary) -> tuple[Problem, ...]:
        return ()

    def vocabulary(self) -> Vocabulary:
        taxes = [
            StoreTax(key, record.entry.name, record.entry.percent)
            for key, record in self._crm.tables[EntryKind.TAX_RATE].items()
            if isinstance(record.entry, TaxRateEntry)
        ]
        return Vocabulary(self._crm.currencies, tuple(taxes), (StoreMethod(METHOD, "Card"),), CURRENCY)

    def current(self, kind: EntryKind, key: str) -> Current | None:
        self._crm.reads += 1
        record = self._crm.tables[kind].get(key)
        if record is None:
            return None
        raw = self._crm.raw(kind, key) if kind is not EntryKind.TAX_RATE else None
        return Current(key, record.entry, raw, record.marker)

    def look_up(self, write: StoreWrite) -> Written | None:
        self._crm.fault("look up", write)
        found = [r.key for r in self._crm.tables[write.kind].values() if r.marker == write.marker]
        assert len(found) < 2, "doubled"
        return Written(found[0]) if found else None

    def send(self, write: StoreWrite, idempotency_key: str) -> Written | Refused:
        crm = self._crm
        crm.fault("before", write)
        words = crm.refuse.get(write.kind.value)
        if words:
            return Refused((Problem("store_refused", words, write.kind.value),))
        table = crm.tables[write.kind]
        key = write.key
        if write.operation is WriteOperation.CREATE:
            key = f"{write.entry.name}|{write.entry.percent:f}" if isinstance(write.entry, TaxRateEntry) else ""
            key = key or str(next(crm.ids))
            table[key] = Record(key, write.entry, next(crm.ticks), write.marker)
        elif key not in table:
            return Refused((Problem("store_deleted", "not there"),), gone=True)
        elif write.operation is WriteOperation.UPDATE:
            table[key].entry, table[key].updated = write.entry, next(crm.ticks)
        elif write.operation is WriteOperation.DELETE:
            del table[key]
        elif isinstance(table[key].entry, InvoiceEntry):
            crm.edit(write.kind, key, state=InvoiceState.CANCELLED)
        else:
            crm.edit(write.kind, key, active=False)
        crm.writes.append(write)
        crm.fault("after", write)
        return Written(key)

    def marker_of(self, document: RawDocument) -> str:
        return str(msgspec.json.decode(document.body)["marker"])


class _Body(msgspec.Struct):
    key: str
    marker: str
    entry: CustomerEntry | InvoiceEntry | PaymentEntry


_bodies = msgspec.json.Decoder(_Body)


class CrmTranslator:
    """The CRM's records as dossiers: an order made of its invoice, its payments beside it."""

    def envelope(self, raw: RawDocument) -> Envelope:
        body = _bodies.decode(raw.body)
        own = DocumentKey(raw.kind, raw.key)
        entry = body.entry
        digest = hashlib.sha256(raw.body).hexdigest()
        if isinstance(entry, CustomerEntry):
            email = entry.people[0].email if entry.people else ""
            return Envelope(own, own, raw.key, digest, raw.updated_at, title=entry.name, email=email)
        if isinstance(entry, PaymentEntry):
            root = DocumentKey(DocumentKind.ORDER, entry.invoice_key)
            return Envelope(own, root, raw.key, digest, raw.updated_at, date=entry.date, total=entry.amount)
        return Envelope(
            own,
            own,
            entry.number,
            digest,
            raw.updated_at,
            state=entry.state.value,
            date=entry.date,
            total=entry.total,
        )

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        body = _bodies.decode(root)
        assert isinstance(body.entry, InvoiceEntry)
        entry = body.entry
        payments = [_bodies.decode(member) for kind, member in members if kind is DocumentKind.PAYMENT]
        return Dossier(
            order=_order(body.key, entry),
            payments=tuple(
                StorePayment(
                    DocumentKey(DocumentKind.PAYMENT, one.key), body.key, one.entry.date, one.entry.amount,
                    one.entry.method, reference=one.entry.reference,
                )
                for one in payments
                if isinstance(one.entry, PaymentEntry)
            ),
        )  # fmt: skip

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        found = _bodies.decode(body)
        assert isinstance(found.entry, CustomerEntry)
        return _customer(found.key, found.entry)


def _customer(key: str, entry: CustomerEntry) -> Customer:
    person = entry.people[0] if entry.people else Person()
    return Customer(
        key=key, is_guest=False, number=key, first_name=person.first_name, last_name=person.last_name,
        company=entry.name if entry.is_company else "", email=person.email, phone=entry.phone,
        tax_number=entry.tax_number, billing=entry.billing, delivery=entry.delivery,
    )  # fmt: skip


def _order(key: str, entry: InvoiceEntry) -> Order:
    lines = [_line(str(place), line) for place, line in enumerate(entry.lines)]
    states = {InvoiceState.DRAFT: "draft", InvoiceState.OPEN: "processing", InvoiceState.CANCELLED: "canceled"}
    taxes: dict[str, TaxTotal] = {}
    for line in lines:
        for share in line.taxes:
            before = taxes.get(share.code)
            amount = share.amount + before.amount if before else share.amount
            taxes[share.code] = TaxTotal(share.code, share.title, share.percent, amount)
    return Order(
        key=key, number=entry.number, state=states[entry.state], status=entry.state.value, store_view="",
        placed_at=datetime(2026, 3, 1, tzinfo=UTC), date=entry.date, currency=entry.currency, base_currency=CURRENCY,
        customer=Customer(key=entry.customer_key, is_guest=False, number=entry.customer_key,
                          billing=Address(country="GB")),
        lines=tuple(lines), taxes=tuple(taxes.values()), total=entry.total, tax_total=entry.tax,
        exact_total=entry.total, payment_method=METHOD, shows_gross=False, purchase_order=entry.reference,
    )  # fmt: skip


def _line(key: str, line: EntryLine) -> Line:
    taxes = tuple(
        TaxShare(f"{tax.name}|{tax.percent:f}", tax.name, tax.percent, line.tax, "GB") for tax in line.taxes[:1]
    )
    return Line(
        key=key, kind=LineKind.PRODUCT, name=line.description, quantity=line.quantity, net=line.net, tax=line.tax,
        gross=line.net + line.tax, taxes=taxes, tax_percent=sum((t.percent for t in line.taxes), Decimal(0)),
    )  # fmt: skip


def money(text: str | Decimal, currency: str = CURRENCY) -> Money:
    return Money(Decimal(text), currency)


def invoice_entry(number: str, customer: str, *nets: str, day: date = date(2026, 3, 10), **more: Any) -> InvoiceEntry:
    """Lines of one thing each at 20 %."""
    currency = str(more.pop("currency", CURRENCY))
    lines = []
    for place, net in enumerate(nets):
        amount = money(net, currency)
        tax = money((amount.amount * Decimal("0.2")).quantize(Decimal("0.01"), "ROUND_HALF_UP"), currency)
        lines.append(
            EntryLine(f"Work {place}", Decimal(1), amount.amount, amount, tax, (TaxName("VAT", Decimal(20)),))
        )
    net_total = sum((line.net for line in lines), money("0", currency))
    tax_total = sum((line.tax for line in lines), money("0", currency))
    return InvoiceEntry(
        number=number, customer_key=customer, date=day, currency=currency, lines=tuple(lines), net=net_total,
        tax=tax_total, total=net_total + tax_total, due_date=day, **more,
    )  # fmt: skip
