"""Line taxes where only the document's total tax can be read: taken when one explanation fits, refused when two do.

All ways of putting the CRM's taxes on the lines are tried, none, one or two on each line. A document is understood
only when exactly one of them makes the stored total tax; a single other way that does is enough to refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

import msgspec

#: Different sums that are followed at most; a document that needs more is refused.
SUMS_MAX = 20_000
_CENT = Decimal("0.01")
_ZERO = Decimal(0)

NamedRate = tuple[str, Decimal]
Taxes = tuple[NamedRate, ...]


class Ambiguous(msgspec.Struct, frozen=True):
    """why: the end of a sentence."""

    why: str


def infer_taxes(bases: Sequence[Decimal], known: Sequence[NamedRate], total_tax: Decimal) -> list[Taxes] | Ambiguous:
    """The taxes of each line.

    bases: what each line is taxed on, exact.  known: the CRM's own list of taxes.  total_tax: as stored, cents.
    """
    ways: list[Taxes] = [(), *[(one,) for one in known], *combinations(known, 2)]
    # Exact sum so far → how many ways lead there (2 stands for several), and the last one's choices.
    reached: dict[Decimal, tuple[int, tuple[Taxes, ...]]] = {_ZERO: (1, ())}
    for base in bases:
        following: dict[Decimal, tuple[int, tuple[Taxes, ...]]] = {}
        # Nothing taxed, nothing to decide: a line of zero bears no tax.
        for so_far, (count, chosen) in reached.items():
            for way in ways if base else ways[:1]:
                place = so_far + sum((base * rate / 100 for _, rate in way), _ZERO)
                before = following.get(place)
                many = count if before is None else 2
                following[place] = (many, (*chosen, way) if before is None else before[1])
        reached = following
        if len(reached) > SUMS_MAX:
            return Ambiguous("it has too many lines to tell them from its total tax")
    fitting = [one for place, one in reached.items() if place.quantize(_CENT, ROUND_HALF_UP) == total_tax]
    if not fitting:
        return Ambiguous(f"none of the CRM's taxes explain its total tax of {total_tax:f}")
    if len(fitting) > 1 or fitting[0][0] > 1:
        return Ambiguous(f"its total tax of {total_tax:f} can be explained in several ways")
    return list(fitting[0][1])
