"""Faults on demand: seeded, by count or probability, on chosen paths."""

import random
from typing import Literal

import msgspec

Kind = Literal[
    "minute",
    "day",
    "concurrent",
    "500",
    "502",
    "503",
    "504",
    "organisation_offline",
    "maintenance",
    "drop",
    "hang",
    "cut",
    "slow",
    "html_403",
]


class Fault(msgspec.Struct, kw_only=True):
    """One fault order.

    kind: what happens.  when: before the call takes effect, or after.  count: how often (None: for ever).
    probability: chance per matching call.  method, path, tenant: filters (path: a part of it).
    skip: matching calls to let pass first.  seconds: Retry-After, delay or time until a hanging call is dropped.
    keep: bytes of a cut answer.
    """

    kind: Kind
    when: Literal["before", "after"] = "before"
    count: int | None = 1
    probability: float = 1.0
    method: str = ""
    path: str = ""
    tenant: str = ""
    skip: int = 0
    seconds: float = 30.0
    keep: int = 40


class Latency(msgspec.Struct, frozen=True):
    """How long answers take: uniform between two bounds in seconds, sometimes longer by a factor."""

    low: float = 0.0
    high: float = 0.0
    slow_share: float = 0.0
    slow_factor: float = 10.0
    per_element: float = 0.0


class Faults:
    """The standing orders and the seeded stream that decides chances."""

    def __init__(self, seed: int) -> None:
        self.orders: list[Fault] = []
        self.latency = Latency()
        self._random = random.Random(f"faults:{seed}")
        self.happened: list[str] = []

    def add(self, fault: Fault) -> None:
        self.orders.append(fault)

    def clear(self) -> None:
        self.orders.clear()

    def pick(self, method: str, path: str, tenant: str) -> Fault | None:
        """The fault that strikes this call, if any; counts it."""
        for fault in self.orders:
            if (
                (fault.method and fault.method != method)
                or (fault.path and fault.path.lower() not in path.lower())
                or (fault.tenant and fault.tenant != tenant)
                or fault.count == 0
            ):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.probability < 1.0 and self._random.random() >= fault.probability:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count == 0:
                    self.orders.remove(fault)
            self.happened.append(fault.kind)
            return fault
        return None

    def delay(self, elements: int = 0) -> float:
        """Seconds the next answer takes."""
        latency = self.latency
        if latency.high <= 0 and latency.per_element <= 0:
            return 0.0
        seconds = self._random.uniform(latency.low, latency.high) + latency.per_element * elements
        if latency.slow_share and self._random.random() < latency.slow_share:
            seconds *= latency.slow_factor
        return seconds
