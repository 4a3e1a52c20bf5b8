"""What Xero accepts: which accounts take lines or payments, which tax types go with which accounts."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.accounting import Account, TaxRate
from tieout.errors import Problem
from tieout.rules.catalogue import Code
from tieout.rules.settings import MethodRule

#: Xero's account types by class, for accounts whose class was not told.
_CLASS_OF_TYPE = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB"), "LIABILITY"),
    **dict.fromkeys(("DEPRECIATN", "DIRECTCOSTS", "EXPENSE", "OVERHEADS"), "EXPENSE"),
    **dict.fromkeys(("OTHERINCOME", "REVENUE", "SALES"), "REVENUE"),
    "EQUITY": "EQUITY",
}


def account_class(account: Account) -> str:
    """ASSET, LIABILITY, EXPENSE, REVENUE or EQUITY; "" for types that are not known."""
    return account.account_class or _CLASS_OF_TYPE.get(account.type, "")


def account_problem(code: str, role: str, accounts: Mapping[str, Account]) -> Problem | None:
    """Why no sales line may be coded to this account: unknown, archived, a bank, or Xero's own."""
    account = accounts.get(code)
    subject = f"account {code}"
    if account is None:
        return Problem(Code.MAPPING_INVALID, f"Xero has no account {code} (chosen for {role}).", subject)
    if account.status != "ACTIVE":
        return Problem(Code.MAPPING_INVALID, f"Account {code} {account.name} is archived in Xero.", subject)
    if account.system_account and not (role == "rounding" and account.system_account == "ROUNDING"):
        return Problem(
            Code.MAPPING_INVALID, f"Account {code} {account.name} is one of Xero's own; choose another.", subject
        )
    if account.type == "BANK":
        return Problem(
            Code.MAPPING_INVALID, f"Account {code} {account.name} is a bank account; lines cannot go there.", subject
        )
    return None


def pair_problem(account: Account | None, rate: TaxRate | None, code: str, tax_type: str) -> Problem | None:
    """Why Xero refuses this tax type on this account (it may be used with some account classes only)."""
    if account is None or rate is None:
        missing = f"account {code}" if account is None else f"tax rate {tax_type}"
        return Problem(Code.MAPPING_INVALID, f"Xero has no {missing} (any more).", missing)
    allowed = {
        "ASSET": rate.for_assets,
        "LIABILITY": rate.for_liabilities,
        "EXPENSE": rate.for_expenses,
        "REVENUE": rate.for_revenue,
        "EQUITY": rate.for_equity,
    }.get(account_class(account), True)
    if allowed:
        return None
    return Problem(
        Code.MAPPING_INVALID,
        f"Tax rate {tax_type} {rate.name} cannot be used with account {code} {account.name} in Xero.",
        f"tax rate {tax_type} with account {code}",
    )


def payment_account_problem(account: Account | None, code: str, rule: MethodRule, currency: str) -> Problem | None:
    """Why payments of a method may not go to this account (ACCOUNTING C3)."""
    subject = f"method {rule.method} {currency}"
    if account is None:
        return Problem(Code.MAPPING_INVALID, f"Xero has no account {code} (chosen for {rule.method}).", subject)
    if account.status != "ACTIVE":
        return Problem(Code.MAPPING_INVALID, f"Account {code} {account.name} is archived in Xero.", subject)
    if account.type != "BANK":
        if account.payments_enabled:
            return None
        return Problem(
            Code.MAPPING_INVALID, f"Account {code} {account.name} does not take payments in Xero.", subject
        )
    if account.bank_account_type in ("", "BANK") and not rule.bank_confirmed:
        return Problem(
            Code.MAPPING_INVALID,
            f"{account.name} is a bank account: its bank feed would count money of {rule.method} twice. "
            "Confirm it on the Payment methods screen or choose a clearing account.",
            subject,
        )
    return None
