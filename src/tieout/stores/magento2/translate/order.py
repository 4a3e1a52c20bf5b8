"""An order: its header, lines, taxes, what the shop says is paid, and what was cancelled of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tieout.documents import Cancellation, Order, TaxTotal
from tieout.money import Money, Rounding
from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.building import DIVIDED_PLACES, LineBuilder
from tieout.stores.magento2.translate.context import Shop, local_date, utc_time
from tieout.stores.magento2.translate.discounts import discount_is_untaxed
from tieout.stores.magento2.translate.items import read_items
from tieout.stores.magento2.translate.lines import OrderFacts, order_lines
from tieout.stores.magento2.translate.means import means_of_payment, means_total
from tieout.stores.magento2.translate.parties import order_customer
from tieout.stores.magento2.translate.taxes import TaxBook, fit_shares, tax_totals
from tieout.stores.magento2.translate.unknown import add_unknown_total
from tieout.stores.magento2.wire import ZERO


def currency_of(header: wire.Header, shop: Shop) -> str:
    """The currency that is posted. Raises ValueError when the document names none."""
    code = header.base_currency_code if shop.base_amounts else header.order_currency_code
    code = code or header.order_currency_code or header.base_currency_code
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise ValueError(f"{code[:20]!r} is not a currency")
    return code.upper()


def read_facts(order: wire.Order, shop: Shop) -> OrderFacts:
    """Raises ValueError, ArithmeticError for data that is none."""
    book = TaxBook(order, shop.tax_countries)
    items = read_items(order, book, base=shop.base_amounts)
    return OrderFacts(
        order=order,
        view=shop.view(order.store_id),
        items=items,
        book=book,
        currency=currency_of(order, shop),
        untaxed_discount=discount_is_untaxed(order, items, book),
    )


def translate_order(facts: OrderFacts, shop: Shop, body: bytes, cancelled_at: datetime | None) -> Order:
    """The order as a value.

    body: its JSON, for totals that the named fields do not explain.  cancelled_at: when a part was cancelled, None
    when unknown or nothing was.

    Raises ValueError, ArithmeticError, OverflowError for data that is none.
    """
    order, view, currency = facts.order, facts.view, facts.currency
    extension = order.extension_attributes
    placed_at = utc_time(order.created_at)
    builder = order_lines(facts)
    means = means_of_payment(extension, currency)
    exact_total = Money(order.grand_total + means_total(means), currency)
    add_unknown_total(builder, body, exact_total.amount, order.tax_amount, base=shop.base_amounts)
    tax_total = Money(_header_tax(order, builder.tax), currency).rounded(Rounding.HALF_UP)
    lines = tuple(builder.lines)
    taxes = _shown_taxes(extension.applied_taxes, currency)
    if taxes:
        lines = fit_shares(lines, [(tax.code, tax.amount) for tax in extension.applied_taxes])
    else:
        taxes = tax_totals([share for line in lines for share in line.taxes], tax_total.amount, currency)
    customer = order_customer(order, shop, view)
    foreign = order.order_currency_code != order.base_currency_code and not shop.base_amounts
    return Order(
        key=str(order.entity_id),
        number=order.increment_id or str(order.entity_id),
        state=str(order.state or ""),
        status=order.status,
        store_view=view.code,
        placed_at=placed_at,
        date=local_date(placed_at, view),
        currency=currency,
        base_currency=order.base_currency_code or currency,
        customer=customer,
        lines=lines,
        taxes=taxes,
        total=exact_total.rounded(Rounding.HALF_UP),
        tax_total=tax_total,
        exact_total=exact_total,
        payment_method=order.payment.method,
        payment_title=_payment_title(extension),
        rate=order.base_to_order_rate if foreign and order.base_to_order_rate > 0 else None,
        ship_to=customer.delivery,
        shows_gross=view.shows_gross,
        means=means,
        discount_text=facts.discount_text if order.discount_amount else "",
        cancellation=_cancellation(facts, cancelled_at or placed_at),
        paid=_shown(order.total_paid, currency),
        refunded=_shown(order.total_refunded, currency),
        # Cancelled orders keep a due amount for ever (facts, 0.6).
        open=_shown(max(order.total_due - order.total_canceled, ZERO), currency),
        purchase_order=order.payment.po_number,
        replaces=order.relation_parent_id or order.original_increment_id,
        url=shop.admin_url("sales/order/view/order_id", order.entity_id),
    )


def _shown(amount: Decimal, currency: str) -> Money:
    return Money(amount, currency).rounded(Rounding.HALF_UP)


def _header_tax(order: wire.Order, line_tax: Decimal) -> Decimal:
    """The header's tax; shops differ in whether it holds the tax on gift wrapping, so the lines decide."""
    extension = order.extension_attributes
    wrapping = extension.gw_tax_amount + extension.gw_items_tax_amount + extension.gw_card_tax_amount
    with_wrapping = order.tax_amount + wrapping
    return with_wrapping if abs(with_wrapping - line_tax) < abs(order.tax_amount - line_tax) else order.tax_amount


