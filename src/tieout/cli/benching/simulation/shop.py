"""The shop of a simulation: orders that come, change, are paid and cancelled, and what is wanted for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tieout.accounting import (
    Contact,
    Invoice,
    LedgerLine,
    LineAmountTypes,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)
from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import DossierPlan, PlannedPosting, Posted
from tieout.ports.store import RawDocument

CURRENCY = "GBP"


@dataclass
class Order:
    """An order as the shop has it now."""

    number: int
    buyer: int
    net: Decimal
    paid: bool = False
    cancelled: bool = False
    version: int = 1

    @property
    def tax(self) -> Decimal:
        return (self.net / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def marker(self) -> str:
        return f"SO-{self.number:06}"

    @property
    def payment_marker(self) -> str:
        return f"PAY-{self.number:06}"

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(DocumentKind.ORDER, str(self.number))


class Shop:
    """Orders by number. Only unpaid orders are edited or cancelled, as in most shops."""

    def __init__(self, random: Random, day: dt.date) -> None:
        self._random = random
        self._day = day
        self.orders: dict[int, Order] = {}
        self.changed: set[int] = set()

    def sell(self, count: int) -> None:
        for _ in range(count):
            number = len(self.orders) + 1
            net = Decimal(self._random.randrange(100, 100_000)) / 100
            buyer = self._random.randrange(1, max(2, number))
            self.orders[number] = Order(number, buyer, net, paid=self._random.random() < 0.5)
            self.changed.add(number)

    def happen(self) -> str:
        """Something happens to an order; what."""
        unpaid = [order for order in self.orders.values() if not order.paid and not order.cancelled]
        if not unpaid:
            self.sell(1)
            return "sold"
        order = self._random.choice(unpaid)
        order.version += 1
        self.changed.add(order.number)
        match self._random.randrange(3):
            case 0:
                order.net += Decimal(self._random.randrange(1, 1_000)) / 100
                return "edited"
            case 1:
                order.cancelled = True
                return "cancelled"
            case _:
                order.paid = True
                return "paid"

    def read(self, now: dt.datetime) -> Sequence[tuple[RawDocument, Envelope]]:
        """What changed since it was read last."""
        page = [self._document(self.orders[number], now) for number in sorted(self.changed)]
        self.changed.clear()
        return page

    def _document(self, order: Order, now: dt.datetime) -> tuple[RawDocument, Envelope]:
        body = f"{order.number} {order.version} {order.net} {order.paid} {order.cancelled}".encode()
        envelope = Envelope(
            document=order.key,
            root=order.key,
            number=f"{order.number:06}",
            digest=hashlib.sha256(body).hexdigest(),
            updated_at=now,
            total=Money(order.total, CURRENCY),
        )
        return RawDocument(order.key.kind, order.key.key, now, body), envelope

    def plan(self, number: int, posted: Sequence[Posted] = ()) -> DossierPlan:
        """What is wanted for an order, as the planner says it. posted: what is known to be in the ledger."""
        order = self.orders[number]
        contact = Ref(Role.CONTACT, DocumentKey(DocumentKind.CUSTOMER, f"guest:buyer{order.buyer}@example.com"))
        invoice = Ref(Role.INVOICE, order.key)
        payment = Ref(Role.PAYMENT, order.key)
        known = next((one for one in posted if one.ref == invoice), None)
        problems = _problems(order, known)
        if order.cancelled and known is None:
            return DossierPlan((), absent=(PlannedPosting(invoice, None, order.marker),))
        if order.cancelled:
            return DossierPlan((PlannedPosting(invoice, None, order.marker, problems=problems),))
        postings = [
            PlannedPosting(contact, self._contact(order.buyer), f"G-{order.buyer}"),
            PlannedPosting(
                invoice, self._invoice(order, contact), order.marker, depends_on=(contact,), problems=problems
            ),
        ]
        if order.paid:
            paid = Payment(
                target=invoice,
                account_code="090",
                date=self._day,
                amount=Money(order.total, CURRENCY),
                reference=order.payment_marker,
            )
            postings.append(
                PlannedPosting(payment, paid, order.payment_marker, depends_on=(invoice,), problems=problems)
            )
        return DossierPlan(tuple(postings))

    def _contact(self, buyer: int) -> Contact:
        # Every fourth has the name of another one: names must be unique in the ledger.
        return Contact(
            name=f"Buyer {buyer - buyer % 4}", contact_number=f"G-{buyer}", email=f"buyer{buyer}@example.com"
        )

    def _invoice(self, order: Order, contact: Ref) -> Invoice:
        line = LedgerLine(
            key="1",
            description="Thing",
            quantity=Decimal(1),
            unit_amount=order.net,
            account_code="200",
            tax_type="OUTPUT2",
            amount=Money(order.net, CURRENCY),
            tax=Money(order.tax, CURRENCY),
        )
        return Invoice(
            number=order.marker,
            reference=f"Order {order.number}",
            contact=contact,
            date=self._day,
            due_date=self._day,
            status=Status.AUTHORISED,
            line_amount_types=LineAmountTypes.EXCLUSIVE,
            currency=CURRENCY,
            lines=(line,),
            totals=Totals(Money(order.net, CURRENCY), Money(order.tax, CURRENCY), Money(order.total, CURRENCY)),
        )


def _problems(order: Order, known: Posted | None) -> tuple[Problem, ...]:
    """What a person did to it in the ledger has to be decided about first (ACCOUNTING B10, B11)."""
    if known is None or not (known.touched or known.deleted_by_person):
        return ()
    code = "deleted_by_person" if known.deleted_by_person else "changed_by_person"
    return (Problem(code=code, reason=f"{order.marker} was changed in Xero by a person."),)
