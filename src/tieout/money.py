"""Money: exact amounts with their currency, named rounding, splitting without loss.

Minor units follow ISO 4217. No function here rounds without being told the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from enum import Enum

import msgspec

# ISO 4217 currencies whose minor unit is not 2 digits (list of 2024-06-25); others that exist have 2.
_UNUSUAL_MINOR_UNITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
         "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip

#: Amounts beyond this are refused: nothing a shop sells is worth more, and 1e400 must not cost memory.
AMOUNT_MAX = Decimal("1e13")

_EXACT = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])
_QUANTA = tuple(Decimal(1).scaleb(-places) for places in range(13))


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


class Rounding(Enum):
    """Named rounding policies."""

    #: Ties away from zero: how Xero rounds line amounts and line taxes, and how shops print totals.
    HALF_UP = ROUND_HALF_UP
    #: Ties to the even digit; offered for stores that state it.
    HALF_EVEN = ROUND_HALF_EVEN


def minor_units(currency: str) -> int:
    """Digits after the point that a currency has by ISO 4217 (JPY 0, EUR 2, KWD 3)."""
    return _UNUSUAL_MINOR_UNITS.get(currency, 2)


def quantum(places: int) -> Decimal:
    """10 ** -places, for `places` from 0 to 12."""
    return _QUANTA[places]


def round_decimal(value: Decimal, places: int, policy: Rounding) -> Decimal:
    """`value` with exactly `places` decimals, rounded by the named policy."""
    return value.quantize(_QUANTA[places], policy.value, _EXACT)


class Money(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An exact amount in one currency (ISO 4217 code). May have more decimals than the currency has."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not Decimal:
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite() or abs(self.amount) > AMOUNT_MAX:
            raise ValueError(f"{self.amount} is not an amount of money")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """Money from the text of a decimal number. Raises ValueError or InvalidOperation on other text."""
        return cls(Decimal(text), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Money:
        """Money from whole minor units (cents of EUR, yen of JPY)."""
        return cls(Decimal(units).scaleb(-minor_units(currency)), currency)

    def to_minor(self) -> int:
        """Whole minor units; raises ValueError when the amount has a fraction of one."""
        scaled = self.amount.scaleb(minor_units(self.currency), _EXACT)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self} is not a whole number of minor units")
        return int(scaled)

    def rounded(self, policy: Rounding) -> Money:
        """Rounded to the minor units of its currency."""
        return Money(round_decimal(self.amount, minor_units(self.currency), policy), self.currency)

    def _other(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self} and {other} are of different currencies")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._other(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._other(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Exact product; raises TypeError for floats."""
        if isinstance(factor, float):
            raise TypeError("Money is not multiplied by floats")
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._other(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._other(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._other(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._other(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Sum of amounts that are all in `currency`. Raises CurrencyMismatch."""
    result = Decimal(0)
    for money in amounts:
        if money.currency != currency:
            raise CurrencyMismatch(f"{money} is not in {currency}")
        result += money.amount
    return Money(result, currency)


def round_parts(parts: Sequence[Decimal], whole: Decimal, places: int) -> list[Decimal] | None:
    """Round each part to `places` decimals so that they sum to `whole`, by largest remainder.

    Every part moves by less than one unit of the last place; None when that cannot reach `whole` (then the
    parts and the whole differ by more than rounding). Ties go to the earlier part. Signs may be mixed.
    """
    unit = _QUANTA[places]
    floors = [part.quantize(unit, "ROUND_FLOOR", _EXACT) for part in parts]
    missing = int(((whole - sum(floors, Decimal(0))) / unit).to_integral_value())
    movable = [i for i, (part, floor) in enumerate(zip(parts, floors, strict=True)) if part != floor]
    if missing < 0 or missing > len(movable) or sum(floors, Decimal(0)) + missing * unit != whole:
        return None
    movable.sort(key=lambda i: (floors[i] - parts[i], i))
    for i in movable[:missing]:
        floors[i] += unit
    return floors


def split(whole: Money, weights: Sequence[Decimal]) -> list[Money]:
    """Share `whole` (whole minor units) by weights >= 0; the shares are minor-unit exact and add up.

    All weights zero means equal shares. Ties go to the earlier share. Raises ValueError without weights.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("split needs weights of zero or more")
    units = whole.to_minor()
    sign, units = (-1, -units) if units < 0 else (1, units)
    base = sum(weights, Decimal(0))
    shares = [weight / base for weight in weights] if base else [Decimal(1) / len(weights)] * len(weights)
    exact = [_EXACT.multiply(share, Decimal(units)) for share in shares]
    whole_units = [int(part) for part in exact]
    rest = units - sum(whole_units)
    order = sorted(range(len(exact)), key=lambda i: (whole_units[i] - exact[i], i))
    for i in order[:rest]:
        whole_units[i] += 1
    return [Money.from_minor(sign * part, whole.currency) for part in whole_units]
