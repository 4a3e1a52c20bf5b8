"""One run of `bench memory`: a shop of a size from the first byte read to the last payment, by one worker process."""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx

from storesim.process import StoreProcess
from storesim.process import start_process as start_store
from tieout.cli.benching.connected import connect, forget_what_was_read, is_done, pull_often
from tieout.cli.benching.herd import herd
from tieout.cli.benching.worker_program import DrillPolicy
from tieout.config.wiring import Wiring, use
from tieout.records.models import Organisation
from xerosim.process import start_process as start_xero

#: A shop of this size has every tax and method that a larger one has; the rules are made from it.
_TRIAL_ORDERS = 400
_LOOK_SECONDS = 1.0
_NAMES = ("--customers", "mixed", "--refunds", "2", "--currencies", "GBP", "--mix", "paid")


def run(orders: int, seed: int, hours_max: float) -> dict[str, float]:
    """The run's figures: orders, created invoices, peak_mb, seconds."""
    with (
        _store(min(orders, _TRIAL_ORDERS), seed) as trial,
        _store(orders, seed) as store,
        start_xero("--unlimited") as xero,
    ):
        os.environ["TIEOUT_XERO_URL"] = xero.url
        wired = use(Wiring())
        connected = connect(wired, [trial], xero)
        wired.administration.move_connection(
            connected[0].connection, store.base_url, {"url": store.base_url, "access": "bearer"}
        )
        # Limits are another benchmark.
        Organisation.objects.update(minute_limit=1_000_000, day_limit=100_000_000)
        forget_what_was_read(wired, connected)
        pull_often(wired, connected, 60)
        before = _created(xero.url)
        began = time.time()
        with herd(1, DrillPolicy(batch_max=500)) as workers:
            workers.start()
            pid, peak = workers.pids()[0], 0.0
            while not is_done(began) and not workers.died() and time.time() - began < hours_max * 3600:
                peak = max(peak, _peak_mb(pid))
                time.sleep(_LOOK_SECONDS)
            peak = max(peak, _peak_mb(pid))
            workers.stop()
        return {
            "orders": orders,
            "created": _created(xero.url) - before,
            "peak_mb": round(peak, 1),
            "seconds": round(time.time() - began, 1),
        }


def _store(orders: int, seed: int) -> StoreProcess:
    return start_store(["--store", "magento2", "--orders", str(orders), "--seed", str(seed), *_NAMES])


def _created(xero_url: str) -> int:
    statistics = httpx.get(f"{xero_url}/__sim__/statistics", timeout=120, trust_env=False).json()
    return int(statistics["created"].get("Invoices", 0))


def _peak_mb(pid: int) -> float:
    """The kernel's own high-water mark, 0 when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    mark = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(mark.split()[1]) * 1024 / 1_000_000
