"""What was brought from Xero: sightings as they are read, and what was decided about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieout.accounting import Role
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerPayment, LedgerTaxRate, Sighting
from tieout.documents import DocumentKey, DocumentKind
from tieout.documents.entries import EntryKind
from tieout.money import Money
from tieout.ports.inward import Base, BroughtCounts, BroughtRow, OwnPosting, Pair, Planned
from tieout.ports.writing import StoreWrite
from tieout.records.codec import decode_payload, pack, unpack
from tieout.records.sql import Database, optional_time, text, time_of

_encoder = msgspec.msgpack.Encoder()
_sightings = msgspec.msgpack.Decoder(Sighting)
_bases = msgspec.msgpack.Decoder(Base)


class _Frozen(msgspec.Struct, array_like=True):
    """A write as it is stored, with what the ledger held when it was decided."""

    write: StoreWrite
    sighting: Sighting
    ledger_behind: bool = False


_writes = msgspec.msgpack.Decoder(_Frozen)

ROW = (
    "id, connection_id, organisation_id, kind, remote_id, state, key, marker, seen, origin, base, write, attempts,"
    " sent_at, seen_digest"
)
#: Customers before what belongs to them.
ORDER = "CASE kind WHEN 'customer' THEN 0 WHEN 'tax_rate' THEN 1 WHEN 'invoice' THEN 2 ELSE 3 END"

_INSERT = """INSERT INTO brought (connection_id, organisation_id, kind, remote_id, parent_id, number, title, currency,
 total_minor, date, remote_status, remote_updated_at, key, origin, state, operation, marker, due, seen, seen_digest,
 code, reason, subject, attempts, seen_at, writes)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,'','ledger',%s,'',%s,%s,%s,%s,'',%s,'',0,%s,0)
 ON CONFLICT (connection_id, organisation_id, kind, remote_id) DO NOTHING"""

_SEEN_AGAIN = """UPDATE brought SET parent_id=%s, number=%s, title=%s, currency=%s, total_minor=%s, date=%s,
 remote_status=%s, remote_updated_at=%s, seen=%s, seen_digest=%s, seen_at=%s, due=%s WHERE id=%s"""

_PLANNED = """UPDATE brought SET state=%s, due=(seen_digest<>%s), operation=%s, write=%s,
 base=COALESCE(%s, base), code=%s, reason=%s, subject=%s, not_before=NULL, attempts=0
 WHERE id=%s AND state NOT IN ('sending','unknown')"""

_CONFLICT = """INSERT INTO conflict (brought_id, field, store, ledger, winner, seen_at, decided_by)
 VALUES (%s,%s,%s,%s,%s,%s,'') ON CONFLICT DO NOTHING"""


class Inward:
    """Implements the reading and deciding half of InwardRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pairs_of(self, organisation: int) -> Sequence[Pair]:
        rows = self._database.rows(
            'SELECT m.connection_id FROM mapping m JOIN connection c ON c.id=m.connection_id WHERE m."current"'
            " AND m.organisation_id=%s AND c.removed_at IS NULL ORDER BY m.connection_id",
            [organisation],
        )
        return [Pair(row[0], organisation) for row in rows]

    def mark(self, organisation: int, kind: EntryKind) -> datetime | None:
        row = self._database.row(
            "SELECT read_to FROM brought_mark WHERE organisation_id=%s AND kind=%s", [organisation, kind.value]
        )
        return None if row is None else time_of(row[0])

    def keep_sightings(
        self,
        pairs: Sequence[Pair],
        kind: EntryKind,
        page: Sequence[Sighting],
        now: datetime,
        *,
        mark: datetime | None = None,
        known: bool = False,
    ) -> int:
        with self._database.transaction():
            due = sum(self._keep(pair, kind, page, now, old=known) for pair in pairs)
            if mark is not None and pairs:
                self._database.run(
                    "INSERT INTO brought_mark (organisation_id, kind, read_to, read_at) VALUES (%s,%s,%s,%s)"
                    " ON CONFLICT (organisation_id, kind)"
                    " DO UPDATE SET read_to=excluded.read_to, read_at=excluded.read_at",
                    [pairs[0].organisation, kind.value, mark, now],
                )
            return due

    def _keep(self, pair: Pair, kind: EntryKind, page: Sequence[Sighting], now: datetime, *, old: bool) -> int:
        latest = {one.remote_id: one for one in page}
        known = {
            remote_id: (identity, digest, due)
            for identity, remote_id, digest, due in self._database.rows_in(
                "SELECT id, remote_id, seen_digest, due FROM brought WHERE connection_id=%s AND organisation_id=%s"
                f" AND kind=%s AND remote_id IN (@){self._database.locked}",
                [pair.connection, pair.organisation, kind.value],
                list(latest),
            )
        }
        digests = {remote_id: sighting_digest(one) for remote_id, one in latest.items()}
        new = [one for remote_id, one in latest.items() if remote_id not in known]
        changed = [one for key, one in latest.items() if key in known and known[key][1] != digests[key]]
        self._database.run_many(
            _INSERT,
            [
                (
                    pair.connection, pair.organisation, kind.value, one.remote_id, *_described(one),
                    "skipped" if old else "new", marker_of(pair, one.remote_id), not old,
                    pack(_encoder.encode(one)), digests[one.remote_id],
                    "it was there before the way back began" if old else "", now,
                )
                for one in new
            ],
        )  # fmt: skip
        self._database.run_many(
            _SEEN_AGAIN,
            [
                (*_described(one), pack(_encoder.encode(one)), digests[one.remote_id], now, True,
                 known[one.remote_id][0])
                for one in changed
            ],
        )  # fmt: skip
        return len(changed) if old else len(new) + len(changed)

    def due(self, pair: Pair, kind: EntryKind, limit: int) -> Sequence[BroughtRow]:
        rows = self._database.rows(
            f"SELECT {ROW} FROM brought WHERE connection_id=%s AND organisation_id=%s AND kind=%s AND due"
            " AND state NOT IN ('sending','unknown') ORDER BY id LIMIT %s",
            [pair.connection, pair.organisation, kind.value, limit],
        )
        return [row_of(row) for row in rows]

    def known_keys(self, pair: Pair, kind: EntryKind, remote_ids: Sequence[str]) -> Mapping[str, str]:
        """Brought ones, and those that went the other way; a record that ended in the store is none."""
        found: dict[str, str] = {}
        role = {EntryKind.CUSTOMER: "contact", EntryKind.INVOICE: "invoice", EntryKind.PAYMENT: "payment"}.get(kind)
        if role is not None:
            found |= dict(
                self._database.rows_in(
                    "SELECT p.remote_id, d.key FROM posting p JOIN document d ON d.id=p.document_id"
                    " WHERE p.connection_id=%s AND p.organisation_id=%s AND p.role=%s AND NOT d.removed"
                    " AND p.remote_id IN (@)",
                    [pair.connection, pair.organisation, role],
                    remote_ids,
                )
            )
        found |= dict(
            self._database.rows_in(
                "SELECT remote_id, key FROM brought WHERE connection_id=%s AND organisation_id=%s AND kind=%s"
                " AND key<>'' AND state<>'unknown' AND remote_id IN (@)",
                [pair.connection, pair.organisation, kind.value],
                remote_ids,
            )
        )
        return found

    def own_postings(self, pair: Pair, remote_ids: Sequence[str]) -> Mapping[str, OwnPosting]:
        rows = self._database.rows_in(
            "SELECT p.remote_id, p.connection_id, p.id, p.role, d.kind, d.key, p.origin, d.planning_due,"
            " p.wanted_digest, p.posted_digest, p.state, COALESCE(y.posted, y.wanted) FROM posting p"
            " JOIN document d ON d.id=p.document_id LEFT JOIN posting_payload y ON y.posting_id=p.id"
            " WHERE p.organisation_id=%s AND p.remote_id IN (@)"
            " ORDER BY CASE WHEN p.connection_id=%s THEN 1 ELSE 0 END, p.id",
            [pair.organisation],
            remote_ids,
            [pair.connection],
        )
        return {
            row[0]: OwnPosting(
                connection=row[1],
                posting=row[2],
                role=Role(row[3]),
                key=DocumentKey(DocumentKind(row[4]), row[5]),
                made_in_store=row[6] == "store",
                store_moved=bool(row[7]) or row[8] != row[9],
                busy=row[10] == "sending",
                payload=decode_payload(row[11]) if row[11] is not None else None,
            )
            for row in rows
        }

    def ask(self, pair: Pair, kind: EntryKind, remote_ids: Sequence[str]) -> int:
        with self._database.transaction():
            return self._database.run_in(
                "UPDATE brought SET due=true, state='asked' WHERE connection_id=%s AND organisation_id=%s AND kind=%s"
                " AND key='' AND state IN ('new','skipped') AND remote_id IN (@)",
                [pair.connection, pair.organisation, kind.value],
                remote_ids,
            )

    def matching_customers(self, connection: int, email: str, name: str) -> Sequence[str]:
        for column, value in (("email", email), ("title", name)):
            if not value:
                continue
            rows = self._database.rows(
                f"SELECT key FROM document WHERE connection_id=%s AND kind='customer' AND NOT removed"
                f" AND lower({column})=lower(%s) AND EXISTS"
                " (SELECT 1 FROM document_body b WHERE b.document_id=document.id) ORDER BY id LIMIT 3",
                [connection, value],
            )
            if rows:
                return [row[0] for row in rows]
        return []

    def plan_rows(self, planned: Sequence[Planned], now: datetime) -> None:
        database = self._database
        with database.transaction():
            database.run_many(
                _PLANNED,
                [
                    (
                        one.state, one.seen, one.write.operation.value if one.write is not None else "",
                        _frozen(one),
                        encode_base(one.base),
                        one.problem.code if one.problem else "",
                        text(one.problem.reason if one.problem else one.why),
                        text(one.problem.subject if one.problem else one.waits_for, 200), one.id,
                    )
                    for one in planned
                ],
            )  # fmt: skip
            for one in planned:
                for conflict in one.conflicts:
                    database.run(
                        "DELETE FROM conflict WHERE brought_id=%s AND field=%s AND decided_at IS NULL",
                        [one.id, conflict.field],
                    )
                    values = (one.id, conflict.field, conflict.store, conflict.ledger, conflict.winner.value, now)
                    database.run(_CONFLICT, values)
                if one.key:
                    database.run("UPDATE brought SET key=%s, origin=%s WHERE id=%s", [one.key, one.origin, one.id])

    def sync_again(self, rows: Sequence[int], now: datetime) -> int:
        with self._database.transaction():
            return self._database.run_in(
                "UPDATE brought SET due=true, state='asked', code='', reason='', not_before=NULL, attempts=0"
                " WHERE state IN ('held','skipped','waiting','queued','ended') AND id IN (@)",
                [],
                rows,
            )

    def add_all(self, pair: Pair, kinds: Sequence[EntryKind], now: datetime) -> int:
        with self._database.transaction():
            return self._database.run_in(
                "UPDATE brought SET due=true, not_before=NULL, attempts=0 WHERE connection_id=%s"
                " AND organisation_id=%s AND state IN ('held','waiting','queued','skipped','new') AND kind IN (@)",
                [pair.connection, pair.organisation],
                [kind.value for kind in kinds],
            )

    def counts(self, pair: Pair) -> BroughtCounts:
        rows = self._database.rows(
            "SELECT state, COUNT(*), SUM(writes) FROM brought WHERE connection_id=%s AND organisation_id=%s"
            " GROUP BY state",
            [pair.connection, pair.organisation],
        )
        return BroughtCounts({row[0]: row[1] for row in rows}, sum(row[2] or 0 for row in rows))


