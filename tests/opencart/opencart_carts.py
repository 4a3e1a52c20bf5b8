# ruff: noqa: RUF009 - decimals do not change
"""OpenCart's own arithmetic, written for the tests: a cart becomes the rows that a shop would store.

Nothing is rounded until it is stored (4 decimals) or shown (each figure on its own); the totals are worked out in the
order reward, shipping, coupon, fees, tax, credit, voucher. Uses nothing of Tieout.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

D = Decimal
EXACT = Context(prec=60)
UK, NL = "222", "150"


@dataclass(frozen=True)
class Rate:
    id: str
    name: str
    rate: D
    type: str = "P"
    country: str = UK
    groups: tuple[str, ...] = ("1",)


@dataclass(frozen=True)
class Item:
    price: D
    quantity: int = 1
    tax_class: str = "7"
    points: int = 0
    name: str = "Thing"
    options: tuple[tuple[str, str], ...] = ()
    #: Whether the coupon is good for it.
    eligible: bool = True
    id: str = ""


@dataclass(frozen=True)
class Coupon:
    type: str = "P"
    discount: D = D(10)
    shipping: bool = False


@dataclass(frozen=True)
class Setup:
    """classes: tax class id → ids of its rates."""

    rates: tuple[Rate, ...] = (
        Rate("51", "UK VAT (20%)", D(20)),
        Rate("52", "UK VAT reduced (5%)", D(5)),
        Rate("53", "BTW 21%", D(21), country=NL),
        Rate("54", "BTW 9%", D(9), country=NL),
        Rate("55", "Levy 3.5%", D("3.5")),
        Rate("56", "Eco fee", D("0.75"), type="F"),
    )
    classes: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("7", ("51", "53")),
        ("8", ("52", "54")),
        ("9", ()),
        ("10", ("51", "55")),
        ("11", ("51", "56")),
    )
    #: Fixed amounts are charged once a line (4.1.0.4), not once a piece.
    fixed_per_line: bool = False


@dataclass(frozen=True)
class Cart:
    items: tuple[Item, ...]
    setup: Setup = field(default_factory=Setup)
    country: str = UK
    group: str = "1"
    shipping: D | None = D("3.95")
    shipping_class: str = "7"
    coupon: Coupon | None = None
    reward_points: int = 0
    handling: D = D(0)
    handling_class: str = "7"
    low_order_fee: D = D(0)
    low_order_class: str = ""
    #: A fee whose row comes after the tax row gets no tax, whatever its class says.
    fee_after_tax: bool = False
    coupon_after_tax: bool = False
    unknown: tuple[tuple[str, D, str], ...] = ()
    vouchers_sold: tuple[D, ...] = ()
    credit: D = D(0)
    voucher: D = D(0)
    currency: str = "GBP"
    rate: D = D(1)
    decimals: int = 2
    tax_shown: bool = True


@dataclass
class Sold:
    """document: as our readers make it. shown: what the customer saw, in the order's currency."""

    document: dict[str, Any]
    context: dict[str, Any]
    total: D
    means: D
    taxes: list[tuple[str, D]]


def stored(amount: D, places: str = "0.0001") -> D:
    return amount.quantize(D(places), ROUND_HALF_UP, EXACT)


