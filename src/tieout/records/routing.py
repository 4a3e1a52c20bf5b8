"""Where documents go: the rules of a store for several organisations, and what people say of single documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout.ports.routing import RoutedElsewhere
from tieout.records.sql import Database, text
from tieout.rules.catalogue import Code

_NOTE = """INSERT INTO audit (at, "user", action, subject, "before", "after", address, organisation_id, connection_id,
 document_id) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,NULL)"""


class Routes:
    """Implements the RoutingRecords half of PlanningRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routing(self, connection: int) -> str:
        row = self._database.row('SELECT rules FROM routing WHERE connection_id=%s AND "current"', [connection])
        return str(row[0]) if row else ""

    def save_routing(self, connection: int, rules: str, *, by: str, address: str, now: datetime) -> None:
        database = self._database
        with database.transaction():
            before = self.routing(connection)
            last = database.row("SELECT MAX(version) FROM routing WHERE connection_id=%s", [connection])
            database.run('UPDATE routing SET "current"=false WHERE connection_id=%s AND "current"', [connection])
            database.run(
                'INSERT INTO routing (connection_id, version, rules, "current", created_at, created_by)'
                " VALUES (%s,%s,%s,true,%s,%s)",
                [connection, (last[0] if last and last[0] else 0) + 1, rules, now, text(by, 150)],
            )
            subject = "rules for organisations"
            database.run(
                _NOTE, [now, text(by, 150), "routing", subject, before, rules, address[:64], None, connection]
            )
            # What is held for the rules' sake is looked at whole again; for the rest rules move nothing posted.
            database.run(
                "UPDATE document SET planning_due=true, planning_cause='release' WHERE id IN (SELECT p.root_id FROM"
                " posting p WHERE p.connection_id=%s AND p.state='held' AND p.code IN (%s,%s))",
                [connection, Code.ORGANISATION_CHANGED.value, Code.ORGANISATION_UNDECIDED.value],
            )
            database.run(
                "UPDATE document SET planning_due=true, planning_cause='rules' WHERE NOT planning_due AND id IN"
                " (SELECT p.root_id FROM posting p WHERE p.connection_id=%s AND p.role NOT IN ('contact','item')"
                " AND p.state IN ('held','waiting','queued') AND p.posted_digest='')",
                [connection],
            )
            database.run(
                "UPDATE document SET planning_due=true, planning_cause='rules' WHERE NOT planning_due"
                " AND connection_id=%s AND skipped_code=%s",
                [connection, Code.OTHER_STORE_VIEW.value],
            )

    def targets(self, roots: Sequence[int]) -> Mapping[int, int]:
        rows = self._database.rows_in(
            "SELECT document_id, organisation_id FROM document_target WHERE document_id IN (@)", [], roots
        )
        return dict(rows)

    def set_target(self, documents: Sequence[int], organisation: int, *, by: str, address: str, now: datetime) -> int:
        database = self._database
        with database.transaction():
            before = self.targets(documents)
            news = [one for one in dict.fromkeys(documents) if before.get(one) != organisation]
            database.run_many(
                "INSERT INTO document_target (document_id, organisation_id, decided_at, decided_by)"
                " VALUES (%s,%s,%s,%s) ON CONFLICT (document_id) DO UPDATE SET"
                " organisation_id=excluded.organisation_id, decided_at=excluded.decided_at,"
                " decided_by=excluded.decided_by",
                [(one, organisation, now, text(by, 150)) for one in news],
            )
            database.run_in(
                "UPDATE document SET planning_due=true, planning_cause='release' WHERE id IN (@)", [], documents
            )
            subject = f"organisation chosen for {len(news)} documents"
            values = [now, text(by, 150), "routing", subject, "", str(organisation), address[:64], organisation, None]
            database.run(_NOTE, values)
        return len(news)

    def posted_of(self, document: int, organisation: int) -> Sequence[tuple[int, str, str, str, str]]:
        rows = self._database.rows(
            "SELECT id, role, remote_id, remote_status, drift FROM posting WHERE root_id=%s AND organisation_id=%s"
            " AND role NOT IN ('contact','item') AND remote_id<>'' AND posted_digest<>'' ORDER BY id DESC",
            [document, organisation],
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    def release_moved(self, postings: Sequence[int]) -> None:
        with self._database.transaction():
            self._database.run_in(
                "UPDATE posting SET state='posted', code='', reason='', subject='' WHERE state='held' AND code=%s"
                " AND posted_digest<>'' AND id IN (@)",
                [Code.ORGANISATION_CHANGED.value],
                postings,
            )

    def resume_moved(self, connection: int) -> int:
        """A dossier is free when no other organisation holds or is being sent anything of it."""
        with self._database.transaction():
            return self._database.run(
                "UPDATE document SET planning_due=true, planning_cause='release' WHERE connection_id=%s"
                " AND NOT planning_due AND id IN (SELECT t.document_id FROM document_target t WHERE NOT EXISTS"
                " (SELECT 1 FROM posting p WHERE p.root_id=t.document_id AND p.role NOT IN ('contact','item')"
                " AND p.organisation_id<>t.organisation_id AND (p.posted_digest<>'' OR p.state='sending'))"
                " AND NOT EXISTS (SELECT 1 FROM posting p WHERE p.root_id=t.document_id"
                " AND p.role NOT IN ('contact','item') AND p.organisation_id=t.organisation_id"
                " AND p.state<>'gone')) AND skipped_code=''",
                [connection],
            ) + self._database.run(
                "UPDATE document SET planning_due=true, planning_cause='release' WHERE connection_id=%s"
                " AND NOT planning_due AND skipped_code=%s AND NOT EXISTS (SELECT 1 FROM posting p"
                " WHERE p.root_id=document.id AND p.state='sending')",
                [connection, Code.ORGANISATION_CHANGED.value],
            )

    def routed_elsewhere(self, connection: int, limit: int) -> Sequence[RoutedElsewhere]:
        rows = self._database.rows(
            "SELECT p.root_id, d.kind, d.number, p.organisation_id, p.reason FROM posting p"
            " JOIN document d ON d.id=p.root_id WHERE p.connection_id=%s AND p.state='held' AND p.code=%s"
            " ORDER BY p.queued_at, p.id LIMIT %s",
            [connection, Code.ORGANISATION_CHANGED.value, limit],
        )
        return [RoutedElsewhere(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def busy_elsewhere(database: Database, roots: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Organisations that hold, or are being sent, a sale of these dossiers; locked until the transaction ends."""
    found: dict[int, set[int]] = {}
    for root, organisation in database.rows_in(
        "SELECT root_id, organisation_id FROM posting WHERE root_id IN (@) AND role NOT IN ('contact','item')"
        f" AND (posted_digest<>'' OR state='sending') ORDER BY id{database.locked}",
        [],
        roots,
    ):
        found.setdefault(root, set()).add(organisation)
    return {root: frozenset(organisations) for root, organisations in found.items()}
