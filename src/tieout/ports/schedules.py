"""The port of recurring work: the `schedule` table is the only clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Job(msgspec.Struct, frozen=True):
    """A piece of recurring work, taken under a lease. kind: "pull", "plan", "reference", "tie_out", …"""

    id: int
    name: str
    kind: str
    fence: int
    connection: int | None = None
    organisation: int | None = None
    entity: str = ""
    every_seconds: int | None = None
    cron: str = ""
    failures: int = 0


class Heartbeat(msgspec.Struct, frozen=True):
    """A worker as it told last. owner: host:process. at: of the last beat. jobs: names of what it does just now.

    threads: turns at once. turns, failures: since it started.
    """

    owner: str
    at: datetime
    started_at: datetime | None = None
    version: str = ""
    threads: int = 0
    turns: int = 0
    failures: int = 0
    jobs: tuple[str, ...] = ()


class ScheduleRecords(Protocol):
    """Each method is a transaction of its own."""

    def ensure_job(
        self,
        name: str,
        kind: str,
        *,
        connection: int | None = None,
        organisation: int | None = None,
        entity: str = "",
        every_seconds: int | None = None,
        cron: str = "",
        due_at: datetime | None = None,
    ) -> None:
        """Make the job when it is missing; one that exists keeps its rhythm and what a person set."""
        ...

    def wake_planning(self, now: datetime) -> int:
        """Jobs "plan" of connections that have documents to be planned become due."""
        ...

    def take_job(self, owner: str, now: datetime, lease_seconds: float, kinds: Sequence[str]) -> Job | None:
        """The job that has been due longest, so that one that is late never piles up."""
        ...

    def extend_job(self, job: Job, until: datetime) -> bool:
        """False: somebody else has it now."""
        ...

    def finish_job(self, job: Job, *, due_at: datetime | None, result: str, failed: bool, now: datetime) -> None: ...

    def next_job_at(self, kinds: Sequence[str]) -> datetime | None: ...

    def heartbeat(self, beat: Heartbeat) -> None: ...

    def end_heartbeat(self, owner: str) -> None:
        """It stopped as it should; nobody needs to wonder where it is."""
        ...

    def heartbeats(self) -> Sequence[Heartbeat]:
        """Of all workers that did not end as they should, the newest beat first; the dead ones for a day."""
        ...

    def free_leases(self, owner_prefix: str) -> int:
        """Leases of a process that is surely dead end now."""
        ...

    def lease_owners(self) -> Sequence[str]:
        """Who holds leases of organisations and jobs."""
        ...

    def next_due(self) -> datetime | None:
        """When the first organisation wants to be looked at."""
        ...
