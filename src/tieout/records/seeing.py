"""What people did in the ledger, beside our postings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.accounting import Held, Role
from tieout.ports.seeing import Difference, PostedObject, Update
from tieout.records.codec import decode_payload
from tieout.records.sql import Database, optional_time, text

_DRIFT = """INSERT INTO drift (posting_id, field, ours, theirs, blocks, seen_at, decision, decided_by)
 VALUES (%s,%s,%s,%s,%s,%s,'','') ON CONFLICT DO NOTHING"""


class Seeing:
    """Implements SeeingRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def posted_objects(
        self, organisation: int, page: Sequence[Held], *, also_sending: bool = False
    ) -> Sequence[PostedObject]:
        roles = {held.remote_id: held.role for held in page}
        rows = self._database.rows_in(
            "SELECT p.id, p.role, p.remote_id, p.remote_status, p.drift, p.posted_at, COALESCE(y.posted, y.wanted)"
            " FROM posting p JOIN posting_payload y ON y.posting_id=p.id WHERE p.organisation_id=%s"
            # After a change whose answer was lost nobody knows which of our versions is there.
            " AND (%s OR p.state<>'sending') AND p.posted_digest NOT IN ('','unsure') AND p.remote_id IN (@)"
            " ORDER BY p.id",
            [organisation, also_sending],
            list(roles),
        )
        found = [row for row in rows if row[6] is not None and _same_list(roles[row[2]], Role(row[1]))]
        accepted: dict[int, set[tuple[str, str]]] = {}
        for posting, field, theirs in self._database.rows_in(
            "SELECT posting_id, field, theirs FROM drift WHERE decided_at IS NOT NULL AND decision<>'restore'"
            " AND posting_id IN (@)",
            [],
            [row[0] for row in found],
        ):
            accepted.setdefault(posting, set()).add((field, theirs))
        return [
            PostedObject(
                id=row[0],
                remote_id=row[2],
                remote_status=row[3],
                payload=decode_payload(row[6]),
                drift=tuple(mark for mark in row[4].split(",") if mark),
                posted_at=optional_time(row[5]),
                settled=frozenset(accepted.get(row[0], ())),
            )
            for row in found
        ]

    def note_seen(self, updates: Sequence[Update], differences: Sequence[Difference], now: datetime) -> None:
        with self._database.transaction():
            self.keep_seen(updates, differences, now)

    def keep_seen(self, updates: Sequence[Update], differences: Sequence[Difference], now: datetime) -> None:
        database = self._database
        database.run_many(
            "UPDATE posting SET remote_status=%s, drift=%s WHERE id=%s AND state<>'sending'",
            [(one.remote_status, ",".join(one.drift), one.posting) for one in updates],
        )
        database.run_many(
            _DRIFT,
            [(one.posting, one.field, text(one.ours), text(one.theirs), one.blocks, now) for one in differences],
        )
        roots = {
            row[0]
            for row in database.rows_in(
                "SELECT DISTINCT root_id FROM posting WHERE id IN (@)", [], [one.posting for one in updates]
            )
        }
        database.run_in(
            "UPDATE document SET planning_cause=CASE WHEN planning_due THEN planning_cause ELSE 'rules' END,"
            " planning_due=%s WHERE NOT never_send AND id IN (@)"
            " AND EXISTS (SELECT 1 FROM document_body b WHERE b.document_id=document.id)",
            [True],
            sorted(roots),
        )


def _same_list(read: Role, wanted: Role) -> bool:
    """Difference documents are invoices or credit notes in Xero's lists."""
    return read is wanted or (wanted is Role.DIFFERENCE and read in (Role.INVOICE, Role.CREDIT_NOTE))
