"""Documents that the store has no more: implements what `ports.deletions` adds."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.documents import DocumentKind
from tieout.ports.store import RawDocument
from tieout.records.codec import unpack_body
from tieout.records.sql import Database, time_of


class Deletions:
    """The part of DeletionRecords that DocumentRecords has not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def living_keys(self, connection: int, kind: DocumentKind) -> frozenset[str]:
        rows = self._database.rows(
            "SELECT key FROM document WHERE connection_id=%s AND kind=%s AND NOT removed", [connection, kind.value]
        )
        return frozenset(key for (key,) in rows)

    def last_read(self, connection: int, kind: DocumentKind, keys: Sequence[str]) -> Sequence[RawDocument]:
        rows = self._database.rows_in(
            "SELECT d.key, d.updated_at, b.body FROM document d JOIN document_body b ON b.document_id=d.id"
            " WHERE d.connection_id=%s AND d.kind=%s AND d.key IN (@)",
            [connection, kind.value],
            keys,
        )
        return [RawDocument(kind, key, time_of(updated_at), unpack_body(body)) for key, updated_at, body in rows]

    def mark_removed(self, connection: int, kind: DocumentKind, keys: Sequence[str]) -> int:
        with self._database.transaction():
            return self._database.run_in(
                "UPDATE document SET removed=true, version=version+1, planning_due=true, planning_cause='document'"
                " WHERE connection_id=%s AND kind=%s AND NOT removed AND key IN (@)",
                [connection, kind.value],
                keys,
            )
