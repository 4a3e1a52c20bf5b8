"""An order, what was paid for it, and what was given back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec

from tieout.documents import DocumentKey, DocumentKind, Order, StorePayment
from tieout.stores.opencart import wire
from tieout.stores.opencart.methods import FREE_METHOD, OFFLINE_METHODS, REMOVED
from tieout.stores.opencart.translate.charges import payment_method
from tieout.stores.opencart.translate.context import Shop
from tieout.stores.opencart.translate.lines import Figures
from tieout.stores.opencart.translate.parties import order_customer, payment_address, shipping_address


def state_of(document: wire.OrderDocument) -> str:
    """The status id as text, the key of the status rules; "removed" once the shop has it no more."""
    return REMOVED if document.removed_at else document.order.order_status_id


def translate_order(document: wire.OrderDocument, figures: Figures, shop: Shop) -> Order:
    """Raises ValueError for times that are none."""
    order = document.order
    method, title = payment_method(order)
    base = base_currency(document, figures.total.currency)
    customer = order_customer(order, shop)
    return Order(
        key=order.order_id,
        number=order.order_id,
        state=state_of(document),
        status=shop.statuses.get(order.order_status_id, ""),
        store_view=order.store_id,
        placed_at=shop.utc(order.date_added),
        date=shop.day(order.date_added),
        currency=figures.total.currency,
        base_currency=base,
        customer=customer,
        lines=figures.lines,
        taxes=figures.taxes,
        total=figures.total,
        tax_total=figures.tax_total,
        exact_total=figures.exact_total,
        payment_method=method,
        payment_title=title,
        rate=order.currency_value if base != figures.total.currency else None,
        ship_to=shipping_address(order, shop) or payment_address(order, shop),
        shows_gross=shop.shows_gross(order.store_id),
        means=figures.means,
        discount_text=figures.discount_text,
        url=order_url(document, shop),
    )


def order_url(document: wire.OrderDocument, shop: Shop) -> str:
    return shop.admin_url("sale/order/info", "order_id", document.order.order_id)


def base_currency(document: wire.OrderDocument, currency: str) -> str:
    """The shop's default currency when the order was made, as far as anything tells it.

    A rate of exactly 1 means the order's own currency was the default, whatever the setting says today.
    """
    if document.order.currency_value == Decimal(1):
        return currency
    return document.default_currency or currency


class Moment(msgspec.Struct, frozen=True):
    """A row of the history that counts: when, in UTC and on the shop's calendar."""

    at: datetime
    day: date
    comment: str


def first_with(document: wire.OrderDocument, statuses: frozenset[str], shop: Shop) -> Moment | None:
    """The first history row with one of the statuses. Raises ValueError for times that are none."""
    rows = [row for row in document.history if row.order_status_id in statuses]
    if not rows:
        return None
    first = min(rows, key=lambda row: (row.date_added, _number(row.order_history_id)))
    return Moment(shop.utc(first.date_added), shop.day(first.date_added), first.comment)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def translate_payment(document: wire.OrderDocument, figures: Figures, shop: Shop) -> StorePayment | None:
    """The money of an order: the shop keeps no payments, its history tells when a paid status came (C2)."""
    paid = first_with(document, shop.paid, shop)
    method, title = payment_method(document.order)
    if paid is None or figures.money.amount <= 0 or method == FREE_METHOD:
        return None
    key = document.order.order_id
    return StorePayment(
        document=DocumentKey(DocumentKind.PAYMENT, key),
        order_key=key,
        date=paid.day,
        amount=figures.money,
        method=method or "unknown",
        method_title=title,
        reference=document.order.transaction_id,
        offline=method in OFFLINE_METHODS,
    )
