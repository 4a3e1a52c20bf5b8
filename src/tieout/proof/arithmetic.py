"""Xero's arithmetic in whole minor units, predicted exactly.

Line amount = quantity × unit price, rounded half up. Line tax = line amount × rate (Exclusive) or line amount ×
rate / (100 + rate) (Inclusive), rounded half up; a document's tax is the sum of its line taxes.
"""

from __future__ import annotations

from decimal import Decimal

from tieout.accounting import LineAmountTypes
from tieout.rules.choices import TaxChoice

_SCALES = tuple(Decimal(10) ** places for places in range(5))
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(5))

#: Decimals Xero keeps of a document's amounts, whatever the currency has.
LEDGER_PLACES = 2


def divide_half_up(dividend: int, divisor: int) -> int:
    """Quotient rounded half away from zero. divisor > 0."""
    if dividend >= 0:
        return (2 * dividend + divisor) // (2 * divisor)
    return -((divisor - 2 * dividend) // (2 * divisor))


def line_tax(amount: int, tax: TaxChoice, mode: LineAmountTypes) -> int:
    """Tax that Xero calculates on a line amount, both in minor units."""
    if mode is LineAmountTypes.NO_TAX or not tax.numerator:
        return 0
    divisor = tax.inclusive_divisor if mode is LineAmountTypes.INCLUSIVE else tax.exclusive_divisor
    return divide_half_up(amount * tax.numerator, divisor)


def to_units(amount: Decimal, places: int) -> int | None:
    """Whole minor units of an amount, None when it has a fraction of one."""
    scaled = amount * _SCALES[places]
    units = int(scaled)
    return units if units == scaled else None


def from_units(units: int, places: int) -> Decimal:
    """An amount with `places` decimals from whole minor units."""
    return units * _UNITS[places]
