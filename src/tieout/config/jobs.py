"""The recurring jobs of a worker, in one table.

A new job is one row here and one function in a module of its own. Rows of the `schedule` table are made from this
table for every store, every organisation or once, and are the only clock: a job that is late runs once, then waits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from tieout.config import deletions, inbox, inward, job_functions, mails, proving, sync_jobs
from tieout.dispatch.worker import JobHandler
from tieout.ports.schedules import Job

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring

#: Nightly work starts at this hour, UTC.
NIGHT_HOUR, NIGHT_MINUTE = 2, 30
#: Mails of the morning go at this hour, UTC, when nightly work is done.
MORNING_HOUR = 6

#: Does the job and returns a sentence about it; asked to stop, it ends at the next safe point.
JobFunction = Callable[["Wiring", Job, Callable[[], bool]], str]


class Per(StrEnum):
    """What there is one row of a job for."""

    CONNECTION = "connection"
    ORGANISATION = "organisation"
    INSTALLATION = "installation"


class First(StrEnum):
    """When a job runs for the first time."""

    NOW = "now"
    NIGHT = "night"
    MORNING = "morning"
    #: When something makes it due.
    CALLED = "called"


class RecurringJob(msgspec.Struct, frozen=True):
    """One kind of job. every: pause after its end; None when something else makes it due each time."""

    kind: str
    per: Per
    every: timedelta | None
    run: JobFunction
    first: First = First.NOW


_DAY = timedelta(days=1)

JOBS: tuple[RecurringJob, ...] = (
    RecurringJob("pull", Per.CONNECTION, timedelta(minutes=1), job_functions.pull),
    # Documents that are due for planning make it due (ScheduleRecords.wake_planning).
    RecurringJob("plan", Per.CONNECTION, None, job_functions.plan, First.CALLED),
    # Each webhook makes it due.
    RecurringJob("inbox", Per.INSTALLATION, timedelta(minutes=1), inbox.handle),
    # Scheduled entities have rows of their own, made when somebody saves them; this one is for what was collected.
    RecurringJob("release", Per.CONNECTION, sync_jobs.COLLECTED, sync_jobs.release),
    RecurringJob("pace", Per.ORGANISATION, timedelta(minutes=1), sync_jobs.pace),
    RecurringJob("runs", Per.INSTALLATION, timedelta(minutes=1), sync_jobs.runs),
    RecurringJob("reference", Per.ORGANISATION, _DAY, job_functions.reference),
    # Three calls each time, 72 of a day's 1,000 or 5,000.
    RecurringJob("sweep", Per.ORGANISATION, timedelta(hours=1), job_functions.sweep),
    # One conditional read a list that some store wants; none where nothing is brought. Webhooks make it due at once.
    RecurringJob("inward", Per.ORGANISATION, timedelta(minutes=5), inward.look),
    RecurringJob("inward_night", Per.ORGANISATION, _DAY, inward.look_again, First.NIGHT),
    RecurringJob("deletions", Per.CONNECTION, _DAY, deletions.look, First.NIGHT),
    RecurringJob("tie_out", Per.INSTALLATION, _DAY, proving.nightly, First.NIGHT),
    # Who asks for a tie-out makes it due.
    RecurringJob("tie_out_asked", Per.INSTALLATION, None, proving.asked, First.CALLED),
    RecurringJob("alerts", Per.INSTALLATION, timedelta(minutes=5), mails.alerts),
    RecurringJob("digest", Per.INSTALLATION, _DAY, mails.digest, First.MORNING),
    RecurringJob("clean", Per.INSTALLATION, _DAY, job_functions.clean, First.NIGHT),
)


def handlers(wired: Wiring) -> dict[str, JobHandler]:
    """What a worker calls, by kind of job."""
    return {job.kind: _handler(wired, job.run) for job in JOBS}


def ensure(wired: Wiring) -> None:
    """Make the rows that are missing; those that exist keep their time and rhythm."""
    now = wired.clock.now()
    connections = [connection.id for connection in wired.administration.connections()]
    organisations = [organisation.id for organisation in wired.administration.organisations()]
    for job in JOBS:
        match job.per:
            case Per.CONNECTION:
                for connection in connections:
                    _ensure(wired, job, now, connection=connection)
            case Per.ORGANISATION:
                for organisation in organisations:
                    _ensure(wired, job, now, organisation=organisation)
            case Per.INSTALLATION:
                _ensure(wired, job, now)


def next_night(now: datetime) -> datetime:
    """When nightly work is due next."""
    tonight = now.replace(hour=NIGHT_HOUR, minute=NIGHT_MINUTE, second=0, microsecond=0)
    return tonight if tonight > now else tonight + _DAY


def next_morning(now: datetime) -> datetime:
    """When the mails of the morning go next."""
    today = now.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + _DAY


def _handler(wired: Wiring, run: JobFunction) -> JobHandler:
    return lambda job, stopping: run(wired, job, stopping)


def _ensure(
    wired: Wiring,
    job: RecurringJob,
    now: datetime,
    *,
    connection: int | None = None,
    organisation: int | None = None,
) -> None:
    of = connection if connection is not None else organisation
    wired.records.ensure_job(
        job.kind if of is None else f"{job.kind}:{of}",
        job.kind,
        connection=connection,
        organisation=organisation,
        every_seconds=None if job.every is None else int(job.every.total_seconds()),
        due_at={
            First.NOW: now,
            First.NIGHT: next_night(now),
            First.MORNING: next_morning(now),
            First.CALLED: None,
        }[job.first],
    )
