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


class Journal:
    """Counts every call and every document served or written; keeps the last calls in full."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT_MAX)
        self.call_count = 0
        self.statuses: Counter[int] = Counter()
        self.by_resource: Counter[tuple[str, str]] = Counter()
        self.served: Counter[tuple[str, object]] = Counter()
        self.written: Counter[tuple[str, object]] = Counter()

    def note(self, call: Call) -> None:
        """Count one finished call."""
        self.calls.append(call)
        self.call_count += 1
        self.statuses[call.status] += 1
        self.by_resource[call.method, call.resource or "-"] += 1

    def note_served(self, resource: str, key: object) -> None:
        """Count one document that left the store."""
        self.served[resource, key] += 1

    def note_written(self, resource: str, key: object) -> None:
        """Count one document that a client changed."""
        self.written[resource, key] += 1

    def summary(self) -> dict[str, object]:
        """Totals as plain values."""
        served: Counter[str] = Counter()
        for (resource, _), count in self.served.items():
            served[resource] += count
        written: Counter[str] = Counter()
        for (resource, _), count in self.written.items():
            written[resource] += count
        return {
            "calls": self.call_count,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "by_resource": {
                f"{method} {resource}": count for (method, resource), count in sorted(self.by_resource.items())
            },
            "documents_served": dict(sorted(served.items())),
            "documents_written": dict(sorted(written.items())),
        }

    def clear(self) -> None:
        """Start counting anew."""
        self.calls.clear()
        self.call_count = 0
        for counter in (self.statuses, self.by_resource, self.served, self.written):
            counter.clear()
