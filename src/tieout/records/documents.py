"""Store documents: pages as they are read, dossiers as they are planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieout.accounting import LedgerReference
from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.engine.choice import SCHEDULED_PRIORITY
from tieout.ports.records import Assignment, DueDossier, Member, PageSaved, StoreConnection
from tieout.ports.store import Mark, RawDocument
from tieout.records.codec import decode_problems, encode_problems, pack_body, unpack_body
from tieout.records.sql import Database, Row, optional_date, optional_time, persistent, text, time_of
from tieout.rules.settings import Rules

#: Due documents looked at per dossier wanted: an order comes with its invoice, refund and so on.
_DOCUMENTS_PER_DOSSIER = 4

#: What people asked for, then what changed, then what was added in bulk; each a range of an index.
_FIRST_TO_LAST = (
    f"planning_priority<{SCHEDULED_PRIORITY} ORDER BY planning_priority, id",
    "planning_priority IS NULL ORDER BY id",
    f"planning_priority>={SCHEDULED_PRIORITY} ORDER BY planning_priority, id",
)

_SAVE = """INSERT INTO document (connection_id, kind, key, root_kind, root_key, number, title, email, state,
 store_view, url, date, total_minor, currency, updated_at, read_at, digest, version, planned_version, planning_due,
 planning_cause, problems, removed, never_send, never_send_reason, skipped_code, skipped_reason, sales_documents,
 sync_state)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,1,0,%s,'document',%s,false,false,'','','','','received')
 ON CONFLICT (connection_id, kind, key) DO NOTHING"""

_CHANGE = """UPDATE document SET root_kind=%s, root_key=%s, number=%s, title=%s, email=%s, state=%s, store_view=%s,
 url=%s, date=%s, total_minor=%s, currency=%s, updated_at=%s, read_at=%s, digest=%s, problems=%s, removed=false,
 version=version+1, planning_due=true, planning_cause='document' WHERE id=%s"""

_BODY = """INSERT INTO document_body (document_id, body) VALUES (%s,%s)
 ON CONFLICT (document_id) DO UPDATE SET body=excluded.body"""

_rules = msgspec.json.Decoder(Rules)
_reference = msgspec.json.Decoder(LedgerReference)
_options = msgspec.json.Decoder(dict[str, str])


class Documents:
    """The documents half of DocumentRecords; plans are written by `Plans`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def connection(self, connection: int) -> StoreConnection:
        row = self._database.row(
            "SELECT id, kind, name, address, options, secrets, context, status, start_date, not_before, failures"
            " FROM connection WHERE id=%s",
            [connection],
        )
        if row is None:
            raise LookupError(f"there is no connection {connection}")
        return StoreConnection(
            id=row[0],
            kind=row[1],
            name=row[2],
            address=row[3],
            options=_options.decode(row[4]),
            secrets=row[5],
            context=bytes(row[6]),
            status=row[7],
            start_date=optional_date(row[8]),
            not_before=optional_time(row[9]),
            failures=row[10],
        )

    def assignments(self, connection: int) -> Sequence[Assignment]:
        rows = self._database.rows(
            "SELECT m.organisation_id, m.rules, o.reference FROM mapping m"
            " JOIN organisation o ON o.id=m.organisation_id"
            " WHERE m.connection_id=%s AND m.current AND o.removed_at IS NULL ORDER BY m.organisation_id",
            [connection],
        )
        return [
            Assignment(
                connection=connection,
                organisation=organisation,
                rules=_rules.decode(rules),
                reference=_reference.decode(reference) if reference else None,
            )
            for organisation, rules, reference in rows
        ]

    def rules(self, connection: int, organisation: int, version: int) -> Rules | None:
        row = self._database.row(
            "SELECT rules FROM mapping WHERE connection_id=%s AND organisation_id=%s AND version=%s",
            [connection, organisation, version],
        )
        return None if row is None else _rules.decode(row[0])

    def watermark(self, connection: int, kind: DocumentKind) -> Mark | None:
        row = self._database.row(
            "SELECT updated_at, key FROM watermark WHERE connection_id=%s AND kind=%s", [connection, kind.value]
        )
        return None if row is None else Mark(updated_at=time_of(row[0]), key=row[1])

    @persistent
    def save_page(
        self,
        connection: int,
        kind: DocumentKind,
        page: Sequence[tuple[RawDocument, Envelope]],
        mark: Mark | None,
        now: datetime,
    ) -> PageSaved:
        """Documents and watermark in one transaction, so that nothing counts as read that was not kept."""
        with self._database.transaction():
            saved = self._save_documents(connection, kind, page, now)
            if mark is not None:
                self._database.run(
                    "INSERT INTO watermark (connection_id, kind, updated_at, key, read_at) VALUES (%s,%s,%s,%s,%s)"
                    " ON CONFLICT (connection_id, kind)"
                    " DO UPDATE SET updated_at=excluded.updated_at, key=excluded.key, read_at=excluded.read_at",
                    [connection, kind.value, mark.updated_at, mark.key, now],
                )
            return saved

    def _save_documents(
        self, connection: int, kind: DocumentKind, page: Sequence[tuple[RawDocument, Envelope]], now: datetime
    ) -> PageSaved:
        database = self._database
        by_key = {envelope.document.key: (raw, envelope) for raw, envelope in page}
        known: dict[str, tuple[int, str, datetime]] = {
            key: (identity, digest, time_of(updated_at))
            for identity, key, digest, updated_at in database.rows_in(
                f"SELECT id, key, digest, updated_at FROM document WHERE connection_id=%s AND kind=%s AND key IN (@)"
                f"{database.locked}",
                [connection, kind.value],
                by_key,
            )
        }
        new = [key for key in by_key if key not in known]
        changed = [key for key, (_, digest, _) in known.items() if digest != by_key[key][1].digest]
        touched = [
            key
            for key, (_, digest, updated_at) in known.items()
            if digest == by_key[key][1].digest and updated_at != by_key[key][1].updated_at
        ]
        database.run_many(_SAVE, [_insert_values(connection, by_key[key][1], now) for key in new])
        ids = {key: identity for key, (identity, _, _) in known.items()}
        ids |= {
            key: identity
            for identity, key in database.rows_in(
                "SELECT id, key FROM document WHERE connection_id=%s AND kind=%s AND key IN (@)",
                [connection, kind.value],
                new,
            )
        }
        database.run_many(_CHANGE, [_change_values(ids[key], by_key[key][1], now) for key in changed])
        database.run_many(
            "UPDATE document SET updated_at=%s, read_at=%s WHERE id=%s",
            [(by_key[key][1].updated_at, now, ids[key]) for key in touched],
        )
        database.run_many(_BODY, [(ids[key], pack_body(by_key[key][0].body)) for key in (*new, *changed, *touched)])
        return PageSaved(new=len(new), changed=len(changed), same=len(by_key) - len(new) - len(changed))

    def due_dossiers(
        self, connection: int, limit: int, *, kinds: Iterable[DocumentKind] | None = None
    ) -> Sequence[DueDossier]:
        wanted = None if kinds is None else sorted({kind.value for kind in kinds})
        condition = "" if wanted is None else f" AND root_kind IN ({','.join(['%s'] * len(wanted))})"
        most = limit * _DOCUMENTS_PER_DOSSIER
        rows: list[Row] = []
        for tier in _FIRST_TO_LAST:
            # What was added in bulk waits for a round of its own: a change is planned without it.
            if len(rows) >= most or (rows and tier is _FIRST_TO_LAST[-1]):
                break
            rows += self._database.rows(
                "SELECT root_kind, root_key, planning_cause FROM document WHERE connection_id=%s AND planning_due"
                f"{condition} AND {tier} LIMIT %s",
                [connection, *(wanted or ()), most - len(rows)],
            )
        causes: dict[tuple[str, str], str] = {}
        for root_kind, root_key, cause in rows:
            root = (root_kind, root_key)
            if root not in causes and len(causes) >= limit:
                continue
            # What changed in the store outweighs a change of rules.
            if causes.get(root) != "document":
                causes[root] = cause
        return self._load(connection, causes)

    def dossiers(self, connection: int, roots: Sequence[DocumentKey]) -> Sequence[DueDossier]:
        return self._load(connection, {(root.kind.value, root.key): "document" for root in roots})

    def _load(self, connection: int, causes: Mapping[tuple[str, str], str]) -> Sequence[DueDossier]:
        members: dict[tuple[str, str], list[Member]] = {root: [] for root in causes}
        leaders: dict[tuple[str, str], tuple[int, str]] = {}
        for root_kind in sorted({kind for kind, _ in causes}):
            rows = self._database.rows_in(
                "SELECT d.id, d.kind, d.key, d.root_key, d.number, d.version, d.digest, d.problems, d.never_send,"
                " d.removed, d.planning_due, d.sales_documents, b.body, d.planning_priority, d.planning_run"
                " FROM document d LEFT JOIN document_body b ON b.document_id=d.id"
                " WHERE d.connection_id=%s AND d.root_kind=%s AND d.root_key IN (@) ORDER BY d.id",
                [connection, root_kind],
                [key for kind, key in causes if kind == root_kind],
            )
            for row in rows:
                root = (root_kind, row[3])
                members[root].append(_member(row))
                if (row[1], row[2]) == root:
                    leaders[root] = (row[0], row[11])
        return [
            DueDossier(
                connection=connection,
                root=DocumentKey(DocumentKind(root[0]), root[1]),
                root_id=leaders[root][0] if root in leaders else None,
                members=tuple(members[root]),
                cause=cause,
                sales_documents=leaders[root][1] if root in leaders else "",
                priority=min((one.priority for one in members[root] if one.priority is not None), default=None),
                run=max((one.run for one in members[root] if one.run is not None), default=None),
            )
            for root, cause in causes.items()
        ]


