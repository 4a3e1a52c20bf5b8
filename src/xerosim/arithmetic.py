"""Xero's document arithmetic, to the cent (fact sheet section 5)."""

from collections.abc import Sequence

from xerosim.model import Line
from xerosim.numbers import divide
from xerosim.switches import Switches

EXCLUSIVE, INCLUSIVE, NO_TAX = "Exclusive", "Inclusive", "NoTax"
_PERCENT = 100 * 10**4


def line_amount(quantity: int, unit_amount: int, rate: int | None, amount: int | None, switches: Switches) -> int:
    """Cents of a line: quantity x unit amount less a discount rate (percent) or amount (cents)."""
    product = quantity * unit_amount
    mode = switches.line_amount_rounding
    if rate is not None:
        return divide(product * (_PERCENT - rate), 10**6 * _PERCENT, mode)
    return divide(product, 10**6, mode) - (amount or 0)


def line_tax(amount: int, rate: int, line_types: str, switches: Switches) -> int:
    """Cents of tax on a line amount; rate in ten-thousandths of a percent."""
    if line_types == NO_TAX or rate == 0:
        return 0
    if line_types == INCLUSIVE:
        return divide(amount * rate, _PERCENT + rate, switches.tax_rounding)
    return divide(amount * rate, _PERCENT, switches.tax_rounding)


def totals(lines: Sequence[Line], line_types: str) -> tuple[int, int, int]:
    """SubTotal, TotalTax and Total of lines, in cents."""
    amounts = sum(line.line_amount for line in lines)
    tax = sum(line.tax_amount for line in lines)
    if line_types == INCLUSIVE:
        return amounts - tax, tax, amounts
    return amounts, tax, amounts + tax


def net_of(line: Line, line_types: str) -> int:
    """A line's amount without tax, in cents."""
    return line.line_amount - line.tax_amount if line_types == INCLUSIVE else line.line_amount


def to_base(cents: int, rate: int, foreign_per_base: bool) -> int:
    """Document cents in base currency cents; rate is 10**-10, direction by switch."""
    if rate == 10**10:
        return cents
    if foreign_per_base:
        return divide(cents * 10**10, rate)
    return divide(cents * rate, 10**10)
