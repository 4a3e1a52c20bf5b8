"""What the “create missing accounts” and “enable currency” buttons would do, as values with a sentence each.

Nothing is created silently: a proposal is shown, a person (or the demo, which says so) presses the button, the
account is made in Xero, and `with_accounts` turns the proposals into rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tieout.accounting import Account, LedgerReference
from tieout.rules.regions import country_of, out_of_scope_type
from tieout.rules.settings import MethodRule, Rules
from tieout.rules.texts import cut, folded, name_text
from tieout.rules.validity import account_class

_NAME_LENGTH_MAX = 150
_BANK_NUMBER_LENGTH_MAX = 20


class AccountProposal(msgspec.Struct, frozen=True):
    """An account for a role, or for a payment method in a currency.

    exists: Xero has it already, it only has to be chosen. type, tax_type: Xero's words. payments_enabled: for
    accounts that are not of type BANK. currency, bank_number: for accounts of type BANK only.
    """

    code: str
    name: str
    type: str
    sentence: str
    role: str = ""
    method: str = ""
    method_currency: str = ""
    tax_type: str = ""
    exists: bool = False
    payments_enabled: bool = False
    currency: str = ""
    bank_number: str = ""


class SeenMethod(msgspec.Struct, frozen=True):
    """A payment method met in documents, and a currency it was met in."""

    method: str
    title: str
    currency: str


class CurrencyProposal(msgspec.Struct, frozen=True):
    currency: str
    sentence: str


class _Wanted(msgspec.Struct, frozen=True):
    """words: an existing account of the class whose name holds one of them is offered first."""

    role: str
    name: str
    type: str
    start: int
    words: tuple[str, ...]
    payments: bool = False


_ROLES = (
    _Wanted("sales", "Sales", "REVENUE", 200, ("sales", "revenue")),
    _Wanted("shipping", "Shipping charged to customers", "REVENUE", 210, ("shipping", "delivery", "carriage")),
    _Wanted("fees", "Fees charged to customers", "REVENUE", 215, ("fees charged", "surcharge")),
    _Wanted("refund_adjustments", "Refund adjustments", "REVENUE", 220, ("refund adjustment",)),
    _Wanted("tips", "Tips received", "CURRLIAB", 815, ("tips",)),
    _Wanted("levies", "Levies charged to customers", "REVENUE", 218, ("levies", "levy")),
    _Wanted("gift_cards", "Gift cards outstanding", "CURRLIAB", 817, ("gift card", "voucher"), True),
    _Wanted("store_credit", "Store credit outstanding", "CURRLIAB", 818, ("store credit", "customer credit"), True),
)
_TAX_LIABILITY = _Wanted("tax_liability", "Sales tax collected", "CURRLIAB", 819, ("sales tax collected",))
_CLEARING_START = 700


def propose_accounts(
    reference: LedgerReference, rules: Rules, methods: Iterable[SeenMethod] = ()
) -> tuple[AccountProposal, ...]:
    """Accounts for roles and payment methods that have none; Xero's own where one fits, else new ones.

    Discounts stay inside the line prices, so they need no account. Roles that only fill the purchase side of
    items (inventory, cost of goods sold) are offered only where Xero has such an account.
    """
    taken = {account.code for account in reference.accounts}
    names = {folded(account.name) for account in reference.accounts}
    us = country_of(reference.organisation) == "US"
    found = []
    for wanted in (*_ROLES, *((_TAX_LIABILITY,) if us else ())):
        if not getattr(rules.accounts, wanted.role):
            found.append(_for_role(wanted, reference, taken, names))
    found += _existing_only(reference, rules)
    found += _for_methods(reference, rules, methods, taken, names)
    return tuple(found)


def _usable(reference: LedgerReference) -> list[Account]:
    return [a for a in reference.accounts if a.code and a.status == "ACTIVE" and not a.system_account]


def _for_role(wanted: _Wanted, reference: LedgerReference, taken: set[str], names: set[str]) -> AccountProposal:
    role = wanted.role.replace("_", " ")
    of_class = [
        account
        for account in _usable(reference)
        if account_class(account) == ("REVENUE" if wanted.type == "REVENUE" else "LIABILITY")
        and (account.payments_enabled or not wanted.payments)
    ]
    fitting = [a for word in wanted.words for a in of_class if word in folded(a.name)]
    exact = [account for account in fitting if folded(account.name) in wanted.words]
    for account in (exact or fitting)[:1]:
        return AccountProposal(
            code=account.code,
            name=account.name,
            type=account.type,
            role=wanted.role,
            exists=True,
            sentence=f"Use account {account.code} {account.name} for {role}.",
        )
    code, name = _free(wanted.start, taken), _free_name(wanted.name, names)
    return AccountProposal(
        code=code,
        name=name,
        type=wanted.type,
        role=wanted.role,
        tax_type=_default_tax(wanted.type, reference),
        payments_enabled=wanted.payments,
        sentence=f"Create account {code} {name} for {role}.",
    )


def _default_tax(type: str, reference: LedgerReference) -> str:
    """New revenue accounts get what Xero's sales accounts have; lines carry their own tax type anyway."""
    nothing = out_of_scope_type(reference.organisation)
    if type != "REVENUE":
        return nothing
    return next((a.tax_type for a in _usable(reference) if account_class(a) == "REVENUE" and a.tax_type), nothing)


def _free(start: int, taken: set[str]) -> str:
    code = next(str(number) for number in range(start, start + 10_000) if str(number) not in taken)
    taken.add(code)
    return code


