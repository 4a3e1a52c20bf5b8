"""Limits and waiting times as the headers of an answer tell them. Names in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from tieout.ports.ledger import Limits


def _whole_number(text: str | None) -> int | None:
    try:
        return None if text is None else int(float(text))
    except (ValueError, OverflowError):
        return None


def limits_of(headers: Mapping[str, str]) -> Limits:
    """What is left, as told; every answer carries it."""
    return Limits(
        day_remaining=_whole_number(headers.get("x-daylimit-remaining")),
        minute_remaining=_whole_number(headers.get("x-minlimit-remaining")),
        app_minute_remaining=_whole_number(headers.get("x-appminlimit-remaining")),
    )


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait; a date is taken relative to the answer's own Date, so that no clock of ours counts."""
    text = headers.get("retry-after")
    seconds = _whole_number(text)
    if seconds is None and text and headers.get("date"):
        try:
            gap = parsedate_to_datetime(text) - parsedate_to_datetime(headers["date"])
        except (ValueError, TypeError):
            return None
        seconds = int(gap.total_seconds())
    return None if seconds is None else max(0, seconds)


def rate_limit(headers: Mapping[str, str]) -> str:
    """Which limit a 429 is about: "minute", "day", "concurrent" or "app".

    The header's spelling varies (minute, Minute, appminute, app-minute, Daily, concurrent); where it is missing
    the counts that stand at zero tell, and a 429 without waiting time is the one about simultaneous calls.
    """
    named = "".join(letter for letter in headers.get("x-rate-limit-problem", "").lower() if letter.isalpha())
    if named.startswith("app"):
        return "app"
    if named.startswith("concurren"):
        return "concurrent"
    if named.startswith(("day", "dai")):
        return "day"
    if named.startswith("min"):
        return "minute"
    limits = limits_of(headers)
    if limits.day_remaining == 0:
        return "day"
    if limits.app_minute_remaining == 0:
        return "app"
    if limits.minute_remaining == 0 or retry_after(headers) is not None:
        return "minute"
    return "concurrent"