def sell(cart: Cart, **order: Any) -> Sold:
    rates = {rate.id: rate for rate in cart.setup.rates}
    classes = dict(cart.setup.classes)

    def of(tax_class: str) -> list[Rate]:
        found = [rates[one] for one in classes.get(tax_class, ())]
        return [one for one in found if one.country == cart.country and cart.group in one.groups]

    def tax_of(value: D, tax_class: str, quantity: int = 1) -> dict[str, D]:
        """Percent of the value, fixed amounts per piece or per line."""
        found = {}
        for one in of(tax_class):
            times = 1 if cart.setup.fixed_per_line else quantity
            found[one.id] = value * one.rate / 100 if one.type == "P" else one.rate * times
        return found

    taxes: dict[str, D] = {}

    def add(parts: dict[str, D], sign: int = 1, *, percent_only: bool = False) -> None:
        for key, amount in parts.items():
            if not (percent_only and rates[key].type == "F"):
                taxes[key] = taxes.get(key, D(0)) + sign * amount

    totals: list[tuple[str, str, D]] = []
    for item in cart.items:
        add(tax_of(item.price * item.quantity, item.tax_class, item.quantity))
    goods = sum((item.price * item.quantity for item in cart.items), D(0))
    totals.append(("sub_total", "Sub-Total", goods + sum(cart.vouchers_sold, D(0))))
    points = sum(item.points * item.quantity for item in cart.items)
    if cart.reward_points and points:
        part = D(min(cart.reward_points, points)) / points
        off = D(0)
        for item in cart.items:
            if item.points:
                value = item.price * item.quantity * part
                off += value
                add(tax_of(value, item.tax_class), -1, percent_only=True)
        totals.append(("reward", f"Reward Points ({cart.reward_points})", -off))
    if cart.shipping is not None:
        totals.append(("shipping", "Flat Shipping Rate", cart.shipping))
        add(tax_of(cart.shipping, cart.shipping_class))
    if cart.coupon is not None:
        chosen = [item for item in cart.items if item.eligible]
        base = sum((item.price * item.quantity for item in chosen), D(0))
        off = D(0)
        if base:
            for item in chosen:
                worth = item.price * item.quantity
                if cart.coupon.type == "F":
                    value = min(cart.coupon.discount, base) * worth / base
                else:
                    value = worth * cart.coupon.discount / 100
                off += value
                if not cart.coupon_after_tax:
                    add(tax_of(value, item.tax_class), -1, percent_only=True)
        if cart.coupon.shipping and cart.shipping is not None:
            off += cart.shipping
            if not cart.coupon_after_tax:
                add(tax_of(cart.shipping, cart.shipping_class), -1, percent_only=True)
        if off:
            totals.append(("coupon", "Coupon (SAVE)", -off))
    for code, value, tax_class in (
        ("handling", cart.handling, cart.handling_class),
        ("low_order_fee", cart.low_order_fee, cart.low_order_class),
        *cart.unknown,
    ):
        if value:
            totals.append((code, code.replace("_", " ").title(), value))
            if not cart.fee_after_tax:
                add(tax_of(value, tax_class))
    tax_rows = [(rates[key].name, amount) for key, amount in taxes.items() if amount > 0]
    totals += [("tax", name, amount) for name, amount in tax_rows]
    total = sum((amount for _, _, amount in totals), D(0))
    means = D(0)
    for code, title, available in (("credit", "Store Credit", cart.credit), ("voucher", "Gift (X1)", cart.voucher)):
        used = min(available, max(total, D(0)))
        if used > 0:
            totals.append((code, title, -used))
            total -= used
            means += stored(stored(used) * cart.rate, _unit(cart))
    total = max(total, D(0))
    totals.append(("total", "Total", total))
    document = _document(cart, totals, total, of, order)
    shown = [(name, stored(stored(amount) * cart.rate, _unit(cart))) for name, amount in tax_rows]
    return Sold(document, context(cart), stored(stored(total) * cart.rate, _unit(cart)), means, shown)


def _unit(cart: Cart) -> str:
    return str(D(1).scaleb(-cart.decimals))


