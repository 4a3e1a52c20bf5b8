"""Which taxes each charge of an order bears, and what discounts took off it, so that every tax row comes out.

The shop notes neither the taxes of shipping and fees nor how a coupon was spread (facts, section 3). Both are found
from the tax rows: each reading is tried, likelier first, and taken when every row comes out to the fourth decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice, product

import msgspec

from tieout.documents import LineKind
from tieout.stores.opencart.translate.charges import Basket, Charge
from tieout.stores.opencart.translate.context import Shop, TaxRate
from tieout.stores.opencart.translate.slots import STORED, ZERO, Slot, borne_by, percent_of, slot_choices
from tieout.stores.opencart.translate.spreading import spread

#: Readings tried before an order is taken as it stands; each costs some microseconds.
READINGS_MAX = 3000
#: Charges without a tax of their own that are tried with every set of taxes; further ones only with the first.
VARIED_MAX = 4


class Solved(msgspec.Struct, frozen=True):
    """slots: the taxes. bears: per charge, indexes of its taxes. discounts: per charge, >= 0.

    per_unit: per slot, whether a fixed amount was charged per unit (else per line).
    untaxed_discount: what was taken off without lowering the tax (ACCOUNTING A6).
    explained: every tax row comes out; otherwise amounts are shared by what lines bear, and the proof decides.
    """

    slots: tuple[Slot, ...]
    bears: tuple[frozenset[int], ...]
    discounts: tuple[Decimal, ...]
    per_unit: tuple[bool, ...]
    untaxed_discount: Decimal = ZERO
    explained: bool = True


def solve(basket: Basket, shop: Shop, hints: Sequence[Sequence[TaxRate]]) -> Solved:
    """hints: per charge, the rates of today's set-up. Never fails; see `Solved.explained`."""
    fallback: Solved | None = None
    readings = 0
    for slots in slot_choices(basket, shop, hints):
        hinted = [_indexes(rates, slots) for rates in hints]
        own = [
            borne_by(charge, slots, hint) if charge.unit_tax is not None else None
            for charge, hint in zip(basket.charges, hinted, strict=True)
        ]
        if fallback is None:
            fallback = _as_it_stands(basket, slots, own)
        if any(one is None and charge.unit_tax is not None for one, charge in zip(own, basket.charges, strict=True)):
            continue
        for bears in islice(_readings(basket.charges, slots, own, hinted), READINGS_MAX - readings):
            readings += 1
            found = _try(basket, slots, bears)
            if found is not None:
                return found
        if readings >= READINGS_MAX:
            break
    return fallback or _as_it_stands(basket, (), [frozenset()] * len(basket.charges))


def _indexes(rates: Sequence[TaxRate], slots: Sequence[Slot]) -> frozenset[int]:
    """The slots of rates; where several slots have a rate's title, the one of its percentage."""
    wanted = {(rate.name.strip(), rate.rate) for rate in rates if rate.rate}
    return frozenset(index for index, slot in enumerate(slots) if (slot.title, slot.fixed or slot.percent) in wanted)


def _readings(
    charges: Sequence[Charge],
    slots: Sequence[Slot],
    own: Sequence[frozenset[int] | None],
    hinted: Sequence[frozenset[int]],
) -> Iterator[tuple[frozenset[int], ...]]:
    common = list(dict.fromkeys(one for one in own if one is not None))
    singles = [frozenset((index,)) for index in range(len(slots))]
    nothing: frozenset[int] = frozenset()
    candidates, varied = [], 0
    for charge, known, hint in zip(charges, own, hinted, strict=True):
        if known is not None:
            candidates.append([known])
        elif not charge.taxable:
            candidates.append([nothing])
        elif not charge.net:
            # Nothing bears a percentage of it, but a fixed amount may stand on shipping that is free.
            fixed = [one for one in singles if any(slots[index].fixed for index in one)]
            candidates.append([nothing, *fixed])
        else:
            first = [hint] if charge.hint or charge.kind is LineKind.UNKNOWN else []
            sets = list(dict.fromkeys([*first, *(one for one in common if one), nothing, *singles, *common]))
            varied += 1
            candidates.append(sets if varied <= VARIED_MAX else sets[:1])
    return product(*candidates)


