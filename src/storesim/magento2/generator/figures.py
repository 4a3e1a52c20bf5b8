"""The money of one generated order, the way the shop computes it.

All amounts are whole numbers of ten-thousandths.  Two kinds of shop: prices with tax inside, tax
rounded a row; prices without tax, tax rounded on the total with the remainder carried on.  Each
currency is computed by itself, so order figures are not base figures times a rate.
"""

import msgspec

from storesim.magento2.generator.catalogue import (
    HOME_RATE,
    RECYCLING_CHARGE,
    Product,
    Rate,
    TaxClass,
    View,
)
from storesim.magento2.generator.contents import COUPONS, Choice, Coupon, draw_coupon, fill_basket
from storesim.magento2.generator.dice import Dice
from storesim.magento2.generator.people import Person
from storesim.magento2.generator.units import UNIT, round_cents, share, times

WHOLE = 10_000_000
_SUBJECT = 3


class Amounts(msgspec.Struct, frozen=True):
    """One line in one currency.

    price, price_incl: a piece, in cents, before discount.  row: net before discount.
    row_incl: with tax, before discount.  taxes: per rate, after discount.  hidden: the tax inside
    the discount.  fpt_piece, fpt_row, fpt_tax: recycling charge, net a piece and a row, and its tax.
    """

    price: int = 0
    price_incl: int = 0
    row: int = 0
    row_incl: int = 0
    discount: int = 0
    taxes: tuple[int, ...] = ()
    hidden: int = 0
    fpt_piece: int = 0
    fpt_row: int = 0
    fpt_tax: int = 0

    @property
    def tax(self) -> int:
        """All tax of the line but the recycling charge's."""
        return sum(self.taxes)


class Line(msgspec.Struct, frozen=True):
    """One order line.

    product: what is sold; sku and name may be another's (a configurable shows its variant's sku).
    quantity: in ten-thousandths.  parent: place of the parent line in the order, or None.
    carries: whether the line's money counts, or only repeats another line's.
    shown, base: figures in order and base currency.
    """

    product: Product
    sku: str
    product_type: str
    quantity: int
    rates: tuple[Rate, ...]
    parent: int | None
    carries: bool
    shown: Amounts
    base: Amounts


class Shipping(msgspec.Struct, frozen=True):
    """Delivery in one currency; net and gross before discount, tax after it."""

    net: int = 0
    gross: int = 0
    discount: int = 0
    taxes: tuple[int, ...] = ()
    hidden: int = 0

    @property
    def tax(self) -> int:
        """All tax on delivery."""
        return sum(self.taxes)


class Basket(msgspec.Struct, frozen=True):
    """An order's money: its lines, delivery in both currencies, and the coupon."""

    lines: tuple[Line, ...]
    shipping: Shipping
    base_shipping: Shipping
    shipping_rates: tuple[Rate, ...]
    coupon: Coupon | None
    is_virtual: bool


def basket(seed: int, index: int, buyer: Person, *, is_free: bool, taxes_before_discount: bool = False) -> Basket:
    """Fill the basket of the order with this index and compute its money.

    taxes_before_discount: tax is taken on the undiscounted price, a setting some shops use.
    """
    dice = Dice(seed, _SUBJECT, index)
    coupon = COUPONS[2] if is_free else draw_coupon(dice)
    choices = fill_basket(dice, is_free=is_free)
    view, rates = buyer.view, buyer.place.rates
    early = taxes_before_discount and not is_free
    quantities = [choice.quantity for choice in choices]
    base = _row_amounts(choices, view, rates, coupon, UNIT, early)
    same = view.to_order == UNIT
    shown = base if same else _row_amounts(choices, view, rates, coupon, view.to_order, early)
    lines = tuple(
        Line(
            product=choice.product,
            sku=choice.sku,
            product_type=choice.product_type,
            quantity=quantities[place],
            rates=_line_rates(choice, rates),
            parent=choice.parent,
            carries=choice.carries,
            shown=shown[place],
            base=base[place],
        )
        for place, choice in enumerate(choices)
    )
    is_virtual = all(line.product_type == "virtual" for line in lines)
    base_shipping = Shipping() if is_virtual else _shipping(view, rates["standard"], coupon, UNIT, early)
    shipping = base_shipping
    if not same and not is_virtual:
        shipping = _shipping(view, rates["standard"], coupon, view.to_order, early)
    return Basket(lines, shipping, base_shipping, rates["standard"], coupon, is_virtual)


def _line_rates(choice: Choice, rates: dict[TaxClass, tuple[Rate, ...]]) -> tuple[Rate, ...]:
    return rates[choice.product.tax_class] if choice.carries else ()


def _row_amounts(
    choices: list[Choice],
    view: View,
    rates: dict[TaxClass, tuple[Rate, ...]],
    coupon: Coupon | None,
    to_order: int,
    early: bool,
) -> list[Amounts]:
    """Figures of every line in one currency."""
    rows: list[tuple[int, int]] = []
    for choice in choices:
        price = _piece(choice, view, rates, to_order)
        rows.append((price, times(price, choice.quantity)))
    carrying_rows = [row if choice.carries else 0 for choice, (_, row) in zip(choices, rows, strict=True)]
    discounts = _discounts(carrying_rows, coupon, to_order)
    carried: dict[int, int] = {}
    found: list[Amounts] = []
    for choice, (price, row), discount in zip(choices, rows, discounts, strict=True):
        line_rates = _line_rates(choice, rates)
        fpt = choice.product.kind == "fpt" and choice.carries and view.number == 1
        if not choice.carries:
            found.append(Amounts())
        elif view.includes_tax:
            charge = share(RECYCLING_CHARGE, to_order, UNIT) if fpt else 0
            taxed = row if early else row - discount
            found.append(_with_tax_inside(price, row, discount, taxed, line_rates, choice.quantity, charge))
        else:
            taxed = row if early else row - discount
            found.append(_with_tax_on_top(price, row, discount, taxed, line_rates, carried))
    for place, choice in enumerate(choices):
        if choice.product.kind == "dynamic":
            found[place] = _sum_of_parts(choices, found, place, choice.quantity)
    return found


