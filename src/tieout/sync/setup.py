"""The buttons of setting up: create missing accounts and tax rates, enable currencies, confirm rules.

Nothing here happens unless a person presses a button (or the demo, which says what it pressed). Each button does
its work in Xero, reads the organisation again (unless another button follows at once), and saves the rules as
their next version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tieout.accounting import LedgerReference
from tieout.documents import LEADING, DocumentKind, Dossier
from tieout.errors import NeedsOperator
from tieout.ports import Clock, Ledger, Meter, StoreAdapter
from tieout.ports.administration import Administration, OrganisationEntry
from tieout.ports.records import DueDossier, StoreConnection
from tieout.ports.routing import PlanningRecords
from tieout.rules.proposals import (
    AccountProposal,
    CurrencyProposal,
    propose_accounts,
    propose_currencies,
    with_accounts,
    with_money_seen,
)
from tieout.rules.seen import Seen, look_over
from tieout.rules.settings import Rules
from tieout.rules.tax_proposals import (
    Step,
    TaxProposal,
    ZeroProposal,
    propose_taxes,
    propose_zero_rules,
    with_tax,
    with_zero_rules,
)
from tieout.sync.routing import Router

#: Dossiers looked over for taxes, methods and currencies at once.
_BATCH = 500


class Proposals(msgspec.Struct, frozen=True):
    """What the buttons would do. offline: methods whose "paid" does not prove money yet."""

    accounts: tuple[AccountProposal, ...]
    taxes: tuple[TaxProposal, ...]
    zero_rules: tuple[ZeroProposal, ...]
    currencies: tuple[CurrencyProposal, ...]
    offline: tuple[str, ...]


class Setup:
    """Setting up one store connection into one organisation."""

    def __init__(
        self,
        records: PlanningRecords,
        administration: Administration,
        clock: Clock,
        connection: StoreConnection,
        organisation: OrganisationEntry,
        adapter: StoreAdapter,
        ledger: Ledger,
        meter: Meter,
        *,
        by: str,
    ) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock
        self._connection = connection
        self._organisation = organisation.id
        self._adapter = adapter
        self._ledger = ledger
        self._meter = meter
        self._by = by

    @property
    def rules(self) -> Rules:
        for assignment in self._records.assignments(self._connection.id):
            if assignment.organisation == self._organisation:
                return assignment.rules
        return self._adapter.default_rules()

    @property
    def reference(self) -> LedgerReference:
        reference = self._administration.organisation(self._organisation).reference
        return reference if reference is not None else self.refresh()

    def refresh(self) -> LedgerReference:
        """Read accounts, tax rates, currencies and lock dates from Xero again."""
        reference = self._ledger.reference(self._meter)
        self._administration.save_reference(self._organisation, reference)
        return reference

    def seen(self) -> Seen:
        """Taxes, payment methods and currencies of all documents that were read and go to this organisation."""
        return look_over(self._dossiers())

    def _dossiers(self) -> Iterator[Dossier]:
        translator = self._adapter.translator(self._connection.context, self._connection.options)
        assigned = [one for one in self._records.assignments(self._connection.id) if one.reference is not None]
        router = Router(self._records, self._connection.id, assigned)
        for kind in LEADING:
            after = 0
            while roots := self._administration.roots(self._connection.id, kind, after, _BATCH):
                after = roots[-1][0]
                for stored in self._records.dossiers(self._connection.id, [key for _, key in roots]):
                    content = _content(stored)
                    if content is not None:
                        found = translator.dossier(content[0], content[1])
                        if isinstance(found, Dossier) and router.takes(found, self._organisation):
                            yield found

    def proposals(self, seen: Seen) -> Proposals:
        """What each button would do now."""
        rules, reference = self.rules, self.reference
        met = {method.method for method in seen.methods}
        return Proposals(
            accounts=propose_accounts(reference, rules, seen.methods),
            taxes=propose_taxes(seen.taxes, reference, rules),
            zero_rules=propose_zero_rules(reference, rules),
            currencies=propose_currencies(seen.currencies, reference),
            offline=tuple(
                sorted({r.method for r in rules.methods if r.offline and not r.money_seen and r.method in met})
            ),
        )

    def enable_currencies(self, proposals: Sequence[CurrencyProposal], *, refresh: bool = True) -> None:
        for proposal in proposals:
            self._ledger.enable_currency(proposal.currency, self._meter)
        if refresh:
            self.refresh()
        self._note("currencies enabled", [proposal.currency for proposal in proposals])

    def create_accounts(self, proposals: Sequence[AccountProposal], *, refresh: bool = True) -> None:
        """Make the accounts that do not exist, and choose all of them."""
        for proposal in proposals:
            if not proposal.exists:
                self._ledger.create_account(
                    proposal.code,
                    proposal.name,
                    proposal.type,
                    proposal.tax_type,
                    self._meter,
                    payments_enabled=proposal.payments_enabled,
                    currency=proposal.currency,
                    bank_number=proposal.bank_number,
                )
        if refresh:
            self.refresh()
        self._save(with_accounts(self.rules, proposals), "accounts chosen")

    def map_taxes(self, proposals: Sequence[TaxProposal], *, refresh: bool = True) -> None:
        """Map to rates that exist; make those that may be made. Raises NeedsOperator for what only a person can."""
        rules = self.rules
        for proposal in proposals:
            match proposal.step:
                case Step.MAP:
                    rules = with_tax(rules, proposal)
                case Step.CREATE:
                    made = self._ledger.create_tax_rate(
                        proposal.name, proposal.components, proposal.report_type, self._meter
                    )
                    rules = with_tax(rules, proposal, made)
                case Step.ASK:
                    raise NeedsOperator(proposal.sentence, code="tax_unmapped", scope="organisation")
        if refresh:
            self.refresh()
        self._save(rules, "taxes mapped")

    def confirm_zero_rules(self, proposals: Sequence[ZeroProposal]) -> None:
        self._save(with_zero_rules(self.rules, proposals, confirmed=True), "rules for untaxed lines confirmed")

    def money_seen(self, methods: Sequence[str]) -> None:
        """The operator says that the store's "paid" means money seen (ACCOUNTING C1)."""
        self._save(with_money_seen(self.rules, methods), f"money seen: {', '.join(methods)}")

    def save(self, rules: Rules, note: str) -> Rules:
        """Any other change of the rules."""
        return self._save(rules, note)

    def _save(self, rules: Rules, note: str) -> Rules:
        """The next version; what is held or waiting is planned again, what is posted stays as it is."""
        if rules == self.rules:
            return rules
        saved = self._administration.save_rules(
            self._connection.id, self._organisation, rules, by=self._by, note=note, now=self._clock.now()
        )
        self._records.replan(self._connection.id, self._organisation, cause="rules")
        return saved

    def _note(self, action: str, subjects: Sequence[str]) -> None:
        self._administration.note(by=self._by, action=action, subject=", ".join(subjects), now=self._clock.now())


def _content(due: DueDossier) -> tuple[bytes, list[tuple[DocumentKind, bytes]]] | None:
    """The order's body and those of its members; None for what cannot be read or is no sale."""
    leader = next((member for member in due.members if member.document == due.root), None)
    if leader is None or not leader.body or leader.problems or due.root.kind not in LEADING:
        return None
    members = [(m.document.kind, m.body) for m in due.members if m is not leader and m.body and not m.removed]
    return leader.body, members