def _member(row: tuple[Any, ...]) -> Member:
    return Member(
        id=row[0],
        document=DocumentKey(DocumentKind(row[1]), row[2]),
        number=row[4],
        version=row[5],
        digest=row[6],
        body=unpack_body(row[12]) if row[12] is not None else b"",
        problems=decode_problems(row[7]),
        never_send=bool(row[8]),
        removed=bool(row[9]),
        due=bool(row[10]),
        priority=row[13],
        run=row[14],
    )


def _money(envelope: Envelope) -> tuple[int | None, str]:
    if envelope.total is None:
        return None, ""
    try:
        return envelope.total.to_minor(), envelope.total.currency
    except ValueError:
        # More decimals than the currency has: the list shows none, planning tells the problem.
        return None, envelope.total.currency


def _insert_values(connection: int, envelope: Envelope, now: datetime) -> tuple[Any, ...]:
    document, root = envelope.document, envelope.root
    return (
        connection, document.kind.value, document.key, root.kind.value, root.key, text(envelope.number, 120),
        text(envelope.title, 300), text(envelope.email, 320), text(envelope.state, 40), text(envelope.store_view, 80),
        text(envelope.url),
        envelope.date, *_money(envelope), envelope.updated_at, now, envelope.digest, True,
        encode_problems(envelope.problems),
    )  # fmt: skip


def _change_values(identity: int, envelope: Envelope, now: datetime) -> tuple[Any, ...]:
    root = envelope.root
    return (
        root.kind.value, root.key, text(envelope.number, 120), text(envelope.title, 300), text(envelope.email, 320),
        text(envelope.state, 40), text(envelope.store_view, 80), text(envelope.url), envelope.date, *_money(envelope),
        envelope.updated_at, now, envelope.digest, encode_problems(envelope.problems), identity,
    )  # fmt: skip
