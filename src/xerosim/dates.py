"""Xero's dates: days and milliseconds since 1970 inside, `/Date(ms+0000)/` and ISO text on the wire."""

import datetime
import re
from functools import lru_cache

DAY_MS = 86_400_000
_EPOCH = datetime.date(1970, 1, 1)
_MS_DATE = re.compile(r"^\\?/Date\((-?\d{1,15})([+-]\d{4})?\)\\?/$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")


class NotADate(ValueError):
    """A text stands where a date is wanted."""


def day_of(value: object) -> int:
    """Read a date (YYYY-MM-DD, ISO date-time, /Date(ms)/) as days since 1970. Raises NotADate."""
    if not isinstance(value, str):
        raise NotADate(str(value))
    return _day_of(value)


@lru_cache(maxsize=8192)
def _day_of(value: str) -> int:
    text = value.strip()
    if match := _MS_DATE.match(text):
        return int(match[1]) // DAY_MS
    if match := _ISO.match(text):
        try:
            return (datetime.date(int(match[1]), int(match[2]), int(match[3])) - _EPOCH).days
        except ValueError as error:
            raise NotADate(value) from error
    raise NotADate(value)


def moment_of(value: str) -> int:
    """Read an ISO date-time (UTC) as milliseconds since 1970. Raises NotADate."""
    match = _ISO.match(value.strip())
    if match is None:
        raise NotADate(value)
    parts = [int(part or 0) for part in match.groups()[:6]]
    try:
        at = datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[arg-type,misc]
    except ValueError as error:
        raise NotADate(value) from error
    return int(at.timestamp() * 1000)


@lru_cache(maxsize=8192)
def iso_day(day: int) -> str:
    """Days since 1970 as YYYY-MM-DD."""
    return (_EPOCH + datetime.timedelta(days=day)).isoformat()


@lru_cache(maxsize=8192)
def day_text(day: int) -> str:
    """The twin `DateString`: midnight without a zone."""
    return iso_day(day) + "T00:00:00"


@lru_cache(maxsize=8192)
def day_ms(day: int) -> str:
    """A date as Xero's JSON prints it."""
    return f"/Date({day * DAY_MS}+0000)/"


@lru_cache(maxsize=8192)
def ms(moment: int) -> str:
    """A moment (milliseconds) as Xero's JSON prints it."""
    return f"/Date({moment}+0000)/"


def ms_plain(moment: int) -> str:
    """A moment without an offset, as in the envelope and on organisations."""
    return f"/Date({moment})/"


@lru_cache(maxsize=8192)
def _utc_second(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_text(moment: int) -> str:
    """The twin `UpdatedDateUTCString`, whole seconds with Z."""
    return _utc_second(moment // 1000)


def day_name(day: int) -> str:
    """A date as Xero's messages print it, for example 30-Nov-2018."""
    date = _EPOCH + datetime.timedelta(days=day)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{date.day:02d}-{months[date.month - 1]}-{date.year}"


def window_time(moment: float, fraction: int = 7) -> str:
    """A moment (seconds) as identity answers print it: seven fractional digits, no zone."""
    at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f").ljust(20 + fraction, "0")
