"""What a simulated store was asked: the counts that tests and benchmarks judge by."""

from collections import Counter, deque
from datetime import datetime

import msgspec

CALLS_KEPT_MAX = 10_000


class Call(msgspec.Struct, frozen=True):
    """One call: when (UTC), what, and how it ended.  resource: None when no route matched."""

    at: datetime
    method: str
    path: str
    query: str
    resource: str | None
    status: int
    documents: int


class Tally:
    """Counts by resource and key, with a running total."""

    def __init__(self) -> None:
        self.total = 0
        self._counts: dict[str, Counter[object]] = {}

    def add(self, resource: str, key: object) -> None:
        """One more."""
        self.total += 1
        self._counts.setdefault(resource, Counter())[key] += 1

    def __getitem__(self, place: tuple[str, object]) -> int:
        resource, key = place
        return self._counts[resource][key] if resource in self._counts else 0

    def keys(self, resource: str) -> list[object]:
        """Every key of the resource that was counted."""
        return list(self._counts.get(resource, ()))

    def totals(self) -> dict[str, int]:
        """Sum per resource."""
        return {resource: counts.total() for resource, counts in sorted(self._counts.items())}


class Journal:
    """Counts every call and every document served or written; keeps the last calls in full."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT_MAX)
        self.call_count = 0
        self.statuses: Counter[int] = Counter()
        self.by_resource: Counter[tuple[str, str]] = Counter()
        self.served = Tally()
        self.written = Tally()

    def note(self, call: Call) -> None:
        """Count one finished call."""
        self.calls.append(call)
        self.call_count += 1
        self.statuses[call.status] += 1
        self.by_resource[call.method, call.resource or "-"] += 1

    def note_served(self, resource: str, key: object) -> None:
        """Count one document that left the store."""
        self.served.add(resource, key)

    def note_written(self, resource: str, key: object) -> None:
        """Count one document that a client changed."""
        self.written.add(resource, key)

    def summary(self) -> dict[str, object]:
        """Totals as plain values."""
        return {
            "calls": self.call_count,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "by_resource": {
                f"{method} {resource}": count for (method, resource), count in sorted(self.by_resource.items())
            },
            "documents_served": self.served.totals(),
            "documents_written": self.written.totals(),
        }

    def clear(self) -> None:
        """Start counting anew."""
        self.calls.clear()
        self.call_count = 0
        self.statuses.clear()
        self.by_resource.clear()
        self.served = Tally()
        self.written = Tally()
