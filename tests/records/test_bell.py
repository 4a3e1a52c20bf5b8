"""The bell over a real PostgreSQL: rung after the commit, once for each organisation, heard at once, never needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector
from records_world import World

from tieout.dispatch.bell import ProcrastinateBell
from tieout.dispatch.worker import Worker
from tieout.records.storage import Storage
from tieout.sync.turn import Policy
from tieout.sync.turn.driver import Driver
from tieout.sync.waiting import RecordsMeter


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def bell(world: World) -> ProcrastinateBell:
    if not world.storage._database.is_postgresql:
        pytest.skip("SQLite has one worker, which needs no bell")
    App(connector=DjangoConnector(alias="records")).schema_manager.apply_schema()
    return ProcrastinateBell("records")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made
        everyone = threading.Barrier(2)

        def close() -> None:
            connections.close_all()
            everyone.wait(10)

        for future in [made.submit(close) for _ in range(2)]:
            future.result()


def rings() -> list[tuple[str, int]]:
    with connections["records"].cursor() as cursor:
        cursor.execute("SELECT queueing_lock, (args->>'organisation')::int FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


def test_a_ring_waits_for_the_commit_and_a_rollback_takes_it_back(bell: ProcrastinateBell) -> None:
    with transaction.atomic(using="records"):
        bell.ring([7])
        assert rings() == []
    assert rings() == [("organisation 7", 7)]
    with transaction.atomic(using="records"):
        bell.ring([8])
        transaction.set_rollback(True, using="records")
    assert len(rings()) == 1


def test_a_ring_that_waits_already_neither_doubles_nor_breaks_anything(bell: ProcrastinateBell, world: World) -> None:
    with transaction.atomic(using="records"):
        bell.ring([7, 7, 9])
        bell.ring([9, 7])
    assert rings() == [("organisation 7", 7), ("organisation 9", 9)]
    world.save_orders([1])
    assert world.plan().queued == 3


def test_a_bell_without_its_tables_is_told_and_nothing_else_suffers(world: World) -> None:
    if not world.storage._database.is_postgresql:
        pytest.skip("SQLite has one worker, which needs no bell")
    silent = Storage("records", ProcrastinateBell("records"))
    silent.ring(world.organisation, world.clock.now())
    assert silent.next_due() is not None


def test_rings_of_a_hearer_that_was_killed_are_forgotten(bell: ProcrastinateBell) -> None:
    bell.ring([7, 8])
    with connections["records"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status='doing' WHERE queueing_lock='organisation 7'")
    assert bell.forget_broken() == 1
    assert rings() == [("organisation 8", 8)]
    # One that is being heard does not keep the next from waiting.
    bell.ring([7])
    assert len(rings()) == 2


def _worker(
    world: World, pool: ThreadPoolExecutor, stop: threading.Event, bell: ProcrastinateBell | None, sweep: float
) -> Worker:
    clock = RealClock()

    def driver() -> Driver:
        return Driver(
            world.storage,
            lambda organisation: world.ledger,  # type: ignore[arg-type,return-value]
            lambda organisation, owner: RecordsMeter(world.storage, clock, organisation, owner),
            clock,
            pool,
            "host:1:test",
            Policy(linger_seconds=0),
            stopping=stop.is_set,
        )

    return Worker(
        world.storage, clock, driver, {}, owner="host:1", threads=1,
        listen=None if bell is None else bell.listen, sweep_seconds=sweep,
    )  # fmt: skip


def _seconds_to_post(world: World, worker: Worker, stop: threading.Event, ring: Callable[[], None]) -> float:
    """From the moment work is due until it is in the ledger, with a worker that had nothing to do."""
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    time.sleep(1.0)
    world.clock.time = datetime.now(UTC)
    world.save_orders([1])
    world.plan()
    began = time.monotonic()
    ring()
    while not world.all_posted() and time.monotonic() - began < 15:
        time.sleep(0.01)
    seconds = time.monotonic() - began
    stop.set()
    worker.wake()
    thread.join(20)
    assert not thread.is_alive()
    assert world.all_posted()
    return seconds


def test_with_the_bell_work_is_found_at_once(bell: ProcrastinateBell, world: World, pool: ThreadPoolExecutor) -> None:
    stop = threading.Event()
    seconds = _seconds_to_post(
        world, _worker(world, pool, stop, bell, 60.0), stop, lambda: bell.ring([world.organisation])
    )
    assert seconds < 2.0
    assert rings() == []


def test_without_the_bell_everything_works_one_sweep_later(
    bell: ProcrastinateBell, world: World, pool: ThreadPoolExecutor
) -> None:
    stop = threading.Event()
    seconds = _seconds_to_post(world, _worker(world, pool, stop, None, 0.5), stop, lambda: None)
    assert seconds < 3.0


def test_heartbeats_tell_of_each_worker_until_it_ends(world: World, pool: ThreadPoolExecutor) -> None:
    stop = threading.Event()
    worker = _worker(world, pool, stop, None, 0.1)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 10
    while not (beats := world.storage.heartbeats()) and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    thread.join(20)
    assert [(beat.owner, beat.threads, beat.started_at is not None) for beat in beats] == [("host:1", 1, True)]
    assert world.storage.heartbeats() == []