def _document(cart: Cart, totals: Any, total: D, of: Any, more: dict[str, Any]) -> dict[str, Any]:
    order = {
        "order_id": "6001",
        "total": str(stored(total)),
        "currency_code": cart.currency,
        "currency_value": str(cart.rate.quantize(D("0.00000001"))),
        "date_added": "2026-08-04 18:32:23",
        "date_modified": "2026-08-04 18:40:00",
        "order_status_id": "5",
        "customer_group_id": cart.group,
        "firstname": "Mary",
        "lastname": "Poole",
        "email": "mary.poole@example.test",
        "payment_firstname": "Mary",
        "payment_lastname": "Poole",
        "payment_address_1": "14 Milsom Street",
        "payment_country_id": cart.country,
        "shipping_country_id": cart.country if cart.shipping is not None else "0",
        "payment_method": "Card",
        "payment_code": "card",
        "shipping_method": "Flat Shipping Rate" if cart.shipping is not None else "",
        "shipping_code": "flat.flat" if cart.shipping is not None else "",
        **more,
    }
    products, options = [], []
    for number, item in enumerate(cart.items, 1):
        unit = sum((item.price * one.rate / 100 if one.type == "P" else one.rate for one in of(item.tax_class)), D(0))
        products.append(
            {
                "order_product_id": str(number),
                "product_id": item.id or str(200 + number),
                "name": item.name,
                "model": f"M-{number}",
                "quantity": str(item.quantity),
                "price": str(stored(item.price)),
                "total": str(stored(item.price * item.quantity)),
                "tax": str(stored(unit)),
            }
        )
        options += [
            {"order_product_id": str(number), "name": n, "value": v, "type": "select"} for n, v in item.options
        ]
    return {
        "order": order,
        "products": products,
        "options": options,
        "vouchers": [
            {"order_voucher_id": str(n), "description": "Gift voucher", "amount": str(stored(amount))}
            for n, amount in enumerate(cart.vouchers_sold, 1)
        ],
        "totals": [
            {
                "order_total_id": str(n),
                "code": code,
                "title": title,
                "value": str(stored(value)),
                "sort_order": str(n),
            }
            for n, (code, title, value) in enumerate(totals, 1)
        ],
        "history": [
            {"order_history_id": "1", "order_status_id": "1", "date_added": "2026-08-04 18:32:23"},
            {"order_history_id": "2", "order_status_id": "5", "date_added": "2026-08-04 18:40:00"},
        ],
        "coupons": (
            [{"code": "SAVE", "type": cart.coupon.type, "shipping": str(int(cart.coupon.shipping))}]
            if cart.coupon is not None
            else []
        ),
        "hints": [
            {"product_id": item.id or str(200 + n), "tax_class_id": item.tax_class}
            for n, item in enumerate(cart.items, 1)
        ],
        "decimal_place": str(cart.decimals),
        "default_currency": "GBP",
    }


def context(cart: Cart) -> dict[str, Any]:
    """The shop's set-up as its reader would tell it."""
    zones = {UK: "5", NL: "6"}
    return {
        "version": "3.0",
        "timezone": "Europe/London",
        "default_currency": "GBP",
        "country_id": UK,
        "stores": [{"store_id": "0", "name": "Fjord Tea House", "tax": "1" if cart.tax_shown else "0"}],
        "statuses": [{"id": "5", "name": "Complete"}],
        "groups": [{"id": "1", "name": "Default"}, {"id": "2", "name": "Wholesale"}],
        "countries": [{"id": UK, "name": "GB"}, {"id": NL, "name": "NL"}],
        "tax_rates": [
            {
                "tax_rate_id": rate.id,
                "name": rate.name,
                "rate": str(rate.rate),
                "type": rate.type,
                "geo_zone_id": zones[rate.country],
                "groups": rate.groups,
            }
            for rate in cart.setup.rates
        ],
        "tax_rules": [
            {"tax_class_id": tax_class, "tax_rate_id": rate} for tax_class, ids in cart.setup.classes for rate in ids
        ],
        "zones": [{"geo_zone_id": "5", "country_id": UK}, {"geo_zone_id": "6", "country_id": NL}],
        "settings": {
            "shipping_flat_tax_class_id": cart.shipping_class,
            "total_handling_tax_class_id": cart.handling_class,
            "total_low_order_fee_tax_class_id": cart.low_order_class,
        },
    }


def body(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
