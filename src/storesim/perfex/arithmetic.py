"""The CRM's arithmetic, worked out from its rules alone.

Line amounts are rounded to cents; each tax is the sum over the lines, not rounded per line, all taxes on the net.
The browser takes the rounded line amounts, the server the unrounded ones: a cent may lie between them.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

_CENT = Decimal("0.01")
_ZERO = Decimal(0)


class Tax(msgspec.Struct, frozen=True):
    """Name and rate are a tax's identity; lines carry them by value."""

    name: str
    rate: Decimal


class LineInput(msgspec.Struct, frozen=True):
    """quantity, rate: as the columns keep them, 2 decimals."""

    description: str
    quantity: Decimal
    rate: Decimal
    taxes: tuple[Tax, ...] = ()
    long_description: str = ""
    unit: str = ""

    @property
    def amount(self) -> Decimal:
        return cents(self.quantity * self.rate)


class Discount(msgspec.Struct, frozen=True):
    """kind: "" none, "before_tax" or "after_tax". percent or fixed, never both."""

    kind: str = ""
    percent: Decimal = _ZERO
    fixed: Decimal = _ZERO


class Sums(msgspec.Struct, frozen=True):
    """What the CRM's form comes to. total_tax: the server's; shown_tax: the browser's, which is in the total."""

    subtotal: Decimal
    discount: Decimal
    total_tax: Decimal
    shown_tax: Decimal
    total: Decimal
    taxes: tuple[tuple[Tax, Decimal], ...]


def cents(amount: Decimal) -> Decimal:
    """Half away from zero, as the columns and the form do."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def add_up(lines: Sequence[LineInput], discount: Discount, adjustment: Decimal = _ZERO) -> Sums:
    """The figures of a document as the browser and then the server make them."""
    subtotal = sum((line.amount for line in lines), _ZERO)
    shown = _taxes(lines, discount, subtotal, rounded=True)
    kept = _taxes(lines, discount, subtotal, rounded=False)
    shown_tax = sum((amount for _, amount in shown), _ZERO)
    off = _discount(discount, subtotal, shown_tax)
    return Sums(
        subtotal=cents(subtotal),
        discount=cents(off),
        total_tax=cents(sum((amount for _, amount in kept), _ZERO)),
        shown_tax=cents(shown_tax),
        total=cents(subtotal + shown_tax - off + adjustment),
        taxes=tuple((tax, cents(amount)) for tax, amount in shown),
    )


def _taxes(
    lines: Iterable[LineInput], discount: Discount, subtotal: Decimal, *, rounded: bool
) -> list[tuple[Tax, Decimal]]:
    sums: dict[Tax, Decimal] = {}
    for line in lines:
        base = line.amount if rounded else line.quantity * line.rate
        for tax in line.taxes:
            sums[tax] = sums.get(tax, _ZERO) + base * tax.rate / 100
    if discount.kind == "before_tax":
        part = _part(discount, subtotal)
        sums = {tax: amount - amount * part for tax, amount in sums.items()}
    return list(sums.items())


def _part(discount: Discount, subtotal: Decimal) -> Decimal:
    if discount.percent:
        return discount.percent / 100
    return discount.fixed / subtotal if subtotal else _ZERO


def _discount(discount: Discount, subtotal: Decimal, tax: Decimal) -> Decimal:
    if not discount.kind:
        return _ZERO
    if discount.fixed:
        return discount.fixed
    base = subtotal if discount.kind == "before_tax" else subtotal + tax
    return base * discount.percent / 100
