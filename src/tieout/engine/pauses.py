"""How long to wait: after an outage, a lost answer, a limit. Jitter is an argument (0 to 1)."""

from __future__ import annotations

from datetime import timedelta

#: Concurrency refusals name no time; a short pause is enough (Xero's advice: 250 to 1000 ms).
CONCURRENT_PAUSE = timedelta(milliseconds=500)
#: A refusal for the minute that names no time.
MINUTE_PAUSE = timedelta(seconds=60)
#: A refusal for the day that names no time.
DAY_PAUSE = timedelta(hours=1)
PAUSE_FIRST_SECONDS = 2.0
PAUSE_MAX_SECONDS = 300.0


def backoff(failures: int, jitter: float, *, first: float = PAUSE_FIRST_SECONDS) -> timedelta:
    """Doubling pause after the given number of failures (1 = the first), spread by jitter from 50 % to 100 %."""
    doubled = first * 2.0 ** min(max(failures - 1, 0), 16)
    return timedelta(seconds=min(doubled, PAUSE_MAX_SECONDS) * (0.5 + jitter / 2))


def limit_pause(limit: str, retry_after: int | None, failures: int, jitter: float) -> timedelta:
    """The pause after a refusal for a limit: what the server named, and a little more, so that it is over."""
    if retry_after is not None:
        return timedelta(seconds=retry_after + jitter)
    match limit:
        case "concurrent":
            return CONCURRENT_PAUSE * (1 + jitter)
        case "minute" | "app":
            return MINUTE_PAUSE
        case "day":
            return DAY_PAUSE
        case _:
            return backoff(failures, jitter)
