"""Exact numbers of the ledger: scaled integers inside, fixed decimals on the wire.

Money is an integer of cents (Xero prints two decimals for every currency), quantities, unit amounts and
percentages are integers of ten-thousandths, currency rates are integers of 10**-10.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

CENTS = 2
FINE = 4
RATE = 10

HALF_UP = "half_up"
HALF_EVEN = "half_even"
DOWN = "down"
ROUNDING_MODES = {HALF_UP: ROUND_HALF_UP, HALF_EVEN: ROUND_HALF_EVEN, DOWN: ROUND_DOWN}

# Bounds keep hostile numbers (1e400, NaN) from becoming gigantic integers; Xero's columns are narrower still.
LARGEST = Decimal("1e15")


class NotANumber(ValueError):
    """A JSON value stands where a number is wanted."""


def divide(numerator: int, denominator: int, mode: str = HALF_UP) -> int:
    """Divide integers (denominator not 0) and round to an integer; half_up is away from zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator < 0:
        return -divide(-numerator, denominator, mode)
    if mode == HALF_UP:
        return (2 * numerator + denominator) // (2 * denominator)
    quotient, rest = divmod(numerator, denominator)
    if mode == DOWN or 2 * rest < denominator:
        return quotient
    if 2 * rest > denominator:
        return quotient + 1
    return quotient + (quotient & 1)


def scaled(value: object, places: int, mode: str = HALF_UP) -> int:
    """Read a JSON number (or its text) as an integer of 10**-places. Raises NotANumber."""
    if type(value) is int:
        if abs(value) > LARGEST:
            raise NotANumber(str(value))
        return value * int(10**places)
    if isinstance(value, bool) or not isinstance(value, Decimal | str):
        raise NotANumber(str(value))
    try:
        number = value if isinstance(value, Decimal) else Decimal(value.strip())
        if not number.is_finite() or abs(number) > LARGEST:
            raise NotANumber(str(value))
        return int(number.scaleb(places).to_integral_value(ROUNDING_MODES[mode]))
    except InvalidOperation as error:
        raise NotANumber(str(value)) from error


def optional(value: object, places: int, mode: str = HALF_UP) -> int | None:
    """Like scaled; absent, null and empty text are None."""
    return None if value is None or value == "" else scaled(value, places, mode)


@lru_cache(maxsize=65536)
def money(cents: int) -> Decimal:
    """Cents as a decimal of two places, for example 55.00."""
    return Decimal(cents).scaleb(-CENTS)


@lru_cache(maxsize=65536)
def fine(value: int) -> Decimal:
    """Ten-thousandths as a decimal of four places, for example 1.0000."""
    return Decimal(value).scaleb(-FINE)


@lru_cache(maxsize=65536)
def unit(value: int, places: int) -> Decimal:
    """Ten-thousandths as a unit amount of two or four places; half-up when two are asked for."""
    return fine(value) if places == FINE else money(divide(value, 100))


@lru_cache(maxsize=4096)
def rate(value: int) -> Decimal:
    """A currency rate (10**-10) as Xero prints it: six places, ten where six would lose something."""
    if value % 10**4 == 0:
        return Decimal(value // 10**4).scaleb(-6)
    return Decimal(value).scaleb(-RATE)
