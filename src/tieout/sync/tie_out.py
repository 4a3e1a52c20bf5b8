"""Tie-out: read back what Xero holds, page by page, and compare it with the store's own figures.

First everything Xero holds of a period is stored beside our postings; then dossier by dossier the store's totals
stand against it. Control totals are sums over the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from tieout.accounting import Held, Ref, Role
from tieout.documents import DocumentKind, Dossier
from tieout.ports import Clock, Ledger, Meter
from tieout.ports.administration import Administration
from tieout.ports.records import DocumentRecords, StoreConnection
from tieout.reconciling.booked import PASSED_OVER, Booked, Sent
from tieout.reconciling.compare import compare_dossier
from tieout.reconciling.control import ControlSheet
from tieout.reconciling.differences import ControlTotal, Difference
from tieout.sync.plan import PlannedDossier, Planner

_BATCH = 200
#: Lists that are read; payments bring refund payments along, allocations are read off the credits.
_LISTS = (Role.INVOICE, Role.CREDIT_NOTE, Role.PAYMENT, Role.OVERPAYMENT, Role.ALLOCATION)


class Row(msgspec.Struct, frozen=True):
    """A difference as people and machines read it. chosen: a setting of the owner explains it."""

    kind: str
    number: str
    field: str
    store: str
    xero: str
    reason: str
    chosen: bool = False


class TiedOut(msgspec.Struct, frozen=True):
    """differences: those that nothing explains; chosen: those that a setting does."""

    documents: int
    differences: tuple[Row, ...]
    chosen: tuple[Row, ...] = ()
    controls: tuple[ControlTotal, ...] = ()

    def rows(self) -> list[tuple[str, ...]]:
        """Everything found, for tables."""
        return [(r.kind, r.number, r.field, r.store, r.xero, r.reason) for r in (*self.differences, *self.chosen)]

    def sentence(self) -> str:
        if self.differences:
            return f"{len(self.differences)} differences in {self.documents} documents."
        also = f" ({len(self.chosen)} explained by your settings)" if self.chosen else ""
        return f"{self.documents} documents tie out, no difference{also}."

    def as_json(self) -> dict[str, object]:
        return {
            "documents": self.documents,
            "differences": list(self.differences),
            "chosen": list(self.chosen),
            "controls": list(self.controls),
        }


class TieOut:
    """Ties out one store connection against one organisation."""

    def __init__(
        self,
        records: DocumentRecords,
        administration: Administration,
        clock: Clock,
        connection: StoreConnection,
        organisation: int,
        planner: Planner,
    ) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock
        self._connection = connection
        self._organisation = organisation
        self._planner = planner

    def read(
        self,
        ledger: Ledger,
        meter: Meter,
        dated_from: date | None,
        dated_to: date | None,
        progress: Callable[[str], None] | None = None,
    ) -> list[Row]:
        """Read Xero's lists and keep what belongs to our postings. Returns what Xero holds twice."""
        doubled: list[Row] = []
        count = 0
        for role in _LISTS:
            for page in ledger.read(role, meter, dated_from=dated_from, dated_to=dated_to):
                ours = self._administration.keep_held(self._organisation, page, self._clock.now())
                doubled += [
                    Row(entry.role.value, entry.number, "doubled", "one document", "another with its number",
                        f"Xero holds {entry.number} a second time, not made by us.")
                    for entry in self._administration.strangers_with_our_number(self._organisation, page, ours)
                ]  # fmt: skip
                count += len(page)
                if progress is not None:
                    progress(f"{count} read")
        return doubled

    def compare(self, since: datetime, dated_from: date | None, dated_to: date | None) -> TiedOut:
        """Every dossier with a sale in the period, by what was read since."""
        found: list[Difference] = []
        documents = 0
        controls = ControlSheet()
        for planned, content, held in self._dossiers(since, dated_from, dated_to):
            booked = _booked(planned)
            documents += sum(one.payload is not None for one in booked.sent)
            found += compare_dossier(content, booked, held)
            controls.add(content, booked, held)
        rows = [_row(one) for one in found]
        return TiedOut(
            documents=documents,
            differences=tuple(row for row in rows if not row.chosen),
            chosen=tuple(row for row in rows if row.chosen),
            controls=controls.totals(),
        )

    def _dossiers(
        self, since: datetime, dated_from: date | None, dated_to: date | None
    ) -> Iterator[tuple[PlannedDossier, Dossier, Mapping[Ref, Held]]]:
        after = 0
        while roots := self._administration.roots(
            self._connection.id, DocumentKind.ORDER, after, _BATCH, dated_from=dated_from, dated_to=dated_to
        ):
            after = roots[-1][0]
            held = self._administration.held_of(self._organisation, [root for root, _ in roots], since)
            dossiers = self._records.dossiers(self._connection.id, [key for _, key in roots])
            contents = {dossier.root: self._planner.translate(dossier) for dossier in dossiers}
            for planned in self._planner.plan(dossiers):
                content = contents[planned.dossier.root]
                if planned.organisation == self._organisation and isinstance(content, Dossier):
                    yield planned, content, held.get(planned.dossier.root_id or 0, {})


def _booked(planned: PlannedDossier) -> Booked:
    """What was really sent in place of what would be planned today; contacts and items are left out."""
    sent_before = {row.posted.ref: row.posted for row in planned.facts.posted}
    sent: list[Sent] = []
    for posting in planned.plan.postings:
        if posting.ref.role in (Role.CONTACT, Role.ITEM):
            continue
        known = sent_before.get(posting.ref)
        payload = known.payload if known is not None and posting.payload is not None else posting.payload
        due = not posting.problems and not posting.waits
        sent.append(Sent(posting.ref, payload, posting.marker, due))
    passed_over = frozenset(one.document for one in planned.plan.skipped if one.code in PASSED_OVER)
    return Booked(tuple(sent), planned.plan.sales_documents, passed_over)


def _row(one: Difference) -> Row:
    kind = one.document.kind.value
    if one.ref is not None and one.ref.role in (Role.PAYMENT, Role.OVERPAYMENT, Role.REFUND_PAYMENT):
        kind = one.ref.role.value
    return Row(kind, one.number, one.what, one.store, one.ledger, one.sentence, one.chosen)


def merge(parts: Sequence[TiedOut]) -> TiedOut:
    """Several stores and organisations in one answer."""
    return TiedOut(
        documents=sum(part.documents for part in parts),
        differences=tuple(row for part in parts for row in part.differences),
        chosen=tuple(row for part in parts for row in part.chosen),
        controls=tuple(total for part in parts for total in part.controls),
    )
