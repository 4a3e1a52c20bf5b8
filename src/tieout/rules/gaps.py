"""What is missing or wrong in the rules before any document meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tieout.accounting import LedgerReference, TaxRate
from tieout.errors import Problem
from tieout.rules.catalogue import Code
from tieout.rules.regions import RETURN_FROM_OWN_RATES, country_of
from tieout.rules.settings import Rules
from tieout.rules.validity import account_problem, pair_problem, payment_account_problem

_NEEDED_ROLES = ("sales", "shipping")
#: A composite's percentages, added, may differ this much from Xero's effective rate (4 decimals each).
_PERCENT_TOLERANCE = Decimal("0.01")


def find_gaps(rules: Rules, reference: LedgerReference) -> tuple[Problem, ...]:
    """All problems of the rules with this organisation, each once, in the order of the screens."""
    found = [*_accounts(rules, reference), *_taxes(rules, reference), *_methods(rules, reference)]
    found += _numbering(rules)
    return tuple(dict.fromkeys(found))


def _accounts(rules: Rules, reference: LedgerReference) -> Iterator[Problem]:
    accounts = {a.code: a for a in reference.accounts if a.code}
    for role in rules.accounts.__struct_fields__:
        code = getattr(rules.accounts, role)
        if not code:
            if role in _NEEDED_ROLES:
                yield Problem(Code.ACCOUNT_UNMAPPED, f"No account is chosen for {role}.", f"account {role}")
        elif role != "bank" and (problem := account_problem(code, role, accounts)):
            yield problem
    for rule in rules.account_rules:
        if problem := account_problem(rule.account_code, rule.role, accounts):
            yield problem


def _taxes(rules: Rules, reference: LedgerReference) -> Iterator[Problem]:
    rates = {r.tax_type: r for r in reference.tax_rates}
    accounts = {a.code: a for a in reference.accounts if a.code}
    sales = rules.accounts.sales
    own_returns = country_of(reference.organisation) in RETURN_FROM_OWN_RATES
    yield from _tax_conflicts(rules, rates)
    for codes, tax_type, own in (
        *((" + ".join(r.codes), r.tax_type, r.country == country_of(reference.organisation)) for r in rules.taxes),
        *((r.reason.value.replace("_", " "), r.tax_type, False) for r in rules.zero_rules),
    ):
        rate = rates.get(tax_type)
        if rate is None or rate.status != "ACTIVE":
            state = "has no" if rate is None else "no longer uses"
            yield Problem(Code.MAPPING_INVALID, f"Xero {state} tax rate {tax_type} (for {codes}).", f"tax {codes}")
        elif sales in accounts and (problem := pair_problem(accounts[sales], rate, sales, tax_type)):
            yield problem
        elif own and own_returns and tax_type.startswith("TAX"):
            yield Problem(
                Code.MAPPING_INVALID,
                f"{codes} goes to {rate.name}, a rate made by hand: sales under it are missing from the return. "
                "Choose Xero's own rate.",
                f"tax {codes}",
            )


def _tax_conflicts(rules: Rules, rates: Mapping[str, TaxRate]) -> Iterator[Problem]:
    """Rules for the same tax that name different rates, and rates that are not what the rule's percentage says."""
    first: dict[tuple[object, ...], str] = {}
    for rule in rules.taxes:
        named, codes = " + ".join(rule.codes), tuple(sorted(rule.codes))
        other = first.setdefault((codes, rule.country, rule.percent, rule.valid_from), rule.tax_type)
        if other != rule.tax_type:
            yield Problem(
                Code.MAPPING_INVALID,
                f"{named} is mapped to {other} and to {rule.tax_type}: only the first counts. Delete one, or say for "
                "which country, percentage or day each holds.",
                f"tax {named}",
            )
        rate = rates.get(rule.tax_type)
        if rate is not None and rule.percent is not None and abs(rate.rate - rule.percent) > _PERCENT_TOLERANCE:
            yield Problem(
                Code.MAPPING_INVALID,
                f"{named} is {rule.percent:f} % in the store, but {rate.name} is {rate.rate:f} % in Xero.",
                f"tax {named}",
            )


def _methods(rules: Rules, reference: LedgerReference) -> Iterator[Problem]:
    accounts = {a.code: a for a in reference.accounts if a.code}
    for rule in rules.methods:
        # A method without an account is told when a document first needs it, not before.
        if rule.skip or not rule.account_code:
            continue
        if problem := payment_account_problem(
            accounts.get(rule.account_code), rule.account_code, rule, rule.currency
        ):
            yield problem


def _numbering(rules: Rules) -> Iterator[Problem]:
    prefixes = (rules.numbering.order, rules.numbering.invoice, rules.numbering.refund)
    if len(set(prefixes)) < len(prefixes):
        yield Problem(
            Code.MAPPING_INVALID,
            "Orders, invoices and refunds of a shop repeat each other's numbers: their prefixes must differ.",
            "numbering",
        )
