"""What the storage learns from the limits in Xero's answers."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from records_world import World

from tieout.errors import RetryLater
from tieout.ports.ledger import Limits
from tieout.records import models
from tieout.sync.waiting import RecordsMeter


@pytest.mark.parametrize(("told", "limit"), [([998, 4], 1_000), ([4_943, 12], 5_000), ([7_200], 7_200)])
def test_more_calls_left_than_the_known_limit_tell_of_a_tier(world: World, told: list[int], limit: int) -> None:
    meter = RecordsMeter(world.storage, world.clock, world.organisation, "test")
    for remaining in told:
        request = meter.open("Invoices", "GET", 0)
        meter.close(request, status=200, bytes_in=0, limits=Limits(day_remaining=remaining))
    assert world.storage.organisation(world.organisation).bounds.day == limit
    assert world.storage.usage(world.organisation, world.clock.now()).day_remaining == told[-1]


def test_c117_two_organisations_that_count_at_once_do_not_take_the_last_slot_of_their_app_twice(world: World) -> None:
    using = world.storage._database.alias
    models.App.objects.using(using).update(minute_limit=61)
    other = world.add_organisation(models.Authorisation.objects.using(using).get().pk)
    for _ in range(60):
        RecordsMeter(world.storage, world.clock, world.organisation, "test").open("Invoices", "GET", 0)
        models.Request.objects.using(using).update(closed_at=world.clock.now())
    assert world.storage.usage(other, world.clock.now()).app_counting == 60
    first, taken, refused = threading.Barrier(2), [], []

    def take(organisation: int) -> None:
        try:
            first.wait(10)
            taken.append(RecordsMeter(world.storage, world.clock, organisation, "t").open("Invoices", "GET", 0))
        except RetryLater as error:
            refused.append(error.scope)
        finally:
            connections.close_all()

    third = world.add_organisation(models.Authorisation.objects.using(using).get().pk)
    threads = [threading.Thread(target=take, args=(organisation,)) for organisation in (other, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(taken), refused) == (1, ["app"])
