"""What a ledger holds: documents read back, for the check after posting and for tie-out."""

from __future__ import annotations

import datetime as dt

import msgspec

from tieout.accounting.postings import Role
from tieout.money import Money


class HeldLine(msgspec.Struct, frozen=True, gc=False):
    account_code: str
    tax_type: str
    amount: Money
    tax: Money
    description: str = ""


class Held(msgspec.Struct, frozen=True, gc=False):
    """One object as the ledger has it. Fields that the kind of object has not are None or empty.

    status: Xero's word (DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED, ACTIVE, ARCHIVED).
    amount: of payments and allocations.  target_id: the invoice or credit note they belong to.
    """

    role: Role
    remote_id: str
    status: str
    number: str = ""
    reference: str = ""
    contact_id: str = ""
    date: dt.date | None = None
    due_date: dt.date | None = None
    currency: str = ""
    sub_total: Money | None = None
    total_tax: Money | None = None
    total: Money | None = None
    amount_due: Money | None = None
    amount_paid: Money | None = None
    amount_credited: Money | None = None
    remaining_credit: Money | None = None
    amount: Money | None = None
    account_code: str = ""
    target_id: str = ""
    rate: str = ""
    lines: tuple[HeldLine, ...] = ()
    #: Lines are left out of summaries; then only totals can be compared.
    has_lines: bool = True
    updated_at: dt.datetime | None = None
    is_reconciled: bool = False
