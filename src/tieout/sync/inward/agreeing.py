"""After a write to a store: what was read back is kept, and what planning wants of it counts as posted.

So the record that came from Xero is never sent there as something new, and a later change in the store is told from
what both sides have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tieout.accounting import Contact, Invoice, Payment, Role
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerPayment, Sighting
from tieout.documents import DocumentKey, DocumentKind
from tieout.documents.entries import EntryKind, PaymentEntry
from tieout.planning.posted_sightings import held_of
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports import Clock, RawDocument, StoreTranslator
from tieout.ports.inward import Agreement, BroughtRow, InwardRecords
from tieout.ports.routing import PlanningRecords
from tieout.ports.writing import Current
from tieout.reconciling.drift import look_at
from tieout.sync.plan import Planner


class KeepingRecords(PlanningRecords, Protocol):
    """What keeping what was written needs beside planning."""

    def mark_removed(self, connection: int, kind: DocumentKind, keys: Sequence[str]) -> int:
        """The store has them no more."""
        ...


_ROLES = {EntryKind.CUSTOMER: Role.CONTACT, EntryKind.INVOICE: Role.INVOICE, EntryKind.PAYMENT: Role.PAYMENT}


class Agreeing:
    """For one store. planner: without switches, since what came from Xero is there whatever is sent."""

    def __init__(
        self,
        documents: KeepingRecords,
        records: InwardRecords,
        clock: Clock,
        connection: int,
        translator: StoreTranslator,
        planner: Planner,
    ) -> None:
        self._documents = documents
        self._records = records
        self._clock = clock
        self._connection = connection
        self._translator = translator
        self._planner = planner

    def keep(self, raws: Sequence[RawDocument]) -> list[DocumentKey]:
        """Keep documents as they were read; their roots, each once."""
        roots: dict[DocumentKey, None] = {}
        for raw in raws:
            envelope = self._translator.envelope(raw)
            self._documents.save_page(self._connection, raw.kind, [(raw, envelope)], None, self._clock.now())
            roots[envelope.root] = None
        return list(roots)

    def removed(self, kind: EntryKind, key: str) -> list[DocumentKey]:
        """The store has a record no more; the roots of the dossiers that lose it, itself left out."""
        document = {
            EntryKind.CUSTOMER: DocumentKind.CUSTOMER,
            EntryKind.INVOICE: DocumentKind.INVOICE,
            EntryKind.PAYMENT: DocumentKind.PAYMENT,
        }.get(kind)
        if document is not None:
            self._documents.mark_removed(self._connection, document, [key])
        return [DocumentKey(document, key)] if document is DocumentKind.INVOICE else []

    def agree(
        self,
        row: BroughtRow,
        key: str,
        roots: Sequence[DocumentKey],
        current: Current | None,
        *,
        as_posted: bool = True,
    ) -> int:
        """Link the dossiers of a record that both sides have. Returns how many postings are linked.

        as_posted False: the store's record was changed since it was written; that change is still to be sent.
        """
        role = _ROLES.get(row.kind)
        if role is None:
            return 0
        linked = 0
        if not as_posted:
            self.accept(row)
        for dossier in self._documents.dossiers(self._connection, list(roots)):
            if dossier.root_id is None:
                continue
            plan, version = self._planner.plan_into(dossier, row.pair.organisation)
            plan, found = _tied(plan, role, key, row.sighting, current)
            agreement = Agreement(
                dossier=dossier,
                organisation=row.pair.organisation,
                plan=plan,
                rule_version=version,
                remote={(role.value, found): row.remote_id},
                statuses={row.remote_id: row.sighting.status},
                as_posted=as_posted,
            )
            linked += self._records.agree(agreement, self._clock.now())
        self.accept(row)
        return linked

    def accept(self, row: BroughtRow) -> None:
        """What a person changed in the ledger was looked at: no drift any more."""
        own = self._records.own_postings(row.pair, [row.remote_id]).get(row.remote_id)
        held = held_of(row.sighting)
        found = look_at(own.payload, held).changes if own is not None and own.payload and held is not None else ()
        differences = [(one.field, one.ours, one.theirs) for one in found]
        self._records.forget_drift(row.pair, row.remote_id, differences, self._clock.now())


def _tied(
    plan: DossierPlan, role: Role, key: str, sighting: Sighting, current: Current | None
) -> tuple[DossierPlan, str]:
    """The plan with the ledger's words in the posting of the record, and the store key of that posting's document."""
    postings = list(plan.postings)
    place = next(
        (i for i, one in enumerate(postings) if one.ref.role is role and one.ref.document.key == key),
        _payment_place(postings, current) if role is Role.PAYMENT else None,
    )
    if place is None:
        return plan, key
    postings[place] = _in_words_of(postings[place], sighting)
    return msgspec.structs.replace(plan, postings=tuple(postings)), postings[place].ref.document.key


def _payment_place(postings: Sequence[PlannedPosting], current: Current | None) -> int | None:
    """A payment that a store tells inside its invoice, under a key of its own: by day and amount."""
    entry = current.entry if current is not None else None
    if not isinstance(entry, PaymentEntry):
        return None
    for place, one in enumerate(postings):
        payload = one.payload
        if isinstance(payload, Payment) and (payload.date, payload.amount) == (entry.date, entry.amount):
            return place
    return None


def _in_words_of(planned: PlannedPosting, sighting: Sighting) -> PlannedPosting:
    payload = planned.payload
    if isinstance(payload, Invoice) and isinstance(sighting, LedgerInvoice):
        lines = payload.lines
        if len(lines) == len(sighting.lines):
            lines = tuple(
                msgspec.structs.replace(line, account_code=held.account_code or line.account_code)
                for line, held in zip(lines, sighting.lines, strict=True)
            )
        payload = msgspec.structs.replace(payload, number=sighting.number, lines=lines)
        return msgspec.structs.replace(planned, payload=payload, marker=sighting.number)
    if isinstance(payload, Payment) and isinstance(sighting, LedgerPayment):
        payload = msgspec.structs.replace(
            payload, reference=sighting.reference, account_code=sighting.account_code or payload.account_code
        )
        return msgspec.structs.replace(planned, payload=payload, marker=sighting.reference or planned.marker)
    if isinstance(payload, Contact) and isinstance(sighting, LedgerContact):
        payload = msgspec.structs.replace(payload, contact_number=sighting.contact_number)
        return msgspec.structs.replace(planned, payload=payload)
    return planned
