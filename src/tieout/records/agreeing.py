"""Taking a plan as posted: both sides have the same already, so that nothing is sent back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from tieout.accounting import Payload
from tieout.accounting.brought import ENDED
from tieout.ports.inward import Agreement, Pair
from tieout.ports.records import PlanToWrite
from tieout.records.codec import encode_payload, payload_digest
from tieout.records.plan_writing import PlanWriting
from tieout.records.ringing import ring
from tieout.records.sql import Database, text
from tieout.records.standing import refresh_dependents, refresh_documents

_LINK = """UPDATE posting SET remote_id=%s, remote_status=%s,
 origin=CASE WHEN remote_id='' THEN 'ledger' ELSE origin END, marker=%s, state=%s, action='nothing',
 posted_digest=wanted_digest, posted_total_minor=total_minor, posted_tax_minor=tax_minor, drift='', code='',
 reason='', subject='', posted_at=COALESCE(posted_at, %s), verified_at=%s, must_check=false
 WHERE id=%s AND state IN ('queued','waiting','posted') AND wanted_digest<>''"""

# It is there, and not as wanted: an update, never a second one.
_LINK_ONLY = """UPDATE posting SET remote_id=%s, remote_status=%s,
 origin=CASE WHEN remote_id='' THEN 'ledger' ELSE origin END, drift='',
 action=CASE WHEN action='create' THEN 'update' ELSE action END
 WHERE id=%s AND state IN ('queued','waiting') AND wanted_digest<>''"""

# It ended in the ledger, and has ended in the store: its number stays taken there.
_GONE = """UPDATE posting SET state='gone', action='nothing', wanted_digest='', posted_digest='', remote_status=%s,
 drift='', code='', reason='', subject='', burnt=CASE WHEN burnt='' THEN marker ELSE burnt END, verified_at=%s
 WHERE id=%s AND state IN ('queued','waiting','posted','held')"""

_ACCEPTED = """INSERT INTO drift (posting_id, field, ours, theirs, blocks, seen_at, decided_at, decision, decided_by)
 SELECT %s,%s,%s,%s,false,%s,%s,'accept','Tieout' WHERE NOT EXISTS (SELECT 1 FROM drift d WHERE d.posting_id=%s
 AND d.field=%s AND d.theirs=%s AND d.decision='accept')"""

# What cannot be planned is linked all the same: it must never be made a second time.
_LINK_HELD = """UPDATE posting SET remote_id=%s, remote_status=%s,
 origin=CASE WHEN remote_id='' THEN 'ledger' ELSE origin END WHERE id=%s AND state='held' AND remote_id=''"""


class Agreeing:
    """Implements `InwardRecords.agree`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def agree(self, agreement: Agreement, now: datetime) -> int:
        database = self._database
        dossier = agreement.dossier
        plan = PlanToWrite(
            dossier=dossier,
            organisation=agreement.organisation,
            plan=agreement.plan,
            rule_version=agreement.rule_version,
            why="brought from Xero",
        )
        counts: Counter[str] = Counter()
        with database.transaction():
            PlanWriting(database, agreement.organisation, [plan], now).write(counts)
            linked = self._link(agreement, now)
            database.run_many(
                "UPDATE document SET planning_due=false, planned_version=%s WHERE id=%s AND version=%s",
                [(member.version, member.id, member.version) for member in dossier.members],
            )
        if counts["queued"] > linked:
            ring(database, {agreement.organisation}, now)
        return linked

    def _link(self, agreement: Agreement, now: datetime) -> int:
        database = self._database
        planned = {
            (one.ref.role.value, one.ref.document.key): one for one in agreement.plan.postings if one.ref.ordinal == 0
        }
        rows = database.rows_in(
            "SELECT p.id, p.role, d.key, p.document_id, p.wanted_digest FROM posting p"
            " JOIN document d ON d.id=p.document_id WHERE p.organisation_id=%s AND p.connection_id=%s"
            f" AND p.ordinal=0 AND d.key IN (@){' FOR NO KEY UPDATE OF p' if database.is_postgresql else ''}",
            [agreement.organisation, agreement.dossier.connection],
            sorted({key for _, key in agreement.remote}),
        )
        touched: list[int] = []
        documents: set[int] = set()
        for identity, role, key, document, wanted in rows:
            remote_id = agreement.remote.get((role, key))
            if remote_id is None:
                continue
            status = agreement.statuses.get(remote_id, "")
            one = planned.get((role, key))
            ended = status in ENDED and (wanted == "" if one is None else one.payload is None and not one.problems)
            if ended:
                done = database.run(_GONE, [status, now, identity])
            elif one is not None and one.payload is not None and not one.problems and not agreement.as_posted:
                done = database.run(_LINK_ONLY, [remote_id, status, identity])
            elif one is not None and one.payload is not None and not one.problems:
                self._keep_payload(identity, wanted, one.payload)
                done = database.run(_LINK, [remote_id, status, one.marker, "posted", now, now, identity])
            else:
                done = database.run(_LINK_HELD, [remote_id, status, identity])
            if done:
                touched.append(identity)
                documents.add(document)
        self._accept_drift(touched, now)
        refresh_dependents(database, touched)
        refresh_documents(database, sorted(documents))
        return len(touched)

    def _keep_payload(self, posting: int, wanted: str, payload: Payload) -> None:
        """What is wanted is what the ledger holds, also where the writing of the plan left an older one alone."""
        digest = payload_digest(payload)
        if digest != wanted:
            self._database.run(
                "UPDATE posting SET wanted_digest=%s WHERE id=%s AND state<>'sending'", [digest, posting]
            )
            self._database.run(
                "UPDATE posting_payload SET wanted=%s WHERE posting_id=%s", [encode_payload(payload), posting]
            )
        self._database.run("UPDATE posting_payload SET posted=NULL WHERE posting_id=%s", [posting])

    def forget_drift(
        self, pair: Pair, remote_id: str, differences: Sequence[tuple[str, str, str]], now: datetime
    ) -> None:
        database = self._database
        with database.transaction():
            postings = [
                row[0]
                for row in database.rows(
                    "SELECT id FROM posting WHERE organisation_id=%s AND connection_id=%s AND remote_id=%s",
                    [pair.organisation, pair.connection, remote_id],
                )
            ]
            database.run_in("UPDATE posting SET drift='' WHERE state<>'sending' AND id IN (@)", [], postings)
            self._accept_drift(postings, now)
            for posting in postings:
                for field, ours, theirs in differences:
                    values = [posting, field, text(ours), text(theirs), now, now]
                    database.run(_ACCEPTED, [*values, posting, field, text(theirs)])
            database.run_in(
                "UPDATE document SET planning_due=true, planning_cause='release' WHERE EXISTS"
                " (SELECT 1 FROM posting q WHERE q.root_id=document.id AND q.state IN ('held','queued')) AND id IN"
                " (SELECT root_id FROM posting WHERE id IN (@))",
                [],
                postings,
            )

    def ended(self, pair: Pair, remote_id: str, status: str, now: datetime) -> int:
        database = self._database
        with database.transaction():
            rows = database.rows(
                "SELECT id, document_id FROM posting WHERE organisation_id=%s AND connection_id=%s AND remote_id=%s"
                f" AND wanted_digest='' AND state IN ('queued','waiting','held') ORDER BY id{database.locked}",
                [pair.organisation, pair.connection, remote_id],
            )
            for identity, _ in rows:
                database.run(_GONE, [status, now, identity])
            refresh_dependents(database, [row[0] for row in rows])
            refresh_documents(database, sorted({row[1] for row in rows}))
        if rows:
            ring(database, {pair.organisation}, now)
        return len(rows)

    def _accept_drift(self, postings: Sequence[int], now: datetime) -> None:
        self._database.run_in(
            "UPDATE drift SET decided_at=%s, decision='accept', decided_by='Tieout' WHERE decided_at IS NULL"
            " AND posting_id IN (@)",
            [now],
            postings,
        )
