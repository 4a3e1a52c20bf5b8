"""Both sides are edited at once, calls are lost and doubled: both end with the same, and nothing twice."""

from __future__ import annotations

from collections import Counter

import pytest
from two_way_simulation import SEEDS, STEPS, Simulation, books, phones
from two_way_world import TwoWay

from tieout.documents.entries import EntryKind

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_sides_end_equal_with_nothing_doubled_and_no_echo(seed: int) -> None:
    world = TwoWay()
    world.begin()
    run = Simulation(world, seed)
    for _ in range(STEPS):
        run.step()
    run.settle()
    store, ledger = books(world)
    assert store == ledger, run.describe()
    in_store, in_ledger = phones(world)
    assert in_store == in_ledger, run.describe()
    for kind in (EntryKind.CUSTOMER, EntryKind.INVOICE):
        names = Counter(getattr(one, "number", "") or getattr(one, "name", "") for one in world.crm.of(kind))
        assert max(names.values(), default=1) == 1, f"doubled: {names.most_common(3)}\n{run.describe()}"
    numbers = Counter(one.number for one in world.invoices_in_xero())
    assert max(numbers.values(), default=1) == 1, numbers
    quiet = world.writes(), world.ledger_writes()
    world.both()
    assert (world.writes(), world.ledger_writes()) == quiet, run.describe()
