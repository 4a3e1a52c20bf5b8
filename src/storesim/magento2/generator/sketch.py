"""An order in a few words: who, when, and what became of it; cheap enough to draw for every order."""

from typing import Literal

import msgspec

from storesim.magento2.generator.catalogue import View
from storesim.magento2.generator.dice import Dice
from storesim.magento2.generator.people import Person, person

Fate = Literal[
    "complete",
    "processing",
    "two_invoices",
    "part_invoiced",
    "part_canceled",
    "pending",
    "canceled",
    "holded",
    "review",
    "free",
]
RefundKind = Literal["none", "all", "part", "part_fee", "shipping", "goodwill"]

_SUBJECT = 7
_HOUR = 3600
_DAY = 24 * _HOUR

_RECORDED: tuple[tuple[int, Fate], ...] = (
    (700, "complete"),
    (90, "processing"),
    (60, "two_invoices"),
    (30, "part_invoiced"),
    (10, "part_canceled"),
    (45, "pending"),
    (35, "canceled"),
    (5, "holded"),
    (10, "review"),
    (15, "free"),
)
MIXES: dict[str, tuple[tuple[int, Fate], ...]] = {
    "recorded": _RECORDED,
    "paid": ((1, "complete"),),
    "open": ((70, "complete"), (30, "pending")),
}

STATES: dict[Fate, tuple[str, str]] = {
    "complete": ("complete", "complete"),
    "processing": ("processing", "processing"),
    "two_invoices": ("complete", "complete"),
    "part_invoiced": ("processing", "processing"),
    "part_canceled": ("complete", "complete"),
    "pending": ("new", "pending"),
    "canceled": ("canceled", "canceled"),
    "holded": ("holded", "holded"),
    "review": ("payment_review", "payment_review"),
    "free": ("complete", "complete"),
}
_INVOICE_COUNTS: dict[Fate, int] = {"two_invoices": 2, "pending": 0, "canceled": 0, "holded": 0}
_REFUNDABLE: tuple[Fate, ...] = ("complete", "two_invoices")
_REFUND_KINDS: tuple[tuple[int, RefundKind], ...] = (
    (40, "all"),
    (35, "part"),
    (8, "part_fee"),
    (7, "shipping"),
    (10, "goodwill"),
)


class Plan(msgspec.Struct, frozen=True):
    """What is generated.

    seed, orders: as asked.  pool: number of returning buyers; 0: everybody is new.
    returning_percent: how many orders come from the pool.  views: store views that sell.
    refund_percent: share of all orders that get a credit memo.  mix: a key of MIXES.
    start: first order, seconds since 1970 UTC.  span: seconds from the first to the last order.
    taxes_before_discount: tax is taken on the undiscounted price.
    """

    seed: int
    orders: int
    pool: int
    returning_percent: float
    guest_percent: float
    views: tuple[View, ...]
    refund_percent: float
    mix: str
    start: int
    span: int
    taxes_before_discount: bool = False


class Sketch(msgspec.Struct, frozen=True):
    """One order in a few words.  Times: seconds since 1970 UTC; 0 where nothing happened.

    buyer: number of the person.  A refund happens only to a fully invoiced order.
    """

    index: int
    buyer: int
    fate: Fate
    method: str
    created: int
    invoiced: tuple[int, ...]
    shipped: int
    refund: RefundKind
    refunded: int
    updated: int

    @property
    def order_id(self) -> int:
        """The order's entity_id."""
        return self.index + 1

    @property
    def is_paid_by_card(self) -> bool:
        """Whether a gateway took the money, which leaves transactions."""
        return self.method == "labcard"

    @property
    def transaction_count(self) -> int:
        """One capture an invoice and one refund a credit memo with goods, when paid by card."""
        if not self.is_paid_by_card:
            return 0
        return len(self.invoiced) + (1 if self.refund != "none" else 0)


def sketch(plan: Plan, index: int) -> Sketch:
    """Draw the order with this index, 0 to plan.orders − 1."""
    dice = Dice(plan.seed, _SUBJECT, index)
    step = max(plan.span // max(plan.orders, 1), 1)
    created = plan.start + plan.span * index // max(plan.orders, 1) + dice.below(step)
    fate = dice.weighted(MIXES[plan.mix])
    method = "free" if fate == "free" else dice.weighted(_METHODS)
    if fate == "review":
        method = "labcard"
    count = _INVOICE_COUNTS.get(fate, 1)
    first = created if method == "labcard" else created + dice.between(1, 60) * _HOUR
    invoiced = tuple(first + number * (_DAY + dice.below(_DAY)) for number in range(count))
    shipped = 0
    if fate in ("complete", "two_invoices", "part_canceled", "free"):
        shipped = invoiced[-1] + dice.between(1, 48) * _HOUR
    refund: RefundKind = "none"
    refunded = 0
    chance = plan.refund_percent * sum(w for w, _ in MIXES[plan.mix]) / _refundable_weight(plan.mix)
    if dice.percent(chance) and fate in _REFUNDABLE:
        refund = dice.weighted(_REFUND_KINDS)
        refunded = shipped + dice.between(1, 10 * 24) * _HOUR
    moved = created + dice.between(1, 20) * _HOUR if fate in ("canceled", "holded") else created
    return Sketch(
        index=index,
        buyer=_buyer(plan, index, dice),
        fate=fate,
        method=method,
        created=created,
        invoiced=invoiced,
        shipped=shipped,
        refund=refund,
        refunded=refunded,
        updated=max(created, moved, shipped, refunded, *invoiced),
    )


def buyer_of(plan: Plan, number: int) -> Person:
    """The person with this number in this plan."""
    return person(plan.seed, number, views=plan.views, guest_percent=plan.guest_percent)


def buyer_count(plan: Plan) -> int:
    """How many people there are, guests included."""
    if plan.pool == 0:
        return plan.orders
    return plan.pool if plan.returning_percent >= 100 else plan.pool + plan.orders


def _buyer(plan: Plan, index: int, dice: Dice) -> int:
    """Returning buyers come first in the numbering, then one new buyer an order."""
    if plan.pool and dice.percent(plan.returning_percent):
        return dice.below(plan.pool)
    return plan.pool + index


def _refundable_weight(mix: str) -> int:
    return sum(weight for weight, fate in MIXES[mix] if fate in _REFUNDABLE)


_METHODS: tuple[tuple[int, str], ...] = ((70, "labcard"), (20, "checkmo"), (10, "banktransfer"))
