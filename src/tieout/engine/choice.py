"""Which postings go next: urgent ones first, then in the order of work, in batches as full as they get."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.accounting import Role
from tieout.engine.limits import MANUAL_PRIORITY

#: Immediate mode: goes before scheduled work and back-fills, does not wait for a batch to fill.
IMMEDIATE_PRIORITY = 50
SCHEDULED_PRIORITY = 100
BACKFILL_PRIORITY = 200

_ORDER = {role: position for position, role in enumerate(Role)}


class Waiting(msgspec.Struct, frozen=True):
    """What of one role is ready. count: counted up to the batch size. priority: the lowest of them.

    more: postings of the role exist that cannot go yet.  oldest: when the first of them was queued.
    """

    role: Role
    count: int
    size: int
    priority: int
    oldest: datetime
    more: bool = False


def choose(
    ready: Sequence[Waiting], in_flight: Collection[Role], now: datetime, *, filling: bool, linger: timedelta
) -> tuple[Role | None, datetime | None]:
    """The role of the next batch, or (None, when to ask again).

    in_flight: roles with calls under way. filling: more postings are being planned just now.
    A batch that is not full waits for the calls under way that may fill it, and up to `linger` for planning.
    """
    ask_again: datetime | None = None
    for entry in sorted(ready, key=lambda one: (_urgency(one.priority), _ORDER[one.role])):
        due = entry.oldest + linger
        calls_fill_it = entry.more and any(_ORDER[role] < _ORDER[entry.role] for role in in_flight)
        plans_fill_it = filling and due > now
        if entry.priority <= IMMEDIATE_PRIORITY or entry.count >= entry.size or not (calls_fill_it or plans_fill_it):
            return entry.role, None
        if plans_fill_it:
            ask_again = due if ask_again is None else min(ask_again, due)
    return None, ask_again


def _urgency(priority: int) -> int:
    """Classes of urgency: a person, immediate, the rest; within one the order of work decides."""
    if priority <= MANUAL_PRIORITY:
        return 0
    return 1 if priority <= IMMEDIATE_PRIORITY else 2
