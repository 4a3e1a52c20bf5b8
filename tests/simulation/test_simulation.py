"""Seeded worlds: whatever goes wrong, every document is in the books exactly once and equal to the shop.

TIEOUT_SEEDS sets how many seeds are run, TIEOUT_SEED runs a single one again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

from tieout.cli.benching.simulation import Simulation, problems
from tieout.records.storage import Storage

SEEDS = int(os.environ.get("TIEOUT_SEEDS", "25"))
_ONE = os.environ.get("TIEOUT_SEED")


@pytest.mark.parametrize("seed", [int(_ONE)] if _ONE else range(SEEDS))
def test_every_order_is_in_the_books_exactly_once(seed: int, new_storage: Callable[[], Storage]) -> None:
    simulation = Simulation(seed, new_storage())
    simulation.run()
    assert problems(simulation) == [], f"TIEOUT_SEED={seed} runs this again"


def test_the_seeds_meet_every_kind_of_trouble(new_storage: Callable[[], Storage]) -> None:
    coverage: Counter[str] = Counter()
    for seed in range(1_000, 1_004):
        simulation = Simulation(seed, new_storage(), orders=15, trouble_steps=200)
        simulation.run()
        coverage += simulation.coverage
    assert coverage["crash in flight"] > 0
    assert coverage["crash @ prepare"] > 0
    assert sum(count for name, count in coverage.items() if name.endswith("struck")) > 40
    assert min(coverage["edited"], coverage["cancelled"], coverage["paid"]) > 0


def test_a_seed_repeats_itself(new_storage: Callable[[], Storage]) -> None:
    journals = []
    for _ in range(2):
        simulation = Simulation(7, new_storage(), orders=10, trouble_steps=80)
        simulation.run()
        journals.append([(call.at, call.method, call.path, call.status) for call in simulation.xero.journal.calls])
    assert journals[0] == journals[1]
