"""When open work will be done, and whether immediate mode would use up the day's calls. Pure estimates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from tieout.engine.batches import BATCH_START
from tieout.engine.limits import Bounds

#: Fewer immediate calls than this in an hour prove no pace.
PACE_CALLS_MIN = 20
#: Immediate mode comes back when the forecast is this far below what is left.
_CALM_PERCENT = 80


class OpenWork(msgspec.Struct, frozen=True):
    """Postings of one role that have to go yet. batch: how many go in one call."""

    role: str
    count: int
    batch: int = BATCH_START


class Forecast(msgspec.Struct, frozen=True):
    """calls: that the open work needs. ends_at: when they were made, None when nothing is open."""

    calls: int
    ends_at: datetime | None


def calls_for(work: Iterable[OpenWork]) -> int:
    return sum(-(-one.count // max(one.batch, 1)) for one in work if one.count > 0)


def forecast(
    work: Iterable[OpenWork],
    bounds: Bounds,
    now: datetime,
    *,
    day_remaining: int | None = None,
    hold_until: datetime | None = None,
) -> Forecast:
    """The minute's limit paces, the day's limit cuts; a day's calls are taken to come back at midnight UTC."""
    calls = calls_for(work)
    if not calls:
        return Forecast(0, None)
    begin = max(now, hold_until or now)
    a_day = max(bounds.day - bounds.day_reserve, 1)
    today = max((bounds.day if day_remaining is None else day_remaining) - bounds.day_reserve, 0)
    rest = calls
    if calls > today:
        days, rest = divmod(calls - today - 1, a_day)
        rest += 1
        begin = max(begin, midnight_after(now) + timedelta(days=days))
    return Forecast(calls, begin + timedelta(seconds=rest * 60 / max(bounds.minute - bounds.minute_reserve, 1)))


def midnight_after(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def why_batches(
    calls_last_hour: int, day_left: int, now: datetime, *, already: bool = False, every_minutes: int = 10
) -> str:
    """Why immediate work goes in batches for now, "" when it need not.

    calls_last_hour: made for immediate work. day_left: calls of the day without the reserve for people.
    already: it does so now, and stops only when there is room again.
    """
    if calls_last_hour < PACE_CALLS_MIN:
        return ""
    hours = (midnight_after(now) - now).total_seconds() / 3600
    needed = round(calls_last_hour * hours)
    if needed <= (day_left * _CALM_PERCENT // 100 if already else day_left):
        return ""
    return (
        f"Sending each change at once would take about {needed} calls until midnight UTC, and {day_left} are left"
        f" today. Until there is room again, changes are collected and go in batches every {every_minutes} minutes."
    )
