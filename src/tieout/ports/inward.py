"""Ports of the way back: what changed in the ledger, and our own storage of what was brought from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.accounting import Payload, Role
from tieout.accounting.brought import LedgerContact, LedgerInvoice, LedgerPayment, Sighting
from tieout.documents import DocumentKey
from tieout.documents.entries import Entry, EntryKind
from tieout.errors import Problem
from tieout.planning.merging import FieldConflict
from tieout.planning.results import DossierPlan
from tieout.ports.ledger import Meter
from tieout.ports.records import DueDossier
from tieout.ports.writing import StoreWrite


class LedgerChanges(Protocol):
    """Whole objects that changed in one organisation. Implemented in `xero.changes`.

    since: UTC; None everything. Deleted, void and archived ones are told too. One conditional read a list when
    nothing changed. Raise RetryLater, NeedsOperator, ContractBroken; nothing half-read is yielded.
    """

    def contacts(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerContact]]: ...

    def invoices(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerInvoice]]: ...

    def payments(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerPayment]]: ...

    def some_contacts(self, ids: Sequence[str], meter: Meter) -> Sequence[LedgerContact]:
        """The contacts with these ids (at most 40)."""
        ...

    def some_invoices(self, ids: Sequence[str], meter: Meter) -> Sequence[LedgerInvoice]:
        """The sales invoices with these ids (at most 40)."""
        ...


class Pair(msgspec.Struct, frozen=True):
    """A store and one of the organisations that it exchanges with."""

    connection: int
    organisation: int


class Base(msgspec.Struct, frozen=True):
    """How both sides looked when they agreed last. store None: not read from the store then."""

    sighting: Sighting
    store: Entry | None = None


class OwnPosting(msgspec.Struct, frozen=True):
    """What we know of a ledger object as a posting of ours.

    role: of the posting. key: the store's record it came from. made_in_store: False when the ledger had it first.
    store_moved: the record changed since it was posted. busy: it is being sent just now.
    payload: what the ledger got last.
    """

    connection: int
    posting: int
    role: Role
    key: DocumentKey
    made_in_store: bool
    store_moved: bool
    busy: bool
    payload: Payload | None = None


class BroughtRow(msgspec.Struct, frozen=True):
    """One object of the ledger with what is known of its record in the store; see `records.models.Brought`."""

    id: int
    pair: Pair
    kind: EntryKind
    remote_id: str
    state: str
    key: str
    marker: str
    sighting: Sighting
    was_ended: bool
    made_in_store: bool
    base: Base | None
    write: StoreWrite | None
    attempts: int
    sent_at: datetime | None
    #: Digest of the sighting: what is decided counts for this version only.
    seen: str
    asked: bool = False
    #: The store has changes of its own that the ledger does not have yet; they go there after the write.
    ledger_behind: bool = False


class Planned(msgspec.Struct, frozen=True):
    """What became of a row after it was decided, for one UPDATE.

    state: queued (write says what), held, waiting, skipped, synchronised, ended. base: None leaves it.
    """

    id: int
    seen: str
    state: str
    why: str
    write: StoreWrite | None = None
    #: What the write was decided by.
    sighting: Sighting | None = None
    ledger_behind: bool = False
    base: Base | None = None
    problem: Problem | None = None
    conflicts: tuple[FieldConflict, ...] = ()
    waits_for: str = ""
    #: The store's record that it belongs to, where it was found just now; origin: store or ledger.
    key: str = ""
    origin: str = "store"


class Agreement(msgspec.Struct, frozen=True):
    """A dossier that both sides have alike now: what planning wants of it is what the ledger holds.

    remote: the ledger's ids of the plan's postings, by (role, store key of the posting's document); only those are
    taken as posted. statuses: the ledger's words, by id.
    """

    dossier: DueDossier
    organisation: int
    plan: DossierPlan
    rule_version: int
    remote: Mapping[tuple[str, str], str]
    statuses: Mapping[str, str] = {}
    #: False: linked only; what is wanted differs from what the ledger holds and goes there.
    as_posted: bool = True


class BroughtCounts(msgspec.Struct, frozen=True):
    """Rows by state, and how often the store was written to."""

    by_state: Mapping[str, int]
    writes: int


class InwardRecords(Protocol):
    """Our own storage of the way back. Each method is a transaction of its own; none reads a clock."""

    def pairs_of(self, organisation: int) -> Sequence[Pair]:
        """The stores that go to an organisation, by id."""
        ...

    def mark(self, organisation: int, kind: EntryKind) -> datetime | None:
        """Changes before this time are known."""
        ...

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
        """Keep what was read, and the mark with it; what differs from before becomes due. How many do.

        known: it was there before the way back began; only its changes from now on count.
        """
        ...

    def due(self, pair: Pair, kind: EntryKind, limit: int) -> Sequence[BroughtRow]:
        """Rows to be decided, in the order in which they were met first."""
        ...

    def known_keys(self, pair: Pair, kind: EntryKind, remote_ids: Sequence[str]) -> Mapping[str, str]:
        """The store's keys of ledger objects, brought or sent, by id."""
        ...

    def own_postings(self, pair: Pair, remote_ids: Sequence[str]) -> Mapping[str, OwnPosting]:
        """Postings with these ids in this organisation, this store's before another's."""
        ...

    def matching_customers(self, connection: int, email: str, name: str) -> Sequence[str]:
        """Keys of the store's customers with this e-mail, else with this very name."""
        ...

    def plan_rows(self, planned: Sequence[Planned], now: datetime) -> None:
        """Write what was decided; conflicts become open ones."""
        ...

    def sendable(self, pair: Pair, now: datetime, limit: int) -> Sequence[BroughtRow]:
        """Rows whose write may leave now, customers first, with the sighting that they were decided by."""
        ...

    def unsettled(self, pair: Pair) -> Sequence[BroughtRow]:
        """Rows being sent or of unknown outcome, with the sighting that they were decided by."""
        ...

    def begin(self, row: BroughtRow, now: datetime) -> bool:
        """The write is about to leave. False when the row is not what it was any more."""
        ...

    def done(self, row: BroughtRow, *, key: str, base: Base | None, ended: bool, now: datetime, message: str) -> None:
        """The store has it: key, how both look now, the log. What waits for it is due."""
        ...

    def not_done(
        self,
        row: BroughtRow,
        *,
        state: str,
        now: datetime,
        not_before: datetime | None = None,
        problem: Problem | None = None,
        message: str = "",
    ) -> None:
        """Refused (held), to be tried again (queued), or unknown; with its reason and the log."""
        ...

    def forget_drift(
        self, pair: Pair, remote_id: str, differences: Sequence[tuple[str, str, str]], now: datetime
    ) -> None:
        """What a person changed there was looked at: it is no drift any more, and these differences never are.

        differences: (field, ours, theirs) as the sweep tells them.
        """
        ...

    def ended(self, pair: Pair, remote_id: str, status: str, now: datetime) -> int:
        """It has ended on both sides: a posting that was still to be taken back is gone. How many were."""
        ...

    def ask(self, pair: Pair, kind: EntryKind, remote_ids: Sequence[str]) -> int:
        """Something else needs these: they come, also when the rules pass them over. How many are known."""
        ...

    def release_deferred(self, connection: int) -> int:
        """Dossiers whose planning waited for a write to the store."""
        ...

    def agree(self, agreement: Agreement, now: datetime) -> int:
        """Take a plan as posted. Returns how many postings are linked."""
        ...

    def creating(self, connection: int) -> Mapping[EntryKind, int]:
        """Records about to be made in the store whose outcome is not known, by kind."""
        ...

    def sync_again(self, rows: Sequence[int], now: datetime) -> int:
        """Held, skipped and failed rows are decided anew, also those that a rule passed over."""
        ...

    def add_all(self, pair: Pair, kinds: Sequence[EntryKind], now: datetime) -> int:
        """“Sync from Xero”: everything that is not synchronised is decided anew."""
        ...

    def decide_conflict(self, conflict: int, *, by: str, address: str, now: datetime) -> bool:
        """Somebody has seen it; the value that won stays. False when it was closed before."""
        ...

    def counts(self, pair: Pair) -> BroughtCounts: ...
