"""What may be chosen for a rule: accounts and tax rates of the organisation, only those that Xero accepts there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tieout.accounting import Account, LedgerReference
from tieout.rules.settings import MethodRule
from tieout.rules.validity import account_class, account_problem, payment_account_problem

_CLASSES = {
    "sales": ("REVENUE",),
    "shipping": ("REVENUE",),
    "inventory": ("ASSET",),
    "cost_of_goods_sold": ("EXPENSE",),
    "gift_cards": ("LIABILITY",),
    "store_credit": ("LIABILITY",),
    "tips": ("LIABILITY", "REVENUE"),
    "tax_liability": ("LIABILITY",),
}


def _label(account: Account) -> str:
    return f"{account.code} · {account.name}" if account.code else account.name


def account_choices(role: str, reference: LedgerReference | None, current: str) -> list[tuple[str, str]]:
    """Accounts that may be used for a role; archived and system accounts are never offered. What is chosen now
    stays visible, so that a bad choice can be seen."""
    accounts = {account.code: account for account in (reference.accounts if reference else ()) if account.code}
    offered = [account for account in accounts.values() if _fits(account, role, accounts)]
    offered.sort(key=lambda account: account.code)
    choices = [("", "–"), *((account.code, _label(account)) for account in offered)]
    if current and current not in {value for value, _title in choices}:
        choices.append((current, f"{current} · {_('not usable any more')}"))
    return choices


def _fits(account: Account, role: str, accounts: dict[str, Account]) -> bool:
    if role == "bank":
        rule = MethodRule("", bank_confirmed=True)
        return payment_account_problem(account, account.code, rule, "") is None
    classes = _CLASSES.get(role)
    return account_problem(account.code, role, accounts) is None and (
        classes is None or account_class(account) in classes
    )


def tax_choices(reference: LedgerReference | None, current: str = "") -> list[tuple[str, str]]:
    """Active tax rates with their percentage."""
    rates = [rate for rate in (reference.tax_rates if reference else ()) if rate.status == "ACTIVE"]
    choices = [("", "–"), *((rate.tax_type, f"{rate.name} · {rate.rate:f} %") for rate in rates)]
    if current and current not in {value for value, _title in choices}:
        choices.append((current, f"{current} · {_('not usable any more')}"))
    return choices


def line_account_choices(reference: LedgerReference | None, current: str = "") -> list[tuple[str, str]]:
    """Accounts that any line may be booked to."""
    return account_choices("", reference, current)
