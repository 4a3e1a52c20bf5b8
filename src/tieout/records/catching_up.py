"""After a restore: what may be in the ledger already is looked up before it is made (DESIGN.md section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.records.sql import Database

_EVENT = """INSERT INTO event (at, entity, number, action, status, code, message, role, remote_id,
 organisation_id, detail)
 VALUES (%s,'','','catch up',%s,'',%s,'','',%s,'')"""


class CatchingUp:
    """The catch-up part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_catch_up(self, organisation: int, now: datetime) -> None:
        database = self._database
        calls = database.run(
            "UPDATE call SET state='unknown', not_before=NULL WHERE organisation_id=%s AND NOT (state='done')",
            [organisation],
        )
        postings = database.run(
            "UPDATE posting SET must_check=%s WHERE organisation_id=%s",
            [True, organisation],
        )
        database.run(
            "UPDATE organisation SET catch_up_since=%s, contacts_read_at=NULL WHERE id=%s", [now, organisation]
        )
        message = (
            f"This database was not the last one to write. {calls} calls and {postings} postings are looked up in"
            " Xero before anything is created."
        )
        database.run(_EVENT, [now, "success", message, organisation])

    def end_catch_up(self, organisation: int, now: datetime) -> bool:
        database = self._database
        behind = database.row(
            "SELECT 1 FROM mapping m JOIN connection c ON c.id=m.connection_id JOIN organisation o ON"
            " o.id=m.organisation_id WHERE m.organisation_id=%s AND m.current AND c.removed_at IS NULL"
            " AND (c.last_read_at IS NULL OR c.last_read_at<=o.catch_up_since OR EXISTS"
            " (SELECT 1 FROM document d WHERE d.connection_id=c.id AND d.planning_due)) LIMIT 1",
            [organisation],
        )
        if behind is not None:
            return False
        found = database.row(
            "SELECT COUNT(*) FROM posting p JOIN organisation o ON o.id=p.organisation_id WHERE p.organisation_id=%s"
            " AND p.origin='adopted' AND p.posted_at>=o.catch_up_since AND p.role<>'contact'",
            [organisation],
        )
        database.run("UPDATE organisation SET catch_up=%s, catch_up_since=NULL WHERE id=%s", [False, organisation])
        count = found[0] if found else 0
        message = f"Caught up with Xero: {count} documents that this database did not know of were found and linked."
        database.run(_EVENT, [now, "success", message, organisation])
        return True

    def checked(self, postings: Sequence[int], now: datetime) -> None:
        self._database.run_in(
            "UPDATE posting SET must_check=%s, verified_at=%s WHERE id IN (@)", [False, now], postings
        )

    def doubt(self, postings: Sequence[int]) -> None:
        self._database.run_in("UPDATE posting SET must_check=%s WHERE id IN (@)", [True], postings)
