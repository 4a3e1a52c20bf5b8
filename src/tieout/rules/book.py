"""The rule book: the rules of a connection and the organisation's facts, compiled for fast look-ups.

Look-ups answer with a choice or with a `Problem`; they never guess. Answers are kept, so a book is made once
per version of the rules and reading of the organisation, not per document.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import Account, LedgerReference, LineAmountTypes, TaxRate
from tieout.errors import Problem
from tieout.rules.catalogue import Code
from tieout.rules.choices import AccountChoice, MethodChoice, SaleFacts, TaxChoice, tax_choice
from tieout.rules.gaps import find_gaps
from tieout.rules.regions import ALWAYS_EXCLUSIVE, EU_COUNTRIES, country_of, out_of_scope_type
from tieout.rules.settings import (
    AccountRule,
    Action,
    MethodRule,
    Rules,
    StoreViewRule,
    TaxRule,
    UnknownTotalRule,
    ZeroReason,
    ZeroRule,
)
from tieout.rules.states import DEFAULT_ACTIONS
from tieout.rules.validity import account_problem, pair_problem, payment_account_problem

#: A composite's percentages, added, may differ this much from Xero's effective rate (4 decimals each).
_PERCENT_TOLERANCE = Decimal("0.01")


class RuleBook:
    """Compiled rules. Make it with `compile_rules`; treat it as a value."""

    def __init__(self, rules: Rules, reference: LedgerReference) -> None:
        self.rules = rules
        self.reference = reference
        self.organisation = reference.organisation
        self.country = country_of(reference.organisation)
        self.base_currency = reference.organisation.base_currency
        self.out_of_scope = out_of_scope_type(reference.organisation)
        self.accounts: dict[str, Account] = {a.code: a for a in reference.accounts if a.code}
        self.tax_rates: dict[str, TaxRate] = {r.tax_type: r for r in reference.tax_rates}
        self.currencies = frozenset(reference.currencies) | {self.base_currency}
        locks = (
            reference.organisation.period_lock_date,
            reference.organisation.end_of_year_lock_date,
            rules.books_closed_until,
        )
        #: Last closed day, the strictest of Xero's lock dates and our own (ACCOUNTING B6).
        self.locked_until: date | None = max((day for day in locks if day is not None), default=None)
        self.rounding_code = rules.accounts.rounding or self._system_rounding()
        self._actions = dict(DEFAULT_ACTIONS) | {(s.kind, s.state): s.action for s in rules.statuses}
        self._views: dict[str, StoreViewRule] = {v.store_view: v for v in rules.store_views}
        self._methods = {(m.method, m.currency): m for m in rules.methods}
        self._unknown: dict[str, UnknownTotalRule] = {u.code: u for u in rules.unknown_totals}
        self._taxes: dict[tuple[str, ...], list[TaxRule]] = defaultdict(list)
        for rule in rules.taxes:
            self._taxes[tuple(sorted(rule.codes))].append(rule)
        self._dated_taxes = any(rule.valid_from for rule in rules.taxes)
        self._account_rules: dict[str, list[AccountRule]] = defaultdict(list)
        for account_rule in rules.account_rules:
            self._account_rules[account_rule.role].append(account_rule)
        self._skus_matter = any(rule.sku for rule in rules.account_rules)
        self._type_cache: dict[str, TaxChoice | Problem] = {}
        self._tax_cache: dict[tuple[object, ...], TaxChoice | Problem] = {}
        self._zero_cache: dict[tuple[object, ...], TaxChoice | Problem] = {}
        self._account_cache: dict[tuple[str, ...], AccountChoice | Problem] = {}
        self._pair_cache: dict[tuple[str, str], Problem | None] = {}
        self._method_cache: dict[tuple[str, str], MethodChoice | Problem] = {}

    def _system_rounding(self) -> str:
        """Xero's own rounding account, the one system account that is offered (ACCOUNTING A4)."""
        return next((a.code for a in self.reference.accounts if a.system_account == "ROUNDING"), "")

    def gaps(self) -> tuple[Problem, ...]:
        """What is missing or wrong in the rules, for the doctor and the mapping screens."""
        return find_gaps(self.rules, self.reference)

    def action(self, kind: str, state: str) -> Action | None:
        """What a store state does; None when the state is not known (ACCOUNTING B2)."""
        return self._actions.get((kind, state))

    def assigned(self, store_view: str) -> bool:
        """Whether documents of a store view belong to this organisation."""
        view = self._views.get(store_view)
        return view is None or view.assigned

    def tracking(self, store_view: str) -> tuple[tuple[str, str], ...]:
        view = self._views.get(store_view)
        return () if view is None else view.tracking

    def line_mode(self, store_view: str, shows_gross: bool | None, has_tax: bool) -> LineAmountTypes:
        """The tax basis of a document's lines (ACCOUNTING A12), fixed per store view."""
        view = self._views.get(store_view)
        mode = view.line_mode if view is not None else None
        if mode is None:
            inclusive = shows_gross is True and self.country not in ALWAYS_EXCLUSIVE
            mode = LineAmountTypes.INCLUSIVE if inclusive else LineAmountTypes.EXCLUSIVE
        if mode is LineAmountTypes.NO_TAX and has_tax:
            return LineAmountTypes.EXCLUSIVE
        return mode

    def unknown_total(self, code: str) -> UnknownTotalRule | None:
        return self._unknown.get(code)

    def tax_type(self, tax_type: str, why: str) -> TaxChoice | Problem:
        """A tax type by its code, with the rate Xero has for it."""
        found = self._type_cache.get(tax_type)
        if found is None:
            rate = self.tax_rates.get(tax_type)
            if rate is None:
                found = Problem(
                    Code.MAPPING_INVALID,
                    f"Xero has no tax rate {tax_type} (any more). Choose another on the Taxes screen.",
                    f"tax rate {tax_type}",
                )
            else:
                found = tax_choice(rate, why)
            self._type_cache[tax_type] = found
        if isinstance(found, Problem) or found.why == why:
            return found
        return msgspec.structs.replace(found, why=why)

    def tax(self, codes: tuple[str, ...], country: str, percent: Decimal, on: date) -> TaxChoice | Problem:
        """The tax type for the store's taxes on one line (sorted codes), by the document's date."""
        key = (codes, country, percent, on if self._dated_taxes else None)
        if (found := self._tax_cache.get(key)) is None:
            found = self._tax_cache[key] = self._find_tax(codes, country, percent, on)
        return found

    def _find_tax(self, codes: tuple[str, ...], country: str, percent: Decimal, on: date) -> TaxChoice | Problem:
        name = " + ".join(codes)
        fitting = [
            rule
            for rule in self._taxes.get(codes, ())
            if (not rule.country or rule.country == country)
            and (rule.percent is None or rule.percent == percent)
            and (rule.valid_from is None or rule.valid_from <= on)
        ]
        if not fitting:
            return Problem(
                Code.TAX_UNMAPPED,
                f"The store's tax {name} ({percent:f} %) has no tax rate in Xero yet.",
                f"tax {name}",
            )
        rule = max(fitting, key=lambda r: (bool(r.country) + (r.percent is not None), r.valid_from or date.min))
        found = self.tax_type(rule.tax_type, f"tax {name} is mapped to {rule.tax_type}")
        if isinstance(found, Problem):
            return found
        if self.tax_rates[rule.tax_type].status != "ACTIVE":
            return Problem(
                Code.MAPPING_INVALID,
                f"Tax rate {rule.tax_type} for {name} is no longer active in Xero.",
                f"tax {name}",
            )
        if percent and abs(found.percent - percent) > _PERCENT_TOLERANCE:
            return Problem(
                Code.MAPPING_INVALID,
                f"The store charged {percent:f} % {name}, but {rule.tax_type} is {found.percent:f} % in Xero.",
                f"tax {name}",
            )
        return found

    def zero_tax(self, facts: SaleFacts, tax_class: str, line_kind: str) -> TaxChoice | Problem:
        """The tax type of a line on which the store charged no tax (ACCOUNTING A9)."""
        key = (facts, tax_class, line_kind)
        if (found := self._zero_cache.get(key)) is None:
            found = self._zero_cache[key] = self._find_zero(facts, tax_class, line_kind)
        return found

    def _find_zero(self, facts: SaleFacts, tax_class: str, line_kind: str) -> TaxChoice | Problem:
        matching = [r for r in self.rules.zero_rules if self._zero_matches(r, facts, tax_class, line_kind)]
        subject = f"no tax to {facts.country or 'unknown country'}" + (f", class {tax_class}" if tax_class else "")
        confirmed = [rule for rule in matching if rule.confirmed]
        if not confirmed:
            said = "its rule is not confirmed yet" if matching else "no rule says why"
            return Problem(
                Code.ZERO_TAX_UNDECIDED,
                f"The store charged no tax on a {line_kind} line sent to {facts.country or 'an unknown country'}, "
                f"and {said}: zero-rated, exempt, export or out of scope?",
                subject,
            )
        rule = max(confirmed, key=_zero_specificity)
        if rule.reason is ZeroReason.EU_BUSINESS and not facts.has_tax_number:
            return Problem(
                Code.EU_BUSINESS_WITHOUT_NUMBER,
                "Sold without tax as to a business in the European Union, but the buyer gave no VAT number.",
                subject,
            )
        return self.tax_type(rule.tax_type, f"no tax: {rule.reason.value.replace('_', ' ')}")

    def _zero_matches(self, rule: ZeroRule, facts: SaleFacts, tax_class: str, line_kind: str) -> bool:
        return (
            (not rule.store_view or rule.store_view == facts.store_view)
            and (not rule.tax_class or rule.tax_class == tax_class)
            and (not rule.customer_group or rule.customer_group == facts.customer_group)
            and (rule.has_tax_number is None or rule.has_tax_number == facts.has_tax_number)
            and (not rule.line_kind or rule.line_kind == line_kind)
            and (not rule.ship_to or rule.ship_to == facts.country or rule.ship_to == self.region(facts.country))
        )

    def region(self, country: str) -> str:
        """ "home", "eu" or "world" as seen from the organisation; an unknown country counts as home."""
        if not country or country == self.country:
            return "home"
        return "eu" if country in EU_COUNTRIES else "world"

    def account(
        self, role: str, store_view: str = "", sku: str = "", tax_class: str = "", code: str = ""
    ) -> AccountChoice | Problem:
        """The account of a line: the most specific rule, else the role's account."""
        key = (role, store_view, sku if self._skus_matter else "", tax_class, code)
        if (found := self._account_cache.get(key)) is None:
            found = self._account_cache[key] = self._find_account(*key)
        return found

    def _find_account(self, role: str, view: str, sku: str, tax_class: str, code: str) -> AccountChoice | Problem:
        fitting = [
            rule
            for rule in self._account_rules.get(role, ())
            if (not rule.store_view or rule.store_view == view)
            and (not rule.sku or rule.sku == sku)
            and (not rule.tax_class or rule.tax_class == tax_class)
            and (not rule.code or rule.code == code)
        ]
        if fitting:
            rule = max(fitting, key=lambda r: (bool(r.sku), bool(r.code), bool(r.tax_class), bool(r.store_view)))
            chosen, why = rule.account_code, f"own rule for {role.replace('_', ' ')}"
        else:
            chosen = self.rounding_code if role == "rounding" else getattr(self.rules.accounts, role)
            why = f"account for {role.replace('_', ' ')}"
        if not chosen:
            named = role.replace("_", " ")
            return Problem(Code.ACCOUNT_UNMAPPED, f"No account is chosen for {named}.", f"account {named}")
        wrong = account_problem(chosen, role, self.accounts)
        return wrong if wrong is not None else AccountChoice(chosen, why)

    def pair_problem(self, account_code: str, tax_type: str) -> Problem | None:
        """Why Xero would refuse this tax type on this account, None when it will not (CASES C25, C32)."""
        key = (account_code, tax_type)
        if key not in self._pair_cache:
            self._pair_cache[key] = pair_problem(
                self.accounts.get(account_code), self.tax_rates.get(tax_type), account_code, tax_type
            )
        return self._pair_cache[key]

    def method(self, method: str, currency: str) -> MethodChoice | Problem:
        """Where money of a payment method goes, checked for payments (ACCOUNTING C3)."""
        key = (method, currency)
        if (found := self._method_cache.get(key)) is None:
            found = self._method_cache[key] = self._find_method(method, currency)
        return found

    def method_rule(self, method: str, currency: str) -> MethodRule | None:
        return self._methods.get((method, currency)) or self._methods.get((method, ""))

    def _find_method(self, method: str, currency: str) -> MethodChoice | Problem:
        rule = self.method_rule(method, currency)
        code = (rule.account_code if rule is not None else "") or self._means_account(method)
        if not code:
            return Problem(
                Code.METHOD_UNMAPPED,
                f"Payment method {method} has no account in {currency} yet.",
                f"method {method} {currency}",
            )
        rule = rule or MethodRule(method=method, account_code=code)
        account = self.accounts.get(code)
        wrong = payment_account_problem(account, code, rule, currency)
        if wrong is not None or account is None:
            return wrong or Problem(Code.MAPPING_INVALID, f"Xero has no account {code}.", f"account {code}")
        return MethodChoice(
            account=account,
            currency=account.currency or self.base_currency,
            offline=rule.offline,
            money_seen=rule.money_seen,
            due_days=rule.due_days,
        )

    def _means_account(self, method: str) -> str:
        """Gift cards and store credit have accounts of their own; every other method falls to the bank role."""
        word = method.replace("_", "").replace("-", "").lower()
        if "giftcard" in word or "voucher" in word:
            return self.rules.accounts.gift_cards
        if word in ("storecredit", "customerbalance", "credit", "reward", "rewardpoints"):
            return self.rules.accounts.store_credit
        return self.rules.accounts.bank


def _zero_specificity(rule: ZeroRule) -> int:
    """How much a rule says; a named country says more than a region."""
    ship_to = 0 if not rule.ship_to else 1 if rule.ship_to in ("home", "eu", "world") else 2
    return (
        ship_to
        + 2 * bool(rule.tax_class)
        + 2 * bool(rule.customer_group)
        + bool(rule.store_view)
        + (rule.has_tax_number is not None)
        + bool(rule.line_kind)
    )


def compile_rules(rules: Rules, reference: LedgerReference) -> RuleBook:
    """The rule book of `rules` for one organisation. What is missing or wrong is in `RuleBook.gaps()`."""
    return RuleBook(rules, reference)
