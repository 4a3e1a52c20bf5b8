"""One run of `bench fairness`: so many workers empty the queues of many organisations."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from storesim.process import start_process as start_store
from tieout.cli.benching.connected import Connected, connect
from tieout.cli.benching.herd import Herd, herd
from tieout.cli.benching.worker_program import DrillPolicy
from tieout.config import jobs
from tieout.config.clocks import process_clock
from tieout.config.wiring import Wiring, use
from tieout.records.models import Call, Installation, Organisation, Posting, Schedule
from xerosim.process import Running
from xerosim.process import start_process as start_xero

#: Elements in a call, so that busy organisations need many.
_BATCH = 5
#: Calls of a small organisation that follow one another: contacts are read, contact, invoice, payment.
_CHAIN = 4
_IN_FLIGHT, _SENDERS = 5, 20
_NAMES = ("--customers", "new", "--refunds", "0", "--currencies", "GBP", "--mix", "paid")


class Size(msgspec.Struct, frozen=True):
    """organisations in all, every tenth of them busy; orders of a small and of a busy one.

    rest_seconds: so long the calls of setting up count for the minute's limit.
    """

    organisations: int
    small_orders: int
    busy_orders: int
    answer_seconds: float
    threads: int
    rest_seconds: float = 61.0
    hours_max: float = 1.0


def run(fields: dict[str, Any], workers: int, seed: int) -> dict[str, Any]:
    """The run's figures, all times from the simulated Xero's journal. fields: of `Size`."""
    size = Size(**fields)
    busy = max(1, size.organisations // 10)
    small = size.organisations - busy
    with (
        start_store(["--store", "magento2", "--orders", str(size.small_orders), "--seed", str(seed), *_NAMES]) as few,
        start_store(["--store", "magento2", "--orders", str(size.busy_orders), "--seed", str(seed), *_NAMES]) as many,
        start_xero("--organisations", str(size.organisations), "--tier", "advanced") as xero,
    ):
        os.environ["TIEOUT_XERO_URL"] = xero.url
        wired = use(Wiring())
        # Small ones were here first: busy ones must not get ahead by their age either.
        connected = connect(wired, [few] * small + [many] * busy, xero)
        _queue_everything(wired, connected)
        time.sleep(size.rest_seconds)
        xero.control("POST", "latency", low=size.answer_seconds, high=size.answer_seconds)
        first_call = _calls(xero)
        with herd(workers, DrillPolicy(batch_max=_BATCH), threads=size.threads) as processes:
            processes.start()
            began = _all_due(workers)
            _until_done(processes, began, size.hours_max)
            processes.stop()
        return _judge(xero, first_call, began, connected, small, size, workers)


def _queue_everything(wired: Wiring, connected: Sequence[Connected]) -> None:
    """Plan all shops; nothing is due before the workers are there."""
    for one in connected:
        wired.planner(wired.records.connection(one.connection)).plan_due()
    # Only what is queued is looked at; the recurring jobs stand still.
    jobs.ensure(wired)
    Schedule.objects.update(enabled=False)
    Organisation.objects.update(due_at=None, day_limit=5_000)


def _all_due(workers: int) -> float:
    """Wait until every worker has given a sign of life, then make all organisations due at one moment."""
    while Installation.objects.filter(name__startswith="heartbeat ").count() < workers:
        time.sleep(0.05)
    time.sleep(2)
    began = time.time()
    Organisation.objects.update(due_at=process_clock().now())
    return began


def _until_done(processes: Herd, began: float, hours_max: float) -> None:
    while time.time() - began < hours_max * 3600 and not processes.died():
        open_ = Posting.objects.filter(state__in=("queued", "sending")).exists() or Call.objects.exclude(state="done")
        if not open_:
            return
        time.sleep(0.2)


def _calls(xero: Running) -> int:
    journal: Any = xero.control("GET", "journal")
    return len(journal["calls"])


def _judge(
    xero: Running, first_call: int, began: float, connected: Sequence[Connected], small: int, size: Size, workers: int
) -> dict[str, Any]:
    journal: Any = xero.control("GET", "journal", **{"from": first_call})
    calls: dict[str, list[float]] = {one.tenant: [] for one in connected}
    for call in journal["calls"]:
        if call["tenant"]:
            calls[call["tenant"]].append(call["ended"])
    invoices = sum(made["kind"] == "Invoices" and made["action"] == "created" for made in journal["made"])
    ends = {tenant: max(times, default=began) - began for tenant, times in calls.items()}
    waits = sorted(ends[one.tenant] for one in connected[:small])
    drain = max(ends.values())
    bound = _bound([len(times) for times in calls.values()], size, workers)
    p95, median = waits[max(0, -(-len(waits) * 95 // 100) - 1)], statistics.median(waits)
    figures: Any = xero.control("GET", "statistics")
    wanted = small * size.small_orders + (len(connected) - small) * size.busy_orders
    return {
        "workers": workers,
        "calls": sum(len(times) for times in calls.values()),
        "invoices": invoices,
        "whole": invoices == wanted and not figures["refused_calls"],
        "drain_seconds": round(drain, 1),
        "bound_seconds": round(bound, 1),
        "drain_ratio": round(drain / bound, 3),
        "wait_median_seconds": round(median, 1),
        "wait_p95_seconds": round(p95, 1),
        "wait_ratio": round(p95 / median, 2),
        "worst_minute": figures["worst_minute"],
        "refused_calls": figures["refused_calls"],
    }


def _bound(calls: Sequence[int], size: Size, workers: int) -> float:
    """No faster: by the minute's limit of the busiest one, by answers and threads, by requests in flight at once.

    58 calls a minute, because two are kept for urgent work. A thread holds one organisation, of which calls that need
    one another's answers follow one another, and of the others five are under way.
    """
    chain = _CHAIN * size.answer_seconds
    by_limit = max(((count - 1) // 58) * 60.0 + chain for count in calls)
    held = [
        max(min(count, _CHAIN) * size.answer_seconds, count * size.answer_seconds / _IN_FLIGHT) for count in calls
    ]
    by_threads = sum(held) / (workers * size.threads)
    by_flight = sum(calls) * size.answer_seconds / (workers * min(_SENDERS, size.threads * _IN_FLIGHT))
    return max(by_limit, by_threads, by_flight)
