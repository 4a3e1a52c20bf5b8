"""The worker: threads that take turns, threads that do scheduled work, and a heartbeat.

Mutual exclusion is in the tables (leases with fences), never in this process: any number of workers may run.
Nothing is lost when a worker is killed; what it held is free again when its lease ends, or at once when its
successor on the same machine says that it is dead.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from cronsim import CronSim
from django.db import connections

from tieout.dispatch.memory import give_back, share_heaps
from tieout.engine.pauses import backoff
from tieout.errors import RetryLater, TieoutError
from tieout.ports.outside import Clock
from tieout.ports.schedules import Heartbeat, Job, ScheduleRecords
from tieout.sync.turn.driver import Driver

#: How often idle threads look at the tables, in seconds; the bell makes it quicker, never necessary.
SWEEP_SECONDS = 0.5
HEARTBEAT_SECONDS = 10.0
#: Kinds of jobs that somebody waits for: each has a thread of its own.
QUICK_JOBS = ("plan", "inbox")
#: Scheduled work renews its lease with every heartbeat; after this long without one somebody else takes it.
JOB_LEASE_SECONDS = 60.0
#: A job that failed is tried again after a pause that grows from this.
_FAILED_FIRST_SECONDS = 10.0

_log = structlog.get_logger(__name__)

#: Does one job; returns a sentence about what came of it. Asked to stop, it ends at the next safe point.
JobHandler = Callable[[Job, Callable[[], bool]], str]


class Worker:
    """One worker process.

    drivers: makes the driver of one thread. jobs: what is done, by kind of job; see QUICK_JOBS.
    ensure: makes schedule rows that are missing. dead_owners: prefixes of owners that are surely dead.
    listen: hears the bell in a thread of its own until it is told to stop.
    """

    def __init__(
        self,
        records: ScheduleRecords,
        clock: Clock,
        drivers: Callable[[], Driver],
        jobs: Mapping[str, JobHandler],
        *,
        owner: str,
        threads: int = 4,
        job_threads: int = 2,
        ensure: Callable[[], None] = lambda: None,
        dead_owners: Sequence[str] = (),
        listen: Callable[[Callable[[int], None], threading.Event], None] | None = None,
        version: str = "",
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._records = records
        self._clock = clock
        self._drivers = drivers
        self._jobs = dict(jobs)
        self._owner = owner
        self._threads = threads
        self._job_threads = job_threads
        self._ensure = ensure
        self._dead_owners = tuple(dead_owners)
        self._listen = listen
        self._version = version
        self._sweep_seconds = sweep_seconds
        self._started_at: datetime | None = None
        self._turns_done = self._failed = 0
        self._wake = threading.Event()
        self._running: dict[int, Job] = {}
        self._lock = threading.Lock()

    def wake(self) -> None:
        """There may be work: look at once instead of at the next sweep."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; then every turn settles what it has under way, and no new one begins."""
        share_heaps()
        for prefix in self._dead_owners:
            self._records.free_leases(prefix)
        threads = [self._thread(f"turns-{number}", self._turns, stop) for number in range(self._threads)]
        threads += [
            self._thread(f"jobs-{number}", self._work(kinds), stop) for number, kinds in enumerate(self._groups())
        ]
        if self._listen is not None:
            threads.append(threading.Thread(target=self._listen, args=(lambda _: self.wake(), stop), name="bell"))
        self._started_at = self._clock.now()
        for thread in threads:
            thread.start()
        self._beat()
        while not stop.wait(HEARTBEAT_SECONDS):
            self._beat()
            give_back()
        self._wake.set()
        for thread in threads:
            thread.join()
        self._records.end_heartbeat(self._owner)
        connections.close_all()

    def _groups(self) -> list[tuple[str, ...]]:
        """Kinds of jobs, a thread each: a slow store never keeps changes from the ledger."""
        groups: list[tuple[str, ...]] = [(kind,) for kind in QUICK_JOBS if kind in self._jobs]
        others = tuple(kind for kind in self._jobs if kind not in QUICK_JOBS)
        return groups + ([others] * self._job_threads if others else [])

    def _thread(self, name: str, work: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
        return threading.Thread(target=self._keep_on, args=(work, stop), name=name)

    def _keep_on(self, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
        """A bug in one turn is told and must not end the thread: other organisations go on."""
        failures = 0
        while not stop.is_set():
            try:
                work(stop)
                failures = 0
            except Exception:  # noqa: BLE001 - told with its trace; the call or job stays visible in its table
                failures += 1
                self._failed += 1
                _log.error("turn or job failed", failures=failures, trace=_trace())
                connections.close_all()
                stop.wait(backoff(failures, 0.5, first=1.0).total_seconds())
        connections.close_all()

    def _turns(self, stop: threading.Event) -> None:
        driver = self._drivers()
        while not stop.is_set():
            if driver.turn() is None:
                self._idle(self._records.next_due(), stop)
            else:
                self._turns_done += 1

    def _work(self, kinds: Sequence[str]) -> Callable[[threading.Event], None]:
        def work(stop: threading.Event) -> None:
            while not stop.is_set():
                if "plan" in kinds:
                    self._records.wake_planning(self._clock.now())
                job = self._records.take_job(self._owner, self._clock.now(), JOB_LEASE_SECONDS, kinds)
                if job is None:
                    self._idle(self._records.next_job_at(kinds), stop)
                else:
                    self._do(job, stop)

        return work

    def _do(self, job: Job, stop: threading.Event) -> None:
        """One job, whatever comes of it: its row always gets a next time."""
        with self._lock:
            self._running[job.id] = job
        try:
            result, due_at, failed = self._jobs[job.kind](job, stop.is_set), self._next(job), False
        except RetryLater as error:
            result, failed = str(error), True
            due_at = error.not_before or self._after_failure(job, error.after_seconds)
        except TieoutError as error:
            result, due_at, failed = str(error), self._after_failure(job, None), True
        except Exception as error:
            self._finish(job, self._after_failure(job, None), f"{type(error).__name__}: {error}", failed=True)
            raise
        if failed:
            _log.warning("job failed", job=job.name, reason=result)
        self._finish(job, due_at, result, failed=failed)

    def _finish(self, job: Job, due_at: datetime | None, result: str, *, failed: bool) -> None:
        with self._lock:
            self._running.pop(job.id, None)
        self._records.finish_job(job, due_at=due_at, result=result, failed=failed, now=self._clock.now())
        # What was read can be planned, what was planned can be sent.
        self.wake()

    def _next(self, job: Job) -> datetime | None:
        """Counted from now, so that late work does not pile up. None: until somebody makes it due."""
        now = self._clock.now()
        if job.cron:
            return next(CronSim(job.cron, now))
        return None if job.every_seconds is None else now + timedelta(seconds=job.every_seconds)

    def _after_failure(self, job: Job, after_seconds: int | None) -> datetime:
        now = self._clock.now()
        if after_seconds is not None:
            return now + timedelta(seconds=after_seconds)
        return now + backoff(job.failures + 1, 0.5, first=_FAILED_FIRST_SECONDS)

    def _idle(self, due: datetime | None, stop: threading.Event) -> None:
        """Sleep until work is due, at most until the next sweep; the bell ends it early."""
        seconds = self._sweep_seconds
        if due is not None:
            seconds = min(max((due - self._clock.now()).total_seconds(), 0.01), seconds)
        if self._wake.wait(seconds) and not stop.is_set():
            self._wake.clear()

    def _heartbeat(self, now: datetime, running: Sequence[Job]) -> Heartbeat:
        return Heartbeat(
            owner=self._owner,
            at=now,
            started_at=self._started_at,
            version=self._version,
            threads=self._threads,
            turns=self._turns_done,
            failures=self._failed,
            jobs=tuple(sorted(job.name for job in running)),
        )

    def _beat(self) -> None:
        now = self._clock.now()
        try:
            with self._lock:
                running = list(self._running.values())
            self._records.heartbeat(self._heartbeat(now, running))
            self._ensure()
            for job in running:
                self._records.extend_job(job, now + timedelta(seconds=JOB_LEASE_SECONDS))
        except Exception:  # noqa: BLE001 - the database may be away for a moment; the next beat tells again
            _log.error("heartbeat failed", owner=self._owner, trace=_trace())
            connections.close_all()


def _trace() -> str:
    """Where it went wrong: places and lines only, never the values of variables (bodies, tokens)."""
    return traceback.format_exc(limit=-12)
