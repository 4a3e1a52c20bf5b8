"""The port of the ledger's own reports: control totals that nobody of us added up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol

import msgspec

from tieout.ports.ledger import Meter


class Balance(msgspec.Struct, frozen=True):
    """An account's balance in the organisation's base currency; debit counts positive."""

    account_id: str
    name: str
    amount: Decimal


class BankMovement(msgspec.Struct, frozen=True):
    """An account of type BANK over a period, as the ledger's bank summary has it, in base currency."""

    account_id: str
    name: str
    opening: Decimal
    received: Decimal
    spent: Decimal
    closing: Decimal


class Reports(Protocol):
    """Reports of one organisation. All raise NeedsOperator when the user may not see reports, RetryLater,
    and ContractBroken for a report that cannot be read."""

    def trial_balance(self, day: date, meter: Meter) -> tuple[Balance, ...]:
        """Balances at the end of a day; income and expenses since their financial year began. One call."""
        ...

    def bank_summary(self, first: date, last: date, meter: Meter) -> tuple[BankMovement, ...]:
        """Accounts of type BANK over a period, both days included. One call."""
        ...