def marker_of(pair: Pair, remote_id: str) -> str:
    """The same for every try, and for nothing else: an id of Xero, and the organisation for ids that are words."""
    return f"XERO-{pair.organisation}-{remote_id}"[:60]


def sighting_digest(one: Sighting) -> str:
    """Equal while nothing that a store is told of changed: times and the settling of an invoice are left out."""
    plain: Any = one
    if not isinstance(one, LedgerTaxRate):
        plain = msgspec.structs.replace(one, updated_at=None)
    if isinstance(one, LedgerInvoice) and one.status == "PAID":
        plain = msgspec.structs.replace(plain, status="AUTHORISED")
    return hashlib.blake2b(_encoder.encode(plain), digest_size=16).hexdigest()


def _described(one: Sighting) -> tuple[Any, ...]:
    """parent, number, title, currency, total, date, status, updated_at."""
    match one:
        case LedgerContact():
            return "", text(one.contact_number, 120), text(one.name, 300), "", None, None, one.status, one.updated_at
        case LedgerInvoice():
            currency, total = one.currency, _minor(one.total)
            parent, number = one.contact_id, text(one.number, 120)
            return parent, number, text(one.reference, 300), currency, total, one.date, one.status, one.updated_at
        case LedgerPayment():
            currency, total = one.amount.currency, _minor(one.amount)
            number = text(one.reference, 120)
            return one.invoice_id, number, "", currency, total, one.date, one.status, one.updated_at
        case LedgerTaxRate():
            return "", text(one.remote_id, 120), text(one.rate.name, 300), "", None, None, one.status, None


