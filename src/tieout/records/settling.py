"""What became of postings: one set of statements for all of a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.accounting import Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.engine.states import PostingState
from tieout.ports.turn import Sent, Settled, StoredCall
from tieout.records.codec import decode_payload
from tieout.records.sql import Database, text
from tieout.records.standing import refresh_dependents, refresh_documents

_SETTLE = """UPDATE posting SET state=%s, state_after='', action=%s, posted_digest=%s, sent_digest='', remote_id=%s,
 remote_status=%s, attempts=%s, posted_total_minor=COALESCE(%s, posted_total_minor),
 posted_tax_minor=COALESCE(%s, posted_tax_minor), due_minor=COALESCE(%s, due_minor),
 posted_at=CASE WHEN %s THEN %s ELSE posted_at END, verified_at=CASE WHEN %s THEN %s ELSE verified_at END,
 code=CASE WHEN %s THEN code ELSE %s END, reason=CASE WHEN %s THEN reason ELSE %s END,
 subject=CASE WHEN %s THEN subject ELSE %s END, batch_limit=%s, not_before=%s, call_id=NULL,
 burnt=burnt || %s, origin=COALESCE(%s, origin) WHERE id=%s"""

_EVENT = """INSERT INTO event (at, entity, number, action, status, code, message, duration_ms, role, remote_id,
 connection_id, organisation_id, document_id, posting_id, call_id, run_id, detail)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"""

#: What makes a document one that is no longer edited in place (B7), and what then has to be planned anew: an edit of
#: the store that was planned while the money was still on its way.
_SETTLING = frozenset((Role.PAYMENT, Role.OVERPAYMENT, Role.ALLOCATION))
_PLAN_AGAIN = """UPDATE document SET planning_due=true, planning_cause='document' WHERE NOT planning_due AND id IN
 (SELECT edited.root_id FROM posting edited JOIN posting money ON money.root_id=edited.root_id WHERE money.id IN (@)
 AND edited.role IN ('invoice','credit_note') AND edited.posted_digest<>''
 AND edited.wanted_digest NOT IN ('', edited.posted_digest))"""

#: An element's slice of an answer in the log.
_DETAIL_MAX = 4_000


class Settling:
    """The outcome's part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sent_postings(self, postings: Sequence[int]) -> Sequence[Sent]:
        """Locked: an edit that comes while we settle waits, and is not lost."""
        rows = {
            row[0]: row
            for row in self._database.rows_in(
                "SELECT p.id, p.role, d.kind, d.key, p.ordinal, p.state, COALESCE(y.sent, y.wanted, y.posted),"
                " p.wanted_digest, p.sent_digest, p.posted_digest, p.state_after, p.action, p.marker, p.remote_id,"
                " p.remote_status, p.attempts, p.document_id, d.number, p.connection_id, p.run_id, p.call_id"
                " FROM posting p JOIN document d ON d.id=p.document_id JOIN posting_payload y ON y.posting_id=p.id"
                " WHERE p.id IN (@) ORDER BY p.id"
                + (" FOR NO KEY UPDATE OF p" if self._database.is_postgresql else ""),
                [],
                postings,
            )
        }
        return [
            Sent(
                id=row[0],
                ref=Ref(Role(row[1]), DocumentKey(DocumentKind(row[2]), row[3]), row[4]),
                state=PostingState(row[5]),
                payload=None if row[6] is None else decode_payload(row[6]),
                wanted_digest=row[7],
                sent_digest=row[8],
                posted_digest=row[9],
                state_after=row[10],
                action=row[11],
                marker=row[12],
                remote_id=row[13],
                remote_status=row[14],
                attempts=row[15],
                document=row[16],
                number=row[17],
                connection=row[18],
                run=row[19],
                call=row[20],
            )
            for row in (rows[identity] for identity in postings if identity in rows)
        ]

    def settle(
        self,
        sent: Sequence[Sent],
        results: Sequence[Settled],
        *,
        organisation: int,
        call: StoredCall | None,
        duration_ms: int | None,
        now: datetime,
    ) -> None:
        by_id = {one.id: one for one in sent}
        database = self._database
        database.run_many(_SETTLE, [_values(result, now) for result in results])
        # What was sent is what is posted; null means equal to what is wanted.
        landed = [result.id for result in results if result.posted]
        database.run_in(
            "UPDATE posting_payload SET posted=sent, sent=NULL WHERE (sent IS NOT NULL OR posted IS NOT NULL)"
            " AND posting_id IN (@)",
            [],
            landed,
        )
        database.run_in(
            "UPDATE posting_payload SET sent=NULL WHERE sent IS NOT NULL AND posting_id IN (@)",
            [],
            [result.id for result in results if not result.posted],
        )
        money = [identity for identity in landed if by_id[identity].ref.role in _SETTLING]
        if money:
            database.run_in(_PLAN_AGAIN, [], money)
        refresh_dependents(database, [result.id for result in results])
        refresh_documents(database, sorted({by_id[result.id].document for result in results}))
        database.run_many(
            _EVENT,
            [
                _event(by_id[result.id], result, organisation, call, duration_ms, now)
                for result in results
                if result.event is not None
            ],
        )


def _values(result: Settled, now: datetime) -> tuple[object, ...]:
    keep = result.keep_reason
    return (
        result.state.value, result.action, result.posted_digest, result.remote_id, result.remote_status,
        result.attempts, result.posted_total_minor, result.posted_tax_minor, result.due_minor, result.posted, now,
        result.verified, now, keep, result.code, keep, text(result.reason), keep, text(result.subject, 200),
        result.batch_limit, result.not_before, f"{result.burnt}\n" if result.burnt else "", result.origin or None,
        result.id,
    )  # fmt: skip


def _event(
    sent: Sent, result: Settled, organisation: int, call: StoredCall | None, duration_ms: int | None, now: datetime
) -> tuple[object, ...]:
    assert result.event is not None
    status, message, detail = result.event
    return (
        now, sent.ref.document.kind.value, sent.number or sent.marker[:120],
        result.event_action or sent.action, status,
        result.code, text(message), duration_ms, sent.ref.role.value, result.remote_id, sent.connection, organisation,
        sent.document, sent.id, call.id if call else None, sent.run, text(detail, _DETAIL_MAX),
    )  # fmt: skip
