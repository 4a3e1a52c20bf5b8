"""Everything about one generated order, ready to be written as documents."""

import msgspec

from storesim.magento2.generator.events import (
    Portion,
    Totals,
    invoice_portions,
    refund_portion,
    totals,
    whole,
)
from storesim.magento2.generator.figures import Basket, basket
from storesim.magento2.generator.people import Person
from storesim.magento2.generator.sketch import STATES, Plan, Sketch, buyer_of

# Ids of lines, addresses and taxes leave gaps: each order owns a fixed span of them.
LINES_PER_ORDER_MAX = 32
TAXES_PER_ORDER_MAX = 8


class Part(msgspec.Struct, frozen=True):
    """One invoice or credit memo: its share of the order and its totals."""

    portion: Portion
    shown: Totals
    base: Totals


class Numbers(msgspec.Struct, frozen=True):
    """The numbers that depend on what other orders did before.

    increment: number of the order in its store view.  invoice_ids, invoice_increments, memo_id,
    memo_increment, transaction_ids: of its documents; 0 or empty when there are none.
    """

    increment: str
    invoice_ids: tuple[int, ...]
    invoice_increments: tuple[str, ...]
    memo_id: int
    memo_increment: str
    transaction_ids: tuple[int, ...]


class Story(msgspec.Struct, frozen=True):
    """One order with its buyer, money and documents."""

    sketch: Sketch
    buyer: Person
    basket: Basket
    numbers: Numbers
    shown: Totals
    base: Totals
    invoices: tuple[Part, ...]
    memo: Part | None
    state: str
    status: str

    @property
    def order_id(self) -> int:
        """The order's entity_id."""
        return self.sketch.index + 1

    def line_id(self, place: int) -> int:
        """item_id of the order line at this place."""
        return self.sketch.index * LINES_PER_ORDER_MAX + place + 1

    @property
    def shipping_address_id(self) -> int:
        """entity_id of the delivery address; the billing address follows it."""
        return self.sketch.index * 2 + 1


def tell(plan: Plan, sketch: Sketch, numbers: Numbers) -> Story:
    """Work out one order."""
    buyer = buyer_of(plan, sketch.buyer)
    content = basket(
        plan.seed,
        sketch.index,
        buyer,
        is_free=sketch.fate == "free",
        taxes_before_discount=plan.taxes_before_discount,
    )
    portions = invoice_portions(sketch, content)
    refund = refund_portion(plan.seed, sketch, content, buyer.view.to_order)
    state, status = STATES[sketch.fate]
    if sketch.refund == "all":
        state = status = "closed"
    full = whole(content)
    return Story(
        sketch=sketch,
        buyer=buyer,
        basket=content,
        numbers=numbers,
        shown=totals(content.lines, full.shown, full.shipping),
        base=totals(content.lines, full.base, full.base_shipping),
        invoices=tuple(_part(content, portion) for portion in portions),
        memo=None if refund is None else _part(content, refund),
        state=state,
        status=status,
    )


def _part(content: Basket, portion: Portion) -> Part:
    back, base_back = portion.back - portion.kept, portion.base_back - portion.base_kept
    return Part(
        portion=portion,
        shown=totals(content.lines, portion.shown, portion.shipping, back),
        base=totals(content.lines, portion.base, portion.base_shipping, base_back),
    )
