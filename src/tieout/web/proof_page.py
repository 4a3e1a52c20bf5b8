"""The Tie-out screen: the newest result of a period, its sums by day, tax and method, its accounts, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from tieout.money import Money
from tieout.ports.proofs import Period
from tieout.reconciling.sums import By, Side, Sums
from tieout.records.codec import unpack
from tieout.records.models import Posting, Proof
from tieout.records.proofs import ASKED, of_period
from tieout.sync import proof_results
from tieout.sync.proof_results import TiedOut
from tieout.web import links, proof_words
from tieout.web.lookups import Lookups

HISTORY = 20
#: Months that the chooser offers.
MONTHS = 13
DIFFERENCES_MAX = 200
#: Parts of the screen, each an address of its own.
VIEWS = ("days", "taxes", "methods", "controls", "accounts")


class Shown(msgspec.Struct, frozen=True):
    """A side of a row, as templates print it."""

    count: int
    money: Money | None


class SumRow(msgspec.Struct, frozen=True):
    """day: of sums by day. name: in words; note: what the store calls it."""

    name: str
    note: str
    day: date | None
    store: Shown
    left_out: Shown
    sent: Shown
    ledger: Shown
    difference: Money | None

    @property
    def differs(self) -> bool:
        return bool(self.difference)


class DifferenceRow(msgspec.Struct, frozen=True):
    """A difference with where it opens; document None when it is not known here."""

    number: str
    field: str
    store: str
    xero: str
    reason: str
    document: int | None = None
    xero_url: str = ""


class AccountRow(msgspec.Struct, frozen=True):
    name: str
    kind: str
    opening: Money | None
    ours_in: Money | None
    ours_out: Money | None
    others: Money | None
    closing: Money | None
    foreign: bool


class ControlRow(msgspec.Struct, frozen=True):
    name: str
    documents: int
    store: Money
    ledger: Money
    difference: Money
    explained: bool


class LiabilityRow(msgspec.Struct, frozen=True):
    name: str
    opening: Money
    sold: Money
    granted: Money
    redeemed: Money
    closing: Money
    others: Money | None
    warning: bool


class HistoryRow(msgspec.Struct, frozen=True):
    """A tie-out in the list. progress: a sentence while it runs, the reason when it failed."""

    run: int
    state: str
    at: datetime
    by: str
    first: date | None
    last: date | None
    documents: int
    differences: int
    findings: int
    calls: int
    progress: str


class Result(msgspec.Struct, frozen=True):
    """The newest result of the period."""

    run: int
    read_at: datetime | None
    tied: TiedOut
    differences: Sequence[DifferenceRow]
    chosen: Sequence[DifferenceRow]


def newest(organisation: int, period: Period) -> Proof | None:
    """The newest tie-out of exactly this period that came to an end."""
    return of_period(organisation, period).filter(run__state="done").order_by("-run_id").first()


def default_period(organisation: int) -> Period | None:
    """That of the newest tie-out of all."""
    row = (
        Proof.objects.filter(organisation=organisation, run__state="done")
        .order_by("-run_id")
        .values_list("dated_from", "dated_to")
        .first()
    )
    return Period(*row) if row is not None else None


def under_way(organisation: int) -> HistoryRow | None:
    """A tie-out of this organisation that waits or runs."""
    rows = Proof.objects.filter(organisation=organisation, run__state__in=(ASKED, "running"))
    found = rows.select_related("run").defer("body").order_by("-run_id").first()
    return history_row(found) if found is not None else None


def history(organisation: int) -> list[HistoryRow]:
    rows = Proof.objects.filter(organisation=organisation).select_related("run").defer("body").order_by("-run_id")
    return [history_row(row) for row in rows[:HISTORY]]


def history_row(row: Proof) -> HistoryRow:
    return HistoryRow(
        run=row.run_id,
        state=row.run.state,
        at=row.run.started_at,
        by=row.run.started_by,
        first=row.dated_from,
        last=row.dated_to,
        documents=row.documents,
        differences=row.differences,
        findings=row.findings,
        calls=row.calls,
        progress=row.progress,
    )


def result(proof: Proof, names: Lookups) -> Result:
    """Decode what was found and find where each difference opens; one query."""
    assert proof.body is not None, "a tie-out that came to an end has its result"
    tied = proof_results.decode(unpack(proof.body))
    rows = (*tied.differences, *tied.chosen)
    known = _known(proof.organisation_id, [row.number for row in rows[:DIFFERENCES_MAX]], names)
    return Result(
        run=proof.run_id,
        read_at=proof.read_at,
        tied=tied,
        differences=[_difference(row, known) for row in tied.differences[:DIFFERENCES_MAX]],
        chosen=[_difference(row, known) for row in tied.chosen[:DIFFERENCES_MAX]],
    )


def _known(organisation: int, numbers: Sequence[str], names: Lookups) -> Mapping[str, tuple[int, str]]:
    if not numbers:
        return {}
    rows = Posting.objects.filter(organisation=organisation, marker__in=numbers).values_list(
        "marker", "document_id", "role", "remote_id"
    )
    code = names.short_code(organisation)
    return {marker: (document, links.in_xero(role, remote, code)) for marker, document, role, remote in rows}


def _difference(row: proof_results.Row, known: Mapping[str, tuple[int, str]]) -> DifferenceRow:
    document, address = known.get(row.number, (None, ""))
    return DifferenceRow(row.number, row.field, row.store, row.xero, row.reason, document, address)


def sums(tied: TiedOut, by: By, rates: Mapping[str, str]) -> list[SumRow]:
    """The rows of one view, in the result's order."""
    return [_sum(row, rates) for row in tied.sums if row.by is by]


