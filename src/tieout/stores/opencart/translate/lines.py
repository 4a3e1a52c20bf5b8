"""Lines, taxes and totals of an order in the customer's currency.

The database holds the shop's default currency; everything is multiplied by the rate frozen at checkout. The grand
total is the stored total times that rate, rounded half up: adding rounded rows would be wrong for one awkward order
in four (facts, section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.documents import Line, LineKind, MeansOfPayment, TaxShare, TaxTotal
from tieout.money import Money, Rounding, minor_units, round_decimal, round_parts
from tieout.stores.opencart import wire
from tieout.stores.opencart.methods import MEANS
from tieout.stores.opencart.translate.charges import Basket, Charge, take_apart
from tieout.stores.opencart.translate.context import Shop, TaxRate
from tieout.stores.opencart.translate.slots import ZERO
from tieout.stores.opencart.translate.solving import Solved, solve

#: Decimals of amounts in the order's currency: as many as the rate has, far below any cent.
_EXACT = Decimal("0.00000001")
#: Decimals that a currency may have in the shop's table.
_PLACES_MAX = 4


class Figures(msgspec.Struct, frozen=True):
    """An order's figures in its own currency. money: what the customer paid, without means of payment."""

    lines: tuple[Line, ...]
    taxes: tuple[TaxTotal, ...]
    total: Money
    tax_total: Money
    exact_total: Money
    money: Money
    means: tuple[MeansOfPayment, ...]
    discount_text: str


class Converter:
    """From the default currency to the order's. places: decimals with which the shop shows it."""

    def __init__(self, order: wire.OrderRow, decimal_place: str) -> None:
        code = order.currency_code.strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise ValueError(f"{order.currency_code[:20]!r} is not a currency")
        if not order.currency_value.is_finite() or order.currency_value <= 0:
            raise ValueError(f"{order.currency_value} is not an exchange rate")
        self.currency = code
        self.rate = order.currency_value
        shown = decimal_place.strip()
        known = shown.isascii() and shown.isdigit() and int(shown) <= _PLACES_MAX
        self.places = int(shown) if known else minor_units(code)

    def shown(self, amount: Decimal) -> Money:
        """As the shop prints it: half away from zero."""
        return Money(round_decimal(amount * self.rate, self.places, Rounding.HALF_UP), self.currency)

    def exact(self, amount: Decimal) -> Decimal:
        return (amount * self.rate).quantize(_EXACT)


def read_total(document: wire.OrderDocument, converter: Converter) -> tuple[Money, Money]:
    """(money total, total before means of payment), both as shown; cheap, for lists.

    Raises ValueError, ArithmeticError for data that is none.
    """
    money = converter.shown(document.order.total)
    means = [converter.shown(-row.value) for row in document.totals if row.code in MEANS and row.value <= 0]
    return money, sum(means, money)


def read_figures(document: wire.OrderDocument, shop: Shop) -> Figures:
    """Raises ValueError, ArithmeticError for data that is none."""
    order = document.order
    if not order.total.is_finite():
        raise ValueError(f"{order.total} is not a total")
    converter = Converter(order, document.decimal_place)
    basket = take_apart(document, shop)
    solved = solve(basket, shop, hints_of(basket, order, shop))
    gross = shop.shows_gross(order.store_id) is not False
    maker = _LineMaker(basket, solved, converter, shop, shows_gross=gross)
    means = tuple(MeansOfPayment(method, title, converter.shown(amount)) for method, title, amount in basket.means)
    money, total = read_total(document, converter)
    taxes = maker.taxes()
    lines = maker.lines()
    unit = Money(Decimal(1).scaleb(-minor_units(converter.currency)), converter.currency)
    if converter.places < minor_units(converter.currency):
        lines = _with_shop_rounding(lines, total, unit)
    exact_total = order.total + sum((amount for _, _, amount in basket.means), ZERO)
    return Figures(
        lines=lines,
        taxes=taxes,
        total=total,
        tax_total=sum((tax.amount for tax in taxes), Money.zero(converter.currency)),
        exact_total=Money(converter.exact(exact_total), converter.currency),
        money=money,
        means=tuple(entry for entry in means if entry.amount.amount),
        discount_text=basket.discount_text,
    )


def hints_of(basket: Basket, order: wire.OrderRow, shop: Shop) -> list[tuple[TaxRate, ...]]:
    """Per charge the rates that today's set-up gives its tax class: a help, never the truth."""
    places = {
        "payment": (order.payment_country_id, order.payment_zone_id),
        "shipping": (order.shipping_country_id, order.shipping_zone_id),
    }
    empty = ("", "0")
    if places["shipping"][0] in empty:
        places["shipping"] = places["payment"]
    if places["payment"][0] in empty:
        places["payment"] = places["shipping"]
    found: dict[str, tuple[TaxRate, ...]] = {}
    for charge in basket.charges:
        if charge.hint not in found:
            found[charge.hint] = shop.rates_of(charge.hint, order.customer_group_id, places) if charge.hint else ()
    return [found[charge.hint] if charge.taxable else () for charge in basket.charges]


