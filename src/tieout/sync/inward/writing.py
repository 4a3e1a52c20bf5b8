"""Writing to the store: each write is stored before it leaves; what may have happened is looked up first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from tieout.accounting.brought import has_ended
from tieout.documents.entries import Entry, EntryKind, InvoiceEntry, InvoiceState, PaymentEntry
from tieout.engine.pauses import backoff
from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, Problem, RetryLater
from tieout.planning.merging import changes
from tieout.ports import Clock
from tieout.ports.inward import Base, BroughtRow, InwardRecords, Pair
from tieout.ports.writing import Current, Refused, StoreWriter, WriteOperation
from tieout.rules.catalogue import Code
from tieout.sync.inward.agreeing import Agreeing

#: A write that got no answer is looked up only when the store is surely done with it.
SETTLING = timedelta(seconds=45)
#: After so many tries that led to nothing a person has to look.
ATTEMPTS_MAX = 8
_BATCH = 50


class Outcomes(msgspec.Struct):
    """What a round of writing came to."""

    written: int = 0
    held: int = 0
    unknown: int = 0
    later: datetime | None = None


class Writing:
    """Writes what was decided for one pair. The caller holds the lease of its job: one writer a pair."""

    def __init__(
        self, records: InwardRecords, clock: Clock, writer: StoreWriter, agreeing: Agreeing, *, jitter: float = 0.5
    ) -> None:
        self._records = records
        self._clock = clock
        self._writer = writer
        self._agreeing = agreeing
        self._jitter = jitter

    def run(self, pair: Pair, stop: Callable[[], bool] = lambda: False) -> Outcomes:
        """Settle what is unknown, then write what is queued. Raises NeedsOperator when the store refuses access."""
        outcomes = Outcomes()
        for row in self._records.unsettled(pair):
            if stop() or not self._settle(row, outcomes):
                return outcomes
        while rows := self._records.sendable(pair, self._clock.now(), _BATCH):
            for row in rows:
                if stop() or not self._write(row, outcomes):
                    return outcomes
        return outcomes

    def _settle(self, row: BroughtRow, outcomes: Outcomes) -> bool:
        """Look up what may have happened. False: the store is not to be asked now."""
        assert row.write is not None
        assert row.sent_at is not None
        ready = row.sent_at + SETTLING
        if self._clock.now() < ready:
            outcomes.later = min(outcomes.later or ready, ready)
            outcomes.unknown += 1
            return True
        try:
            if row.write.operation is not WriteOperation.CREATE:
                # What is there shows it: the record is decided anew, and what happened is no news then.
                self._records.not_done(row, state="new", now=self._clock.now(), message="decided anew")
                return True
            found = self._writer.look_up(row.write)
            if found is None:
                self._records.not_done(row, state="queued", now=self._clock.now(), message="it is not there")
                return True
            self._finish(row, found.key, outcomes, surely=False)
        except RetryLater as error:
            outcomes.later = error.not_before or self._pause(row, error.after_seconds)
            return False
        except (OutcomeUnknown, ContractBroken) as error:
            self._records.not_done(row, state="unknown", now=self._clock.now(), message=str(error))
            outcomes.unknown += 1
            outcomes.later = self._pause(row, None)
            return False
        return True

    def _write(self, row: BroughtRow, outcomes: Outcomes) -> bool:
        assert row.write is not None
        now = self._clock.now()
        if row.attempts >= ATTEMPTS_MAX:
            problem = Problem(Code.STORE_REFUSED, f"{row.attempts} tries led to nothing.", "store does not answer")
            self._records.not_done(row, state="held", now=now, problem=problem)
            outcomes.held += 1
            return True
        if not self._records.begin(row, now):
            return True
        write, row = row.write, msgspec.structs.replace(row, sent_at=now, attempts=row.attempts + 1)
        try:
            answer = self._writer.send(write, f"{row.marker}-{write.operation.value}-{row.seen[:16]}")
        except RetryLater as error:
            until = error.not_before or self._pause(row, error.after_seconds)
            self._records.not_done(row, state="queued", now=now, not_before=until, message=str(error))
            outcomes.later = until
            return False
        except NeedsOperator as error:
            self._records.not_done(row, state="queued", now=now, message=str(error))
            raise
        except (OutcomeUnknown, ContractBroken) as error:
            self._unknown(row, error, outcomes)
            return False
        try:
            if isinstance(answer, Refused):
                self._refused(row, answer, outcomes)
            else:
                self._finish(row, answer.key, outcomes, surely=True)
        except (RetryLater, NeedsOperator, OutcomeUnknown, ContractBroken) as error:
            # The store has answered: what failed is reading it back, and sending again would do it twice.
            self._unknown(row, error, outcomes)
            if isinstance(error, NeedsOperator):
                raise
            return False
        return True

    def _unknown(self, row: BroughtRow, error: Exception, outcomes: Outcomes) -> None:
        now = self._clock.now()
        self._records.not_done(row, state="unknown", now=now, message=str(error))
        outcomes.unknown += 1
        outcomes.later = now + SETTLING

    def _refused(self, row: BroughtRow, answer: Refused, outcomes: Outcomes) -> None:
        assert row.write is not None
        ends = row.write.operation in (WriteOperation.CANCEL, WriteOperation.DELETE)
        if answer.gone and ends:
            self._finish(row, row.key, outcomes, surely=True)
            return
        problem = answer.problems[0]
        if answer.gone:
            problem = Problem(Code.STORE_DELETED, "A person deleted it in the store meanwhile.", problem.subject)
        self._records.not_done(row, state="held", now=self._clock.now(), problem=problem)
        outcomes.held += 1

    def _finish(self, row: BroughtRow, key: str, outcomes: Outcomes, *, surely: bool) -> None:
        """Read back, keep, agree, settle: in this order, so that a crash between leaves a row that is looked up.

        surely False: it was found after a while, and may have been changed there since.
        """
        assert row.write is not None
        current = self._writer.current(row.kind, key)
        linked = self._follow(row, key, current, surely=surely)
        now = self._clock.now()
        wrong = _differs(row.write.entry, current) if row.write.operation is not WriteOperation.CANCEL else None
        if wrong is None and not linked and not surely:
            wrong = _unlinked(row.write.entry, current)
        words = f"{row.write.operation.value}d in the store as {key}".replace("canceld", "cancelled")
        base = Base(row.sighting, current.entry if current is not None else None)
        self._records.done(row, key=key, base=base, ended=has_ended(row.sighting), now=now, message=words)
        outcomes.written += 1
        if wrong is not None:
            self._records.not_done(row, state="held", now=now, problem=wrong)
            outcomes.held += 1

    def _follow(self, row: BroughtRow, key: str, current: Current | None, *, surely: bool) -> int:
        """Our own records of what the store has now, and the link of both. How many postings are linked."""
        assert row.write is not None
        raws = [current.raw] if current is not None and current.raw is not None else []
        parent = row.write.entry.invoice_key if isinstance(row.write.entry, PaymentEntry) else ""
        if parent:
            invoice = self._writer.current(EntryKind.INVOICE, parent)
            raws += [invoice.raw] if invoice is not None and invoice.raw is not None else []
        roots = self._agreeing.keep(raws)
        if current is None:
            roots += self._agreeing.removed(row.kind, key)
        moved = not surely and current is not None and bool(changes(row.write.entry, current.entry))
        return self._agreeing.agree(
            row, key, list(dict.fromkeys(roots)), current, as_posted=not (moved or row.ledger_behind)
        )

    def _pause(self, row: BroughtRow, seconds: float | None) -> datetime:
        if seconds is not None:
            return self._clock.now() + timedelta(seconds=seconds)
        return self._clock.now() + backoff(row.attempts + 1, self._jitter, first=10.0)


def _unlinked(entry: Entry, current: Current | None) -> Problem | None:
    """Cancelled in the store while the answer was lost: it wants nothing in the ledger, and nothing links the two."""
    now = current.entry if current is not None else None
    if not isinstance(entry, InvoiceEntry) or not isinstance(now, InvoiceEntry):
        return None
    if now.state is not InvoiceState.CANCELLED or entry.state is InvoiceState.CANCELLED:
        return None
    return Problem(
        Code.STORE_DIFFERS,
        f"Invoice {entry.number} was cancelled in the store before Tieout knew that it had arrived there. Void it in "
        "Xero, or open it again in the store.",
        f"invoice {entry.number}",
    )


def _differs(entry: Entry, current: Current | None) -> Problem | None:
    """The store's own total must be the ledger's to the cent."""
    if not isinstance(entry, InvoiceEntry) or current is None or not isinstance(current.entry, InvoiceEntry):
        return None
    shown = current.entry
    if (shown.total, shown.tax) == (entry.total, entry.tax):
        return None
    return Problem(
        Code.STORE_DIFFERS,
        f"Xero's invoice {entry.number} is {entry.total.amount:f} with {entry.tax.amount:f} tax; the store shows "
        f"{shown.total.amount:f} with {shown.tax.amount:f}.",
        f"invoice {entry.number}",
    )
