"""The worker's threads over the real storage: turns, scheduled work, and a stop that settles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from records_world import World, order_plan

from tieout.accounting import Role
from tieout.dispatch.worker import Worker
from tieout.errors import RetryLater
from tieout.ports.ledger import Answer, FrozenCall
from tieout.ports.schedules import Job
from tieout.records import models
from tieout.sync.turn import Policy
from tieout.sync.turn.driver import Driver
from tieout.sync.waiting import RecordsMeter
from tieout.xero.transport import LIMITS


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


def make_driver(
    world: World, pool: ThreadPoolExecutor, stop: threading.Event, policy: Policy | None = None
) -> Callable[[], Driver]:
    clock = RealClock()
    return lambda: Driver(
        world.storage,
        lambda organisation: world.ledger,  # type: ignore[arg-type,return-value]
        lambda organisation, owner: RecordsMeter(world.storage, clock, organisation, owner),
        clock,
        pool,
        "host:1:test",
        policy or Policy(linger_seconds=0),
        stopping=stop.is_set,
    )


def run_until(worker: Worker, stop: threading.Event, done: Callable[[], bool], seconds: float = 20) -> None:
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.05)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_the_lease_is_kept_while_five_slow_answers_are_awaited(world: World, pool: ThreadPoolExecutor) -> None:
    """Nothing more is prepared then, and the turn's time is over; the lease must not end all the same."""
    world.clock.time = datetime.now(UTC)
    world.save_orders(range(1, 6))
    world.plan(lambda number: order_plan(number, paid=False))
    asleep = threading.Event()

    def slowly(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        asleep.set()
        time.sleep(2.6)
        return process()

    world.ledger.spoil = slowly
    policy = Policy(linger_seconds=0, batch=1, lease_seconds=2.0, turn_seconds_max=0.2)
    driver = make_driver(world, pool, threading.Event(), policy)()
    turn = threading.Thread(target=lambda: (driver.turn(world.organisation), connections.close_all()))
    turn.start()
    assert asleep.wait(10)
    time.sleep(2.2)
    assert world.storage.claim("other", datetime.now(UTC), 60, organisation=world.organisation) is None
    turn.join(20)
    assert not models.Call.objects.using(world.storage._database.alias).exclude(state="done").exists()


def test_a_lease_lasts_more_than_twice_as_long_as_an_answer_is_awaited() -> None:
    assert Policy().lease_seconds > 2 * LIMITS.read_seconds


def test_threads_post_everything_once_for_several_organisations(world: World, pool: ThreadPoolExecutor) -> None:
    other = world.add_organisation()
    world.clock.time = datetime.now(UTC)
    world.save_orders(range(1, 121))
    due = world.storage.due_dossiers(world.connection, 1_000)
    for organisation in (world.organisation, other):
        world.storage.replan(world.connection, None, cause="rules")
        world.save_orders(range(1, 121), change=str(organisation))
        world.plan(organisation=organisation)
    stop = threading.Event()
    worker = Worker(world.storage, RealClock(), make_driver(world, pool, stop), {}, owner="host:1", threads=3)
    run_until(worker, stop, world.all_posted)
    assert world.states() == {"posted": 2 * 3 * len(due)}
    assert len(world.ledger.made()) == 2 * 3 * 120
    assert models.Organisation.objects.using("records").filter(lease_until__isnull=False).count() == 0


def test_a_stop_settles_what_is_under_way(world: World, pool: ThreadPoolExecutor) -> None:
    world.clock.time = datetime.now(UTC)
    world.save_orders(range(1, 301))
    world.plan()
    stop, sent = threading.Event(), threading.Event()

    def slow(call: object, process: Callable[[], object]) -> object:
        sent.set()
        time.sleep(0.5)
        return process()

    world.ledger.spoil = slow  # type: ignore[assignment]
    worker = Worker(world.storage, RealClock(), make_driver(world, pool, stop), {}, owner="host:1", threads=1)
    run_until(worker, stop, sent.is_set)
    assert "sending" not in world.states()
    assert models.Call.objects.using("records").exclude(state="done").count() == 0
    assert world.states()["posted"] == len(world.ledger.made()) > 0


def test_scheduled_jobs_run_when_due_and_get_their_next_time(world: World, pool: ThreadPoolExecutor) -> None:
    now = datetime.now(UTC)
    world.storage.ensure_job("pull:1", "pull", connection=world.connection, every_seconds=300, due_at=now)
    world.storage.ensure_job("pull:1", "pull", connection=world.connection, every_seconds=5, due_at=now)
    world.storage.ensure_job("plan:1", "plan", connection=world.connection)
    world.save_orders([1])
    ran: list[str] = []

    def pull(job: Job, stopping: Callable[[], bool]) -> str:
        ran.append(job.name)
        if len(ran) == 1:
            raise RetryLater("the store is down", scope="connection", after_seconds=0)
        return "read 0 documents"

    def plan(job: Job, stopping: Callable[[], bool]) -> str:
        world.plan()
        return "planned"

    stop = threading.Event()
    worker = Worker(
        world.storage,
        RealClock(),
        make_driver(world, pool, stop),
        {"pull": pull, "plan": plan},
        owner="host:1",
        threads=1,
    )
    run_until(worker, stop, lambda: len(ran) >= 2 and len(world.ledger.made()) == 3)
    assert ran == ["pull:1", "pull:1"]
    row = models.Schedule.objects.using("records").get(name="pull:1")
    assert row.every_seconds == 300
    assert row.failures == 0
    assert row.last_result == "read 0 documents"
    assert timedelta(seconds=290) < row.due_at - datetime.now(UTC) <= timedelta(seconds=300)
    assert world.all_posted()


def test_a_bug_in_one_turn_does_not_end_the_worker(world: World, pool: ThreadPoolExecutor) -> None:
    world.clock.time = datetime.now(UTC)
    world.save_orders([1])
    world.plan()
    failed: list[int] = []

    def buggy(call: object, process: Callable[[], object]) -> object:
        if not failed:
            failed.append(1)
            raise AssertionError("a bug of ours")
        return process()

    world.ledger.spoil = buggy  # type: ignore[assignment]
    world.policy = Policy(linger_seconds=0)
    stop = threading.Event()
    worker = Worker(world.storage, RealClock(), make_driver(world, pool, stop), {}, owner="host:1", threads=1)
    run_until(worker, stop, world.all_posted)
    assert world.all_posted()
    assert len(world.ledger.made()) == 3


def test_leases_of_a_dead_predecessor_are_free_at_once(world: World) -> None:
    world.save_orders([1])
    world.plan()
    now = world.clock.now()
    assert world.storage.claim("host:77:a", now, 3_600) is not None
    assert world.storage.claim("host:78:a", now, 3_600) is None
    assert world.storage.free_leases("host:7") == 0
    assert world.storage.free_leases("host:77") == 1
    assert world.storage.claim("host:78:a", now, 3_600) is not None


def test_edits_that_arrive_while_turns_run_are_neither_lost_nor_deadlocked(
    world: World, pool: ThreadPoolExecutor
) -> None:
    world.clock.time = datetime.now(UTC)
    world.save_orders(range(1, 61))
    world.plan(lambda number: order_plan(number, paid=False))
    stop = threading.Event()
    drivers = make_driver(world, pool, stop)
    worker = Worker(world.storage, RealClock(), drivers, {}, owner="host:1", threads=2)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    totals: dict[int, str] = {}
    for round_ in range(1, 13):
        world.clock.time = datetime.now(UTC)
        numbers = range(1 + round_ % 3, 61, 3)
        totals |= dict.fromkeys(numbers, f"{12 * (round_ + 1)}.00")
        world.save_orders(numbers, change=f"round {round_}")
        world.plan(lambda number, known=totals: order_plan(number, total=known.get(number, "12.00"), paid=False))
        time.sleep(0.05)
    deadline = time.monotonic() + 30
    while not world.all_posted() and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    thread.join(20)
    assert world.states() == {"posted": 120}
    for posting in world.postings(Role.INVOICE):
        assert posting.posted_total_minor == posting.total_minor
    assert len(world.ledger.made()) == 120
