"""How a discount may have been spread over an order's charges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from tieout.documents import LineKind
from tieout.stores.opencart.translate.charges import Basket, Charge
from tieout.stores.opencart.translate.slots import STORED, ZERO, Slot

#: Decimals of parts that we work out ourselves.
_PART = Decimal("0.000001")
#: What a discount worked out from tax rows may be off in all: rows have 4 decimals, divided by a percentage.
_NOISE = Decimal("0.005")


def spread(
    basket: Basket, discount: Decimal, slots: Sequence[Slot], bears: Sequence[frozenset[int]]
) -> Iterator[Sequence[Decimal]]:
    """Per charge what was taken off it: in proportion first, then as the tax rows say it was."""
    if not discount:
        yield (ZERO,) * len(basket.charges)
        return
    everything = list(range(len(basket.charges)))
    for shipping_first in dict.fromkeys((basket.pays_shipping, False)):
        shared = _share(discount, everything, basket.charges, shipping_first=shipping_first)
        if shared is not None:
            yield shared
    for shipping_first in dict.fromkeys((basket.pays_shipping, False)):
        solved = _by_rows(basket, discount, slots, bears, shipping_first=shipping_first)
        if solved is not None:
            yield solved


def _share(
    discount: Decimal, among: Sequence[int], charges: Sequence[Charge], *, shipping_first: bool
) -> list[Decimal] | None:
    """`discount` over some charges: product lines in proportion, then shipping; None when it is too much."""
    parts = [ZERO] * len(charges)
    goods = [i for i in among if charges[i].kind is LineKind.PRODUCT and charges[i].net > 0]
    shipping = [i for i in among if charges[i].kind is LineKind.SHIPPING and charges[i].net > 0]
    rest = discount
    for group in (shipping, goods) if shipping_first else (goods, shipping):
        room = sum((charges[i].net for i in group), ZERO)
        taken = min(rest, room)
        if taken <= 0:
            continue
        for index, part in zip(group, _proportional(taken, [charges[i].net for i in group]), strict=True):
            parts[index] = part
        rest -= taken
    return parts if abs(rest) <= STORED * 2 else None


def _proportional(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Parts of 6 decimals that sum to `whole`; the largest takes what is left over."""
    base = sum(weights, ZERO)
    parts = [(whole * weight / base).quantize(_PART) for weight in weights]
    largest = max(range(len(weights)), key=lambda i: weights[i])
    parts[largest] += whole - sum(parts, ZERO)
    return parts


def _by_rows(
    basket: Basket, discount: Decimal, slots: Sequence[Slot], bears: Sequence[frozenset[int]], *, shipping_first: bool
) -> list[Decimal] | None:
    """The discount of each group of equally taxed charges, from what the tax rows lack."""
    charges = basket.charges
    percents = [index for index, slot in enumerate(slots) if slot.percent]
    groups: dict[frozenset[int], list[int]] = {}
    for number, charge in enumerate(charges):
        if charge.kind in (LineKind.PRODUCT, LineKind.SHIPPING) and charge.net > 0:
            groups.setdefault(bears[number] & frozenset(percents), []).append(number)
    untaxed = groups.pop(frozenset(), [])
    names = list(groups)
    rows: list[list[Fraction]] = []
    for index in percents:
        slot = slots[index]
        base = sum((charge.net for charge, one in zip(charges, bears, strict=True) if index in one), ZERO)
        lacking = base - slot.amount * 100 / slot.percent
        rows.append([Fraction(int(index in name)) for name in names] + [Fraction(lacking)])
    if not untaxed:
        rows.append([Fraction(1)] * len(names) + [Fraction(discount)])
    solution = _solution(rows, len(names))
    if solution is None:
        return None
    parts = [ZERO] * len(charges)
    rest = discount
    for name, exact in zip(names, solution, strict=True):
        taken = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_PART)
        room = sum((charges[i].net for i in groups[name]), ZERO)
        if taken < -_NOISE or taken > room + _NOISE:
            return None
        taken = min(max(taken, ZERO), room, rest)
        shared = _share(taken, groups[name], charges, shipping_first=shipping_first)
        if shared is None:
            return None
        parts = [part + more for part, more in zip(parts, shared, strict=True)]
        rest -= taken
    return _with_rest(parts, rest, untaxed, charges, shipping_first)


def _with_rest(
    parts: list[Decimal], rest: Decimal, untaxed: Sequence[int], charges: Sequence[Charge], shipping_first: bool
) -> list[Decimal] | None:
    """What the taxed groups left of the discount: on untaxed charges, and the noise of it on the largest part."""
    room = sum((charges[i].net for i in untaxed), ZERO)
    taken = min(rest, room)
    if taken > (_NOISE if any(parts) else ZERO):
        shared = _share(taken, untaxed, charges, shipping_first=shipping_first)
        if shared is None:
            return None
        parts = [part + more for part, more in zip(parts, shared, strict=True)]
        rest -= taken
    if rest > _NOISE:
        return None
    largest = max(range(len(parts)), key=lambda i: parts[i])
    parts[largest] += rest
    return parts


def _solution(rows: list[list[Fraction]], unknowns: int) -> list[Fraction] | None:
    """Gaussian elimination; None when the rows leave something open. Rows that say too much are checked later,
    when the tax rows must come out."""
    for column in range(unknowns):
        pivot = next((r for r in range(column, len(rows)) if rows[r][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for r, row in enumerate(rows):
            if r != column and row[column]:
                rows[r] = [a - row[column] * b for a, b in zip(row, rows[column], strict=True)]
    return [rows[column][-1] for column in range(unknowns)]
