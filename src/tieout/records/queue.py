"""What a person does to the queue. Each method is one transaction of plain updates: there are no copies of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from tieout.documents import DocumentKind
from tieout.engine.choice import BACKFILL_PRIORITY, SCHEDULED_PRIORITY
from tieout.engine.parking import PARKED_PRIORITY
from tieout.ports.records import Selection
from tieout.records.ringing import ring, ring_connection
from tieout.records.sql import Database, persistent, text
from tieout.records.standing import refresh_documents

#: Priorities of what a person asked for (engine.limits.MANUAL_PRIORITY bounds them); lower goes first.
_FRONT = 1
_NOW = 5
#: Contacts, items, the sale, its payment, its credit: dependencies are no deeper than this.
_DEPTH_MAX = 6
_SQL_ROWS_MAX = 100_000


class QueueActions:
    """Implements ports.records.QueueRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @persistent
    def sync_now(self, selection: Selection, now: datetime) -> int:
        with self._database.transaction():
            chosen = self._chosen(selection, "p.state<>'posted' AND p.state<>'gone'")
            self._try_again(chosen, now, _NOW)
            moved = self._with_needs(chosen)
            self._prioritise(moved, _NOW)
            self._plan_documents(selection.documents, _NOW)
        self._ring_for(chosen, now)
        return len(chosen)

    @persistent
    def move_to_front(self, selection: Selection, now: datetime) -> int:
        with self._database.transaction():
            chosen = self._chosen(selection, "p.state='queued'")
            self._prioritise(self._with_needs(chosen), _FRONT)
        self._ring_for(chosen, now)
        return len(chosen)

    @persistent
    def retry(self, selection: Selection, now: datetime) -> int:
        with self._database.transaction():
            chosen = self._chosen(selection, "p.state IN ('held','waiting','removed','queued')")
            self._try_again(chosen, now, SCHEDULED_PRIORITY)
            # A person asked for it: what waits for its time waits no more.
            self._prioritise(self._with_needs(chosen), SCHEDULED_PRIORITY)
        self._ring_for(chosen, now)
        return len(chosen)

    @persistent
    def remove(self, selection: Selection, now: datetime) -> int:
        with self._database.transaction():
            chosen = self._chosen(selection, "p.state IN ('queued','waiting','held')")
            self._database.run_in("UPDATE posting SET state='removed' WHERE id IN (@)", [], chosen)
            self._refresh(chosen)
            return len(chosen)

    @persistent
    def never_send(self, documents: Sequence[int], reason: str, now: datetime) -> int:
        database = self._database
        with database.transaction():
            changed = database.run_in(
                "UPDATE document SET never_send=%s, never_send_reason=%s WHERE id IN (@)",
                [True, text(reason)],
                documents,
            )
            # What Xero holds already stays; the rest of the dossier goes with its leading document.
            postings = self._of_documents(documents, "p.state IN ('queued','waiting','held') AND p.posted_digest=''")
            database.run_in(
                "UPDATE posting SET state='removed', code='never_send', reason=%s, subject='' WHERE id IN (@)",
                [text(reason)],
                postings,
            )
            # An edit of what is being sent just now waits beside it.
            database.run_in(
                "UPDATE posting SET state_after='removed', code='never_send', reason=%s, subject=''"
                " WHERE state='sending' AND document_id IN (@)",
                [text(reason)],
                documents,
            )
            self._refresh(postings)
            return changed

    @persistent
    def send_again(self, documents: Sequence[int], now: datetime) -> int:
        database = self._database
        with database.transaction():
            changed = database.run_in(
                "UPDATE document SET never_send=%s, never_send_reason='', planning_due=%s, planning_cause='rules'"
                " WHERE id IN (@)",
                [False, True],
                documents,
            )
            postings = self._of_documents(documents, "p.state='removed' AND p.code='never_send'")
            database.run_in("UPDATE posting SET state='gone', code='', reason='' WHERE id IN (@)", [], postings)
            self._refresh(postings)
            return changed

    @persistent
    def add(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        now: datetime,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
        run: int | None = None,
    ) -> int:
        conditions = ["connection_id=%s", "NOT never_send"]
        parameters: list[Any] = [connection]
        if kinds:
            conditions.append(f"kind IN ({','.join(['%s'] * len(kinds))})")
            parameters += [kind.value for kind in kinds]
        for column, bound in (("date>=%s", dated_from), ("date<=%s", dated_to)):
            if bound is not None:
                conditions.append(column)
                parameters.append(bound)
        chosen = " AND ".join(conditions)
        plan = (
            "UPDATE document SET planning_due=true,"
            f" planning_priority=COALESCE(planning_priority, {BACKFILL_PRIORITY}), planning_run=%s,"
            " planning_cause=CASE WHEN planning_due THEN planning_cause ELSE 'rules' END"
            f" WHERE {chosen} AND sync_state NOT IN ('posted','sending','queued')"
        )
        free = (
            f"UPDATE posting SET priority={BACKFILL_PRIORITY}, run_id=COALESCE(%s, run_id) WHERE state='queued'"
            f" AND priority>={PARKED_PRIORITY} AND root_id IN (SELECT id FROM document WHERE {chosen}"
        )
        with self._database.transaction():
            self._database.run("UPDATE run SET connection_id=%s WHERE id=%s", [connection, run])
            if documents:
                count = self._database.run_in(f"{plan} AND id IN (@)", [run, *parameters], documents)
                freed = self._database.run_in(f"{free} AND id IN (@))", [run, *parameters], documents)
            else:
                count = self._database.run(plan, [run, *parameters])
                freed = self._database.run(f"{free})", [run, *parameters])
            if freed:
                self._lift_needs_of(connection)
        if freed:
            ring_connection(self._database, connection, now)
        return count

    # ---- parts

    def _chosen(self, selection: Selection, condition: str) -> list[int]:
        """Ids of the postings that are meant. An empty selection means none, not all."""
        conditions, parameters = [condition], []
        for column, value in (
            ("p.organisation_id", selection.organisation),
            ("p.connection_id", selection.connection),
            ("p.code", selection.code),
            ("p.subject", selection.subject),
        ):
            if value:
                conditions.append(f"{column}=%s")
                parameters.append(value)
        if selection.states:
            conditions.append(f"p.state IN ({','.join(['%s'] * len(selection.states))})")
            parameters += selection.states
        where = " AND ".join(conditions)
        if selection.postings:
            rows = self._database.rows_in(
                f"SELECT p.id FROM posting p WHERE {where} AND p.id IN (@)", parameters, selection.postings
            )
        elif selection.documents:
            return self._of_documents(selection.documents, where, parameters)
        elif selection.states or selection.code or selection.subject:
            rows = self._database.rows(
                f"SELECT p.id FROM posting p WHERE {where} ORDER BY p.id LIMIT {_SQL_ROWS_MAX}", parameters
            )
        else:
            return []
        return [row[0] for row in rows]

    def _of_documents(self, documents: Sequence[int], where: str, parameters: Sequence[Any] = ()) -> list[int]:
        """Postings of the documents themselves, and of dossiers that they lead."""
        found: set[int] = set()
        for column in ("p.document_id", "p.root_id"):
            rows = self._database.rows_in(
                f"SELECT p.id FROM posting p WHERE {where} AND {column} IN (@)", parameters, documents
            )
            found.update(row[0] for row in rows)
        return sorted(found)

    def _with_needs(self, postings: Iterable[int]) -> set[int]:
        """The postings and everything of theirs that has to be in the ledger first."""
        reached = set(postings)
        border: Iterable[int] = reached
        for _ in range(_DEPTH_MAX):
            rows = self._database.rows_in(
                "SELECT DISTINCT needs_id FROM posting_dependency WHERE posting_id IN (@)", [], border
            )
            border = {row[0] for row in rows} - reached
            if not border:
                break
            reached |= border
        return reached

    def _prioritise(self, postings: Iterable[int], priority: int) -> None:
        self._database.run_in(
            "UPDATE posting SET priority=%s, not_before=NULL WHERE state<>'posted' AND priority>%s AND id IN (@)",
            [priority, priority],
            sorted(postings),
        )

    def _lift_needs_of(self, connection: int) -> None:
        """Contacts and items that freed documents need go along."""
        self._database.run(
            f"UPDATE posting SET priority={BACKFILL_PRIORITY} WHERE connection_id=%s AND state='queued'"
            f" AND priority>={PARKED_PRIORITY} AND remote_id='' AND role IN ('contact','item') AND id IN"
            " (SELECT x.needs_id FROM posting_dependency x JOIN posting p ON p.id=x.posting_id"
            f" WHERE p.connection_id=%s AND p.state='queued' AND p.priority<{PARKED_PRIORITY})",
            [connection, connection],
        )

    def _try_again(self, postings: Sequence[int], now: datetime, priority: int) -> None:
        """What was refused is sent again as it is; what could not be planned is planned again."""
        database = self._database
        database.run_in(
            "UPDATE posting SET state='queued', code='', reason='', subject='', attempts=0, not_before=NULL,"
            " batch_limit=0, queued_at=%s WHERE (state='held' AND attempts>0 OR state='removed' AND code='')"
            " AND action NOT IN ('nothing','impossible') AND id IN (@)",
            [now],
            postings,
        )
        database.run_in("UPDATE posting SET not_before=NULL WHERE state='queued' AND id IN (@)", [], postings)
        # Removed while it was held: it is held again until planning says otherwise.
        database.run_in(
            "UPDATE posting SET state='held' WHERE state='removed' AND code<>'' AND code<>'never_send' AND id IN (@)",
            [],
            postings,
        )
        roots = {
            row[0]
            for row in database.rows_in(
                "SELECT DISTINCT root_id FROM posting WHERE state IN ('held','waiting') AND id IN (@)", [], postings
            )
        }
        # A contact or item known from orders only is planned with the orders that need it.
        roots |= {
            row[0]
            for row in database.rows_in(
                "SELECT DISTINCT p.root_id FROM posting_dependency x JOIN posting p ON p.id=x.posting_id"
                " JOIN posting n ON n.id=x.needs_id WHERE n.state='held' AND n.role IN ('contact','item')"
                " AND n.id IN (@)",
                [],
                postings,
            )
        }
        self._plan_documents(sorted(roots), priority)
        self._refresh(postings)

    def _plan_documents(self, documents: Sequence[int], priority: int) -> None:
        self._database.run_in(
            "UPDATE document SET planning_cause=CASE WHEN planning_due THEN planning_cause ELSE 'rules' END,"
            " planning_due=true, planning_priority=CASE WHEN planning_priority<%s THEN planning_priority ELSE %s END"
            " WHERE NOT never_send AND id IN (@)"
            " AND EXISTS (SELECT 1 FROM document_body b WHERE b.document_id=document.id)",
            [priority, priority],
            documents,
        )

    def _refresh(self, postings: Sequence[int]) -> None:
        documents = {
            row[0]
            for row in self._database.rows_in(
                "SELECT DISTINCT document_id FROM posting WHERE id IN (@)", [], postings
            )
        }
        refresh_documents(self._database, sorted(documents))

    def _ring_for(self, postings: Sequence[int], now: datetime) -> None:
        """Their organisations are due now; in a statement of its own, after the transaction."""
        organisations = {
            row[0]
            for row in self._database.rows_in(
                "SELECT DISTINCT organisation_id FROM posting WHERE id IN (@)", [], postings
            )
        }
        ring(self._database, organisations, now)
