"""Recurring work of the Sync settings: releases, the day's pace, runs of added documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from tieout.ports.schedules import Job

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring

#: How often immediate work goes that was collected because the day's calls would not do.
COLLECTED = timedelta(minutes=10)


def release(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """What waits for this time goes: of the job's entity, or what immediate entities collected."""
    if wired.records.connection(job.connection or 0).status == "paused":
        return "left out: the store is paused"
    return f"{wired.entities().release(job.connection or 0, job.entity)} released"


def pace(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Whether changes can go one by one without using up the day's calls."""
    minutes = int(COLLECTED.total_seconds() // 60)
    return wired.entities().watch_pace(job.organisation or 0, minutes) or "changes go at once"


def runs(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Runs of added documents that came to their end."""
    return f"{wired.entities().watch_runs()} runs ended"
