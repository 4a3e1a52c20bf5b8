"""Reading what changed in an organisation: one conditional read a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from tieout.accounting import LedgerReference
from tieout.accounting.brought import LedgerTaxRate, Sighting
from tieout.documents.entries import EntryKind
from tieout.ports import Clock, Meter
from tieout.ports.inward import InwardRecords, LedgerChanges, Pair

#: Clocks differ, and Xero counts whole seconds: some minutes are read twice.
OVERLAP = timedelta(minutes=5)
#: The nightly look reaches this far back, for what a list told late.
NIGHTLY = timedelta(days=3)
_PAIRS_MAX = 200
_Reader = Callable[[datetime | None, Meter], Iterator[Sequence[Sighting]]]


class Reading:
    """Reads one organisation for the stores that exchange with it."""

    def __init__(self, records: InwardRecords, clock: Clock, changes: LedgerChanges, meter: Meter) -> None:
        self._records = records
        self._clock = clock
        self._changes = changes
        self._meter = meter
        self._readers: dict[EntryKind, _Reader] = {
            EntryKind.CUSTOMER: changes.contacts,
            EntryKind.INVOICE: changes.invoices,
            EntryKind.PAYMENT: changes.payments,
        }

    def run(
        self,
        pairs: Sequence[Pair],
        kinds: Collection[EntryKind],
        reference: LedgerReference | None,
        *,
        since: date | None,
        nightly: bool = False,
    ) -> int:
        """How many objects are to be looked at. From the first time on: what was there before is asked for by hand,
        or by a date. Raises what reading raises; then the same time is asked for again."""
        assert 0 < len(pairs) <= _PAIRS_MAX
        due = 0
        for kind in EntryKind:
            if kind in kinds and kind is not EntryKind.TAX_RATE:
                due += self._list(pairs, kind, since, nightly=nightly)
        if EntryKind.TAX_RATE in kinds and reference is not None:
            due += self._tax_rates(pairs, reference)
        return due

    def _tax_rates(self, pairs: Sequence[Pair], reference: LedgerReference) -> int:
        """Sales tax rates of the organisation as it was read last; Xero does not say which changed."""
        rates = [LedgerTaxRate(rate) for rate in reference.tax_rates if rate.for_revenue]
        first = self._records.mark(pairs[0].organisation, EntryKind.TAX_RATE) is None
        now = self._clock.now()
        return self._records.keep_sightings(pairs, EntryKind.TAX_RATE, rates, now, mark=now, known=first)

    def _list(self, pairs: Sequence[Pair], kind: EntryKind, first: date | None, *, nightly: bool) -> int:
        started = self._clock.now()
        mark = self._records.mark(pairs[0].organisation, kind)
        if mark is None:
            if first is None:
                self._records.keep_sightings(pairs, kind, (), started, mark=started - OVERLAP)
                return 0
            mark = datetime(first.year, first.month, first.day, tzinfo=UTC)
        since = min(mark, started - NIGHTLY) if nightly else mark
        due = 0
        for page in self._readers[kind](since, self._meter):
            due += self._records.keep_sightings(pairs, kind, page, self._clock.now())
        self._records.keep_sightings(pairs, kind, (), started, mark=started - OVERLAP)
        return due

    def all_of(self, pair: Pair, kinds: Collection[EntryKind], since: date | None) -> int:
        """“Sync from Xero”: everything there is, or was changed since a day."""
        start = None if since is None else datetime(since.year, since.month, since.day, tzinfo=UTC)
        due = 0
        for kind, read in self._readers.items():
            if kind in kinds:
                for page in read(start, self._meter):
                    due += self._records.keep_sightings([pair], kind, page, self._clock.now())
        return due

    def fetch(self, pair: Pair, kind: EntryKind, remote_ids: Sequence[str]) -> int:
        """Objects that others need, by their ids; they come whatever the rules pass over."""
        found: Sequence[Sighting]
        if kind is EntryKind.CUSTOMER:
            found = self._changes.some_contacts(remote_ids, self._meter)
        elif kind is EntryKind.INVOICE:
            found = self._changes.some_invoices(remote_ids, self._meter)
        else:
            return 0
        self._records.keep_sightings([pair], kind, found, self._clock.now())
        return self._records.ask(pair, kind, remote_ids) if kind is EntryKind.CUSTOMER else len(found)
