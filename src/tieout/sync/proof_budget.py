"""What a tie-out may cost: a stated number of reads, and by night a share of the day's calls (ACCOUNTING E4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from tieout.errors import RetryLater
from tieout.ports import Limits, Meter
from tieout.ports.proofs import Period

#: Of the day's calls, what the nightly tie-out may take: one in five.
NIGHT_SHARE = 5
#: Rows of a page; a list costs at least one call.
_PAGE = 1_000
#: The trial balance at both ends, and the bank summary.
REPORT_CALLS = 3
#: Days that the nightly tie-out looks back by accounting date: the most that fits its share.
NIGHT_DAYS = (62, 31, 14, 7, 2)
#: Xero's lists and the roles of ours that each holds; credits and overpayments are read twice, for allocations.
_LISTS = (
    ("invoice", "difference"),
    ("credit_note", "difference"),
    ("payment", "refund_payment"),
    ("overpayment",),
    ("credit_note", "difference"),
    ("overpayment",),
)


def reads(counts: Mapping[str, int]) -> int:
    """Calls that a tie-out needs. counts: objects of ours in the period, by role; others' come on top."""
    return REPORT_CALLS + sum(1 + sum(counts.get(role, 0) for role in roles) // _PAGE for roles in _LISTS)


def night_period(
    today: date, day_limit: int, count: Callable[[Period], Mapping[str, int]], days: Sequence[int] = NIGHT_DAYS
) -> tuple[Period, int]:
    """The longest period whose reads fit the share, and how many calls it may take at most."""
    share = max(day_limit // NIGHT_SHARE, REPORT_CALLS + len(_LISTS))
    for back in days:
        period = Period(today - timedelta(days=back), today)
        if reads(count(period)) <= share:
            return period, share
    return Period(today - timedelta(days=days[-1]), today), share


class CountingMeter:
    """A meter that counts what passes, and refuses what would exceed a share. calls_max: None for no bound."""

    def __init__(self, meter: Meter, calls_max: int | None = None) -> None:
        self._meter = meter
        self._calls_max = calls_max
        self.count = 0

    def open(self, endpoint: str, method: str, bytes_out: int) -> int:
        """Raises RetryLater when the share is used up."""
        if self._calls_max is not None and self.count >= self._calls_max:
            raise RetryLater(
                f"The tie-out needs more than its share of {self._calls_max} calls a day; it is ended here. "
                "Press “Tie out now” for a shorter period.",
                scope="share",
            )
        self.count += 1
        return self._meter.open(endpoint, method, bytes_out)

    def close(self, request: int, *, status: int, bytes_in: int, limits: Limits) -> None:
        self._meter.close(request, status=status, bytes_in=bytes_in, limits=limits)
