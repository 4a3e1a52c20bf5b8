"""Tie-out: read back what Xero holds, page by page, and compare it with the store's own figures.

First everything Xero holds of a period is stored beside our postings; then dossier by dossier the store's totals
stand against it. Control totals are sums over the same figures, and Xero's own reports stand against those.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from tieout.accounting import Account, Contact, Held, Item, Ref, Role
from tieout.documents import Dossier
from tieout.errors import ContractBroken, NeedsOperator
from tieout.ports import Clock, Ledger, Meter
from tieout.ports.administration import Administration, OrganisationEntry
from tieout.ports.proofs import Period, ProofRecords
from tieout.ports.records import DocumentRecords, StoreConnection
from tieout.ports.reports import BankMovement, Reports
from tieout.reconciling.accounts import AccountSheet, account_kinds
from tieout.reconciling.booked import PASSED_OVER, Booked, Sent
from tieout.reconciling.compare import compare_dossier
from tieout.reconciling.control import ControlSheet
from tieout.reconciling.differences import Difference
from tieout.reconciling.findings import Finding, findings
from tieout.reconciling.listed import Listed, listed
from tieout.reconciling.roll_forward import RollForwardSheet
from tieout.reconciling.sums import SumSheet
from tieout.rules.settings import Rules
from tieout.sync.plan import PlannedDossier, Planner
from tieout.sync.proof_results import Row, TiedOut, merge, row

__all__ = ["Row", "Store", "TieOut", "TiedOut", "merge"]

_BATCH = 200
#: Lists that are read; payments bring refund payments along, allocations are read off the credits.
_LISTS = (Role.INVOICE, Role.CREDIT_NOTE, Role.PAYMENT, Role.OVERPAYMENT, Role.ALLOCATION)
_INCOME = ("REVENUE", "EXPENSE")
_FEBRUARY = 2

#: Is told how far it is, in a sentence.
Progress = Callable[[str], None]


class Store(msgspec.Struct, frozen=True):
    """A store that goes to the organisation, with its planner and rules of now."""

    connection: StoreConnection
    planner: Planner
    rules: Rules


class TieOut:
    """Ties out all stores of one organisation over one period."""

    def __init__(
        self,
        records: DocumentRecords,
        administration: Administration,
        proofs: ProofRecords,
        clock: Clock,
        organisation: OrganisationEntry,
        stores: Sequence[Store],
        period: Period,
        progress: Progress = lambda sentence: None,
    ) -> None:
        self._records = records
        self._administration = administration
        self._proofs = proofs
        self._clock = clock
        self._organisation = organisation
        self._stores = stores
        self._period = period
        self._progress = progress
        self._accounts: Sequence[Account] = organisation.reference.accounts if organisation.reference else ()

    def run(self, ledger: Ledger, reports: Reports, meter: Meter) -> TiedOut:
        """Read, compare, and read Xero's reports. Raises RetryLater, NeedsOperator."""
        since = self._clock.now()
        doubled = self._read(ledger, meter)
        compared, liabilities = self._compare(since)
        self._progress("Reading Xero's reports")
        result = self._report(compared, liabilities, reports, meter)
        found = findings(result.controls, result.liabilities, result.lines, self._rounding_limit())
        return msgspec.structs.replace(
            result,
            differences=(*doubled, *result.differences),
            findings=(*result.findings, *found),
            organisation=self._organisation.name,
            base_currency=self._organisation.base_currency,
        )

    def _rounding_limit(self) -> Decimal:
        return min([store.rules.rounding_month_limit for store in self._stores], default=Rules().rounding_month_limit)

    # what Xero holds

    def _read(self, ledger: Ledger, meter: Meter) -> list[Row]:
        """Read Xero's lists and keep what belongs to our postings. Returns what Xero holds twice."""
        doubled: list[Row] = []
        count, number = 0, self._organisation.id
        for role in _LISTS:
            for page in ledger.read(role, meter, dated_from=self._period.first, dated_to=self._period.last):
                ours = self._administration.keep_held(number, page, self._clock.now())
                doubled += [
                    Row(entry.role.value, entry.number, "doubled", "one document", "another with its number",
                        f"Xero holds {entry.number} a second time, not made by us.")
                    for entry in self._administration.strangers_with_our_number(number, page, ours)
                ]  # fmt: skip
                count += len(page)
                self._progress(f"{count} read from Xero")
        return doubled

    # document by document

    def _compare(self, since: datetime) -> tuple[TiedOut, RollForwardSheet]:
        """Every dossier with a document in the period, by what was read since."""
        within = self._period.holds
        controls, sums, liabilities = ControlSheet(within), SumSheet(within), RollForwardSheet(within)
        found: list[Difference] = []
        lines: list[Listed] = []
        documents = 0
        for count, (planned, content, held, apart) in enumerate(self._dossiers(since), start=1):
            booked = _booked(planned, held, apart, self._period, self._organisation.base_currency)
            documents += sum(one.payload is not None for one in booked.sent)
            differences = compare_dossier(content, booked, held)
            found += differences
            controls.add(content, booked, held, differences)
            sums.add(content, booked, held)
            liabilities.add(content, booked)
            lines += listed(content, booked, within)
            if count % _BATCH == 0:
                self._progress(f"{count} orders compared")
        implausible = {one.number: one.sentence for one in found if one.what == "rate"}
        self._proofs.judge_rates(self._organisation.id, self._period, implausible, self._clock.now())
        rows = [row(one) for one in found]
        compared = TiedOut(
            documents=documents,
            differences=tuple(one for one in rows if not one.chosen),
            chosen=tuple(one for one in rows if one.chosen),
            controls=controls.totals(),
            sums=sums.rows(),
            lines=tuple(lines),
        )
        return compared, liabilities

    def _dossiers(
        self, since: datetime
    ) -> Iterator[tuple[PlannedDossier, Dossier, Mapping[Ref, Held], frozenset[Ref]]]:
        """Each with what the ledger holds of it, and what of it was not sent yet."""
        for store in self._stores:
            after, number = 0, self._organisation.id
            while roots := self._proofs.roots_of_period(store.connection.id, number, self._period, after, _BATCH):
                after = roots[-1][0]
                ids = [root for root, _ in roots]
                held = self._proofs.held_in_period(number, ids, self._period, since)
                apart = self._proofs.not_sent(number, ids)
                dossiers = self._records.dossiers(store.connection.id, [key for _, key in roots])
                contents = {dossier.root: store.planner.translate(dossier) for dossier in dossiers}
                for planned in store.planner.plan(dossiers):
                    content = contents[planned.dossier.root]
                    if planned.organisation == number and not planned.elsewhere and isinstance(content, Dossier):
                        root = planned.dossier.root_id or 0
                        yield planned, content, held.get(root, {}), apart.get(root, frozenset())

    # account by account

    def _report(self, result: TiedOut, liabilities: RollForwardSheet, reports: Reports, meter: Meter) -> TiedOut:
        """Set Xero's own reports beside it; where they may not be seen that is a finding, not a failure."""
        first = self._period.first
        last = self._period.last or self._clock.now().date()
        try:
            closing = {one.account_id: one.amount for one in reports.trial_balance(last, meter)}
            opening: dict[str, Decimal] = {}
            if first is not None:
                day = first - timedelta(days=1)
                opening = {one.account_id: one.amount for one in reports.trial_balance(day, meter)}
            banks = self._banks(reports, first, last, meter)
        except (NeedsOperator, ContractBroken) as error:
            sentence = f"Xero's reports could not be read, so accounts are not compared: {error}"
            return msgspec.structs.replace(
                result,
                liabilities=liabilities.rows(),
                reports_refused=sentence,
                findings=(Finding("reports_refused", sentence),),
            )
        opening, accounts = self._in_year(opening, first, last)
        sheet = AccountSheet(self._accounts, self._organisation.base_currency, self._period.holds)
        for held in self._proofs.held_dated(self._organisation.id, self._period):
            sheet.add(held)
        kinds = account_kinds(self._accounts, [store.rules for store in self._stores])
        return msgspec.structs.replace(
            result,
            accounts=sheet.movements(accounts, kinds, opening, closing),
            banks=banks,
            liabilities=liabilities.rows(self._owed(opening), self._owed(closing)),
        )

    def _banks(self, reports: Reports, first: date | None, last: date, meter: Meter) -> tuple[BankMovement, ...]:
        """Xero's bank summary of the accounts of type BANK that the rules use."""
        kinds = account_kinds(self._accounts, [store.rules for store in self._stores])
        ours = {one.account_id for one in self._accounts if one.type == "BANK" and kinds.get(one.code) == "clearing"}
        if first is None or not ours:
            return ()
        return tuple(one for one in reports.bank_summary(first, last, meter) if one.account_id in ours)

    def _owed(self, balances: Mapping[str, Decimal]) -> dict[tuple[str, str], Decimal]:
        """Balances of accounts that the shop owes, by (code, base currency)."""
        base = self._organisation.base_currency
        return {(one.code, base): -balances.get(one.account_id, Decimal(0)) for one in self._accounts}

    def _in_year(
        self, opening: dict[str, Decimal], first: date | None, last: date
    ) -> tuple[dict[str, Decimal], Sequence[Account]]:
        """Income and expenses begin at nothing with each financial year; a period over its end leaves them out."""
        facts = self._organisation.reference.organisation if self._organisation.reference else None
        begin = year_start(last, facts.year_end) if facts is not None else None
        income = {one.account_id for one in self._accounts if one.account_class in _INCOME}
        if begin is None or first is None or begin > first:
            return opening, [one for one in self._accounts if one.account_id not in income]
        if begin == first:
            opening = {account: amount for account, amount in opening.items() if account not in income}
        return opening, self._accounts


