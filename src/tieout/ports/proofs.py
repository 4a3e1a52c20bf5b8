"""The port of our own storage for tie-outs and month ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from tieout.accounting import Held, Ref
from tieout.documents import DocumentKey
from tieout.money import Money


class Period(msgspec.Struct, frozen=True):
    """Accounting dates, both ends included; None is open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class AskedProof(msgspec.Struct, frozen=True):
    """A tie-out that was asked for and not begun. by: a user, or the name of the job."""

    run: int
    organisation: int
    period: Period
    by: str


class ProofFigures(msgspec.Struct, frozen=True):
    """What a tie-out came to, for lists. findings: see `reconciling.findings`."""

    documents: int
    differences: int
    chosen: int
    findings: int
    calls: int


class OpenCredit(msgspec.Struct, frozen=True):
    """A credit of ours that the ledger has not used up (ACCOUNTING B5). order: the store's number."""

    number: str
    role: str
    order: str
    date: date | None
    remaining: Money


class OutcomeRow(msgspec.Struct, frozen=True):
    """A document of the period that is held or skipped, with its reason. total: None where it has none."""

    kind: str
    number: str
    date: date | None
    total: Money | None
    code: str
    reason: str


class PersonsChange(msgspec.Struct, frozen=True):
    """A field that a person changed in the ledger. decision: accept, restore, leave, "" while it is open."""

    number: str
    role: str
    field: str
    ours: str
    theirs: str
    seen_at: datetime
    decision: str = ""
    decided_by: str = ""


class MovedDocument(msgspec.Struct, frozen=True):
    """A document posted on another day than its own, since its own was closed (ACCOUNTING B6)."""

    number: str
    role: str
    own_date: date
    posted_on: date
    total: Money | None


class EarlyPayment(msgspec.Struct, frozen=True):
    """Money received that has no invoice yet (ACCOUNTING C10). reason: what it waits for."""

    number: str
    date: date | None
    amount: Money | None
    reason: str


class ProofRecords(Protocol):
    """Each method is a transaction of its own. No method reads a clock."""

    def ask_proof(self, organisation: int, period: Period, *, by: str, now: datetime) -> int:
        """The run of a new tie-out; the worker's job is made due."""
        ...

    def asked_proofs(self) -> Sequence[AskedProof]:
        """Those not begun, the oldest first."""
        ...

    def begin_proof(self, organisation: int, period: Period, *, by: str, now: datetime) -> int:
        """The run of a tie-out that begins at once."""
        ...

    def tell_proof(self, run: int, progress: str) -> None:
        """How far it is, for who watches."""
        ...

    def end_proof(
        self, run: int, figures: ProofFigures, body: bytes, *, read_at: datetime, now: datetime
    ) -> None: ...

    def fail_proof(self, run: int, reason: str, now: datetime) -> None: ...

    def end_lost_proofs(self, before: datetime, now: datetime) -> int:
        """Tie-outs that have been running since before a time were killed with their process."""
        ...

    def proof_body(self, run: int) -> bytes | None:
        """What `end_proof` was given, None while there is none."""
        ...

    def read_at(self, run: int) -> datetime:
        """When the ledger was read for a tie-out that came to an end."""
        ...

    def proof_under_way(self, organisation: int, period: Period) -> int | None:
        """A tie-out of this period that was asked for or runs."""
        ...

    def latest_proof(self, organisation: int, period: Period) -> int | None:
        """The newest tie-out of exactly this period that came to an end."""
        ...

    def roots_of_period(
        self, connection: int, organisation: int, period: Period, after: int, limit: int
    ) -> Sequence[tuple[int, DocumentKey]]:
        """Orders that lead a dossier of which a document or a posting is dated in the period, by id."""
        ...

    def held_in_period(
        self, organisation: int, roots: Sequence[int], period: Period, since: datetime
    ) -> Mapping[int, Mapping[Ref, Held]]:
        """What the ledger holds of dossiers, by root: read since a time, or earlier where a posting's own date lies
        outside the period that was read."""
        ...

    def not_sent(self, organisation: int, roots: Sequence[int]) -> Mapping[int, frozenset[Ref]]:
        """Postings of dossiers, by root, that are on their way or set aside and were never in the ledger: queued,
        being sent, waiting, held, taken out. They are listed, and are no differences."""
        ...

    def judge_rates(self, organisation: int, period: Period, implausible: Mapping[str, str], now: datetime) -> int:
        """Hold posted documents whose exchange rate was found implausible (marker → sentence), with what hangs on
        them, and let go those of the period that were held for it and are right now. Returns how many moved."""
        ...

    def held_dated(self, organisation: int, period: Period) -> Iterator[Held]:
        """Everything of ours dated in the period, as it was read last."""
        ...

    def dated_count(self, organisation: int, period: Period) -> Mapping[str, int]:
        """How many objects of ours the ledger holds in a period, by role."""
        ...

    def open_credits(self, organisation: int) -> Sequence[OpenCredit]: ...

    def held_outcomes(self, organisation: int, period: Period) -> Sequence[OutcomeRow]: ...

    def skipped_outcomes(self, organisation: int, period: Period) -> Sequence[OutcomeRow]: ...

    def persons_changes(self, organisation: int, period: Period) -> Sequence[PersonsChange]:
        """Changes of documents dated in the period."""
        ...

    def moved_documents(self, organisation: int, period: Period) -> Sequence[MovedDocument]: ...

    def early_payments(self, organisation: int, period: Period) -> Sequence[EarlyPayment]: ...
