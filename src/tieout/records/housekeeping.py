"""What is not needed any more goes, in small pieces, so that nobody waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tieout.records.sql import Database

#: Rows per transaction.
_PIECE = 1_000


class Retention(msgspec.Struct, frozen=True):
    """Days that things are kept. bodies: exact requests of settled calls; their digests and the log stay.

    The audit trail is not touched here: it is kept at least a year and is deleted by nobody but the owner.
    """

    bodies: int = 14
    calls: int = 120
    requests: int = 400
    events: int = 1_100
    inbox: int = 30


class Housekeeping:
    """Deletes what is older than its days; each method is many small transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clean(self, retention: Retention, now: datetime) -> dict[str, int]:
        """How many rows of each kind went."""
        return {
            "bodies": self._pieces(
                "UPDATE call SET body='', evidence='' WHERE id IN"
                " (SELECT id FROM call WHERE settled_at<%s AND body<>'' LIMIT %s)",
                now - timedelta(days=retention.bodies),
            ),
            "calls": self._delete("call", "settled_at", now - timedelta(days=retention.calls)),
            "requests": self._delete("request", "opened_at", now - timedelta(days=retention.requests)),
            "events": self._delete("event", "at", now - timedelta(days=retention.events)),
            "inbox": self._delete("inbox", "handled_at", now - timedelta(days=retention.inbox)),
        }

    def _delete(self, table: str, column: str, before: datetime) -> int:
        return self._pieces(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column}<%s LIMIT %s)", before
        )

    def _pieces(self, statement: str, before: datetime) -> int:
        total = 0
        while True:
            with self._database.transaction():
                changed = self._database.run(statement, [before, _PIECE])
            total += changed
            if changed < _PIECE:
                return total
