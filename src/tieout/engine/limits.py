"""When the next request to Xero may leave. Xero counts in windows of its own that nobody can see, so that any
rolling minute must hold: a request counts from before it leaves until 60 s after it ended.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec

MINUTE = timedelta(seconds=60)
#: How far back urgent work is looked at to reserve for more of it, and what is kept beyond that.
URGENT_LATELY = timedelta(minutes=5)
_URGENT_SPARE = 10
#: A back-fill may use this much of the minute at once before it is spread; a small one is through with it.
_BURST_PERCENT = 33
#: It goes a little faster than the minute's limit, which then holds it: taking turns costs time of its own.
_PACE_PERCENT = 110
#: Calls a day and organisation of an app on a paid tier; the free one has `Bounds.day`.
DAY_LIMIT_PAID = 5_000
#: Work of priority at or below this is a person waiting; it may use the day's reserve.
MANUAL_PRIORITY = 10
#: When the day's remaining calls are at the reserve and no answer came for this long, one call asks again.
DAY_PROBE = timedelta(hours=1)


class Bounds(msgspec.Struct, frozen=True):
    """Limits of one organisation and its app.

    day_reserve: calls of the day kept for work a person asked for. minute_reserve: of the minute, for urgent work.
    """

    minute: int = 60
    minute_reserve: int = 2
    concurrent: int = 5
    day: int = 1_000
    day_reserve: int = 50
    app_minute: int = 10_000


class Usage(msgspec.Struct, frozen=True):
    """What counts now. frees_at: when the oldest counting request stops to count (None: only open ones count).

    urgent_lately: urgent calls of the last `URGENT_LATELY`; urgent_counting: those of the last minute.
    opened_at: when the youngest counting request left.

    day_remaining: by the last answer's header less what was opened since; None unknown, then day_used counts.
    """

    counting: int
    open: int
    frees_at: datetime | None = None
    app_counting: int = 0
    app_frees_at: datetime | None = None
    day_used: int = 0
    day_remaining: int | None = None
    day_remaining_at: datetime | None = None
    hold_until: datetime | None = None
    hold_scope: str = ""
    urgent_lately: int = 0
    urgent_counting: int = 0
    opened_at: datetime | None = None


class Slot(msgspec.Struct, frozen=True):
    """free, or not_before and why (scope: a hold's, "minute", "pace", "concurrent", "app", "day")."""

    free: bool
    not_before: datetime | None = None
    scope: str = ""


_FREE = Slot(free=True)
#: With all slots in flight the answer itself wakes the turn; this is only for the sweep.
_CONCURRENT_WAIT = timedelta(seconds=1)
_APP_WAIT = timedelta(seconds=1)


def next_slot(
    usage: Usage, bounds: Bounds, now: datetime, *, urgent: bool = False, manual: bool = False, paced: bool = False
) -> Slot:
    """Whether a request may leave now, else when to ask again. manual work is urgent, too.

    paced: work of a back-fill, spread evenly over the minute when it is long, so that at every moment a call is about
    to be free again for what cannot wait.
    """
    minute = bounds.minute if urgent or manual else bounds.minute - minute_reserve(usage, bounds)
    if usage.hold_until is not None and usage.hold_until > now:
        return Slot(False, usage.hold_until, usage.hold_scope or "outage")
    if usage.open >= bounds.concurrent:
        return Slot(False, now + _CONCURRENT_WAIT, "concurrent")
    if usage.counting >= minute:
        return Slot(False, usage.frees_at or now + _CONCURRENT_WAIT, "minute")
    if paced and usage.opened_at is not None and usage.counting >= bounds.minute * _BURST_PERCENT // 100:
        paced_at = usage.opened_at + MINUTE / minute * 100 / _PACE_PERCENT
        if paced_at > now:
            return Slot(False, paced_at, "pace")
    if usage.app_counting >= bounds.app_minute:
        # Many organisations wait for the same slots: none of them looks more often than this.
        return Slot(False, max(usage.app_frees_at or now, now + _APP_WAIT), "app")
    return _day_slot(usage, bounds, now, manual)


def minute_reserve(usage: Usage, bounds: Bounds) -> int:
    """Calls of the minute that other work leaves to urgent work: what it lately needed, and half as much again.

    A back-fill takes the minute's calls within seconds. Without a reserve a change that should go at once would find
    none left for most of a minute; without urgent work the back-fill has them nearly all.
    """
    expected = 0
    if usage.urgent_lately:
        a_minute = max(usage.urgent_lately * (MINUTE / URGENT_LATELY), usage.urgent_counting)
        expected = math.ceil(a_minute * 1.5) + _URGENT_SPARE - usage.urgent_counting
    return min(max(bounds.minute_reserve, expected), bounds.minute // 2)


def _day_slot(usage: Usage, bounds: Bounds, now: datetime, manual: bool) -> Slot:
    reserve = 0 if manual else min(bounds.day_reserve, bounds.day // 2)
    if usage.day_remaining is None or usage.day_remaining_at is None:
        if usage.day_used < bounds.day - reserve:
            return _FREE
        return Slot(False, now + DAY_PROBE, "day")
    if usage.day_remaining > reserve or _new_day(usage):
        return _FREE
    # Windows are Xero's own: only an answer tells that a new one began.
    probe_at = usage.day_remaining_at + DAY_PROBE
    return _FREE if probe_at <= now else Slot(False, probe_at, "day")


def _new_day(usage: Usage) -> bool:
    """The pause that Xero named for the day is over, and no answer came since."""
    if usage.hold_scope != "day" or usage.hold_until is None or usage.day_remaining_at is None:
        return False
    return usage.day_remaining_at < usage.hold_until
