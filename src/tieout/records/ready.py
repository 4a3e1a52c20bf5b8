"""What may go next, with everything that is needed to make a request of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout.accounting import Allocation, CreditNote, Invoice, Overpayment, Payload, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.engine.parking import PARKED_PRIORITY
from tieout.ports.turn import ReadyCount, ReadyPosting
from tieout.records.codec import decode_payload
from tieout.records.sql import Database, Row, optional_time, time_of

# Literals, so that SQLite takes the partial index; what waits for its time lies at the index's end.
_READY = (
    f"organisation_id=%s AND role=%s AND state='queued' AND unmet=0 AND priority<{PARKED_PRIORITY}"
    " AND (not_before IS NULL OR not_before<=%s)"
)


class Ready:
    """The queue's part of TurnRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_ready(self, organisation: int, now: datetime, bounds: Mapping[Role, int]) -> Sequence[ReadyCount]:
        arms, parameters = [], []
        for role, bound in bounds.items():
            arms.append(
                "SELECT %s, COUNT(*), MIN(priority), MIN(queued_at),"
                " EXISTS(SELECT 1 FROM posting WHERE organisation_id=%s AND role=%s AND state='queued' AND unmet>0)"
                f" FROM (SELECT priority, queued_at FROM posting WHERE {_READY}"
                " ORDER BY priority, id LIMIT %s) AS first"
            )
            parameters += [role.value, organisation, role.value, organisation, role.value, now, bound]
        rows = self._database.rows(" UNION ALL ".join(arms), parameters)
        return [
            ReadyCount(role=Role(role), count=count, priority=priority, oldest=time_of(oldest), more=bool(more))
            for role, count, priority, oldest, more in rows
            if count
        ]

    def next_ready_at(self, organisation: int, now: datetime) -> datetime | None:
        row = self._database.row(
            "SELECT MIN(not_before) FROM posting WHERE organisation_id=%s AND state='queued' AND unmet=0"
            f" AND priority<{PARKED_PRIORITY} AND not_before>%s",
            [organisation, now],
        )
        return optional_time(row[0]) if row else None

    def take_ready(self, organisation: int, role: Role, limit: int, now: datetime) -> Sequence[ReadyPosting]:
        rows = self._database.rows(
            "SELECT p.id, p.action, p.wanted_digest, p.marker, p.remote_id, p.priority, p.attempts, p.batch_limit,"
            " p.document_id, p.connection_id, p.run_id, p.ordinal, p.must_check, p.posted_at, p.verified_at"
            " FROM posting p WHERE "
            + _READY.replace("organisation_id", "p.organisation_id", 1)
            + f" ORDER BY p.priority, p.id LIMIT %s{self._database.skip_locked}",
            [organisation, role.value, now, limit],
        )
        chosen: list[Row] = []
        bound = limit
        for row in rows:
            bound = min(bound, row[7] or bound)
            if len(chosen) >= bound:
                break
            if row[1] == rows[0][1]:
                chosen.append(row)
        chosen = self._with_payload(chosen)
        ids = [row[0] for row in chosen]
        payloads = {
            identity: (wanted if wanted is not None else posted)
            for identity, wanted, posted in self._database.rows_in(
                "SELECT posting_id, wanted, posted FROM posting_payload WHERE posting_id IN (@)", [], ids
            )
        }
        documents = {
            identity: (DocumentKey(DocumentKind(kind), key), number)
            for identity, kind, key, number in self._database.rows_in(
                "SELECT id, kind, key, number FROM document WHERE id IN (@)", [], {row[8] for row in chosen}
            )
        }
        decoded = {identity: decode_payload(payload) for identity, payload in payloads.items() if payload is not None}
        remote_ids = self._all_remote_ids(organisation, {row[0]: (row[9], decoded[row[0]]) for row in chosen})
        return [
            ReadyPosting(
                id=row[0],
                ref=Ref(role, documents[row[8]][0], row[11]),
                action=row[1],
                payload=decoded[row[0]],
                digest=row[2],
                marker=row[3],
                remote_id=row[4],
                ids=remote_ids.get(row[0], {}),
                priority=row[5],
                attempts=row[6],
                batch_limit=row[7],
                document=row[8],
                number=documents[row[8]][1],
                connection=row[9],
                run=row[10],
                must_check=bool(row[12]),
                seen_at=max(filter(None, map(optional_time, row[13:15])), default=None),
            )
            for row in chosen
        ]

    def put_off(self, postings: Sequence[int], until: datetime) -> None:
        self._database.run_in("UPDATE posting SET not_before=%s WHERE id IN (@)", [until], postings)

    def _with_payload(self, rows: list[Row]) -> list[Row]:
        """Rows without anything to send are held, so that a mistake of ours never stops the others."""
        empty = {
            row[0]
            for row in self._database.rows_in(
                "SELECT posting_id FROM posting_payload WHERE wanted IS NULL AND posted IS NULL"
                " AND posting_id IN (@)",
                [],
                [row[0] for row in rows],
            )
        }
        self._database.run_in(
            "UPDATE posting SET state='held', code='contract_broken', subject='payload missing',"
            " reason='Tieout has lost what it wanted to send. Please report it, then press retry.' WHERE id IN (@)",
            [],
            sorted(empty),
        )
        return [row for row in rows if row[0] not in empty]

    def _all_remote_ids(
        self, organisation: int, payloads: Mapping[int, tuple[int, Payload]]
    ) -> Mapping[int, Mapping[Ref, str]]:
        """Ids by dependencies; what is taken back depends on nothing any more, so its ids are found by name."""
        found = {identity: dict(ids) for identity, ids in self.remote_ids(list(payloads)).items()}
        for identity, (connection, payload) in payloads.items():
            ids = found.setdefault(identity, {})
            for ref in _named(payload):
                if ref not in ids and (remote_id := self._remote_id(organisation, connection, ref)):
                    ids[ref] = remote_id
        return found

    def _remote_id(self, organisation: int, connection: int, ref: Ref) -> str:
        row = self._database.row(
            "SELECT p.remote_id FROM posting p JOIN document d ON d.id=p.document_id WHERE p.organisation_id=%s"
            " AND p.role=%s AND p.ordinal=%s AND d.connection_id=%s AND d.kind=%s AND d.key=%s",
            [organisation, ref.role.value, ref.ordinal, connection, ref.document.kind.value, ref.document.key],
        )
        return row[0] if row else ""

    def remote_ids(self, postings: Sequence[int]) -> Mapping[int, Mapping[Ref, str]]:
        found: dict[int, dict[Ref, str]] = {}
        for posting, role, kind, key, ordinal, remote_id in self._database.rows_in(
            "SELECT x.posting_id, n.role, d.kind, d.key, n.ordinal, n.remote_id FROM posting_dependency x"
            " JOIN posting n ON n.id=x.needs_id JOIN document d ON d.id=n.document_id"
            " WHERE n.remote_id<>'' AND x.posting_id IN (@)",
            [],
            postings,
        ):
            found.setdefault(posting, {})[Ref(Role(role), DocumentKey(DocumentKind(kind), key), ordinal)] = remote_id
        return found


def _named(payload: Payload) -> tuple[Ref, ...]:
    """The postings that a payload names."""
    match payload:
        case Invoice() | CreditNote() | Overpayment():
            return (payload.contact,)
        case Payment():
            return (payload.target,)
        case Allocation():
            return (payload.source, payload.invoice)
        case _:
            return ()
