"""Writes to stores: frozen before they leave, settled after, never forgotten between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tieout.documents.entries import EntryKind
from tieout.errors import Problem
from tieout.ports.inward import Base, BroughtRow, Pair
from tieout.ports.writing import WriteOperation
from tieout.records.inward import ORDER, ROW, encode_base, row_of
from tieout.records.sql import Database, text
from tieout.rules.catalogue import Code

_EVENT = """INSERT INTO event (at, entity, number, action, status, code, message, role, remote_id, connection_id,
 organisation_id, document_id, posting_id, run_id, detail)
 SELECT %s, kind, CASE WHEN number<>'' THEN number ELSE title END, %s, %s, %s, %s, '', remote_id, connection_id,
 organisation_id, document_id, NULL, NULL, '' FROM brought WHERE id=%s"""


class InwardOutbox:
    """Implements the sending half of InwardRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sendable(self, pair: Pair, now: datetime, limit: int) -> Sequence[BroughtRow]:
        return self._rows("state='queued' AND NOT due AND (not_before IS NULL OR not_before<=%s)", pair, [now], limit)

    def unsettled(self, pair: Pair) -> Sequence[BroughtRow]:
        return self._rows("state IN ('sending','unknown')", pair, [], 10_000)

    def _rows(self, condition: str, pair: Pair, values: Sequence[Any], limit: int) -> Sequence[BroughtRow]:
        rows = self._database.rows(
            f"SELECT {ROW} FROM brought WHERE connection_id=%s AND organisation_id=%s AND {condition}"
            f" ORDER BY {ORDER}, id LIMIT %s",
            [pair.connection, pair.organisation, *values, limit],
        )
        return [row_of(row, as_decided=True) for row in rows]

    def begin(self, row: BroughtRow, now: datetime) -> bool:
        with self._database.transaction():
            return bool(
                self._database.run(
                    "UPDATE brought SET state='sending', sent_at=%s, attempts=attempts+1, writes=writes+1"
                    " WHERE id=%s AND state='queued' AND NOT due",
                    [now, row.id],
                )
            )

    def done(self, row: BroughtRow, *, key: str, base: Base | None, ended: bool, now: datetime, message: str) -> None:
        with self._database.transaction():
            self._database.run(
                "UPDATE brought SET state=%s, key=CASE WHEN %s<>'' THEN %s ELSE key END,"
                " base=COALESCE(%s, base), write=NULL, code='', reason='', subject='', written_at=%s, attempts=0,"
                " not_before=NULL WHERE id=%s",
                ["ended" if ended else "synchronised", key, key, encode_base(base), now, row.id],
            )
            self._database.run(
                "UPDATE brought SET due=true WHERE connection_id=%s AND organisation_id=%s AND state='waiting'"
                " AND parent_id=%s",
                [row.pair.connection, row.pair.organisation, row.remote_id],
            )
            action = f"{row.write.operation.value} in store" if row.write is not None else "look up in store"
            self._database.run(_EVENT, [now, action[:24], "success", "", text(message), row.id])

    def not_done(
        self,
        row: BroughtRow,
        *,
        state: str,
        now: datetime,
        not_before: datetime | None = None,
        problem: Problem | None = None,
        message: str = "",
    ) -> None:
        code = problem.code if problem is not None else ""
        reason = problem.reason if problem is not None else message
        with self._database.transaction():
            self._database.run(
                "UPDATE brought SET state=%s, due=CASE WHEN %s THEN true ELSE due END, not_before=%s, code=%s,"
                " reason=%s, subject=%s WHERE id=%s",
                [
                    state,
                    state == "new",
                    not_before,
                    code,
                    text(reason),
                    text(problem.subject, 200) if problem else "",
                    row.id,
                ],
            )
            if state in ("held", "unknown"):
                action = f"{row.write.operation.value} in store" if row.write is not None else "write in store"
                status = "held" if state == "held" else "error"
                self._database.run(_EVENT, [now, action[:24], status, code, text(reason), row.id])

    def creating(self, connection: int) -> Mapping[EntryKind, int]:
        rows = self._database.rows(
            "SELECT kind, COUNT(*) FROM brought WHERE connection_id=%s AND state IN ('sending','unknown')"
            " AND operation=%s GROUP BY kind",
            [connection, WriteOperation.CREATE.value],
        )
        return {EntryKind(kind): count for kind, count in rows}

    def release_deferred(self, connection: int) -> int:
        with self._database.transaction():
            return self._database.run(
                "UPDATE document SET planning_due=true, skipped_code='', skipped_reason='' WHERE connection_id=%s"
                " AND NOT planning_due AND skipped_code=%s",
                [connection, Code.STORE_BEING_WRITTEN.value],
            )

    def look_soon(self, organisation: int, now: datetime) -> int:
        """The next free worker looks at what changed in an organisation."""
        with self._database.transaction():
            return self._database.run(
                "UPDATE schedule SET due_at=%s WHERE job='inward' AND organisation_id=%s AND enabled"
                " AND (due_at IS NULL OR due_at>%s)",
                [now, organisation, now],
            )

    def organisations_of(self, rows: Sequence[int]) -> Sequence[int]:
        """The organisations of rows."""
        found = self._database.rows_in("SELECT DISTINCT organisation_id FROM brought WHERE id IN (@)", [], rows)
        return sorted({row[0] for row in found})
