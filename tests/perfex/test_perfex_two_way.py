"""A CRM and an organisation edited on both sides while calls fail: both end alike, nothing doubled, no echo."""

from __future__ import annotations

from collections import Counter

import pytest
from perfex_two_way import SEEDS, STEPS, PerfexTwoWay, Run, books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_crm_and_xero_end_alike(seed: int) -> None:
    world = PerfexTwoWay("2" if seed % 2 else "3")
    world.begin()
    run = Run(world, seed)
    for _ in range(STEPS):
        run.step()
    run.settle()
    store, ledger = books(world)
    assert store == ledger, run.describe()
    numbers = Counter(one.number for one in world.invoices_in_xero())
    assert max(numbers.values(), default=1) == 1, numbers
    quiet = world.writes(), world.ledger_writes()
    world.both()
    assert (world.writes(), world.ledger_writes()) == quiet, run.describe()
