"""Pauses of stores and runs, and what forecasts need to know of open work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.engine.batches import BATCH_START
from tieout.engine.choice import IMMEDIATE_PRIORITY
from tieout.engine.forecast import OpenWork
from tieout.engine.limits import Bounds
from tieout.engine.parking import PAUSED_STEP
from tieout.ports.entities import Pace, RunState
from tieout.records.ringing import ring
from tieout.records.sql import Database, Row, optional_time, persistent, text

_sizes = msgspec.json.Decoder(dict[str, int])
_PAUSE = f"UPDATE posting SET priority=priority+{PAUSED_STEP} WHERE state='queued' AND priority<{PAUSED_STEP}"
_RESUME = f"UPDATE posting SET priority=priority-{PAUSED_STEP} WHERE state='queued' AND priority>={PAUSED_STEP}"
_OF_PAUSED = (
    "(connection_id IN (SELECT id FROM connection WHERE status='paused')"
    " OR run_id IS NOT NULL AND run_id IN (SELECT id FROM run WHERE state='paused'))"
)


class Pauses:
    """The other half of ports.entities.EntityRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause_run(self, run: int, *, by: str, address: str, now: datetime) -> None:
        with self._database.transaction():
            if self._database.run("UPDATE run SET state='paused' WHERE id=%s AND state='running'", [run]):
                self._note("pause run", f"run {run}", by, address, now)
        self.follow_pauses(now)

    def resume_run(self, run: int, *, by: str, address: str, now: datetime) -> None:
        with self._database.transaction():
            if self._database.run("UPDATE run SET state='running' WHERE id=%s AND state='paused'", [run]):
                self._note("resume run", f"run {run}", by, address, now)
        self.follow_pauses(now)

    @persistent
    def follow_pauses(self, now: datetime) -> int:
        with self._database.transaction():
            stopped = self._database.run(f"{_PAUSE} AND {_OF_PAUSED}")
            resumed = self._database.run(f"{_RESUME} AND NOT {_OF_PAUSED}")
        if resumed:
            self._ring_all(now)
        return stopped + resumed

    def open_runs(self) -> Sequence[RunState]:
        rows = self._database.rows(
            "SELECT id, kind, state, connection_id FROM run WHERE kind='add' AND state IN ('running','paused')"
            " ORDER BY id"
        )
        return [self._run_state(row) for row in rows]

    def pace(self, organisation: int, now: datetime) -> Pace:
        row = self._database.row(
            "SELECT minute_limit, concurrency_limit, day_limit, day_reserve, day_remaining, hold_until,"
            " batching_reason, batches, day_remaining_at FROM organisation WHERE id=%s",
            [organisation],
        )
        assert row is not None, f"there is no organisation {organisation}"
        calls = self._database.row(
            "SELECT COUNT(*) FROM call WHERE organisation_id=%s AND settled_at>%s"
            f" AND priority<={IMMEDIATE_PRIORITY}",
            [organisation, now - timedelta(hours=1)],
        )
        work = self._database.rows(
            "SELECT role, COUNT(*) FROM posting WHERE organisation_id=%s AND state='queued' GROUP BY role",
            [organisation],
        )
        return Pace(
            organisation=organisation,
            bounds=Bounds(minute=row[0], concurrent=row[1], day=row[2], day_reserve=row[3]),
            day_remaining=_left_today(row[4], optional_time(row[8]), now),
            hold_until=optional_time(row[5]),
            calls_last_hour=calls[0] if calls else 0,
            batching=row[6] or "",
            work=_open_work(work, row[7]),
        )

    def set_batching(self, organisation: int, reason: str) -> None:
        with self._database.transaction():
            self._database.run(
                "UPDATE organisation SET batching_reason=%s WHERE id=%s AND COALESCE(batching_reason, '')<>%s",
                [text(reason) or None, organisation, text(reason)],
            )

    # ---- parts

    def _run_state(self, row: Row) -> RunState:
        run = row[0]
        unplanned = self._database.row("SELECT COUNT(*) FROM document WHERE planning_run=%s AND planning_due", [run])
        work = self._database.rows(
            "SELECT p.organisation_id, p.role, COUNT(*), MAX(o.batches) FROM posting p"
            " JOIN organisation o ON o.id=p.organisation_id"
            " WHERE p.run_id=%s AND p.state IN ('queued','sending') GROUP BY p.organisation_id, p.role",
            [run],
        )
        return RunState(
            id=run,
            kind=row[1],
            state=row[2],
            connection=row[3],
            organisations=tuple(sorted({one[0] for one in work})),
            unplanned=unplanned[0] if unplanned else 0,
            work=tuple(one for _, role, count, sizes in work for one in _open_work([(role, count)], sizes)),
        )

    def _ring_all(self, now: datetime) -> None:
        ring(
            self._database,
            [row[0] for row in self._database.rows("SELECT id FROM organisation WHERE removed_at IS NULL")],
            now,
        )

    def _note(self, action: str, subject: str, by: str, address: str, now: datetime) -> None:
        self._database.run(
            "INSERT INTO audit (at, \"user\", action, subject, before, after, address) VALUES (%s,%s,%s,%s,'','',%s)",
            [now, by, action, subject, address[:64]],
        )


def _open_work(rows: Sequence[Row], sizes: str) -> tuple[OpenWork, ...]:
    learnt = _sizes.decode(sizes or "{}")
    return tuple(
        OpenWork(role, count, 1 if role == "allocation" else learnt.get(role, BATCH_START)) for role, count in rows
    )


def _left_today(remaining: int | None, told_at: datetime | None, now: datetime) -> int | None:
    """What an answer of an earlier day told is over."""
    return remaining if told_at is not None and told_at.date() == now.date() else None
