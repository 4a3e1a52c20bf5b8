"""The simulator's own record of what happened to it: benchmarks and drills judge by this."""

from bisect import bisect_left
from collections import Counter

import msgspec


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call. at and ended: seconds of the clock.  elements: what it created, updated and was refused."""

    number: int
    at: float
    ended: float
    tenant: str
    app: str
    method: str
    path: str
    status: int
    bytes_in: int
    bytes_out: int
    in_flight: int
    replayed: bool
    created: int
    updated: int
    refused: int
    problem: str = ""
    fault: str = ""
    key: str = ""


class Made(msgspec.Struct, frozen=True, gc=False):
    """One object created or changed: by which call (0: by a person), what and how it is labelled."""

    call: int
    at: float
    tenant: str
    kind: str
    id: str
    action: str
    label: str


class Journal:
    """Append only."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.made: list[Made] = []
        self.identity_calls = 0

    def worst_minute(self, tenant: str | None = None, length: float = 60.0, accepted_only: bool = False) -> int:
        """The most calls within any `length` seconds, over all borders of windows."""
        times = sorted(
            call.at
            for call in self.calls
            if (tenant is None or call.tenant == tenant) and call.tenant and (not accepted_only or call.status != 429)
        )
        return max((index - bisect_left(times, at - length + 1e-9) + 1 for index, at in enumerate(times)), default=0)

    def worst_concurrency(self, tenant: str | None = None) -> int:
        """The most calls of one organisation in flight at once."""
        return max((call.in_flight for call in self.calls if tenant is None or call.tenant == tenant), default=0)

    def egress(self, counts_writes: bool, tenant: str | None = None) -> int:
        """Bytes that Xero would count as egress: all answers but those of the Organisation endpoint."""
        return sum(
            call.bytes_out
            for call in self.calls
            if call.tenant
            and (tenant is None or call.tenant == tenant)
            and (counts_writes or call.method == "GET")
            and not call.path.lower().startswith("/api.xro/2.0/organisation")
        )

    def statistics(self, tenant: str | None = None, egress_counts_writes: bool = True) -> dict[str, object]:
        """Counts for people and benchmarks."""
        calls = [call for call in self.calls if tenant is None or call.tenant == tenant]
        api = [call for call in calls if call.tenant]
        made = [one for one in self.made if tenant is None or one.tenant == tenant]
        return {
            "calls": len(api),
            "by_status": dict(Counter(str(call.status) for call in calls)),
            "by_endpoint": dict(Counter(f"{call.method} {endpoint_of(call.path)}" for call in api)),
            "refused_calls": sum(1 for call in api if call.status == 429),
            "replayed_calls": sum(1 for call in api if call.replayed),
            "refused_elements": sum(call.refused for call in api),
            "worst_minute": max((self.worst_minute(t) for t in {call.tenant for call in api}), default=0),
            "worst_concurrency": self.worst_concurrency(tenant),
            "bytes_in": sum(call.bytes_in for call in api),
            "bytes_out": sum(call.bytes_out for call in api),
            "egress": self.egress(egress_counts_writes, tenant),
            "created": dict(Counter(one.kind for one in made if one.action == "created")),
            "updated": dict(Counter(one.kind for one in made if one.action == "updated")),
            "faults": dict(Counter(call.fault for call in calls if call.fault)),
        }


def endpoint_of(path: str) -> str:
    """A path without ids: /Invoices/{id}/Attachments."""
    parts = path.removeprefix("/api.xro/2.0/").split("/")
    return "/".join([parts[0], *("{id}" if position % 2 == 0 else part for position, part in enumerate(parts[1:]))])
