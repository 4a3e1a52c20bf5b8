"""Retention, and the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from records_world import World

from tieout.records import models
from tieout.records.clock import DatabaseClock
from tieout.records.housekeeping import Retention


def test_bodies_go_first_and_what_is_young_stays(world: World) -> None:
    world.save_orders([1, 2])
    world.plan()
    world.finish()
    calls = models.Call.objects.using("records")
    assert calls.exclude(body="").count() == 3
    nothing = world.storage.clean(Retention(), world.clock.now())
    assert set(nothing.values()) == {0}
    went = world.storage.clean(Retention(), world.clock.now() + timedelta(days=15))
    assert went == {"bodies": 3, "calls": 0, "requests": 0, "events": 0, "inbox": 0}
    assert calls.exclude(body_digest="").count() == 3
    went = world.storage.clean(Retention(), world.clock.now() + timedelta(days=2_000))
    assert went["calls"] == 3
    assert models.Event.objects.using("records").count() == 0
    assert world.all_posted()


def test_the_clock_of_the_server_is_the_clock_of_all_hosts(world: World) -> None:
    database = world.storage._database
    if not database.is_postgresql:
        pytest.skip("SQLite has no clock of its own: it runs on one machine")
    clock = DatabaseClock(database)
    first = clock.now()
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now() >= first
