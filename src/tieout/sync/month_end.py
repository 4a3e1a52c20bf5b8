"""The month-end pack of one organisation: the month's tie-out and the lists of ACCOUNTING E and A11."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from tieout.ports.administration import OrganisationEntry
from tieout.ports.proofs import (
    EarlyPayment,
    MovedDocument,
    OpenCredit,
    OutcomeRow,
    Period,
    PersonsChange,
    ProofRecords,
)
from tieout.rules.settings import Rules
from tieout.sync.proof_results import TiedOut


class MonthEnd(msgspec.Struct, frozen=True):
    """Everything that is filed. month: its first day. read_at: when Xero was read. locks: (what, day or None).

    accounts, tax_rates: names by account code and tax type, as Xero has them.
    """

    organisation: str
    base_currency: str
    month: date
    stores: tuple[str, ...]
    run: int
    read_at: datetime
    result: TiedOut
    open_credits: Sequence[OpenCredit]
    held: Sequence[OutcomeRow]
    skipped: Sequence[OutcomeRow]
    early_payments: Sequence[EarlyPayment]
    moved: Sequence[MovedDocument]
    changes: Sequence[PersonsChange]
    locks: tuple[tuple[str, date | None], ...]
    accounts: dict[str, str] = {}
    tax_rates: dict[str, str] = {}

    @property
    def last(self) -> date:
        return month_period(self.month).last or self.month


def month_period(month: date) -> Period:
    """The calendar month that holds a day."""
    return Period(month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1]))


def gather(
    proofs: ProofRecords,
    organisation: OrganisationEntry,
    stores: Sequence[tuple[str, Rules]],
    month: date,
    *,
    run: int,
    read_at: datetime,
    result: TiedOut,
) -> MonthEnd:
    """Put the pack together. stores: names with their rules of now; result: of the run, over exactly this month."""
    period, number = month_period(month), organisation.id
    reference = organisation.reference
    facts = reference.organisation if reference is not None else None
    closed = [rules.books_closed_until for _, rules in stores if rules.books_closed_until is not None]
    return MonthEnd(
        organisation=organisation.name,
        base_currency=organisation.base_currency,
        month=month.replace(day=1),
        stores=tuple(name for name, _ in stores),
        run=run,
        read_at=read_at,
        result=result,
        open_credits=proofs.open_credits(number),
        held=proofs.held_outcomes(number, period),
        skipped=proofs.skipped_outcomes(number, period),
        early_payments=proofs.early_payments(number, period),
        moved=proofs.moved_documents(number, period),
        changes=proofs.persons_changes(number, period),
        locks=(
            ("period", facts.period_lock_date if facts is not None else None),
            ("year", facts.end_of_year_lock_date if facts is not None else None),
            ("ours", max(closed, default=None)),
        ),
        accounts={one.code: one.name for one in reference.accounts if one.code} if reference is not None else {},
        tax_rates={one.tax_type: one.name for one in reference.tax_rates} if reference is not None else {},
    )
