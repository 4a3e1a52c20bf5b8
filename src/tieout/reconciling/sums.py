"""Count and sum of what the store has, what was sent and what the ledger holds, by day, tax and payment method.

Every document of the store is either sent or left out (held, waiting, passed over by a rule); so both add up to
the store's figure, and what was sent to the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.accounting import CreditNote, Held, Invoice, Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Order, Refund, StoreInvoice
from tieout.reconciling.booked import Booked, Sent
from tieout.reconciling.compare import named_means
from tieout.reconciling.taxes import ledger_tax, list_adds_up, sent_tax, store_tax, tax_groups, titles

_ZERO = Decimal(0)
_GONE = frozenset(("VOIDED", "DELETED"))
#: Ordinals of payments: those from 100 on stand for gift cards and store credit, thousands for parts of one.
_MEANS, _PARTS = 100, 1000


class By(StrEnum):
    """What sums are taken by."""

    DAY = "day"
    METHOD = "method"
    TAX = "tax"


class Side(msgspec.Struct, frozen=True):
    """Documents and their amount, in the row's currency."""

    count: int = 0
    amount: Decimal = _ZERO

    def plus(self, other: Side) -> Side:
        return Side(self.count + other.count, self.amount + other.amount)


_NOTHING = Side()


class Sums(msgspec.Struct, frozen=True):
    """One row. key: ISO day, payment method, or tax types joined by " + ". kind: sale, refund, payment, own, tax.

    title: what the store calls a tax. left_out: of the store's, what is not in the ledger knowingly. "own" are
    documents of our own making, which have no twin in the store. Refunds and credits count positive, save in
    taxes, where they are subtracted.
    """

    by: By
    key: str
    kind: str
    currency: str
    store: Side = Side()
    left_out: Side = Side()
    sent: Side = Side()
    ledger: Side = Side()
    title: str = ""

    @property
    def difference(self) -> Decimal:
        """What the ledger holds beyond what the store has and was not left out; own documents against the sent."""
        expected = self.sent.amount if self.kind == "own" else self.store.amount - self.left_out.amount
        return self.ledger.amount - expected


