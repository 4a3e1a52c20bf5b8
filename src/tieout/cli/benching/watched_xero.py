"""The simulated Xero of a drill, in a process of its own, watched through its journal."""

from __future__ import annotations

import json
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from xerosim.process import Running

_POSTS = ("POST", "PUT")


class Call(msgspec.Struct, frozen=True):
    """The fields of the simulator's journal that a drill judges by. at, ended: seconds since 1970."""

    number: int
    at: float
    ended: float
    tenant: str
    method: str
    path: str
    status: int
    in_flight: int
    replayed: bool
    created: int
    updated: int
    problem: str
    fault: str


class _Made(msgspec.Struct, frozen=True):
    tenant: str
    kind: str
    action: str
    label: str


class _Page(msgspec.Struct, frozen=True):
    calls: list[Call]
    made: list[_Made]


class WatchedXero:
    """What the simulator tells of itself; `look` brings it up to date."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self._client = httpx.Client(base_url=f"{running.url}/__sim__/", timeout=120, trust_env=False)
        self.calls: list[Call] = []
        #: How often an object of a kind and number was made, per organisation.
        self.made: Counter[tuple[str, str, str]] = Counter()

    def control(self, name: str, **body: object) -> None:
        self._client.post(name, json=body).raise_for_status()

    def look(self) -> None:
        answer = self._client.get("journal", params={"from": str(len(self.calls))})
        answer.raise_for_status()
        page = msgspec.json.decode(answer.content, type=_Page)
        self.calls += page.calls
        self.made.update((one.tenant, one.kind, one.label) for one in page.made if one.action == "created")

    def count(self, kind: str) -> int:
        """Objects of a kind made so far."""
        return sum(count for (_, made, _), count in self.made.items() if made == kind)

    def posting(self) -> set[str]:
        """Organisations with a request under way just now that changes something."""
        now = time.time()
        return {call.tenant for call in self.calls[-50:] if call.method in _POSTS and call.at <= now < call.ended}

    def was_posting(self, tenant: str, moment: float) -> bool:
        return any(
            call.tenant == tenant and call.method in _POSTS and call.at <= moment < call.ended for call in self.calls
        )

    def ledger(self, tenant: str) -> dict[str, list[dict[str, Any]]]:
        answer = self._client.get("ledger", params={"tenant": tenant})
        answer.raise_for_status()
        found: dict[str, list[dict[str, Any]]] = json.loads(answer.content, parse_float=Decimal)
        return found

    def worst_minute(self, tenant: str) -> int:
        """The most calls that arrived within any 60 seconds."""
        times = sorted(call.at for call in self.calls if call.tenant == tenant)
        worst = first = 0
        for last, at in enumerate(times):
            while at - times[first] >= 60.0:
                first += 1
            worst = max(worst, last - first + 1)
        return worst

    def worst_concurrency(self) -> int:
        return max((call.in_flight for call in self.calls), default=0)

    def close(self) -> None:
        self._client.close()
