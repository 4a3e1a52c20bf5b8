"""What planning answers, and the facts it plans against."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec

from tieout.accounting.chart import LedgerReference
from tieout.accounting.postings import Payload, Ref
from tieout.documents.keys import DocumentKey
from tieout.errors import Problem
from tieout.money import Money
from tieout.proof.certificate import Certificate

__all__ = [
    "Certificate",
    "DocumentHeld",
    "DossierPlan",
    "PlannedPosting",
    "Posted",
    "Skipped",
    "Snapshot",
]


class Posted(msgspec.Struct, frozen=True, gc=False):
    """A posting of this dossier that Xero already holds, as our records know it.

    payload: what was sent. status: Xero's. remote_id: Xero's id. amount_due: as last answered.
    touched: a person changed it in Xero in amounts, tax, contact or status (drift that blocks, B11).
    rate: the exchange rate Xero took, so that credit notes repeat it (C9).
    """

    ref: Ref
    payload: Payload
    remote_id: str
    status: str
    amount_due: Money | None = None
    touched: bool = False
    deleted_by_person: bool = False
    reconciled: bool = False
    rate: Decimal | None = None


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """What planning may know besides the dossier and the rules.

    reference: the organisation. posted: what is posted of this dossier. sales_documents: the choice fixed when
    the dossier's first sales document was posted (B1), "" when none is. burnt_numbers: numbers that a voided or
    deleted document of ours keeps taken in Xero (B8). now: UTC; planning uses it only where a rule says so.
    """

    reference: LedgerReference
    now: datetime
    posted: tuple[Posted, ...] = ()
    sales_documents: str = ""
    burnt_numbers: frozenset[str] = frozenset()


class PlannedPosting(msgspec.Struct, frozen=True, gc=False):
    """One ledger object wanted. payload None: it must not exist (never sent: nothing; else delete or void).

    marker: what identifies it in Xero (document number, contact number, item code, payment reference).
    depends_on: postings that must be in Xero first.
    problems: not empty → held.  waits: not empty → a plain sentence what it waits for; no failure (B10, C4).
    notes: sentences for the history (re-dated, rounding line, offline method …).
    posted_in: the accounting date when it was moved out of a locked period (B6).
    """

    ref: Ref
    payload: Payload | None
    marker: str
    depends_on: tuple[Ref, ...] = ()
    problems: tuple[Problem, ...] = ()
    waits: str = ""
    notes: tuple[str, ...] = ()
    certificate: Certificate | None = None
    redated_to: date | None = None


class Skipped(msgspec.Struct, frozen=True, gc=False):
    """A document that is not posted, by a rule. code: of the catalogue. Not a failure."""

    document: DocumentKey
    code: str
    reason: str


class DocumentHeld(msgspec.Struct, frozen=True, gc=False):
    """A document none of whose postings can be planned."""

    document: DocumentKey
    problems: tuple[Problem, ...]


class DossierPlan(msgspec.Struct, frozen=True, gc=False):
    """Everything wanted for one dossier. Planning again against what was posted gives the same payloads.

    sales_documents: which choice this dossier was planned by ("orders" or "invoices").
    absent: what was cancelled before anybody knew it sent, and must not be in the ledger: it may be under way.
    """

    postings: tuple[PlannedPosting, ...]
    held: tuple[DocumentHeld, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sales_documents: str = "orders"
    absent: tuple[PlannedPosting, ...] = ()