class SumSheet:
    """Adds dossiers up; counts only documents whose own date lies in the period."""

    def __init__(self, within: Callable[[date], bool] = lambda day: True) -> None:
        self._within = within
        self._rows: dict[tuple[By, str, str, str], Sums] = {}

    def rows(self) -> tuple[Sums, ...]:
        """By day, method and tax, each in its own order: days first, newest on top."""
        days = [row for row in self._rows.values() if row.by is By.DAY]
        others = [row for row in self._rows.values() if row.by is not By.DAY]
        days.sort(key=lambda row: (row.key, row.currency, row.kind), reverse=True)
        return (*days, *sorted(others, key=lambda row: (row.by.value, row.key, row.currency, row.kind)))

    def add(self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> None:
        """Count one dossier. booked, held: as `compare_dossier` takes them."""
        self._documents(dossier, booked, held)
        self._payments(dossier, booked, held)
        self._own(booked, held)

    def _count(
        self,
        by: By,
        key: str,
        kind: str,
        currency: str,
        *,
        store: Side = _NOTHING,
        left_out: Side = _NOTHING,
        sent: Side = _NOTHING,
        ledger: Side = _NOTHING,
        title: str = "",
    ) -> None:
        row = self._rows.get((by, key, kind, currency)) or Sums(by, key, kind, currency)
        self._rows[by, key, kind, currency] = msgspec.structs.replace(
            row,
            store=row.store.plus(store),
            left_out=row.left_out.plus(left_out),
            sent=row.sent.plus(sent),
            ledger=row.ledger.plus(ledger),
            title=row.title or title,
        )

    def _documents(self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> None:
        postings = {one.ref.document: one for one in booked.sent if one.ref.role in (Role.INVOICE, Role.CREDIT_NOTE)}
        for key, document in sales_of(dossier, booked.sales_documents):
            if not self._within(document.date):
                continue
            kind = "refund" if isinstance(document, Refund) else "sale"
            posting = postings.get(key)
            payload = posting.payload if posting is not None and posting.due else None
            currency, day = document.total.currency, document.date.isoformat()
            if posting is None or not isinstance(payload, Invoice | CreditNote):
                side = Side(1, document.total.amount)
                self._count(By.DAY, day, kind, currency, store=side, left_out=side)
                continue
            mirrored = -1 if isinstance(payload, Invoice) == (kind == "refund") else 1
            store = document.total.amount - mirrored * named_means(document, payload)
            entry = _standing(held.get(posting.ref))
            total = entry.total.amount if entry is not None and entry.total is not None else _ZERO
            self._count(
                By.DAY,
                day,
                kind,
                currency,
                store=Side(1, store),
                sent=Side(1, mirrored * payload.totals.total.amount),
                ledger=Side(int(entry is not None), mirrored * total),
            )
            self._taxes(document, payload, entry)

    def _taxes(
        self, document: Order | StoreInvoice | Refund, payload: Invoice | CreditNote, entry: Held | None
    ) -> None:
        if not list_adds_up(document.taxes, document.tax_total.amount):
            return
        sign = -1 if isinstance(payload, CreditNote) else 1
        mirrored = -1 if document.total.amount < 0 else 1
        for group in tax_groups(document.lines, payload.lines):
            self._count(
                By.TAX,
                " + ".join(group.tax_types),
                "tax",
                document.total.currency,
                store=Side(1, sign * mirrored * store_tax(document.taxes, group.codes)),
                sent=Side(1, sign * sent_tax(payload.lines, group.tax_types)),
                ledger=Side(1, sign * ledger_tax(entry.lines, group.tax_types)) if entry is not None else Side(),
                title=titles(document.taxes, group.codes),
            )

    def _payments(self, dossier: Dossier, booked: Booked, held: Mapping[Ref, Held]) -> None:
        sent: dict[tuple[DocumentKey, int], list[Sent]] = {}
        for posting in booked.sent:
            ordinal = posting.ref.ordinal % _PARTS
            if posting.ref.role in (Role.PAYMENT, Role.OVERPAYMENT) and ordinal < _MEANS:
                sent.setdefault((posting.ref.document, ordinal), []).append(posting)
        for payment in dossier.payments:
            if not self._within(payment.date):
                continue
            parts = [
                (one, one.payload)
                for one in sent.get((payment.document, payment.ordinal), ())
                if one.due and isinstance(one.payload, Payment | Overpayment)
            ]
            store = Side(1, payment.amount.amount)
            ours = sum([payload.amount.amount for _, payload in parts], _ZERO)
            entries = [entry for one, _ in parts if (entry := _standing(held.get(one.ref))) is not None]
            theirs = sum([entry.amount.amount for entry in entries if entry.amount is not None], _ZERO)
            for by, key in ((By.DAY, payment.date.isoformat()), (By.METHOD, payment.method)):
                self._count(
                    by,
                    key,
                    "payment",
                    payment.amount.currency,
                    store=store,
                    left_out=Side() if parts else store,
                    sent=Side(int(bool(parts)), ours),
                    ledger=Side(int(bool(entries)), theirs),
                    title=payment.method_title,
                )

    def _own(self, booked: Booked, held: Mapping[Ref, Held]) -> None:
        for posting in booked.sent:
            payload = posting.payload
            if posting.ref.role is not Role.DIFFERENCE or not isinstance(payload, Invoice | CreditNote):
                continue
            if not posting.due or not self._within(payload.date):
                continue
            sign = -1 if isinstance(payload, CreditNote) else 1
            entry = _standing(held.get(posting.ref))
            total = entry.total.amount if entry is not None and entry.total is not None else _ZERO
            self._count(
                By.DAY,
                payload.date.isoformat(),
                "own",
                payload.currency,
                sent=Side(1, sign * payload.totals.total.amount),
                ledger=Side(int(entry is not None), sign * total),
            )


def sales_of(dossier: Dossier, sales_documents: str) -> list[tuple[DocumentKey, Order | StoreInvoice | Refund]]:
    """The documents that carry revenue by the choice of orders or store invoices, and the refunds."""
    found: list[tuple[DocumentKey, Order | StoreInvoice | Refund]] = (
        [(DocumentKey(DocumentKind.ORDER, dossier.order.key), dossier.order)]
        if sales_documents == "orders"
        else [(DocumentKey(DocumentKind.INVOICE, one.key), one) for one in dossier.invoices]
    )
    return found + [(DocumentKey(DocumentKind.REFUND, one.key), one) for one in dossier.refunds]


def _standing(entry: Held | None) -> Held | None:
    return None if entry is None or entry.status in _GONE else entry