def _minor(money: Money) -> int | None:
    try:
        return money.to_minor()
    except ValueError:
        return None


def _frozen(one: Planned) -> bytes | None:
    if one.write is None or one.sighting is None:
        return None
    return pack(_encoder.encode(_Frozen(one.write, one.sighting, one.ledger_behind)))


def row_of(row: Sequence[Any], *, as_decided: bool = False) -> BroughtRow:
    """From the columns `ROW`. as_decided: with the sighting that its write was decided by, not the latest."""
    frozen = None if row[11] is None else _writes.decode(unpack(row[11]))
    return BroughtRow(
        id=row[0],
        pair=Pair(row[1], row[2]),
        kind=EntryKind(row[3]),
        remote_id=row[4],
        state=row[5],
        key=row[6],
        marker=row[7],
        sighting=frozen.sighting if as_decided and frozen is not None else _sightings.decode(unpack(row[8])),
        was_ended=row[5] == "ended",
        made_in_store=row[9] == "store",
        base=None if row[10] is None else _bases.decode(unpack(row[10])),
        write=frozen.write if frozen is not None else None,
        ledger_behind=frozen is not None and frozen.ledger_behind,
        attempts=row[12],
        sent_at=optional_time(row[13]),
        seen=row[14],
        asked=row[5] == "asked",
    )


def encode_base(base: Base | None) -> bytes | None:
    return None if base is None else pack(_encoder.encode(base))
