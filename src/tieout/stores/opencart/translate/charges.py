"""What an order charges, in the shop's default currency: product lines, vouchers sold, and rows of totals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tieout.documents import LineKind
from tieout.stores.opencart import wire
from tieout.stores.opencart.methods import MEANS
from tieout.stores.opencart.texts import plain
from tieout.stores.opencart.translate.context import Shop

#: Rows that only add up others.
_SUMS = frozenset(("sub_total", "total"))
#: Discounts that lower the tax (ACCOUNTING C6: reward points are one).
_DISCOUNTS = frozenset(("coupon", "reward"))
_FEES = frozenset(("handling", "low_order_fee"))


class Charge(msgspec.Struct, frozen=True):
    """One thing charged. net: before discounts, default currency, 4 decimals, may be negative.

    unit_tax: of one unit as the shop noted it, None where it noted nothing.  taxable: False for vouchers sold.
    hint: tax class by today's set-up, "" unknown.
    """

    key: str
    kind: LineKind
    name: str
    net: Decimal
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    unit_tax: Decimal | None = None
    taxable: bool = True
    hint: str = ""
    sku: str = ""
    product_key: str = ""
    options: tuple[str, ...] = ()
    code: str = ""


class Basket(msgspec.Struct, frozen=True):
    """An order taken apart.

    discounts: (title, amount > 0) of coupons and points. means: (method, title, amount > 0).
    """

    charges: tuple[Charge, ...]
    taxes: tuple[tuple[str, Decimal], ...]
    discounts: tuple[tuple[str, Decimal], ...]
    pays_shipping: bool
    means: tuple[tuple[str, str, Decimal], ...]

    @property
    def discount(self) -> Decimal:
        """All of them together, >= 0."""
        return sum((amount for _, amount in self.discounts), Decimal(0))

    @property
    def discount_text(self) -> str:
        return ", ".join(title for title, _ in self.discounts)


def take_apart(document: wire.OrderDocument, shop: Shop) -> Basket:
    """Raises ArithmeticError for amounts that are none."""
    charges = [*_products(document), *_vouchers(document)]
    taxes: list[tuple[str, Decimal]] = []
    means: list[tuple[str, str, Decimal]] = []
    discounts: list[tuple[str, Decimal]] = []
    keys: dict[str, int] = {}
    for row in document.totals:
        title = plain(row.title).strip()
        if not row.value.is_finite():
            raise ValueError(f"{row.value} is no amount")
        if row.code in _SUMS:
            continue
        if row.code == "tax":
            taxes.append((title or "tax", row.value))
        elif row.code in MEANS and row.value <= 0:
            means.append((MEANS[row.code], title or row.code, -row.value))
        elif row.code in _DISCOUNTS and row.value <= 0:
            discounts.append((title or row.code, -row.value))
        else:
            charges.append(_charge(row, title, _key(keys, row.code or "total"), document, shop))
    return Basket(
        charges=tuple(charges),
        taxes=tuple(taxes),
        discounts=tuple(entry for entry in discounts if entry[1]),
        pays_shipping=any(coupon.shipping == "1" for coupon in document.coupons),
        means=tuple(entry for entry in means if entry[2]),
    )


def _products(document: wire.OrderDocument) -> list[Charge]:
    hints = {hint.product_id: hint for hint in document.hints}
    options: dict[str, list[str]] = {}
    for option in document.options:
        options.setdefault(option.order_product_id, []).append(_option(option))
    keys: dict[str, int] = {}
    found = []
    for row in document.products:
        hint = hints.get(row.product_id)
        if not (row.total.is_finite() and row.price.is_finite() and row.tax.is_finite() and row.quantity.is_finite()):
            raise ValueError(f"product line {row.order_product_id} has figures that are none")
        found.append(
            Charge(
                # Ids of lines change with every edit; product and place do not.
                key=_key(keys, f"product-{row.product_id}"),
                kind=LineKind.PRODUCT,
                name=plain(row.name) or plain(row.model),
                net=row.total,
                quantity=row.quantity if row.quantity > 0 else Decimal(1),
                unit_price=row.price,
                unit_tax=row.tax,
                hint=hint.tax_class_id if hint is not None else "",
                sku=plain((hint.sku if hint is not None else "") or row.model).strip(),
                product_key=row.product_id if row.product_id != "0" else "",
                options=tuple(options.get(row.order_product_id, ())),
            )
        )
    return found


def _option(option: wire.OptionRow) -> str:
    return f"{plain(option.name)}: {plain(option.value)}"


def _vouchers(document: wire.OrderDocument) -> list[Charge]:
    """Gift vouchers sold: untaxed, a liability until they are redeemed (ACCOUNTING C6)."""
    found = []
    for number, row in enumerate(document.vouchers, 1):
        if not row.amount.is_finite():
            raise ValueError(f"voucher {row.order_voucher_id} has an amount that is none")
        found.append(
            Charge(
                key=f"voucher-{number}",
                kind=LineKind.VOUCHER_SALE,
                name=plain(row.description) or "Gift voucher",
                net=row.amount,
                taxable=False,
            )
        )
    return found


def _charge(row: wire.TotalRow, title: str, key: str, document: wire.OrderDocument, shop: Shop) -> Charge:
    settings = shop.context.settings
    if row.code == "shipping":
        return Charge(
            key=key,
            kind=LineKind.SHIPPING,
            name=title or "Shipping",
            net=row.value,
            hint=_shipping_class(document.order, shop),
            code=shipping_code(document.order),
        )
    if row.code in _FEES:
        hint = settings.get(f"total_{row.code}_tax_class_id", "")
        return Charge(key=key, kind=LineKind.FEE, name=title or row.code, net=row.value, hint=hint, code=row.code)
    return Charge(key=key, kind=LineKind.UNKNOWN, name=title or row.code, net=row.value, code=row.code or "total")


def _key(keys: dict[str, int], name: str) -> str:
    keys[name] = keys.get(name, 0) + 1
    return name if keys[name] == 1 else f"{name}-{keys[name]}"


def method_of(text: str, code: str) -> tuple[str, str]:
    """(code, title) of a payment or shipping method: a column each, or from 4.0.2 on JSON in one."""
    if text.startswith("{"):
        try:
            found: Any = msgspec.json.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            found = {}
        code = str(found.get("code") or "") if isinstance(found, dict) else ""
        text = str(found.get("name") or "") if isinstance(found, dict) else ""
    return plain(code), plain(text)


def payment_method(order: wire.OrderRow) -> tuple[str, str]:
    """(method, title). The method is the extension's name: "cod" for "cod.cod"."""
    code, title = method_of(order.payment_method, order.payment_code)
    return code.partition(".")[0] or title, title


def shipping_code(order: wire.OrderRow) -> str:
    return method_of(order.shipping_method, order.shipping_code)[0]


def _shipping_class(order: wire.OrderRow, shop: Shop) -> str:
    """The tax class of the shipping method: on the order from 4.0.2 on, else by today's settings."""
    if order.shipping_method.startswith("{"):
        try:
            found: Any = msgspec.json.decode(order.shipping_method)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            found = {}
        if isinstance(found, dict) and found.get("tax_class_id"):
            return str(found["tax_class_id"])
    name = shipping_code(order).partition(".")[0]
    return shop.context.settings.get(f"shipping_{name}_tax_class_id", "")
