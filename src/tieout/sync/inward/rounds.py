"""A round of the way back for one organisation: read, decide, write, for every store that exchanges with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime

import msgspec

from tieout.accounting import LedgerReference
from tieout.accounting.brought import has_ended
from tieout.documents.entries import EntryKind, TaxName
from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.planning.entries import StoreWords, Words
from tieout.ports import Clock, Meter
from tieout.ports.inward import InwardRecords, LedgerChanges, Pair
from tieout.ports.writing import StoreWriter, Vocabulary
from tieout.rules.settings import Rules
from tieout.sync.inward.agreeing import Agreeing
from tieout.sync.inward.deciding import Deciding, Setting
from tieout.sync.inward.reading import Reading
from tieout.sync.inward.writing import Writing

#: Rounds of fetching what others need (an invoice its customer, a payment its invoice and that its customer).
_DEPTH = 4


class StoreSide(msgspec.Struct, frozen=True):
    """A store that the organisation exchanges with. brings: kinds whose changes come; takes_new: new ones too.

    writer, agreeing: made anew for each round.
    """

    pair: Pair
    rules: Rules
    brings: frozenset[EntryKind]
    takes_new: frozenset[EntryKind]
    writer: StoreWriter
    agreeing: Agreeing


class Round(msgspec.Struct):
    """What came of a round. failures: sentences; later: when to look again for their sake."""

    seen: int = 0
    written: int = 0
    held: int = 0
    unknown: int = 0
    failures: tuple[str, ...] = ()
    later: datetime | None = None

    def words(self) -> str:
        """A sentence for the list of jobs."""
        said = f"{self.seen} changed in Xero, {self.written} written, {self.held} held"
        if self.unknown:
            said += f", {self.unknown} to be looked up"
        return "; ".join((said, *self.failures))


class InwardRounds:
    """For one organisation. The caller holds the lease of its job, so that one round runs at a time."""

    def __init__(
        self,
        records: InwardRecords,
        clock: Clock,
        changes: LedgerChanges,
        meter: Meter,
        reference: LedgerReference,
    ) -> None:
        self._records = records
        self._clock = clock
        self._reference = reference
        self._reading = Reading(records, clock, changes, meter)

    def run(
        self, sides: Sequence[StoreSide], *, nightly: bool = False, stop: Callable[[], bool] = lambda: False
    ) -> Round:
        """Raises what reading Xero raises. A store that does not answer keeps no other from its round."""
        total = Round()
        if not sides:
            return total
        kinds = frozenset(kind for side in sides for kind in side.brings)
        first = [side.rules.inward.since for side in sides if side.rules.inward.since is not None]
        for kind in kinds:
            takers = [side.pair for side in sides if kind in side.brings]
            total.seen += self._reading.run(
                takers, {kind}, self._reference, since=min(first, default=None), nightly=nightly
            )
        for side in sides:
            if stop():
                break
            self._store(side, total, stop)
        return total

    def everything(self, side: StoreSide, kinds: Collection[EntryKind], since: date | None) -> Round:
        """“Sync from Xero”: all there is, asked for by a person."""
        total = Round()
        total.seen += self._reading.all_of(side.pair, kinds, since)
        total.seen += self._records.add_all(side.pair, list(kinds), self._clock.now())
        self._store(side, total, lambda: False)
        return total

    def _store(self, side: StoreSide, total: Round, stop: Callable[[], bool]) -> None:
        writing = Writing(self._records, self._clock, side.writer, side.agreeing)
        try:
            self._collect(total, writing, side, stop)
            vocabulary: Vocabulary | None = None
            for _ in range(_DEPTH):
                if not self._has_due(side):
                    break
                vocabulary = vocabulary or side.writer.vocabulary()
                if not self._decide(side, vocabulary):
                    break
                self._collect(total, writing, side, stop)
        except (RetryLater, OutcomeUnknown, ContractBroken) as error:
            total.failures = (*total.failures, str(error))
            total.later = getattr(error, "not_before", None) or total.later
        except NeedsOperator as error:
            total.failures = (*total.failures, str(error))
        finally:
            self._records.release_deferred(side.pair.connection)

    def _collect(self, total: Round, writing: Writing, side: StoreSide, stop: Callable[[], bool]) -> None:
        outcomes = writing.run(side.pair, stop)
        total.written += outcomes.written
        total.held += outcomes.held
        total.unknown = outcomes.unknown
        if outcomes.later is not None:
            total.later = min(total.later or outcomes.later, outcomes.later)

    def _has_due(self, side: StoreSide) -> bool:
        return any(self._records.due(side.pair, kind, 1) for kind in EntryKind if kind in side.brings)

    def _decide(self, side: StoreSide, vocabulary: Vocabulary) -> bool:
        """Decide all that is due; fetch what others need. False when nothing was decided."""
        moved = False
        setting = Setting(side.pair, side.rules.inward, self._words(side, vocabulary), vocabulary, side.takes_new)
        for kind in EntryKind:
            if kind not in side.brings:
                continue
            deciding = Deciding(self._records, side.writer, setting)
            while planned := deciding.batch(kind):
                self._records.plan_rows(planned, self._clock.now())
                moved = True
            for row in deciding.outvoted:
                side.agreeing.accept(row)
            for row, current in deciding.alike:
                if has_ended(row.sighting):
                    self._records.ended(side.pair, row.remote_id, row.sighting.status, self._clock.now())
                raws = [current.raw] if current is not None and current.raw is not None else []
                side.agreeing.agree(row, row.key, side.agreeing.keep(raws), current)
            for wanted, ids in deciding.needed.items():
                self._reading.fetch(side.pair, wanted, list(ids))
        return moved

    def _words(self, side: StoreSide, vocabulary: Vocabulary) -> Words:
        words = StoreWords(
            currencies=frozenset(vocabulary.currencies),
            taxes={tax.key: TaxName(tax.name, tax.percent) for tax in vocabulary.taxes},
            methods={method.key: method.title for method in vocabulary.methods},
            base_currency=vocabulary.base_currency,
        )
        return Words(side.rules, {rate.tax_type: rate for rate in self._reference.tax_rates}, words)
