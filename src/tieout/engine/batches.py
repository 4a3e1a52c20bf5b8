"""How many postings go into one call: grows with what Xero bears, shrinks when it strains."""

from __future__ import annotations

import msgspec

#: Xero's own advice for one request.
BATCH_START = 50
#: Xero's hard bound for items; the same for all, tests show no gain beyond it.
BATCH_MAX = 500
#: A body stays below this (Xero's practical limit is 3.5 MB).
BODY_BYTES_MAX = 3_400_000

#: An answer within this is quick: the batch may grow.
QUICK_SECONDS = 10.0
#: Beyond this (half of the HTTP time limit) it shrinks before it times out.
SLOW_SECONDS = 25.0


class Answered(msgspec.Struct, frozen=True):
    """How a call went. complete: every element was answered. strained: time-out, 5xx, too large."""

    count: int
    seconds: float
    complete: bool
    strained: bool


def next_size(size: int, answered: Answered, *, fixed: int = 0) -> int:
    """The size of the next batch. fixed: a size that was asked for, 0 for none."""
    if fixed:
        return fixed
    if answered.strained:
        return max(1, min(size, answered.count) // 2)
    if answered.seconds > SLOW_SECONDS:
        return max(1, size * 3 // 4)
    full = answered.count >= size
    if full and answered.complete and answered.seconds <= QUICK_SECONDS:
        return min(BATCH_MAX, size * 2)
    return size


def fits(body_bytes: int, count: int) -> int:
    """How many of `count` elements to take when their body has `body_bytes`; `count` when it fits."""
    if body_bytes <= BODY_BYTES_MAX or count <= 1:
        return count
    return max(1, min(count - 1, count * BODY_BYTES_MAX * 9 // (body_bytes * 10)))
