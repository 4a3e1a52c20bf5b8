"""What a ledger says of its objects in full, for bringing them into a store. Frozen values, no wire format."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from tieout.accounting.chart import TaxRate
from tieout.accounting.postings import ContactAddress, LineAmountTypes
from tieout.money import Money


class LedgerPerson(msgspec.Struct, frozen=True, gc=False):
    """A contact person beside the contact's own name."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    receives_emails: bool = False


class LedgerContact(msgspec.Struct, frozen=True, gc=False, tag="contact"):
    """A contact. status: ACTIVE, ARCHIVED, GDPRREQUEST. is_supplier without is_customer: only bills name it.

    addresses: POBOX (billing) and STREET (delivery), those without any text left out.
    """

    remote_id: str
    name: str
    status: str = "ACTIVE"
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    tax_number: str = ""
    contact_number: str = ""
    website: str = ""
    currency: str = ""
    addresses: tuple[ContactAddress, ...] = ()
    people: tuple[LedgerPerson, ...] = ()
    merged_to: str = ""
    is_customer: bool = False
    is_supplier: bool = False
    updated_at: dt.datetime | None = None


class LedgerInvoiceLine(msgspec.Struct, frozen=True, gc=False):
    """quantity, unit_amount: None for lines of text only. amount: in the document's tax basis, after discounts."""

    description: str
    quantity: Decimal | None
    unit_amount: Decimal | None
    amount: Money
    tax: Money
    tax_type: str = ""
    account_code: str = ""


class LedgerInvoice(msgspec.Struct, frozen=True, gc=False, tag="invoice"):
    """A sales invoice (ACCREC). status: DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED."""

    remote_id: str
    number: str
    status: str
    contact_id: str
    date: dt.date | None
    currency: str
    line_amount_types: LineAmountTypes
    lines: tuple[LedgerInvoiceLine, ...]
    sub_total: Money
    total_tax: Money
    total: Money
    due_date: dt.date | None = None
    reference: str = ""
    updated_at: dt.datetime | None = None


class LedgerPayment(msgspec.Struct, frozen=True, gc=False, tag="payment"):
    """Money in for a sales invoice. status: AUTHORISED or DELETED."""

    remote_id: str
    invoice_id: str
    status: str
    date: dt.date | None
    amount: Money
    account_code: str = ""
    reference: str = ""
    updated_at: dt.datetime | None = None


class LedgerTaxRate(msgspec.Struct, frozen=True, gc=False, tag="tax_rate"):
    """A tax rate; its tax type is its id."""

    rate: TaxRate

    @property
    def remote_id(self) -> str:
        return self.rate.tax_type

    @property
    def status(self) -> str:
        return self.rate.status

    @property
    def updated_at(self) -> None:
        """Xero does not say."""
        return None


Sighting = LedgerContact | LedgerInvoice | LedgerPayment | LedgerTaxRate

#: Statuses of what has ended in the ledger.
ENDED = frozenset({"VOIDED", "DELETED", "ARCHIVED", "GDPRREQUEST"})


def has_ended(sighting: Sighting) -> bool:
    """Whether the ledger keeps it only as history."""
    return sighting.status in ENDED