def _piece(choice: Choice, view: View, rates: dict[TaxClass, tuple[Rate, ...]], to_order: int) -> int:
    """The price of a piece as the shop multiplies it: in cents, with tax where prices include it."""
    price = choice.unit_price
    if view.includes_tax:
        home = HOME_RATE[choice.product.tax_class].parts
        there = sum(rate.parts for rate in rates[choice.product.tax_class])
        if there != home:
            price = share(price, WHOLE + there, WHOLE + home)
    return share(round_cents(price), to_order, UNIT)


def _discounts(rows: list[int], coupon: Coupon | None, to_order: int) -> list[int]:
    """Each line's discount; an amount off the order is spread by row, the last line takes the rest."""
    if coupon is None:
        return [0] * len(rows)
    if coupon.percent:
        return [min(share(row, coupon.percent, 100 * UNIT), row) for row in rows]
    total = sum(rows)
    left = min(share(coupon.amount, to_order, UNIT), total)
    found: list[int] = []
    for row in rows:
        part = left if row == total else share(left, row, total) if total else 0
        found.append(min(part, row))
        left -= found[-1]
        total -= row
    return found


def _with_tax_inside(
    price: int,
    row_incl: int,
    discount: int,
    taxed: int,
    rates: tuple[Rate, ...],
    quantity: int,
    charge: int,
) -> Amounts:
    """taxed: what tax is taken on, with the tax inside.  charge: recycling charge a piece."""
    parts = sum(rate.parts for rate in rates)
    before = share(row_incl, parts, WHOLE + parts)
    after = share(taxed, parts, WHOLE + parts)
    charge_tax = share(charge, parts, WHOLE + parts)
    return Amounts(
        price=price - share(price, parts, WHOLE + parts),
        price_incl=price,
        row=row_incl - before,
        row_incl=row_incl,
        discount=discount,
        taxes=(after,) if rates else (),
        hidden=before - after,
        fpt_piece=charge - charge_tax,
        fpt_row=times(charge - charge_tax, quantity),
        fpt_tax=times(charge_tax, quantity),
    )


def _with_tax_on_top(
    price: int, row: int, discount: int, taxed: int, rates: tuple[Rate, ...], carried: dict[int, int]
) -> Amounts:
    """Tax rounded on the total: what rounding took from one line is given to the next one."""
    taxes = tuple(_carried_tax(taxed, rate, carried) for rate in rates)
    full = sum(share(row, rate.parts, WHOLE) for rate in rates)
    piece_tax = sum(share(price, rate.parts, WHOLE) for rate in rates)
    return Amounts(
        price=price,
        price_incl=price + piece_tax,
        row=row,
        row_incl=row + full,
        discount=discount,
        taxes=taxes,
    )


def _carried_tax(net: int, rate: Rate, carried: dict[int, int]) -> int:
    exact = net * rate.parts + carried.get(rate.number, 0)
    tax = max(share(exact, 1, WHOLE), 0)
    carried[rate.number] = exact - tax * WHOLE
    return tax


def _shipping(view: View, rates: tuple[Rate, ...], coupon: Coupon | None, to_order: int, early: bool) -> Shipping:
    parts = sum(rate.parts for rate in rates)
    percent = coupon.percent if coupon is not None and coupon.reaches_shipping else 0
    if view.includes_tax:
        net = share(view.shipping, WHOLE, WHOLE + HOME_RATE["standard"].parts)
        gross = share(share(net, WHOLE + parts, WHOLE), to_order, UNIT)
        discount = share(gross, percent, 100 * UNIT)
        before = share(gross, parts, WHOLE + parts)
        after = before if early else share(gross - discount, parts, WHOLE + parts)
        return Shipping(gross - before, gross, discount, (after,) if rates else (), before - after)
    net = share(view.shipping, to_order, UNIT)
    discount = share(net, percent, 100 * UNIT)
    full = sum(share(net, rate.parts, WHOLE) for rate in rates)
    taxed = net if early else net - discount
    taxes = tuple(share(taxed, rate.parts, WHOLE) for rate in rates)
    return Shipping(net, net + full, discount, taxes, 0)


def _sum_of_parts(choices: list[Choice], found: list[Amounts], place: int, quantity: int) -> Amounts:
    """A dynamic bundle's parent repeats the sum of its parts, with no discount."""
    parts = [found[at] for at, choice in enumerate(choices) if choice.parent == place]
    row, row_incl = sum(part.row for part in parts), sum(part.row_incl for part in parts)
    return Amounts(
        price=share(row, UNIT, quantity),
        price_incl=share(row_incl, UNIT, quantity),
        row=row,
        row_incl=row_incl,
        taxes=(sum(part.tax for part in parts),),
    )
