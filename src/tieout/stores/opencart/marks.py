"""How far orders were read, as a mark that survives anything: ids, a wall-clock time, and orders not settled yet.

The shop keeps no single mark of change (facts, section 5), so a mark is one of each: the last order, history row,
return and store-credit row, and the newest time of change in the shop's own local time.
"""

from __future__ import annotations

import re

import msgspec

from tieout.ports.store import Mark
from tieout.stores.opencart.shop_clock import EARLIEST

#: Orders that may be carried over as not settled; what is over that is read again from the old mark.
UNSETTLED_MAX = 12
_KEY = re.compile(r"o(\d+)\.h(\d+)\.r(\d+)\.t(\d+)@([0-9: -]{19})(?:!([\d,]+))?")


class OrderMark(msgspec.Struct, frozen=True):
    """order, history, returns, credit: highest ids read. changed: shop's local time of the newest change read.

    unsettled: orders that were in the middle of an edit when last looked at.
    """

    order: int = 0
    history: int = 0
    returns: int = 0
    credit: int = 0
    changed: str = EARLIEST
    unsettled: tuple[int, ...] = ()

    def key(self) -> str:
        tail = "!" + ",".join(str(one) for one in self.unsettled) if self.unsettled else ""
        return f"o{self.order}.h{self.history}.r{self.returns}.t{self.credit}@{self.changed}{tail}"


def read_mark(mark: Mark | None) -> OrderMark:
    """A mark of another make starts from the beginning: reading twice does no harm, skipping would."""
    found = _KEY.fullmatch(mark.key) if mark is not None else None
    if found is None:
        return OrderMark()
    unsettled = tuple(int(one) for one in found[6].split(",") if one) if found[6] else ()
    return OrderMark(int(found[1]), int(found[2]), int(found[3]), int(found[4]), found[5], unsettled)
