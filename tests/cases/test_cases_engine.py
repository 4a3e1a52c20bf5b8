"""Known failures of queues and batches, tried on the engine itself with a simulated Xero."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tieout.accounting import Invoice
from tieout.cli.benching.simulation import Simulation
from tieout.cli.benching.simulation.storages import Storages
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.records import models


@pytest.fixture
def storages(tmp_path: Path, django_db_blocker: Any) -> Iterator[Storages]:
    with django_db_blocker.unblock():
        made = Storages(tmp_path)
        yield made
        made.close()


class OneBad:
    """A shop in which one order is booked to an account that Xero does not have."""

    def __init__(self, world: Simulation, bad: int) -> None:
        self._plan = world.shop.plan
        self._bad = bad

    def __call__(self, number: int, posted: Any = ()) -> DossierPlan:
        plan = self._plan(number, posted)
        if number != self._bad:
            return plan
        return msgspec.structs.replace(plan, postings=tuple(_spoilt(one) for one in plan.postings))


def _spoilt(one: PlannedPosting) -> PlannedPosting:
    if not isinstance(one.payload, Invoice):
        return one
    lines = tuple(msgspec.structs.replace(line, account_code="no such") for line in one.payload.lines)
    return msgspec.structs.replace(one, payload=msgspec.structs.replace(one.payload, lines=lines))


def test_c52_c121_one_bad_order_in_a_thousand_stops_no_other(storages: Storages) -> None:
    world = Simulation(5, storages.new(), orders=1_000, trouble_steps=0)
    world.policy = msgspec.structs.replace(world.policy, batch=0, linger_seconds=0.0)
    world.shop.plan = OneBad(world, 500)  # type: ignore[method-assign]
    world.run()
    rows = models.Posting.objects.using("simulation").filter(role="invoice")
    assert rows.filter(state="posted").count() == 999
    [held] = rows.exclude(state="posted")
    assert (held.state, held.marker) == ("held", "SO-000500")
    assert "no such" in held.reason
    # Nothing was sent again because of it: its batch went on.
    posts = [call for call in world.xero.journal.calls if call.method == "PUT" and "Invoices" in call.path]
    assert sum(call.created + call.refused for call in posts) == 1_000
