"""An estimate for people: how many calls what waits will cost, and when it will be done. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

#: Xero's advised batch, until an organisation's own was learnt.
BATCH = 50


class Ready(msgspec.Struct, frozen=True):
    """Postings of one role that wait for one organisation."""

    organisation: int
    role: str
    count: int


class Budget(msgspec.Struct, frozen=True):
    """What an organisation bears. batches: learnt sizes by role, JSON. remaining: calls left today, None unknown."""

    organisation: int
    batches: str
    minute_limit: int
    day_limit: int
    remaining: int | None
    hold_until: datetime | None


class Forecast(msgspec.Struct, frozen=True):
    """calls: needed for what waits. done_at: when the last organisation is done, None when nothing waits."""

    calls: int
    done_at: datetime | None


def sizes(text: str) -> Mapping[str, int]:
    """Batch sizes by role from an organisation's JSON; unreadable text counts as nothing learnt."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(role): size for role, size in found.items() if isinstance(size, int) and size > 0}


def forecast(ready: Iterable[Ready], budgets: Iterable[Budget], now: datetime) -> Forecast:
    """Calls by learnt batch sizes, paced by the minute's limit and spread over days by the day's."""
    budget_of = {budget.organisation: budget for budget in budgets}
    calls_of: dict[int, int] = {}
    for entry in ready:
        budget = budget_of.get(entry.organisation)
        size = sizes(budget.batches).get(entry.role, BATCH) if budget else BATCH
        calls_of[entry.organisation] = calls_of.get(entry.organisation, 0) + -(-entry.count // size)
    ends = [_end(calls, budget_of.get(organisation), now) for organisation, calls in calls_of.items() if calls]
    return Forecast(sum(calls_of.values()), max(ends, default=None))


def _end(calls: int, budget: Budget | None, now: datetime) -> datetime:
    if budget is None:
        return now
    start = max(now, budget.hold_until or now)
    today = budget.remaining if budget.remaining is not None else budget.day_limit
    days, rest = 0, calls
    if calls > today:
        # The day's calls come back at midnight UTC.
        days, rest = divmod(calls - today - 1, max(budget.day_limit, 1))
        days, rest = days + 1, rest + 1
        midnight = (now + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        start = max(start, midnight)
    return start + timedelta(minutes=-(-rest // max(budget.minute_limit, 1)))
