"""`bench fairness`: many organisations on PostgreSQL, a few busy: how long all take, how long small ones wait.

Every organisation has a queue of its own at the start, as after a night without a worker. Workers and simulators are
processes of their own; the simulated Xero takes a while for each answer and keeps its limits. All times are its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.cli.benching.apart import apart

#: Time until all is there, as a multiple of the bound; longest wait of 95 of 100 small ones, of the median one.
DRAIN_BAR, WAIT_BAR = 1.15, 3.0


def measure(size: Mapping[str, float], workers: Sequence[int], seed: int, server: str) -> dict[str, object]:
    """The figures of the last number of workers, `speed_up` from the first to it, and `verdict`.

    size: fields of `benching.fairness_run.Size`.
    """
    runs = [apart("postgresql", server, "fairness_run", dict(size), count, seed) for count in workers]
    last = runs[-1]
    met = last["whole"] and last["drain_ratio"] <= DRAIN_BAR and last["wait_ratio"] <= WAIT_BAR
    return {
        "organisations": size["organisations"],
        "drain_seconds": last["drain_seconds"],
        "bound_seconds": last["bound_seconds"],
        "drain_ratio": last["drain_ratio"],
        "bar_drain": DRAIN_BAR,
        "wait_p95_seconds": last["wait_p95_seconds"],
        "wait_median_seconds": last["wait_median_seconds"],
        "wait_ratio": last["wait_ratio"],
        "bar_wait": WAIT_BAR,
        "speed_up": round(runs[0]["drain_seconds"] / last["drain_seconds"], 2) if len(runs) > 1 else None,
        "runs": runs,
        "verdict": "met" if met else "missed",
    }
