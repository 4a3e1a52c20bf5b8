"""The shop's wall clock: its columns hold local time without an offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tieout.stores.opencart.query import Rows

EARLIEST = "1970-01-01 00:00:00"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMAT = "%Y-%m-%d %H:%M:%S"


def zone_of(name: str) -> ZoneInfo:
    """UTC for unknown and odd names."""
    try:
        return ZoneInfo(name or "UTC")
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


def local_now(rows: Rows, zone: ZoneInfo) -> str:
    """By the database server's clock, so that our own does not matter."""
    return datetime.fromisoformat(rows.now()).replace(tzinfo=UTC).astimezone(zone).strftime(_FORMAT)


def utc(text: str, zone: ZoneInfo) -> datetime:
    """1970 for times that are none ("0000-00-00 00:00:00")."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return EPOCH


def local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime(_FORMAT)


def shifted(text: str, by: timedelta) -> str:
    """A wall-clock time moved; the earliest one for times that are none."""
    try:
        return (datetime.fromisoformat(text) + by).strftime(_FORMAT)
    except (ValueError, OverflowError):
        return EARLIEST
