"""Accounts by the ledger's own reports, and how much of their movement our documents explain (ACCOUNTING E1).

Each document that the ledger holds of ours is booked once more here, debit and credit, and set beside the trial
balance at both ends of the period. What is left over was booked by others: people, bank feeds, other programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import Account, Held, HeldLine, Role
from tieout.money import Rounding, round_decimal
from tieout.rules.settings import Rules

_ZERO = Decimal(0)
#: Reports are in the base currency with two decimals, whatever the currency has by ISO 4217.
_PLACES = 2
_BOOKED = frozenset(("AUTHORISED", "PAID"))
#: Xero's SystemAccount of currency gains and losses.
_CURRENCY = frozenset(("REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN"))
#: Kinds of accounts, in the order in which they are shown.
KINDS = ("debtors", "clearing", "liability", "tax", "rounding", "currency", "income")


class Movement(msgspec.Struct, frozen=True):
    """One account over a period, in the organisation's base currency; debit counts positive.

    ours_in, ours_out: debits and credits of our documents. others: what closing − opening has beyond them.
    foreign: some of ours were in another currency and were converted at the document's rate.
    """

    code: str
    name: str
    kind: str
    opening: Decimal
    ours_in: Decimal
    ours_out: Decimal
    others: Decimal
    closing: Decimal
    foreign: bool = False


class AccountSheet:
    """Books what the ledger holds of ours. within: whether an accounting date belongs to the period."""

    def __init__(
        self, accounts: Iterable[Account], base_currency: str, within: Callable[[date], bool] = lambda day: True
    ) -> None:
        self._within = within
        self._base = base_currency
        self._sides: dict[str, list[Decimal]] = {}
        self._foreign: set[str] = set()
        self._debtors = self._tax = ""
        for account in accounts:
            if account.system_account == "DEBTORS":
                self._debtors = account.code
            elif account.system_account == "GST":
                self._tax = account.code

    def add(self, held: Held) -> None:
        """Book one object of ours as the ledger holds it; drafts and voided ones are in no account."""
        if held.status not in _BOOKED or held.date is None or not self._within(held.date):
            return
        match held.role:
            case Role.INVOICE | Role.CREDIT_NOTE:
                self._document(held, 1 if held.role is Role.INVOICE else -1)
            case Role.PAYMENT | Role.OVERPAYMENT | Role.REFUND_PAYMENT if held.amount is not None:
                sign = -1 if held.role is Role.REFUND_PAYMENT else 1
                amount = self._in_base(held.amount.amount, held)
                self._book(held.account_code, sign * amount, held)
                self._book(self._debtors, -sign * amount, held)
            case _:
                pass

    def _document(self, held: Held, sign: int) -> None:
        total = held.total.amount if held.total is not None else _ZERO
        # Line by line, as lines are converted: the sum of rounded taxes, not the rounded sum.
        tax = sum([self._in_base(line.tax.amount, held) for line in held.lines], _ZERO)
        self._book(self._debtors, sign * self._in_base(total, held), held)
        self._book(self._tax, -sign * tax, held)
        gross = _is_gross(held.lines, held)
        for line in held.lines:
            net = line.amount.amount - line.tax.amount if gross else line.amount.amount
            self._book(line.account_code, -sign * self._in_base(net, held), held)

    def _in_base(self, amount: Decimal, held: Held) -> Decimal:
        if not held.rate or held.currency == self._base or not Decimal(held.rate):
            return amount
        return round_decimal(amount / Decimal(held.rate), _PLACES, Rounding.HALF_UP)

    def _book(self, code: str, amount: Decimal, held: Held) -> None:
        if not code or not amount:
            return
        sides = self._sides.setdefault(code, [_ZERO, _ZERO])
        sides[0 if amount > 0 else 1] += abs(amount)
        if held.currency and held.currency != self._base:
            self._foreign.add(code)

    def movements(
        self,
        accounts: Iterable[Account],
        kinds: Mapping[str, str],
        opening: Mapping[str, Decimal],
        closing: Mapping[str, Decimal],
    ) -> tuple[Movement, ...]:
        """Accounts that we touch or that `kinds` names, by kind. opening, closing: balance by account id."""
        found = []
        for account in accounts:
            kind = kinds.get(account.code) or ("income" if account.code in self._sides else "")
            if not kind:
                continue
            start, end = opening.get(account.account_id, _ZERO), closing.get(account.account_id, _ZERO)
            debit, credit = self._sides.get(account.code, (_ZERO, _ZERO))
            if not (start or end or debit or credit):
                continue
            found.append(
                Movement(
                    code=account.code,
                    name=account.name,
                    kind=kind,
                    opening=start,
                    ours_in=debit,
                    ours_out=credit,
                    others=end - start - debit + credit,
                    closing=end,
                    foreign=account.code in self._foreign,
                )
            )
        return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.code)))


def _is_gross(lines: tuple[HeldLine, ...], held: Held) -> bool:
    """Whether line amounts have their tax inside: then they make the total, not the total without tax."""
    if held.total is None or held.sub_total is None or held.total == held.sub_total:
        return False
    amounts = sum([line.amount.amount for line in lines], _ZERO)
    return abs(amounts - held.total.amount) < abs(amounts - held.sub_total.amount)


def account_kinds(accounts: Iterable[Account], rules: Iterable[Rules]) -> dict[str, str]:
    """Kind by account code: system accounts by what Xero says, the others by what the rules use them for."""
    found: dict[str, str] = {}
    for book in rules:
        roles = book.accounts
        found |= {rule.account_code: "clearing" for rule in book.methods if rule.account_code}
        if roles.bank:
            found.setdefault(roles.bank, "clearing")
        for code in (roles.gift_cards, roles.store_credit, roles.tax_liability, roles.levies):
            if code:
                found[code] = "liability"
        if roles.rounding:
            found[roles.rounding] = "rounding"
    for account in accounts:
        match account.system_account:
            case "DEBTORS":
                found[account.code] = "debtors"
            case "GST":
                found[account.code] = "tax"
            case "ROUNDING":
                found[account.code] = "rounding"
            case system if system in _CURRENCY:
                found[account.code] = "currency"
            case _:
                pass
    found.pop("", None)
    return found