def _sum(row: Sums, rates: Mapping[str, str]) -> SumRow:
    def shown(side: Side) -> Shown:
        return Shown(side.count, Money(side.amount, row.currency))

    name, note = proof_words.kind(row.kind), ""
    if row.by is By.TAX:
        name, note = proof_words.tax_types(row.key, rates), row.title
    elif row.by is By.METHOD:
        name, note = row.title or row.key, row.key
    return SumRow(
        name=name,
        note=note,
        day=date.fromisoformat(row.key) if row.by is By.DAY else None,
        store=shown(row.store),
        left_out=shown(row.left_out),
        sent=shown(row.sent),
        ledger=shown(row.ledger),
        difference=Money(row.difference, row.currency),
    )


def controls(tied: TiedOut, accounts: Mapping[str, str], rates: Mapping[str, str]) -> list[ControlRow]:
    return [
        ControlRow(
            name=proof_words.control(one.name, accounts, rates),
            documents=one.documents,
            store=Money(Decimal(one.store), one.currency),
            ledger=Money(Decimal(one.ledger), one.currency),
            difference=Money(Decimal(one.difference), one.currency),
            explained=one.is_explained,
        )
        for one in tied.controls
    ]


def liabilities(tied: TiedOut, names: Mapping[str, str]) -> list[LiabilityRow]:
    return [
        LiabilityRow(
            name=proof_words.account(one.account_code, names),
            opening=Money(one.opening, one.currency),
            sold=Money(one.sold, one.currency),
            granted=Money(one.granted, one.currency),
            redeemed=Money(one.redeemed, one.currency),
            closing=Money(one.closing, one.currency),
            others=Money(one.others, one.currency) if one.others is not None else None,
            warning=bool(one.warning or one.others),
        )
        for one in tied.liabilities
    ]


def accounts(tied: TiedOut) -> list[AccountRow]:
    base = tied.base_currency

    def money(amount: Decimal) -> Money | None:
        return Money(amount, base) if base else None

    return [
        AccountRow(
            name=f"{one.code} {one.name}",
            kind=str(proof_words.ACCOUNT_KINDS.get(one.kind, one.kind)),
            opening=money(one.opening),
            ours_in=money(one.ours_in),
            ours_out=money(one.ours_out),
            others=money(one.others),
            closing=money(one.closing),
            foreign=one.foreign,
        )
        for one in tied.accounts
    ]


def months(today: date) -> list[date]:
    """First days of the last months, newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
