"""Links of a store into an organisation: counting, finding, forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.errors import NeedsOperator
from tieout.ports.links import LinkCounts
from tieout.records.agreeing import Agreeing
from tieout.records.sql import Database, text
from tieout.records.standing import refresh_documents

_NOTE = """INSERT INTO audit (at, "user", action, subject, "before", "after", address, organisation_id, connection_id,
 document_id) VALUES (%s,%s,'links',%s,%s,'',%s,%s,%s,NULL)"""
_DEPENDENTS = (
    "DELETE FROM posting_dependency WHERE posting_id IN (@)",
    "DELETE FROM posting_dependency WHERE needs_id IN (@)",
    "DELETE FROM drift WHERE posting_id IN (@)",
    "DELETE FROM held WHERE posting_id IN (@)",
    "DELETE FROM posting_payload WHERE posting_id IN (@)",
    "DELETE FROM posting WHERE id IN (@)",
)


class LinkStorage(Agreeing):
    """Implements `ports.links.LinkRecords`."""

    def __init__(self, alias: str = "default") -> None:
        super().__init__(Database(alias))

    def links(self, connection: int, organisation: int) -> LinkCounts:
        rows = self._database.rows(
            "SELECT role, SUM(CASE WHEN remote_id<>'' AND posted_digest<>'' THEN 1 ELSE 0 END),"
            " SUM(CASE WHEN state='sending' THEN 1 ELSE 0 END) FROM posting"
            " WHERE connection_id=%s AND organisation_id=%s GROUP BY role ORDER BY role",
            [connection, organisation],
        )
        return LinkCounts({row[0]: int(row[1]) for row in rows if row[1]}, sum(int(row[2] or 0) for row in rows))

    def linked_roots(self, organisation: int, roots: Sequence[int]) -> frozenset[int]:
        rows = self._database.rows_in(
            "SELECT DISTINCT root_id FROM posting WHERE organisation_id=%s AND remote_id<>'' AND posted_digest<>''"
            " AND role NOT IN ('contact','item') AND root_id IN (@)",
            [organisation],
            roots,
        )
        return frozenset(row[0] for row in rows)

    def forget(
        self,
        connection: int,
        organisation: int,
        roots: Sequence[int] | None,
        *,
        by: str,
        address: str,
        why: str,
        now: datetime,
    ) -> int:
        database = self._database
        with database.transaction():
            if roots is None:
                rows = database.rows(
                    "SELECT id, document_id, root_id, state FROM posting WHERE connection_id=%s"
                    f" AND organisation_id=%s ORDER BY id{database.locked}",
                    [connection, organisation],
                )
            else:
                rows = database.rows_in(
                    "SELECT id, document_id, root_id, state FROM posting WHERE connection_id=%s"
                    f" AND organisation_id=%s AND root_id IN (@) ORDER BY id{database.locked}",
                    [connection, organisation],
                    roots,
                )
            if any(row[3] == "sending" for row in rows):
                raise NeedsOperator(
                    "Something of this store is being sent to this organisation just now. Pause sending, wait until "
                    "nothing is under way, then try again.",
                    code="links_busy",
                    scope="connection",
                )
            postings = [row[0] for row in rows]
            for statement in _DEPENDENTS:
                database.run_in(statement, [], postings)
            self._start_anew(
                connection, organisation, sorted({row[2] for row in rows}), now, everything=roots is None
            )
            refresh_documents(database, sorted({row[1] for row in rows}))
            subject = f"{why}: {len(postings)} links forgotten"
            database.run(_NOTE, [now, text(by, 150), text(subject, 200), "", address[:64], organisation, connection])
        return len(postings)

    def _start_anew(
        self, connection: int, organisation: int, roots: Sequence[int], now: datetime, *, everything: bool
    ) -> None:
        """Documents are planned again; the organisation is looked up before anything is made in it."""
        database = self._database
        if everything:
            for table in ("conflict", "brought"):
                own = "brought_id IN (SELECT id FROM brought WHERE connection_id=%s AND organisation_id=%s)"
                condition = own if table == "conflict" else "connection_id=%s AND organisation_id=%s"
                database.run(f"DELETE FROM {table} WHERE {condition}", [connection, organisation])
            database.run("UPDATE organisation SET catch_up=true, catch_up_since=NULL WHERE id=%s", [organisation])
        database.run_in(
            "UPDATE document SET planning_due=true, planning_cause='release' WHERE id IN (@)"
            " AND EXISTS (SELECT 1 FROM document_body b WHERE b.document_id=document.id)",
            [],
            roots,
        )
        database.run_in(
            "UPDATE document SET sales_documents='' WHERE id IN (@) AND NOT EXISTS (SELECT 1 FROM posting p"
            " WHERE p.root_id=document.id AND p.posted_digest<>'')",
            [],
            roots,
        )
