"""`bench simulate`: seeded worlds full of trouble, each judged at its end, with what was met where.

Virtual time, one thread, simulators in this process; the worlds are those of `tieout.cli.benching.simulation`.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tieout.cli.benching.simulation import Simulation, problems
from tieout.cli.benching.simulation.storages import Storages
from tieout.cli.benching.simulation.troubles import BOUNDARIES, FAULT_NAMES, OTHERS

#: How often each trouble is met at each boundary of a step, in a full run of so many seeds.
MET_MIN, FULL_SEEDS = 20, 500
#: Of fewer seeds nothing is asked but that all end well.
JUDGED_SEEDS = 100
#: Failing seeds that are told with their sentences.
_TOLD_MAX = 20


def measure(seeds: Sequence[int], folder: Path) -> dict[str, object]:
    """The figures, with `failures` and `verdict`."""
    began = time.monotonic()
    storages = Storages(folder)
    coverage: Counter[str] = Counter()
    failures: dict[int, list[str]] = {}
    documents = calls = 0
    digest = hashlib.sha256()
    for seed in seeds:
        world = Simulation(seed, storages.new())
        found = _run(world)
        if found:
            failures[seed] = found
        coverage += world.coverage
        documents += len(world.shop.orders)
        calls += len(world.xero.journal.calls)
        digest.update(repr([(one.at, one.method, one.path, one.status) for one in world.xero.journal.calls]).encode())
    storages.close()
    met, after = _met(coverage, "{} @ {}", (*FAULT_NAMES, *OTHERS)), _met(coverage, "{}, crash @ {}", FAULT_NAMES)
    wanted = MET_MIN * len(seeds) // FULL_SEEDS if len(seeds) >= JUDGED_SEEDS else 0
    least = min((count for row in (*met.values(), *after.values()) for count in row.values()), default=0)
    return {
        "seeds": len(seeds),
        "failures": len(failures),
        "failing_seeds": {str(seed): told[:3] for seed, told in list(failures.items())[:_TOLD_MAX]},
        "documents": documents,
        "calls": calls,
        "met_at_boundary": met,
        "crash_at_boundary_after_fault": after,
        "least_met": least,
        "least_wanted": wanted,
        "struck": {name: coverage[f"{name} struck"] for name in FAULT_NAMES},
        "happened": {
            name: count for name, count in sorted(coverage.items()) if "@" not in name and "struck" not in name
        },
        "digest": digest.hexdigest()[:16],
        "seconds": round(time.monotonic() - began, 1),
        "verdict": "met" if not failures and least >= wanted else "missed",
    }


def _run(world: Simulation) -> list[str]:
    """One world to its end; sentences about what is wrong there."""
    try:
        world.run()
    except AssertionError as error:
        return [f"stopped: {error}"]
    return problems(world)


def _met(coverage: Counter[str], form: str, names: Sequence[str]) -> dict[str, dict[str, int]]:
    return {name: {where: coverage[form.format(name, where)] for where in BOUNDARIES} for name in names}