def _free_name(name: str, names: set[str]) -> str:
    """Xero wants names unique, those of archived accounts included."""
    wanted, again = cut(name_text(name), _NAME_LENGTH_MAX - 5), 2
    free = wanted
    while folded(free) in names:
        free = f"{wanted} {again}"
        again += 1
    names.add(folded(free))
    return free


def _existing_only(reference: LedgerReference, rules: Rules) -> list[AccountProposal]:
    found = []
    usable = _usable(reference)
    inventory = next((a for a in usable if a.type == "INVENTORY"), None)
    costs = next((a for a in usable if a.type == "DIRECTCOSTS" and "cost of goods" in folded(a.name)), None)
    rounding = next((a for a in reference.accounts if a.system_account == "ROUNDING" and a.code), None)
    for role, account in (("inventory", inventory), ("cost_of_goods_sold", costs), ("rounding", rounding)):
        if account is not None and not getattr(rules.accounts, role):
            found.append(
                AccountProposal(
                    code=account.code,
                    name=account.name,
                    type=account.type,
                    role=role,
                    exists=True,
                    sentence=f"Use account {account.code} {account.name} for {role.replace('_', ' ')}.",
                )
            )
    if rounding is None and not rules.accounts.rounding:
        wanted = _Wanted("rounding", "Rounding differences", "EXPENSE", 860, ())
        code = _free(wanted.start, {account.code for account in reference.accounts})
        found.append(
            AccountProposal(
                code=code,
                name=wanted.name,
                type=wanted.type,
                role="rounding",
                tax_type=out_of_scope_type(reference.organisation),
                sentence=f"Create account {code} {wanted.name} for rounding.",
            )
        )
    return found


def _for_methods(
    reference: LedgerReference, rules: Rules, methods: Iterable[SeenMethod], taken: set[str], names: set[str]
) -> list[AccountProposal]:
    """One clearing account per method and currency (ACCOUNTING C3).

    In the organisation's currency an ordinary account that takes payments; in others one of type BANK kept in
    that currency, since only those hold foreign money.
    """
    base = reference.organisation.base_currency
    mapped = {(rule.method, rule.currency) for rule in rules.methods if rule.account_code or rule.skip}
    by_name = {folded(a.name): a for a in _usable(reference)}
    found: list[AccountProposal] = []
    for seen in dict.fromkeys(methods):
        key = (seen.method, seen.currency)
        if key in mapped or (seen.method, "") in mapped:
            continue
        mapped.add(key)
        foreign = seen.currency != base
        title = name_text(seen.title) or seen.method
        name = cut(f"{title} clearing", _NAME_LENGTH_MAX - 10) + (f" {seen.currency}" if foreign else "")
        existing = by_name.get(folded(name))
        if existing is not None and (not foreign or existing.currency == seen.currency):
            found.append(
                AccountProposal(
                    code=existing.code, name=existing.name, type=existing.type, method=seen.method,
                    method_currency=seen.currency, currency=existing.currency, exists=True,
                    sentence=f"Use account {existing.code} {existing.name} for {title} in {seen.currency}.",
                )
            )  # fmt: skip
            continue
        code = _free(_CLEARING_START, taken)
        name = _free_name(name, names)
        found.append(
            AccountProposal(
                code=code,
                name=name,
                type="BANK" if foreign else "CURRENT",
                method=seen.method,
                method_currency=seen.currency,
                tax_type=out_of_scope_type(reference.organisation),
                payments_enabled=not foreign,
                currency=seen.currency if foreign else "",
                bank_number=cut(f"CLEARING-{code}-{seen.currency}", _BANK_NUMBER_LENGTH_MAX) if foreign else "",
                sentence=f"Create clearing account {code} {name} for {title} in {seen.currency}.",
            )
        )
    return found


def with_accounts(rules: Rules, proposals: Sequence[AccountProposal]) -> Rules:
    """The rules with proposals taken up (after the new ones were made in Xero). Same version: the caller counts.

    A bank account that was made as a clearing account has no feed, so it counts as confirmed (ACCOUNTING C3).
    """
    roles = {proposal.role: proposal.code for proposal in proposals if proposal.role}
    methods = list(rules.methods)
    for proposal in proposals:
        if not proposal.method:
            continue
        known = next((rule for rule in rules.methods if rule.method == proposal.method), MethodRule(proposal.method))
        methods = [
            rule for rule in methods if (rule.method, rule.currency) != (proposal.method, proposal.method_currency)
        ]
        methods.append(
            msgspec.structs.replace(
                known,
                account_code=proposal.code,
                currency=proposal.method_currency,
                bank_confirmed=not proposal.exists or known.bank_confirmed,
            )
        )
    named = {(rule.method, rule.currency) for rule in methods if rule.currency}
    methods = [
        rule
        for rule in methods
        if rule.currency or rule.account_code or rule.skip or not any(m == rule.method for m, _ in named)
    ]
    accounts = msgspec.structs.replace(rules.accounts, **roles)
    return msgspec.structs.replace(rules, accounts=accounts, methods=tuple(methods))


def with_money_seen(rules: Rules, methods: Iterable[str]) -> Rules:
    """The rules after the operator said that “paid” means money for these methods (ACCOUNTING C1)."""
    said = set(methods)
    replaced = tuple(
        msgspec.structs.replace(rule, money_seen=True) if rule.method in said else rule for rule in rules.methods
    )
    return msgspec.structs.replace(rules, methods=replaced)


def propose_currencies(seen: Iterable[str], reference: LedgerReference) -> tuple[CurrencyProposal, ...]:
    """Currencies of documents that the organisation has not switched on."""
    known = {*reference.currencies, reference.organisation.base_currency}
    return tuple(
        CurrencyProposal(currency, f"Switch on {currency} in {reference.organisation.name}.")
        for currency in sorted(set(seen) - known)
    )
