"""The port of our own storage: documents, plans and the queue, as plain values.

What the turn uses is in `ports.turn`. Each method is one round of set-based SQL in a transaction of its own.
No method reads a clock: `now` is an argument. Nothing here talks to the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from tieout.accounting import LedgerReference, Role
from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.errors import Problem
from tieout.planning.results import DossierPlan, Posted
from tieout.ports.store import Mark, RawDocument
from tieout.rules.settings import Rules


class StoreConnection(msgspec.Struct, frozen=True):
    """A store connection as planning and pulling need it. secrets: sealed. context: StoreReader.context."""

    id: int
    kind: str
    name: str
    address: str
    options: Mapping[str, str]
    secrets: str
    context: bytes
    status: str
    start_date: date | None = None
    not_before: datetime | None = None
    failures: int = 0


class Assignment(msgspec.Struct, frozen=True):
    """The current rules of a connection into one organisation. reference: None before it was read once."""

    connection: int
    organisation: int
    rules: Rules
    reference: LedgerReference | None


class PageSaved(msgspec.Struct, frozen=True):
    """What a page changed: documents new to us, changed in named fields, and the same as before."""

    new: int
    changed: int
    same: int


class Member(msgspec.Struct, frozen=True):
    """A document of a dossier as we hold it. body b"": known from other documents only."""

    id: int
    document: DocumentKey
    number: str
    version: int
    digest: str
    body: bytes
    problems: tuple[Problem, ...] = ()
    never_send: bool = False
    removed: bool = False
    due: bool = False
    priority: int | None = None
    run: int | None = None


class DueDossier(msgspec.Struct, frozen=True):
    """A dossier that planning is due for. root_id: None while the leading document has not been read.

    cause: "document" (named fields changed), "rules" (what is held or waiting is planned again), "release".
    priority, run: as a person gave them to one of the members (Sync now, Add to queue), None for nobody.
    """

    connection: int
    root: DocumentKey
    root_id: int | None
    members: tuple[Member, ...]
    cause: str = "document"
    sales_documents: str = ""
    priority: int | None = None
    run: int | None = None


class PostedRow(msgspec.Struct, frozen=True):
    """What Xero holds of a dossier, with the rules it was planned by and the documents' digests at that time."""

    posted: Posted
    rule_version: int
    source_digest: str
    #: Made there by somebody else, or found there: it keeps the number and the accounts that it has there.
    born_in_ledger: bool = False


class DossierFacts(msgspec.Struct, frozen=True):
    """The rest of a planning snapshot: what is posted, and numbers that stay taken in Xero (B8)."""

    posted: tuple[PostedRow, ...] = ()
    burnt_numbers: frozenset[str] = frozenset()


class PlanToWrite(msgspec.Struct, frozen=True):
    """A plan for one dossier in one organisation.

    older: plans by the rule versions with which postings of this dossier were posted; what is posted follows
    those, and without one it is left alone: rules never move what is posted. why: why it is queued.
    priority: of what becomes queued; priorities: of roles that differ from it.
    run: the run that this belongs to, None for none.
    """

    dossier: DueDossier
    organisation: int
    plan: DossierPlan
    rule_version: int
    older: Mapping[int, DossierPlan] = {}
    why: str = ""
    priority: int = 100
    run: int | None = None
    priorities: Mapping[Role, int] = {}
    #: The dossier goes to another organisation: what is wanted here and was never sent is wanted no more.
    elsewhere: bool = False


class PlanWritten(msgspec.Struct, frozen=True):
    """Counts of postings. quiet: as posted. otherwise_booked: posted, and would be booked differently now.

    outdated: dossiers of which nothing was written, because the rules changed while they were planned; still due.
    """

    queued: int = 0
    quiet: int = 0
    held: int = 0
    waiting: int = 0
    skipped: int = 0
    gone: int = 0
    otherwise_booked: int = 0
    outdated: int = 0


class DocumentRecords(Protocol):
    """Documents and plans."""

    def connection(self, connection: int) -> StoreConnection: ...

    def assignments(self, connection: int) -> Sequence[Assignment]:
        """The organisations of a connection with their current rules, in the order of their ids."""
        ...

    def rules(self, connection: int, organisation: int, version: int) -> Rules | None: ...

    def watermark(self, connection: int, kind: DocumentKind) -> Mark | None: ...

    def save_page(
        self,
        connection: int,
        kind: DocumentKind,
        page: Sequence[tuple[RawDocument, Envelope]],
        mark: Mark | None,
        now: datetime,
    ) -> PageSaved:
        """Documents and watermark in one own transaction. Changed ones become due for planning."""
        ...

    def due_dossiers(
        self, connection: int, limit: int, *, kinds: Iterable[DocumentKind] | None = None
    ) -> Sequence[DueDossier]:
        """Dossiers with a member that planning is due for, oldest first; kinds: of their roots."""
        ...

    def dossiers(self, connection: int, roots: Sequence[DocumentKey]) -> Sequence[DueDossier]:
        """The named dossiers, due or not (for plans that are only shown)."""
        ...

    def dossier_facts(self, organisation: int, roots: Sequence[int]) -> Mapping[int, DossierFacts]:
        """By root id; roots without postings are left out."""
        ...

    def write_plans(self, plans: Sequence[PlanToWrite], done: Sequence[DueDossier], now: datetime) -> PlanWritten:
        """Plans of one connection in one own transaction; `done` are no longer due unless they changed again."""
        ...

    def defer_planning(self, dossiers: Sequence[DueDossier], code: str, reason: str, now: datetime) -> None:
        """Not planned now (the leading document is missing, …): marked as skipped with the reason."""
        ...

    def replan(self, connection: int, organisation: int | None, *, cause: str) -> int:
        """Make dossiers with held or waiting postings (cause "rules") due again. Own transaction; how many."""
        ...


class Selection(msgspec.Struct, frozen=True):
    """Which postings a person means: ids, or documents (all their postings), or all of a kind of state."""

    postings: tuple[int, ...] = ()
    documents: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    organisation: int | None = None
    connection: int | None = None
    code: str = ""
    subject: str = ""


class QueueRecords(Protocol):
    """What a person does to the queue; each returns how many postings (documents) it changed, and rings due."""

    def sync_now(self, selection: Selection, now: datetime) -> int:
        """First in line, with what they depend on; held and removed ones are tried again."""
        ...

    def move_to_front(self, selection: Selection, now: datetime) -> int: ...

    def retry(self, selection: Selection, now: datetime) -> int:
        """Held, waiting and removed ones are tried again; those without a payload are planned again."""
        ...

    def remove(self, selection: Selection, now: datetime) -> int:
        """Out of the queue until the document changes or somebody retries; what is being sent stays."""
        ...

    def never_send(self, documents: Sequence[int], reason: str, now: datetime) -> int: ...

    def send_again(self, documents: Sequence[int], now: datetime) -> int:
        """Takes "never send" back."""
        ...

    def add(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        now: datetime,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
        run: int | None = None,
    ) -> int:
        """Add all to queue: everything chosen that is not posted is planned (again); what waits there may go."""
        ...