class _LineMaker:
    """Lines of a solved order. Shares of each tax sum to its row exactly."""

    def __init__(
        self, basket: Basket, solved: Solved, converter: Converter, shop: Shop, *, shows_gross: bool
    ) -> None:
        self._basket = basket
        self._solved = solved
        self._converter = converter
        self._shop = shop
        self._shows_gross = shows_gross
        self._shares = [self._converted(index) for index in range(len(solved.slots))]

    def taxes(self) -> tuple[TaxTotal, ...]:
        """Each row as shown; two rows of one code stay two, as the customer saw them."""
        return tuple(
            TaxTotal(slot.code, slot.title, slot.percent, self._converter.shown(slot.amount))
            for slot in self._solved.slots
            if slot.is_row
        )

    def lines(self) -> tuple[Line, ...]:
        lines = [self._line(number, charge) for number, charge in enumerate(self._basket.charges)]
        if self._solved.untaxed_discount:
            amount = self._money(-self._converter.exact(self._solved.untaxed_discount))
            lines.append(
                Line(
                    key="discount",
                    kind=LineKind.DISCOUNT,
                    name=self._basket.discount_text or "Discount",
                    quantity=Decimal(1),
                    net=amount,
                    tax=self._money(ZERO),
                    gross=amount,
                    discount_taxed=False,
                )
            )
        return tuple(lines)

    def _line(self, number: int, charge: Charge) -> Line:
        converter, solved = self._converter, self._solved
        off = solved.discounts[number]
        net = converter.exact(charge.net - off)
        taxes = []
        for index in sorted(solved.bears[number]):
            slot = solved.slots[index]
            amount = self._shares[index][number]
            taxes.append(
                TaxShare(
                    code=slot.code,
                    title=slot.title,
                    percent=slot.percent,
                    amount=self._money(amount),
                    country=slot.country,
                    fixed=bool(slot.fixed),
                )
            )
        tax = sum((share.amount.amount for share in taxes), ZERO)
        percent = sum((share.percent for share in taxes if not share.fixed), ZERO)
        return Line(
            key=charge.key,
            kind=charge.kind,
            name=charge.name,
            quantity=charge.quantity,
            net=self._money(net),
            tax=self._money(tax),
            gross=self._money(net + tax),
            taxes=tuple(share for share in taxes if share.amount.amount),
            tax_percent=percent,
            discount=self._discount(off, percent),
            sku=charge.sku,
            product_key=charge.product_key,
            options=charge.options,
            tax_class=self._shop.tax_classes.get(charge.hint, ""),
            code=charge.code,
        )

    def _discount(self, off: Decimal, percent: Decimal) -> Money | None:
        """In the basis the shop shows its prices in, as the lines' texts tell it."""
        if not off:
            return None
        exact = off * (100 + percent) / 100 if self._shows_gross else off
        return self._converter.shown(exact)

    def _converted(self, index: int) -> list[Decimal]:
        """Shares in the order's currency. Fixed amounts become lines of their own, so each is a whole number of
        the currency's smallest units, and together they are what the shop shows."""
        slot = self._solved.slots[index]
        exact = [self._converter.exact(share) for share in self._slot_shares(index)]
        if not slot.fixed:
            return exact
        shown = self._converter.shown(slot.amount).amount
        return round_parts(exact, shown, minor_units(self._converter.currency)) or exact

    def _slot_shares(self, index: int) -> list[Decimal]:
        """What each charge bears of a tax, in the default currency; together the row's amount."""
        slot, solved, charges = self._solved.slots[index], self._solved, self._basket.charges
        shares = []
        for charge, bears, off in zip(charges, solved.bears, solved.discounts, strict=True):
            if index not in bears:
                share = ZERO
            elif slot.fixed:
                share = slot.fixed * (charge.quantity if solved.per_unit[index] else 1)
            else:
                share = (charge.net - off) * slot.percent / 100
            shares.append(share)
        bearing = [i for i, bears in enumerate(solved.bears) if index in bears]
        natural = sum(shares, ZERO)
        amount = slot.amount if slot.is_row else ZERO
        if not bearing or natural == amount:
            return shares
        if not solved.explained:
            shares = _scaled(shares, bearing, amount)
        largest = max(bearing, key=lambda i: abs(shares[i]))
        shares[largest] += amount - sum(shares, ZERO)
        return shares

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self._converter.currency)


def _scaled(shares: Sequence[Decimal], bearing: Sequence[int], amount: Decimal) -> list[Decimal]:
    natural = sum(shares, ZERO)
    found = list(shares)
    for index in bearing:
        part = shares[index] / natural if natural else Decimal(1) / len(bearing)
        found[index] = (amount * part).quantize(_EXACT)
    return found


def _with_shop_rounding(lines: tuple[Line, ...], total: Money, unit: Money) -> tuple[Line, ...]:
    """A shop that shows fewer decimals than the currency has rounds the total for everybody to see."""
    rounding = total - sum((line.gross for line in lines), Money.zero(total.currency))
    rounded = rounding.rounded(Rounding.HALF_UP)
    if abs(rounded) < unit:
        return lines
    zero = Money.zero(total.currency)
    line = Line(
        key="shown-rounding",
        kind=LineKind.ROUNDING,
        name="Rounding as the shop shows its prices",
        quantity=Decimal(1),
        net=rounded,
        tax=zero,
        gross=rounded,
    )
    return (*lines, line)
