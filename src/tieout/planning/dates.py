"""Accounting dates and closed periods (ACCOUNTING B3, B6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tieout.errors import Problem
from tieout.rules.book import RuleBook
from tieout.rules.catalogue import Code
from tieout.rules.settings import LockedPeriod


class Placed(msgspec.Struct, frozen=True, gc=False):
    """Where a document lands: its date, the date it was moved to (None: it stays), or why it is held."""

    day: date
    moved_to: date | None = None
    problem: Problem | None = None


def place(day: date, book: RuleBook, what: str, not_before: date | None = None) -> Placed:
    """The date of a document in the ledger.

    A closed day is held, or moved to the first open day where the owner allows it. not_before: the date of the
    sale in the ledger, when that itself was moved (a credit note never precedes its invoice).
    """
    if not_before is not None and day < not_before:
        return Placed(not_before, not_before)
    closed = book.locked_until
    if closed is None or day > closed:
        return Placed(day)
    if book.rules.locked_period is LockedPeriod.REDATE:
        first_open = closed + timedelta(days=1)
        return Placed(first_open, first_open)
    return Placed(
        day,
        problem=Problem(
            Code.PERIOD_LOCKED,
            f"{what} is dated {day}; the books are closed until {closed}. "
            "Open the period, or allow moving to the first open day.",
            "lock date",
        ),
    )


def local_day(now: datetime, timezone: str) -> date:
    """The organisation's calendar day at a moment in UTC; UTC's own day for unknown zones."""
    try:
        return now.astimezone(ZoneInfo(timezone)).date()
    except (KeyError, ValueError, OSError):
        return now.date()
