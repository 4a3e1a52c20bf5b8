"""Xero's call limits: fixed windows per organisation and per app, and calls in flight (fact sheet 2.2)."""

import heapq
from collections.abc import Callable

import msgspec

from xerosim.switches import Switches

TIERS = {"starter": 1000, "core": 5000, "plus": 5000, "advanced": 5000, "enterprise": 5000}
PER_MINUTE, PER_APP_MINUTE, CONCURRENT = 60, 10_000, 5
MINUTE, DAY = 60.0, 86_400.0


class Window:
    """A fixed window of `length` seconds whose borders are shifted by `offset`."""

    __slots__ = ("_index", "length", "offset", "used")

    def __init__(self, length: float, offset: float) -> None:
        self.length = length
        self.offset = offset
        self.used = 0
        self._index = -1

    def roll(self, now: float) -> None:
        index = int((now + self.offset) // self.length)
        if index != self._index:
            self._index = index
            self.used = 0

    def reset_in(self, now: float) -> int:
        """Whole seconds until the window ends, at least one."""
        return max(1, int(self.length - (now + self.offset) % self.length) + 1)


class Verdict(msgspec.Struct):
    """Whether a call may go on, and the headers that say how much is left."""

    problem: str | None
    headers: dict[str, str]
    in_flight: int


class Limits:
    """The windows of all organisations for one app. Calls in flight are known by when they will end."""

    def __init__(self, tier: str, switches: Callable[[], Switches], offset_of: Callable[[str], float]) -> None:
        self.tier = tier
        self._switches = switches
        self._offset_of = offset_of
        self._minutes: dict[str, Window] = {}
        self._days: dict[str, Window] = {}
        self._app_minute = Window(MINUTE, offset_of("app"))
        self._ends: dict[str, list[float]] = {}
        self.enforced = True

    def admit(self, tenant: str, now: float) -> Verdict:
        """Count a call against the windows and say whether it may go on."""
        minute = self._minutes.get(tenant)
        if minute is None:
            offset = self._offset_of(tenant)
            minute = self._minutes[tenant] = Window(MINUTE, offset)
            self._days[tenant] = Window(DAY, offset * 1440)
            self._ends[tenant] = []
        day, app, ends = self._days[tenant], self._app_minute, self._ends[tenant]
        minute.roll(now)
        day.roll(now)
        app.roll(now)
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        in_flight = len(ends) + 1
        switches = self._switches()
        problem = None
        retry = 0
        if self.enforced:
            if in_flight > CONCURRENT:
                problem = switches.problem_name_concurrent
            elif day.used >= TIERS[self.tier]:
                problem, retry = "day", day.reset_in(now)
            elif minute.used >= PER_MINUTE:
                problem, retry = "minute", minute.reset_in(now)
            elif app.used >= PER_APP_MINUTE:
                problem, retry = switches.problem_name_app_minute, app.reset_in(now)
        if problem is None or switches.count_429_in_minute:
            minute.used += 1
            app.used += 1
        if problem is None or switches.count_429_in_day:
            day.used += 1
        headers = {
            "x-daylimit-remaining": str(max(0, TIERS[self.tier] - day.used)),
            "x-minlimit-remaining": str(max(0, PER_MINUTE - minute.used)),
            "x-appminlimit-remaining": str(max(0, PER_APP_MINUTE - app.used)),
        }
        if problem is not None:
            headers["x-rate-limit-problem"] = problem
            if retry:
                headers["retry-after"] = str(retry)
        return Verdict(problem, headers, in_flight)

    def begin(self, tenant: str, end: float) -> None:
        """A call that was let through stays in flight until `end`."""
        ends = self._ends.get(tenant)
        if ends is not None:
            heapq.heappush(ends, end)

    def in_flight(self, tenant: str, now: float) -> int:
        return sum(1 for end in self._ends.get(tenant, ()) if end > now)
