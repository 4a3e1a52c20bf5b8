"""`bench pipeline`: orders per second from the first store byte to the last settled payment, on SQLite.

Both simulators run in processes of their own and answer over loopback HTTP; the figures of what arrived are theirs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

from storesim.process import StoreProcess, start_process
from tieout.cli.bench_world import point_at
from tieout.cli.demo_flow import set_up
from tieout.config.wiring import Wiring, use
from tieout.ports.administration import NewConnection
from tieout.rules.settings import SalesDocuments
from tieout.sync.work import work_until_idle

FLOOR, GOAL = 250, 400


class XeroProcess:
    """A running `xerosim` that refuses no call: limits are another benchmark."""

    def __init__(self) -> None:
        program = "from xerosim.cli import main; main()"
        command = [sys.executable, "-c", program, "--port", "0", "--json", "--unlimited"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        started = msgspec.json.decode(self.process.stdout.readline(), type=dict[str, Any])
        self.url: str = started["url"]
        self.client_id: str = started["organisations"][0]["client_id"]
        self.secret: str = started["organisations"][0]["client_secret"]

    def statistics(self) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.get(f"{self.url}/__sim__/statistics", timeout=60, trust_env=False).json()
        return answer

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def _simulators(orders: int, seed: int) -> Iterator[tuple[StoreProcess, XeroProcess]]:
    with start_process(["--store", "magento2", "--orders", str(orders), "--seed", str(seed)]) as store:
        xero = XeroProcess()
        try:
            yield store, xero
        finally:
            xero.stop()


def measure(orders: int, seed: int) -> dict[str, object]:
    """The figures, with `orders_per_second` and `verdict`."""
    with _simulators(orders, seed) as (store, xero):
        point_at(xero.url)
        wired = use(Wiring())
        _connect(wired, store, xero)
        _set_up(wired)
        began, cpu = time.monotonic(), _cpu_seconds()
        others = {store.process_id: _cpu_of(store.process_id), xero.process.pid: _cpu_of(xero.process.pid)}
        stages = _work(wired)
        seconds = time.monotonic() - began
        created = xero.statistics()["created"]
        held = len(wired.administration.held())
        rate = orders / seconds
        whole = not held and created.get("Invoices", 0) > 0 and not _left(wired)
        return {
            "orders": orders,
            "orders_per_second": round(rate),
            "floor": FLOOR,
            "goal": GOAL,
            "created": created,
            "held": held,
            "seconds": round(seconds, 2),
            "seconds_by_stage": stages,
            "cpu_seconds": {
                "tieout": round(_cpu_seconds() - cpu, 2),
                "store": round(_cpu_of(store.process_id) - others[store.process_id], 2),
                "xero": round(_cpu_of(xero.process.pid) - others[xero.process.pid], 2),
            },
            "verdict": "met" if rate >= FLOOR and whole else "missed",
        }


def _connect(wired: Wiring, store: StoreProcess, xero: XeroProcess) -> None:
    options = {"url": store.base_url, "access": "bearer"}
    secrets = wired.seal_secrets({"access_token": store.credentials.access_token})
    new = NewConnection("magento2", "Benchmark", store.base_url, options, secrets)
    wired.administration.add_connection(new, wired.clock.now())
    wired.connecting().custom(xero.client_id, xero.secret)


def _set_up(wired: Wiring) -> None:
    """Rules for everything the shop has; then what was read is forgotten, so that the clock starts at zero.

    Xero's limits are lifted on both sides: they are another benchmark.
    """
    from tieout.records.models import Document, Organisation

    Organisation.objects.update(minute_limit=1_000_000, day_limit=10_000_000)
    connection = wired.administration.connections()[0]
    wired.puller().pull(connection, wired.adapter(connection), wired.reader(connection))
    connection = wired.administration.connections()[0]
    set_up(wired, connection, wired.administration.organisations()[0], SalesDocuments.ORDERS)
    Document.objects.all().delete()
    wired.administration.forget_watermarks(connection.id)


def _work(wired: Wiring) -> dict[str, float]:
    """Read everything, then plan and sync side by side."""
    connection = wired.administration.connections()[0]
    began = time.monotonic()
    pulled = wired.puller().pull(connection, wired.adapter(connection), wired.reader(connection))
    assert not pulled.failure, pulled.failure
    read = time.monotonic()
    planning = threading.Event()
    planning.set()
    planned: list[float] = []

    def plan() -> None:
        from django.db import connections

        try:
            wired.planner(connection).plan_due()
        finally:
            planned.append(time.monotonic())
            planning.clear()
            connections.close_all()

    wired.filling = planning.is_set
    planner = threading.Thread(target=plan, name="planner")
    planner.start()
    driver = wired.driver()
    while planning.is_set():
        work_until_idle(driver, wired.administration, wired.clock, wired.wait, stop=lambda: not planning.is_set())
        planning_wait(planning)
    planner.join()
    work_until_idle(driver, wired.administration, wired.clock, wired.wait)
    ended = time.monotonic()
    return {
        "read": round(read - began, 2),
        "plan": round(planned[0] - read, 2),
        "sync_after_planning": round(ended - planned[0], 2),
    }


def planning_wait(planning: threading.Event) -> None:
    """A short pause while nothing is ready and planning goes on."""
    if planning.is_set():
        time.sleep(0.02)


def _left(wired: Wiring) -> int:
    rest = ("queued", "sending", "held")
    return sum(count for (_, state), count in wired.administration.postings_by_state().items() if state in rest)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _cpu_of(process: int) -> float:
    """CPU seconds of another process, 0 where the system does not tell."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