def _shown_taxes(applied: Sequence[wire.AppliedTax], currency: str) -> tuple[TaxTotal, ...]:
    return tuple(
        [TaxTotal(tax.code, tax.title or tax.code, tax.percent, _shown(tax.amount, currency)) for tax in applied]
    )


def _payment_title(extension: wire.OrderExtension) -> str:
    for entry in extension.payment_additional_info:
        if entry.key == "method_title" and isinstance(entry.value, str):
            return entry.value
    return ""


def _cancellation(facts: OrderFacts, cancelled_at: datetime) -> Cancellation | None:
    """What was cancelled after a part had been invoiced (ACCOUNTING B4): what no invoice will ever bill.

    A wholly cancelled order has none: its state says so. The shop's counters of what was invoiced give the rest
    exactly, whatever its way of rounding.
    """
    order = facts.order
    if not order.total_canceled > 0 or order.state == "canceled" or not order.total_invoiced:
        return None
    builder = facts.builder()
    for item in facts.items.carrying:
        source = item.wire
        uninvoiced = source.qty_ordered - source.qty_invoiced
        if source.qty_canceled <= 0 or uninvoiced <= 0:
            continue
        part = min(source.qty_canceled / uninvoiced, Decimal(1))
        invoiced_net = source.row_invoiced - source.discount_invoiced + source.discount_tax_compensation_invoiced
        amounts = (
            item.net - invoiced_net,
            item.tax - source.tax_invoiced,
            item.discount - source.discount_invoiced,
        )
        if part != 1:
            amounts = tuple([(amount * part).quantize(DIVIDED_PLACES) for amount in amounts])  # type: ignore[assignment]
        builder.product(item, source.qty_canceled, *amounts)
        if item.levies:
            builder.levies(item, source.qty_canceled)
    _cancelled_shipping(facts, builder)
    builder.close(facts.discount_text)
    if not builder.lines:
        return None
    tax_total = _shown(builder.tax, facts.currency)
    return Cancellation(
        lines=tuple(builder.lines),
        total=_shown(order.total_canceled, facts.currency),
        tax_total=tax_total,
        date=local_date(cancelled_at, facts.view),
    )


def _cancelled_shipping(facts: OrderFacts, builder: LineBuilder) -> None:
    order = facts.order
    if order.shipping_canceled <= 0 or order.shipping_amount <= 0:
        return
    part = min(order.shipping_canceled / order.shipping_amount, Decimal(1))
    net = order.shipping_amount - order.shipping_discount_amount + order.shipping_discount_tax_compensation_amount
    amounts = (net, order.shipping_tax_amount, order.shipping_discount_amount)
    if part != 1:
        amounts = tuple([(amount * part).quantize(DIVIDED_PLACES) for amount in amounts])  # type: ignore[assignment]
    builder.shipping(order.shipping_description, facts.shipping_method, *amounts)
