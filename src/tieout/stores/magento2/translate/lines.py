"""The lines of orders, invoices and credit memos by the recipes of the facts (docs/stores/magento2.md)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tieout.documents import LineKind
from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.building import LineBuilder
from tieout.stores.magento2.translate.context import View
from tieout.stores.magento2.translate.items import Item, Items
from tieout.stores.magento2.translate.means import add_wrapping
from tieout.stores.magento2.translate.taxes import Tax, TaxBook
from tieout.stores.magento2.wire import ZERO

CENT = Decimal("0.01")


class OrderFacts(msgspec.Struct, frozen=True):
    """What is known of an order once its items are read; its invoices and credit memos are read with it."""

    order: wire.Order
    view: View
    items: Items
    book: TaxBook
    currency: str
    untaxed_discount: bool

    def builder(self) -> LineBuilder:
        percents = {item.wire.tax_percent for item in self.items.carrying}
        return LineBuilder(
            self.book,
            self.currency,
            untaxed_discount=self.untaxed_discount,
            usual_percent=percents.pop() if len(percents) == 1 else ZERO,
        )

    @property
    def discount_text(self) -> str:
        return self.order.discount_description or self.order.coupon_code

    @property
    def shipping_method(self) -> str:
        assignments = self.order.extension_attributes.shipping_assignments
        return assignments[0].shipping.method if assignments else ""


def order_lines(facts: OrderFacts) -> LineBuilder:
    """Sum of gross = grand total and means of payment, sum of tax = the header's tax, but for rounding."""
    order, builder = facts.order, facts.builder()
    untold = _untold_tax(facts)
    for item in facts.items.carrying:
        tax = untold.get(item.wire.item_id, item.tax)
        builder.product(item, item.wire.qty_ordered, item.net, tax, item.discount)
        if item.levies:
            builder.levies(item, item.wire.qty_ordered)
    net = order.shipping_amount - order.shipping_discount_amount + order.shipping_discount_tax_compensation_amount
    tax = untold.get(0, order.shipping_tax_amount)
    builder.shipping(order.shipping_description, facts.shipping_method, net, tax, order.shipping_discount_amount)
    add_wrapping(builder, facts.book, order.extension_attributes)
    builder.close(facts.discount_text)
    return builder


def _untold_tax(facts: OrderFacts) -> dict[int, Decimal]:
    """Tax that an imported order has in its header only: by item id, shipping under 0 (facts, section 4).

    It goes to the items by their percentages when that explains it, else it is the tax on shipping.
    """
    order, items = facts.order, facts.items.carrying
    if not order.tax_amount or order.extension_attributes.applied_taxes or order.shipping_tax_amount:
        return {}
    missing = order.tax_amount - sum((item.tax for item in items), ZERO)
    if abs(missing) <= CENT * (len(items) + 1):
        return {}
    untaxed = [item for item in items if item.wire.tax_percent and not item.tax and item.net]
    wanted = [(item.net * item.wire.tax_percent / 100).quantize(CENT, "ROUND_HALF_UP") for item in untaxed]
    told = dict(zip((item.wire.item_id for item in untaxed), wanted, strict=True))
    rest = missing - sum(wanted, ZERO)
    if untaxed and abs(rest) <= CENT * len(untaxed):
        last = untaxed[-1].wire.item_id
        told[last] += rest
        return told
    if order.shipping_amount:
        return {0: missing} if not untaxed else {**told, 0: rest}
    return {}


def invoice_lines(facts: OrderFacts, invoice: wire.Invoice) -> LineBuilder:
    builder = facts.builder()
    _document_lines(facts, builder, invoice, invoice.items)
    add_wrapping(builder, facts.book, invoice.extension_attributes)
    builder.close(facts.discount_text)
    return builder


def refund_lines(facts: OrderFacts, memo: wire.CreditMemo) -> LineBuilder:
    builder = facts.builder()
    _document_lines(facts, builder, memo, memo.items)
    add_wrapping(builder, facts.book, memo.extension_attributes)
    builder.close(facts.discount_text)
    builder.untaxed("adjustment", LineKind.ADJUSTMENT, "Adjustment refund", memo.adjustment_positive)
    builder.untaxed("adjustment-fee", LineKind.ADJUSTMENT, "Adjustment fee", -memo.adjustment_negative)
    return builder


def _document_lines(
    facts: OrderFacts, builder: LineBuilder, document: wire.Header, lines: tuple[wire.DocumentItem, ...]
) -> None:
    """Lines that have a row total carry money; what they lack (rates, levies) is the order's item's."""
    discounts = ZERO
    for line in lines:
        if line.row_total is None or line.order_item_id in facts.items.shadows:
            continue
        if not line.qty >= 0:
            raise ValueError(f"the quantity of {line.sku[:40]} is {line.qty}")
        item = facts.items.by_id.get(line.order_item_id)
        if item is None:
            if not line.row_total and not line.tax_amount:
                continue
            item = _stranger(line)
        if not line.qty and not line.row_total and not line.tax_amount:
            continue  # credit memos that only adjust repeat the items with quantity 0
        discount = abs(line.discount_amount)
        discounts += discount
        net = line.row_total - discount + line.discount_tax_compensation_amount
        builder.product(item, line.qty, net, line.tax_amount, discount)
        if item.levies:
            builder.levies(item, line.qty)
    shipping_discount = abs(document.discount_amount) - discounts
    if not document.shipping_amount or abs(shipping_discount) < CENT / 2:
        shipping_discount = ZERO
    net = document.shipping_amount - shipping_discount + document.shipping_discount_tax_compensation_amount
    builder.shipping(
        facts.order.shipping_description,
        facts.shipping_method,
        net,
        document.shipping_tax_amount,
        max(shipping_discount, ZERO),
    )


def _stranger(line: wire.DocumentItem) -> Item:
    """A line whose order item is unknown: it stands for itself."""
    none: tuple[Tax, ...] = ()
    return Item(
        wire=wire.OrderItem(item_id=line.order_item_id, name=line.name, sku=line.sku),
        net=ZERO,
        tax=ZERO,
        discount=ZERO,
        compensation=ZERO,
        levies=(),
        taxes=none,
        levy_taxes=none,
        product_key="",
        options=(),
    )
