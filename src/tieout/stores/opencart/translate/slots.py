"""The taxes of an order: which rate each `tax` row stands for, and which of them a product line bears.

Orders keep the title of a rate and what it came to, nothing else (facts, section 2). The rate is found by title in
today's set-up, else from the lines' own figures; whatever is assumed here is checked against the row's amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, product

import msgspec

from tieout.stores.opencart.translate.charges import Basket, Charge
from tieout.stores.opencart.translate.context import Shop, TaxRate

ZERO = Decimal(0)
#: Half a unit of the fourth decimal: what one stored figure may be off.
STORED = Decimal("0.00005")
#: Tax rows tried with every combination of the rates they may be; more are taken at their first.
CHOICES_MAX = 64
SUBSETS_OF_MAX = 6
#: Decimals of percentages that people enter.
PERCENT_PLACES = 3


class Slot(msgspec.Struct, frozen=True):
    """One tax of the order. percent, or fixed: an amount per unit. amount: the row's; 0 where there is no row.

    country: ISO code of the rate's only country, "" when it has several.
    """

    title: str
    percent: Decimal
    amount: Decimal
    fixed: Decimal = ZERO
    is_row: bool = True
    ambiguous: bool = False
    country: str = ""

    @property
    def code(self) -> str:
        """What the operator maps: the title; with the percentage where several rates have that title."""
        return f"{self.title} {self.percent.normalize():f}%" if self.ambiguous else self.title


def slot_choices(basket: Basket, shop: Shop, hints: Sequence[Sequence[TaxRate]]) -> Iterator[tuple[Slot, ...]]:
    """Possible readings of the tax rows, likelier first, each with the rates that came to nothing behind.

    hints: per charge, the rates that today's set-up gives it.
    """
    hinted = {rate.tax_rate_id: rate for rates in hints for rate in rates}
    titles = [title for title, _ in basket.taxes]
    rows = []
    for title, amount in basket.taxes:
        named = sorted(shop.rates_named(title), key=lambda rate: rate.tax_rate_id not in hinted)
        many = len({(rate.rate, rate.type) for rate in named}) > 1 or titles.count(title) > 1
        choices = [_slot(title, amount, rate, many, shop) for rate in named]
        if not choices:
            choices = [Slot(title, percent, amount, ambiguous=many) for percent in _guesses(basket, amount)]
        rows.append(list(dict.fromkeys(choices)))
    silent = tuple(
        _slot(rate.name.strip(), ZERO, rate, False, shop, is_row=False)
        for rate in hinted.values()
        if rate.rate and rate.name.strip() not in titles
    )
    for number, choice in enumerate(product(*rows)):
        if number >= CHOICES_MAX:
            return
        if len({(slot.title, slot.percent, slot.fixed) for slot in choice}) == len(choice):
            yield (*choice, *silent)


def _slot(title: str, amount: Decimal, rate: TaxRate, many: bool, shop: Shop, *, is_row: bool = True) -> Slot:
    fixed = rate.type == "F"
    return Slot(
        title=title,
        percent=ZERO if fixed else rate.rate,
        amount=amount,
        fixed=rate.rate if fixed else ZERO,
        is_row=is_row,
        ambiguous=many,
        country=shop.country_of(rate),
    )


def _guesses(basket: Basket, amount: Decimal) -> list[Decimal]:
    """Percentages that a tax of an unknown title may have, from what lines bear and from the row itself."""
    found = [percent for charge in basket.charges if (percent := percent_of(charge)) is not None]
    found += [b - a for a in found for b in found if b > a]
    nets = [charge.net for charge in basket.charges if charge.taxable]
    for base in (sum(nets, ZERO) - basket.discount, sum(nets, ZERO), *nets):
        percent = _nice(base, amount, STORED * 4)
        if percent is not None:
            found.append(percent)
    return list(dict.fromkeys(found)) or [ZERO]


def percent_of(charge: Charge) -> Decimal | None:
    """The percentage that a product line's own tax is of its price, when people would enter such a one."""
    if charge.unit_tax is None or abs(charge.unit_tax) <= STORED:
        return None
    return _nice(charge.unit_price, charge.unit_tax, STORED * 2)


def _nice(base: Decimal, tax: Decimal, tolerance: Decimal) -> Decimal | None:
    if base <= 0 or tax <= 0:
        return None
    for places in range(PERCENT_PLACES + 1):
        percent = round(tax * 100 / base, places)
        if percent and abs(base * percent / 100 - tax) <= tolerance:
            return percent.normalize() + 0
    return None


def borne_by(charge: Charge, slots: Sequence[Slot], hinted: frozenset[int]) -> frozenset[int] | None:
    """The taxes that make up a product line's tax of one unit, None when no set of them does.

    Sets of taxes that the order lists come first, then what today's set-up says, then the fewest.
    """
    tax = charge.unit_tax or ZERO
    if abs(tax) <= STORED:
        return frozenset()
    sets = [*_subsets(len(slots)), *([hinted] if hinted else [])]
    fitting = [one for one in sets if _explains(charge, tax, [slots[index] for index in one])]
    return min(
        fitting,
        key=lambda one: (sum(not slots[index].is_row for index in one), one != hinted, len(one), sorted(one)),
        default=None,
    )


def _subsets(count: int) -> Iterator[frozenset[int]]:
    sizes = range(1, count + 1) if count <= SUBSETS_OF_MAX else (1, count)
    for size in sizes:
        for one in combinations(range(count), size):
            yield frozenset(one)


def _explains(charge: Charge, tax: Decimal, slots: Sequence[Slot]) -> bool:
    percent = sum((slot.percent for slot in slots), ZERO)
    fixed = sum((slot.fixed for slot in slots), ZERO)
    tolerance = STORED * 2 + STORED * percent / 100
    return abs(charge.unit_price * percent / 100 + fixed - tax) <= tolerance
