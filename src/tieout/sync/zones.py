"""Whether store and organisation mean the same by "today" (ACCOUNTING B3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tieout.accounting import OrganisationFacts
from tieout.sync.doctor import Finding


def zone_findings(
    store: str, zones: Sequence[tuple[str, str]], organisation: OrganisationFacts, today: date
) -> Iterator[Finding]:
    """A warning for each zone of the store whose clock shows another time than the organisation's, in winter or
    summer. It is no failure: documents keep the store's day, and that is always sent."""
    for name in sorted({zone for _view, zone in zones}):
        if not organisation.timezone or not _differ(name, organisation.timezone, today):
            continue
        views = ", ".join(sorted(view for view, zone in zones if zone == name and view))
        which = f" (views {views})" if views else ""
        yield Finding(
            f"time zone of {store}",
            f"warning: it dates documents in {name}{which}, while {organisation.name} is in {organisation.timezone}. "
            "Near midnight a document carries the store's day, which may be another month in Xero.",
        )


def _differ(one: str, other: str, today: date) -> bool:
    try:
        here, there = ZoneInfo(one), ZoneInfo(other)
    except (OSError, ValueError, KeyError):
        return True
    seasons = (date(today.year, 1, 15), date(today.year, 7, 15))
    moments = [datetime.combine(day, time(12), UTC) for day in seasons]
    return any(moment.astimezone(here).utcoffset() != moment.astimezone(there).utcoffset() for moment in moments)