def _try(basket: Basket, slots: Sequence[Slot], bears: tuple[frozenset[int], ...]) -> Solved | None:
    """A reading with its discounts, when every tax row comes out."""
    per_unit = _fixed_ways(basket.charges, slots, bears)
    if per_unit is None:
        return None
    for taxed in _taxed_discounts(basket):
        for discounts in spread(basket, taxed, slots, bears):
            if comes_out(basket.charges, slots, bears, discounts):
                return Solved(tuple(slots), bears, tuple(discounts), per_unit, basket.discount - taxed)
    return None


def _taxed_discounts(basket: Basket) -> list[Decimal]:
    """How much of the discounts may have lowered the tax: all, else all but one of them, else none.

    A discount that the shop works out after the tax lowers none (ACCOUNTING A6).
    """
    whole = basket.discount
    return list(dict.fromkeys([whole, *(whole - amount for _, amount in basket.discounts), ZERO]))


def tolerance(count: int) -> Decimal:
    """What a tax row may be off when `count` stored figures make it."""
    return STORED * 2 * (count + 2)


def comes_out(
    charges: Sequence[Charge], slots: Sequence[Slot], bears: Sequence[frozenset[int]], discounts: Sequence[Decimal]
) -> bool:
    """Whether every percentage, taken on what bears it, is its row's amount. No row means zero."""
    for index, slot in enumerate(slots):
        if slot.fixed:
            continue
        bases = [charge.net - off for charge, one, off in zip(charges, bears, discounts, strict=True) if index in one]
        expected = sum(bases, ZERO) * slot.percent / 100
        if abs(expected - slot.amount) > tolerance(len(bases)):
            return False
    return True


def _fixed_ways(
    charges: Sequence[Charge], slots: Sequence[Slot], bears: Sequence[frozenset[int]]
) -> tuple[bool, ...] | None:
    """Per slot whether a fixed tax was charged per unit; None when neither way gives its row (4.1.0.4: per line)."""
    ways = []
    for index, slot in enumerate(slots):
        if not slot.fixed:
            ways.append(True)
            continue
        bearing = [charge for charge, one in zip(charges, bears, strict=True) if index in one]
        units = slot.fixed * sum((charge.quantity for charge in bearing), ZERO)
        if abs(units - slot.amount) <= tolerance(len(bearing)):
            ways.append(True)
        elif abs(slot.fixed * len(bearing) - slot.amount) <= tolerance(len(bearing)):
            ways.append(False)
        else:
            return None
    return tuple(ways)


def _as_it_stands(basket: Basket, slots: Sequence[Slot], own: Sequence[frozenset[int] | None]) -> Solved:
    """No reading makes the rows come out: lines keep the taxes they seem to bear, and the proof will tell."""
    bears = []
    everything = frozenset(index for index, slot in enumerate(slots) if slot.is_row)
    for charge, known in zip(basket.charges, own, strict=True):
        taxed = charge.unit_tax is not None and abs(charge.unit_tax) > STORED
        nearest = [index for index, slot in enumerate(slots) if slot.is_row and slot.percent == percent_of(charge)]
        bears.append(known if known is not None else frozenset(nearest[:1]) or everything if taxed else frozenset())
    for index in everything:
        if slots[index].amount and not any(index in one for one in bears):
            bears = [
                one | {index} if charge.taxable and charge.net > 0 else one
                for one, charge in zip(bears, basket.charges, strict=True)
            ]
    discounts = next(iter(spread(basket, basket.discount, (), bears)), None)
    return Solved(
        tuple(slots),
        tuple(bears),
        tuple(discounts) if discounts is not None else (ZERO,) * len(basket.charges),
        (True,) * len(slots),
        ZERO if discounts is not None else basket.discount,
        explained=False,
    )
