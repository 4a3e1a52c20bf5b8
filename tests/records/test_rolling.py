"""Workers come and go while work goes on: rolling restarts, and a schema that grows under a running worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import connections
from records_world import World, order_plan

from tieout.dispatch.worker import Worker
from tieout.ports.ledger import Answer
from tieout.sync.turn import Policy
from tieout.sync.turn.driver import Driver
from tieout.sync.waiting import RecordsMeter


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(5) as made:
        yield made
        everyone = threading.Barrier(5)

        def close() -> None:
            connections.close_all()
            everyone.wait(10)

        for future in [made.submit(close) for _ in range(5)]:
            future.result()


class Running:
    """A worker of its own name, as a process would be."""

    def __init__(self, world: World, pool: ThreadPoolExecutor, name: str) -> None:
        clock = RealClock()
        self.stop = threading.Event()
        self.worker = Worker(
            world.storage,
            clock,
            lambda: Driver(
                world.storage,
                lambda organisation: world.ledger,  # type: ignore[arg-type,return-value]
                lambda organisation, owner: RecordsMeter(world.storage, clock, organisation, owner),
                clock,
                pool,
                name,
                # A small batch, so that there are many calls to be interrupted.
                Policy(linger_seconds=0, batch=1),
                stopping=self.stop.is_set,
            ),
            {},
            owner=name,
            threads=1,
            sweep_seconds=0.1,
        )
        self.thread = threading.Thread(target=self.worker.run, args=(self.stop,))
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.worker.wake()
        self.thread.join(20)
        assert not self.thread.is_alive()


class Times:
    """When the ledger was called; each call takes a moment, so that stops fall into one."""

    def __init__(self, world: World, seconds: float) -> None:
        self.calls: list[float] = []
        self.seconds = seconds
        world.ledger.spoil = self.spoil  # type: ignore[assignment]

    def spoil(self, call: object, process: object) -> Answer:
        self.calls.append(time.monotonic())
        time.sleep(self.seconds)
        return process()  # type: ignore[operator,no-any-return]

    def longest_pause(self) -> float:
        moments = sorted(self.calls)
        return max(after - before for before, after in pairwise(moments))


def queue_orders(world: World, count: int) -> None:
    from tieout.records import models

    # The minute's limit is not what is looked at here.
    models.Organisation.objects.using("records").update(minute_limit=10_000)
    world.clock.time = datetime.now(UTC)
    world.save_orders(range(1, count + 1))
    world.plan(lambda number: order_plan(number, contact=1, paid=False))


def test_a_rolling_restart_makes_no_pause_and_nothing_twice(world: World, pool: ThreadPoolExecutor) -> None:
    queue_orders(world, 60)
    times = Times(world, 0.1)
    running = Running(world, pool, "host:1")
    for number in range(2, 5):
        time.sleep(0.25)
        successor = Running(world, pool, f"host:{number}")
        running.end()
        running = successor
    deadline = time.monotonic() + 20
    while not world.all_posted() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.end()
    assert world.states() == {"posted": 61}
    assert len(world.ledger.made()) == 61
    assert times.longest_pause() < 1.5


def test_a_running_worker_survives_a_column_that_is_added_beneath_it(world: World, pool: ThreadPoolExecutor) -> None:
    queue_orders(world, 40)
    times = Times(world, 0.05)
    running = Running(world, pool, "host:1")
    while len(times.calls) < 10:
        time.sleep(0.01)
    with connections["records"].cursor() as cursor:
        for table in ("posting", "document", "call", "organisation", "request"):
            cursor.execute(f'ALTER TABLE "{table}" ADD COLUMN of_the_next_version integer NULL')
    deadline = time.monotonic() + 20
    while not world.all_posted() and time.monotonic() < deadline:
        time.sleep(0.05)
    world.save_orders([41])
    world.plan(lambda number: order_plan(number, contact=1, paid=False))
    while not world.all_posted() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.end()
    assert world.states() == {"posted": 42}
    assert len(world.ledger.made()) == 42
