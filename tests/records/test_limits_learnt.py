"""What the storage learns from the limits in Xero's answers."""

from __future__ import annotations

import pytest
from records_world import World

from tieout.ports.ledger import Limits
from tieout.sync.waiting import RecordsMeter


@pytest.mark.parametrize(("told", "limit"), [([998, 4], 1_000), ([4_943, 12], 5_000), ([7_200], 7_200)])
def test_more_calls_left_than_the_known_limit_tell_of_a_tier(world: World, told: list[int], limit: int) -> None:
    meter = RecordsMeter(world.storage, world.clock, world.organisation, "test")
    for remaining in told:
        request = meter.open("Invoices", "GET", 0)
        meter.close(request, status=200, bytes_in=0, limits=Limits(day_remaining=remaining))
    assert world.storage.organisation(world.organisation).bounds.day == limit
    assert world.storage.usage(world.organisation, world.clock.now()).day_remaining == told[-1]
