"""What planning may know of a dossier besides the store's documents: what is posted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.accounting import Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.money import Money
from tieout.planning.results import Posted
from tieout.ports.records import DossierFacts, PostedRow
from tieout.records.codec import decode_payload
from tieout.records.sql import Database


class Facts:
    """The reading half of planning in DocumentRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def dossier_facts(self, organisation: int, roots: Sequence[int]) -> Mapping[int, DossierFacts]:
        rows = self._database.rows_in(
            "SELECT p.root_id, p.role, d.kind, d.key, p.ordinal, p.remote_id, p.remote_status, p.due_minor,"
            " p.currency, p.drift, p.rule_version, p.source_digest, p.posted_digest, p.burnt,"
            " COALESCE(y.posted, y.wanted), p.origin"
            " FROM posting p JOIN document d ON d.id=p.document_id JOIN posting_payload y ON y.posting_id=p.id"
            " WHERE p.organisation_id=%s AND p.remote_id<>'' AND p.root_id IN (@)"
            # Of what a lost database made for a cancelled order we know its number only; it is about to be voided.
            " AND NOT (p.wanted_digest='' AND p.posted_digest='unsure') ORDER BY p.id",
            [organisation],
            roots,
        )
        posted: dict[int, list[PostedRow]] = {}
        burnt: dict[int, set[str]] = {}
        for row in rows:
            root, drift = row[0], row[9].split(",")
            burnt.setdefault(root, set()).update(row[13].split())
            posted.setdefault(root, [])
            if not row[12] or row[14] is None:
                continue
            posted[root].append(
                PostedRow(
                    posted=Posted(
                        ref=Ref(Role(row[1]), DocumentKey(DocumentKind(row[2]), row[3]), row[4]),
                        payload=decode_payload(row[14]),
                        remote_id=row[5],
                        status=row[6],
                        amount_due=None if row[7] is None else Money.from_minor(row[7], row[8]),
                        touched="touched" in drift,
                        deleted_by_person="deleted_by_person" in drift,
                        reconciled="reconciled" in drift,
                    ),
                    rule_version=row[10],
                    source_digest=row[11],
                    born_in_ledger=row[15] != "store",
                )
            )
        return {
            root: DossierFacts(posted=tuple(rows_of_root), burnt_numbers=frozenset(burnt[root]))
            for root, rows_of_root in posted.items()
        }
