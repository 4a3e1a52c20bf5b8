"""Which taxes stand together on lines, and whether composite rates can tell them apart (ACCOUNTING A5, A8)."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.documents import Line


def codes_of(line: Line) -> tuple[str, ...]:
    """The store's percentage taxes on a line, sorted."""
    taxes = line.taxes
    if len(taxes) == 1:
        return () if taxes[0].fixed else (taxes[0].code,)
    return tuple(sorted({share.code for share in taxes if not share.fixed}))


def sets_differ(lines: Sequence[Line]) -> bool:
    """Whether composites would mix taxes: a code that stands in two different sets of which one has several."""
    if all(len(line.taxes) < 2 for line in lines):
        return False
    sets = {codes for line in lines if (codes := codes_of(line))}
    return any(len(one) > 1 and one != other and not set(one).isdisjoint(other) for one in sets for other in sets)