def year_start(day: date, year_end: tuple[int, int]) -> date | None:
    """The first day of the financial year that holds `day`. year_end: (day, month), (0, 0) unknown."""
    end_day, month = year_end
    if not 1 <= month <= 12 or end_day < 1:
        return None
    for year in (day.year, day.year - 1, day.year - 2):
        days = monthrange(year, month)[1]
        # A year that ends with February ends on its last day, whichever that is.
        end = date(year, month, days if month == _FEBRUARY and end_day >= 28 else min(end_day, days))
        if end < day:
            return end + timedelta(days=1)
    return None


def _booked(
    planned: PlannedDossier, held: Mapping[Ref, Held], apart: frozenset[Ref], period: Period, base_currency: str
) -> Booked:
    """What was really sent in place of what would be planned today; contacts and items are left out.

    What is dated outside the period and was never read is not judged: its own month does. Nor is what is on its way
    or set aside (apart): the lists of the queue and of what is held tell it.
    """
    sent_before = {one.posted.ref: one.posted for one in planned.facts.posted}
    sent: list[Sent] = []
    for posting in planned.plan.postings:
        known = sent_before.get(posting.ref)
        payload = known.payload if known is not None and posting.payload is not None else posting.payload
        if posting.ref.role in (Role.CONTACT, Role.ITEM) or isinstance(payload, Contact | Item):
            continue
        due = not posting.problems and not posting.waits and posting.ref not in apart
        elsewhere = payload is not None and not period.holds(payload.date) and posting.ref not in held
        sent.append(Sent(posting.ref, payload, posting.marker, due and not elsewhere))
    passed_over = frozenset(one.document for one in planned.plan.skipped if one.code in PASSED_OVER)
    return Booked(tuple(sent), planned.plan.sales_documents, passed_over, base_currency)
