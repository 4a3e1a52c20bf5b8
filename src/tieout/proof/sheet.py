"""What the fitting starts from: a document's lines with accounts and tax types chosen, and the facts to meet."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tieout.accounting import LedgerLine, LineAmountTypes, Totals
from tieout.documents import TaxTotal
from tieout.proof.certificate import Certificate
from tieout.rules.choices import TaxChoice


class DraftLine(msgspec.Struct, frozen=True, gc=False):
    """A line before fitting; amounts exact, as the store calculated them. net + tax = gross.

    shares: (store's tax code, exact amount) for every percentage tax on the line.
    tax_code: the store's tax that an out-of-scope line stands for (then `counts_as_tax` in the ledger line).
    """

    key: str
    description: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    account_code: str
    tax_choice: TaxChoice
    shares: tuple[tuple[str, Decimal], ...] = ()
    item_code: str = ""
    tracking: tuple[tuple[str, str], ...] = ()
    tax_code: str = ""
    why_account: str = ""


class Sheet(msgspec.Struct, frozen=True, gc=False):
    """A whole document before fitting.

    total, tax_total, taxes: what the store showed its customer. rounding: the rounding line without amounts
    (None: no account is chosen). rounding_limit: at most this much on it (ACCOUNTING A4).
    places: minor units of the currency. allow_inexact: amounts beyond 2 decimals may be rounded.
    """

    currency: str
    places: int
    mode: LineAmountTypes
    total: Decimal
    tax_total: Decimal
    taxes: tuple[TaxTotal, ...]
    lines: tuple[DraftLine, ...]
    rounding: DraftLine | None
    rounding_limit: Decimal
    allow_inexact: bool = False


class Fitted(msgspec.Struct, frozen=True, gc=False):
    """A document's lines as they are sent, what Xero will make of them, and the proof."""

    lines: tuple[LedgerLine, ...]
    totals: Totals
    certificate: Certificate
    notes: tuple[str, ...] = ()
