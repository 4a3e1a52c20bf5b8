"""Fields that both sides changed: open until a person has seen them, and turned round when a person says so."""

from __future__ import annotations

from datetime import datetime

from tieout.records.sql import Database, text

_NOTE = """INSERT INTO audit (at, "user", action, subject, "before", "after", address, organisation_id, connection_id,
 document_id) SELECT %s, %s, 'conflict', %s, %s, %s, %s, organisation_id, connection_id, document_id FROM brought
 WHERE id=%s"""


class Conflicts:
    """Implements `InwardRecords.decide_conflict`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide_conflict(self, conflict: int, *, by: str, address: str, now: datetime) -> bool:
        """Somebody has seen it; the value that won stays."""
        with self._database.transaction():
            row = self._database.row(
                "SELECT brought_id, field, store, ledger, winner FROM conflict WHERE id=%s AND decided_at IS NULL",
                [conflict],
            )
            if row is None:
                return False
            self._database.run(
                "UPDATE conflict SET decided_at=%s, decided_by=%s WHERE id=%s", [now, text(by, 150), conflict]
            )
            values = [now, text(by, 150), f"{row[1]}: {row[4]} wins", row[2], row[3], address[:64], row[0]]
            self._database.run(_NOTE, values)
        return True
