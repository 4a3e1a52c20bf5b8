"""A line amount as quantity × unit price, such that Xero calculates that very amount however it rounds.

How Xero rounds a line amount is not confirmed (half up, half even or cut off). So a price is only used when the
product is exact, or lies above the wanted amount by less than half a cent: all three ways then agree.
Amounts are whole cents: Xero keeps 2 decimals of every currency.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

_QUANTITY_MAX = 10**8
_ONE = Decimal(1)
_PRICE_UNIT = Decimal("0.0001")
_CENT = Decimal("0.01")
#: A cent in units of a quantity's last decimal (4) × a price's last decimal (4).
_CENT_OF_PRODUCT = 10**6


class Part(msgspec.Struct, frozen=True, gc=False):
    """quantity × unit_amount = amount (cents). folded: the store's quantity could not be kept."""

    quantity: Decimal
    unit_amount: Decimal
    amount: int
    folded: bool = False


def express(amount: int, quantity: Decimal) -> tuple[Part, ...]:
    """Parts whose amounts sum to `amount` (cents) and whose quantities sum to `quantity`.

    One part where a price of 4 decimals can say it; two for whole quantities otherwise (2 × 3.33 + 1 × 3.34);
    else one folded part of quantity 1 (ACCOUNTING D2).
    """
    if quantity == 1:
        return (Part(_ONE, amount * _CENT, amount),)
    if not quantity.is_finite() or not 0 < quantity < _QUANTITY_MAX:
        return (Part(_ONE, amount * _CENT, amount, True),)
    scaled = quantity * 10000
    pieces = int(scaled)
    if pieces != scaled:
        return (Part(_ONE, amount * _CENT, amount, True),)
    wanted = abs(amount) * _CENT_OF_PRODUCT
    price = -(-wanted // pieces)
    if (price * pieces - wanted) * 2 < _CENT_OF_PRODUCT:
        if price % 100 == 0:
            return (Part(quantity, (price // 100 if amount >= 0 else -(price // 100)) * _CENT, amount),)
        return (Part(quantity, (price if amount >= 0 else -price) * _PRICE_UNIT, amount),)
    whole, fraction = divmod(pieces, 10000)
    if fraction:
        return (Part(_ONE, amount * _CENT, amount, True),)
    return split_whole(amount, whole)


def split_whole(amount: int, quantity: int) -> tuple[Part, ...]:
    """Two parts with prices of whole cents that keep a whole quantity; the cheaper first."""
    low, dearer = divmod(amount, quantity)
    parts = (
        Part(Decimal(quantity - dearer), low * _CENT, (quantity - dearer) * low),
        Part(Decimal(dearer), (low + 1) * _CENT, dearer * (low + 1)),
    )
    return parts if dearer else parts[:1]


def split_into(amount: int, quantity: int, count: int) -> tuple[Part, ...]:
    """`count` parts (at least 2, at most `quantity`) with prices of whole cents that keep a whole quantity.

    `count` = `quantity` says every piece alone, as shops calculate that round tax per piece.
    """
    low, dearer = divmod(amount, quantity)
    if not dearer:
        size, larger = divmod(quantity, count)
        sizes = [size + 1] * larger + [size] * (count - larger)
        return tuple(Part(Decimal(pieces), low * _CENT, pieces * low) for pieces in sizes)
    groups = [(quantity - dearer, low), (dearer, low + 1)]
    while len(groups) < count:
        at = max(range(len(groups)), key=lambda i: groups[i][0])
        pieces, price = groups[at]
        groups[at : at + 1] = [(pieces - pieces // 2, price), (pieces // 2, price)]
    return tuple(Part(Decimal(pieces), price * _CENT, pieces * price) for pieces, price in groups)
