"""Recurring work: rows that are due, taken under a lease, given back with their next time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.ports.schedules import Heartbeat, Job
from tieout.records.sql import Database, optional_time, placeholders, text, time_of

_COLUMNS = "id, name, job, fence, connection_id, organisation_id, entity, every_seconds, cron, failures"

#: Name of a worker's fact among those of the installation, and how long one that died is shown.
_BEAT, _DEAD_KEPT = "heartbeat ", timedelta(days=1)

#: Documents that cannot be planned yet must not keep a planner busy.
_PLANNING_PAUSE = timedelta(milliseconds=400)


class Schedules:
    """Implements ports.schedules.ScheduleRecords, with what `Leases` has."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        with self._database.transaction():
            self._database.run(
                "INSERT INTO schedule (name, job, connection_id, organisation_id, entity, every_seconds, cron,"
                " enabled, due_at, lease_owner, fence, last_result, failures)"
                " VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,'',0,'',0)"
                " ON CONFLICT (name) DO NOTHING",
                [name, kind, connection, organisation, entity, every_seconds, cron, True, due_at],
            )

    def wake_planning(self, now: datetime) -> int:
        due = self._database.rows(
            "SELECT s.id FROM schedule s WHERE s.job='plan' AND s.due_at IS NULL AND s.enabled"
            " AND (s.last_ended_at IS NULL OR s.last_ended_at<=%s)"
            " AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.id=s.connection_id AND c.status='paused')"
            " AND EXISTS (SELECT 1 FROM document d WHERE d.connection_id=s.connection_id AND d.planning_due)",
            [now - _PLANNING_PAUSE],
        )
        if not due:
            return 0
        with self._database.transaction():
            return self._database.run_in(
                "UPDATE schedule SET due_at=%s WHERE due_at IS NULL AND id IN (@)", [now], [row[0] for row in due]
            )

    def take_job(self, owner: str, now: datetime, lease_seconds: float, kinds: Sequence[str]) -> Job | None:
        waiting = self._database.row(
            f"SELECT 1 FROM schedule WHERE enabled AND due_at<=%s AND job IN ({placeholders(kinds)})"
            " AND (lease_until IS NULL OR lease_until<=%s) LIMIT 1",
            [now, *kinds, now],
        )
        if waiting is None:
            return None
        with self._database.transaction():
            row = self._database.row(
                "UPDATE schedule SET fence=fence+1, lease_until=%s, lease_owner=%s, last_started_at=%s WHERE id="
                f"(SELECT id FROM schedule WHERE enabled AND due_at<=%s AND job IN ({placeholders(kinds)})"
                " AND (lease_until IS NULL OR lease_until<=%s) ORDER BY due_at, id LIMIT 1"
                f"{self._database.skip_locked}) RETURNING {_COLUMNS}",
                [now + timedelta(seconds=lease_seconds), owner[:80], now, now, *kinds, now],
            )
        return None if row is None else Job(*row)

    def extend_job(self, job: Job, until: datetime) -> bool:
        with self._database.transaction():
            changed = self._database.run(
                "UPDATE schedule SET lease_until=%s WHERE id=%s AND fence=%s", [until, job.id, job.fence]
            )
        return bool(changed)

    def finish_job(self, job: Job, *, due_at: datetime | None, result: str, failed: bool, now: datetime) -> None:
        with self._database.transaction():
            self._database.run(
                # What made the job due while it ran stays due: it may have come after the job's last look.
                "UPDATE schedule SET lease_until=NULL, lease_owner='',"
                " due_at=CASE WHEN due_at>last_started_at THEN due_at ELSE %s END, last_ended_at=%s, last_result=%s,"
                " failures=CASE WHEN %s THEN failures+1 ELSE 0 END WHERE id=%s AND fence=%s",
                [due_at, now, text(result), failed, job.id, job.fence],
            )

    def next_job_at(self, kinds: Sequence[str]) -> datetime | None:
        row = self._database.row(
            "SELECT MIN(due_at) FROM schedule WHERE enabled AND lease_until IS NULL"
            f" AND job IN ({placeholders(kinds)})",
            kinds,
        )
        return optional_time(row[0]) if row else None

    def heartbeat(self, beat: Heartbeat) -> None:
        with self._database.transaction():
            self._database.run(
                "INSERT INTO installation (name, value, changed_at) VALUES (%s,%s,%s)"
                " ON CONFLICT (name) DO UPDATE SET value=excluded.value, changed_at=excluded.changed_at",
                [f"{_BEAT}{beat.owner}"[:80], msgspec.json.encode(beat).decode(), beat.at],
            )
            self._database.run(
                f"DELETE FROM installation WHERE name LIKE '{_BEAT}%%' AND changed_at<%s", [beat.at - _DEAD_KEPT]
            )

    def end_heartbeat(self, owner: str) -> None:
        with self._database.transaction():
            self._database.run("DELETE FROM installation WHERE name=%s", [f"{_BEAT}{owner}"[:80]])

    def heartbeats(self) -> Sequence[Heartbeat]:
        rows = self._database.rows(
            f"SELECT name, value, changed_at FROM installation WHERE name LIKE '{_BEAT}%%' ORDER BY changed_at DESC",
            [],
        )
        return [_beat(name, value, time_of(at)) for name, value, at in rows]


def _beat(name: str, value: str, at: datetime) -> Heartbeat:
    try:
        return msgspec.json.decode(value, type=Heartbeat)
    except msgspec.DecodeError:
        # Of a worker of an earlier version, which says no more than that it lives.
        return Heartbeat(owner=name.removeprefix(_BEAT), at=at)
