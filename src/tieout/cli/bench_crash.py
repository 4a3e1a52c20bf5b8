"""`bench crash`: real workers killed with SIGKILL again and again, while shop, Xero and network misbehave.

Simulators and workers run in processes of their own. The verdict comes from the simulators alone: what the shops
show at the end, what Xero's ledger holds, and Xero's journal of calls.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import msgspec

from tieout.cli.bench_world import point_at
from tieout.cli.benching import judge
from tieout.cli.benching.connected import Connected, connect, forget_what_was_read, is_done, pull_often
from tieout.cli.benching.databases import Place
from tieout.cli.benching.herd import Herd, herd
from tieout.cli.benching.open_shop import OpenShop, open_shop
from tieout.cli.benching.watched_xero import Call, WatchedXero
from tieout.cli.benching.worker_program import DrillPolicy
from tieout.config.wiring import Wiring, use
from xerosim.process import start_process as start_xero

#: Xero's advice for one request; the drill goes no higher, so that many requests are there to be hit.
BATCH_MAX = 50
#: What is asked of a full drill: kills that hit a request under way, and how often each fault struck.
IN_FLIGHT_SHARE, FAULTS_MIN = 0.6, 10
#: Every fault of the drill: its name in the figures, and how the simulator is told. seconds: Retry-After, or how
#: long a hanging call takes.
FAULTS: dict[str, dict[str, object]] = {
    "429": {"kind": "minute", "seconds": 2},
    "500 before": {"kind": "500", "when": "before", "method": "PUT"},
    "500 after": {"kind": "500", "when": "after", "method": "PUT"},
    "hang": {"kind": "hang", "when": "after", "seconds": 5, "method": "PUT"},
    "drop": {"kind": "drop", "when": "after", "method": "PUT"},
    "cut": {"kind": "cut", "keep": 60, "method": "PUT"},
}
_LATENCY = {"low": 0.3, "high": 1.5, "slow_share": 0.03, "slow_factor": 4}
_LOOK_SECONDS = 0.05
#: A fault that did not strike within so many seconds is ordered once more.
_ORDER_AGAIN = 10.0
#: Nothing at all happens at the simulator for so long: the drill is stuck.
_STUCK_SECONDS = 300.0
_PULL_SECONDS = 3


class Options(msgspec.Struct, frozen=True):
    """What the command line asks. organisations: each has a shop of its own; 0: as many as workers, at least two."""

    workers: int = 1
    kills: int = 50
    documents: int = 10_000
    organisations: int = 0
    restore: bool = False
    key_life_seconds: float = 0.0
    seed: int = 1
    faults_min: int = FAULTS_MIN


def measure(options: Options, where: Place) -> dict[str, object]:
    """The figures, with `lost`, `doubled`, `posted_though_cancelled` and `verdict`."""
    began = time.monotonic()
    count = options.organisations or max(2, options.workers)
    with ExitStack() as stack:
        running = stack.enter_context(start_xero("--organisations", str(count)))
        share = options.documents // count
        shops = [stack.enter_context(open_shop(share, options.seed + number)) for number in range(count)]
        point_at(running.url)
        wired = use(Wiring())
        connected = connect(wired, [shop.process for shop in shops], running)
        forget_what_was_read(wired, connected)
        pull_often(wired, connected, _PULL_SECONDS)
        xero = WatchedXero(running)
        stack.callback(xero.close)
        workers = stack.enter_context(herd(options.workers, DrillPolicy(0, BATCH_MAX, options.key_life_seconds)))
        drill = Drill(options, where, xero, shops, connected, workers)
        drill.run()
        return {**drill.figures(), "seconds": round(time.monotonic() - began, 1)}


class Drill:
    """One drill. Its troubles are spread over the work by what Xero has received, not by the clock."""

    def __init__(
        self,
        options: Options,
        where: Place,
        xero: WatchedXero,
        shops: Sequence[OpenShop],
        connected: Sequence[Connected],
        workers: Herd,
    ) -> None:
        self._options = options
        self._place = where
        self._xero = xero
        self._shops = shops
        self._connected = connected
        self._workers = workers
        self._random = Random(options.seed)
        self._kills: list[tuple[float, str]] = []
        self._exits: list[int] = []
        self._died: list[int] = []
        self._changed_at = time.time()
        self._backup: Path | None = None
        self._restored = False
        self._ordered: dict[str, tuple[int, float]] = {}
        self._first_call = 0

    def run(self) -> None:
        self._xero.look()
        self._first_call = len(self._xero.calls)
        self._prepare_xero()
        self._workers.start()
        while (progress := self._progress()) < 1.0 or not self._troubled():
            self._guard()
            self._spoil(progress)
            self._happen(progress)
            self._kill(progress)
            if self._options.restore:
                self._bring_back(progress)
            time.sleep(_LOOK_SECONDS)
        self._calm_down()

    def _prepare_xero(self) -> None:
        self._xero.control("latency", **_LATENCY)
        if self._options.key_life_seconds:
            self._xero.control("switches", idempotency_seconds=self._options.key_life_seconds)

    def _progress(self) -> float:
        """The share of the wanted invoices that Xero has received."""
        self._xero.look()
        return self._xero.count("Invoices") / max(1, sum(shop.orders for shop in self._shops) - self._cancelled())

    def _cancelled(self) -> int:
        return sum(shop.cancels for shop in self._shops)

    def _troubled(self) -> bool:
        """Whether every kill and every restore was done, or the work has ended before."""
        return len(self._kills) >= self._options.kills or self._is_done()

    def _guard(self) -> None:
        if codes := self._workers.bury():
            # As a supervisor does; the verdict is a miss all the same.
            self._died += codes
            self._workers.start()
        calls = self._xero.calls
        if calls and time.time() - max(calls[-1].at, self._changed_at) > _STUCK_SECONDS:
            raise AssertionError("the work has come to a halt")

    def _spoil(self, progress: float) -> None:
        """Faults strike evenly over the work; one that only met a repeated answer is ordered again."""
        wanted = self._options.faults_min * min(1.0, 0.2 + progress)
        struck_so_far = struck(self._xero.calls)
        for name, fault in FAULTS.items():
            ordered, at = self._ordered.get(name, (0, 0.0))
            if struck_so_far[name] < wanted and (ordered <= struck_so_far[name] or time.time() > at + _ORDER_AGAIN):
                self._ordered[name] = (struck_so_far[name] + 1, time.time())
                self._xero.control("faults", **fault, skip=self._random.randrange(4))

    def _happen(self, progress: float) -> None:
        """Orders change and are cancelled: one of a hundred each, while the others go to Xero."""
        wanted = progress * 0.95 * self._options.documents / 50
        while sum(shop.happenings for shop in self._shops) < wanted:
            self._random.choice(self._shops).happen()
            self._changed_at = time.time()

    def _kill(self, progress: float) -> None:
        """The next kill is due: wait for a request under way, and kill the worker that sent it."""
        if len(self._kills) >= self._options.kills or progress < len(self._kills) * 0.95 / self._options.kills:
            return
        holders = self._holders()
        busy = [tenant for tenant in self._xero.posting() if holders.get(tenant) in self._workers.pids()]
        if not busy:
            return
        tenant = self._random.choice(sorted(busy))
        self._workers.kill(holders[tenant])
        self._kills.append((time.time(), tenant))
        self._workers.start()

    def _holders(self) -> dict[str, int]:
        """Which process holds which organisation."""
        from tieout.records.models import Organisation

        rows = Organisation.objects.filter(lease_until__isnull=False).values_list("tenant_id", "lease_owner")
        return {tenant: int(owner.split(":")[1]) for tenant, owner in rows if owner.count(":")}

    def _bring_back(self, progress: float) -> None:
        if self._backup is None and progress > 0.3:
            self._backup = self._place.folder / "monday.backup"
            self._place.backup(self._backup)
        elif self._backup is not None and not self._restored and progress > 0.6:
            self._workers.kill_all()
            from django.db import connections

            connections.close_all()
            self._place.restore(self._backup)
            self._restored, self._changed_at = True, time.time()
            self._workers.start()

    def _calm_down(self) -> None:
        """Nothing more goes wrong, and all is settled."""
        self._xero.control("faults", clear=True)
        until_asked = 3
        while True:
            self._xero.look()
            self._guard()
            if self._is_done():
                if not (self._restored and until_asked):
                    break
                # What was edited after the backup is there with other figures: a person says that the shop is right.
                until_asked -= 1
                self._decide()
            time.sleep(0.5)
        self._exits = self._workers.stop()
        self._xero.look()

    def _is_done(self) -> bool:
        return is_done(self._changed_at)

    def _decide(self) -> None:
        from tieout.config.clocks import SystemClock
        from tieout.ports.records import Selection
        from tieout.records.drifts import decide_drift
        from tieout.records.models import Drift
        from tieout.records.storage import Storage

        now = SystemClock().now()
        rows = Drift.objects.filter(decided_at__isnull=True).values_list("pk", flat=True)
        decide_drift(list(rows), "restore", by="owner", address="", now=now)
        Storage().retry(Selection(states=("held",)), now)

    # ---- figures

    def figures(self) -> dict[str, object]:
        calls = self._xero.calls[self._first_call :]
        found = judge.add(
            judge.judge(shop.expected(), self._xero.ledger(one.tenant), self._xero.made, one.tenant)
            for shop, one in zip(self._shops, self._connected, strict=True)
        )
        in_flight = sum(self._xero.was_posting(tenant, moment) for moment, tenant in self._kills)
        faults = struck(calls)
        wanted_in_flight = round(self._options.kills * IN_FLIGHT_SHARE)
        good = (
            found.is_clean
            and len(self._kills) == self._options.kills
            and in_flight >= wanted_in_flight
            and all(faults[name] >= self._options.faults_min for name in FAULTS)
            and not any(self._exits)
            and not self._died
            and self._restored == self._options.restore
        )
        return {
            "database": "postgresql" if self._place.url else "sqlite",
            "workers": self._options.workers,
            "organisations": len(self._shops),
            "kills": len(self._kills),
            "kills_in_flight": in_flight,
            "faults": {name: faults[name] for name in FAULTS},
            "key_life_seconds": self._options.key_life_seconds or 360,
            "restored": self._restored,
            "documents": found.documents,
            "edits": sum(shop.edits for shop in self._shops),
            "cancels": self._cancelled(),
            "calls": len(calls),
            "replayed": sum(call.replayed for call in calls),
            "largest_batch": max((call.created + call.updated for call in calls), default=0),
            "worst_minute": max(self._xero.worst_minute(one.tenant) for one in self._connected),
            "worst_concurrency": self._xero.worst_concurrency(),
            "ended_by_themselves": self._died,
            "lost": found.lost,
            "doubled": found.doubled,
            "posted_though_cancelled": found.posted_though_cancelled,
            "wrong": found.wrong,
            "findings": found.sentences,
            "verdict": "met" if good else "missed",
        }


def struck(calls: Sequence[Call]) -> Counter[str]:
    """How often each fault struck: a fault on a call that only repeated an answer does not count."""
    counts: Counter[str] = Counter()
    for call in calls:
        if not call.fault or call.replayed:
            continue
        if call.fault == "500":
            counts["500 after" if call.created + call.updated else "500 before"] += 1
        else:
            counts["429" if call.fault == "minute" else call.fault] += 1
    return counts
