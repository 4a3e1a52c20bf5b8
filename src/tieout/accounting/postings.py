"""The ledger objects that Tieout posts. One posting wants one of these, or None when it must not exist."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.documents.keys import DocumentKey
from tieout.money import Money


class Role(StrEnum):
    """What a posting is for its document. Order of the list = order of work."""

    CONTACT = "contact"
    ITEM = "item"
    INVOICE = "invoice"
    QUOTE = "quote"
    CREDIT_NOTE = "credit_note"
    #: Credit note or invoice that Tieout makes of its own accord (ACCOUNTING B4, B5, B7).
    DIFFERENCE = "difference"
    PAYMENT = "payment"
    OVERPAYMENT = "overpayment"
    ALLOCATION = "allocation"
    REFUND_PAYMENT = "refund_payment"


class Status(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"


class LineAmountTypes(StrEnum):
    """Tax basis of a document's line amounts."""

    EXCLUSIVE = "Exclusive"
    INCLUSIVE = "Inclusive"
    NO_TAX = "NoTax"


class Ref(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """Identity of a posting within an organisation and connection."""

    role: Role
    document: DocumentKey
    ordinal: int = 0


class LedgerLine(msgspec.Struct, frozen=True, gc=False):
    """A line of an invoice or credit note.

    key: the store line's key (several ledger lines may share one: split lines, ACCOUNTING D2).
    quantity > 0 and unit_amount (4 decimals, may be negative) in the document's tax basis.
    amount: the line amount Xero will calculate, in the tax basis.  tax: the tax the line must carry.
    override: tax differs from Xero's own figure, so TaxAmount is sent (ACCOUNTING A3).
    why_account, why_tax: the rule that chose, for people.
    """

    key: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    account_code: str
    tax_type: str
    amount: Money
    tax: Money
    override: bool = False
    item_code: str = ""
    tracking: tuple[tuple[str, str], ...] = ()
    #: This out-of-scope line is a tax of the store (A7, A8): it counts as tax in every comparison.
    counts_as_tax: bool = False
    why_account: str = ""
    why_tax: str = ""


class Totals(msgspec.Struct, frozen=True, gc=False):
    """What Xero will calculate: sub_total + total_tax = total; by_tax_type: (TaxType, tax)."""

    sub_total: Money
    total_tax: Money
    total: Money
    by_tax_type: tuple[tuple[str, Money], ...] = ()


class Invoice(msgspec.Struct, frozen=True, gc=False, tag="invoice"):
    """A sales invoice (ACCREC). rate: units of `currency` per base unit, None lets Xero choose."""

    number: str
    reference: str
    contact: Ref
    date: dt.date
    due_date: dt.date
    status: Status
    line_amount_types: LineAmountTypes
    currency: str
    lines: tuple[LedgerLine, ...]
    totals: Totals
    rate: Decimal | None = None
    url: str = ""


class CreditNote(msgspec.Struct, frozen=True, gc=False, tag="credit_note"):
    """A sales credit note (ACCRECCREDIT). Amounts positive. Carries no discount fields."""

    number: str
    reference: str
    contact: Ref
    date: dt.date
    status: Status
    line_amount_types: LineAmountTypes
    currency: str
    lines: tuple[LedgerLine, ...]
    totals: Totals
    rate: Decimal | None = None


class Payment(msgspec.Struct, frozen=True, gc=False, tag="payment"):
    """Money in for an invoice, or money out for a credit note (`target` says which).

    bank_amount: what the account's own currency took, only where it differs (ACCOUNTING C9).
    """

    target: Ref
    account_code: str
    date: dt.date
    amount: Money
    reference: str
    bank_amount: Money | None = None
    account_id: str = ""


class Overpayment(msgspec.Struct, frozen=True, gc=False, tag="overpayment"):
    """Money received beyond what the invoice owes; needs an account of type BANK (ACCOUNTING C8)."""

    contact: Ref
    account_code: str
    date: dt.date
    amount: Money
    reference: str
    account_id: str = ""


class Allocation(msgspec.Struct, frozen=True, gc=False, tag="allocation"):
    """Credit of `source` (credit note or overpayment) applied to `invoice`."""

    source: Ref
    invoice: Ref
    amount: Money
    date: dt.date


class ContactAddress(msgspec.Struct, frozen=True, gc=False):
    """type: POBOX (billing, printed on invoices) or STREET (delivery). Lengths as Xero allows."""

    type: str
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    attention_to: str = ""


class Contact(msgspec.Struct, frozen=True, gc=False, tag="contact"):
    """A buyer in the ledger. contact_number: our marker. match: how it may be found before it is made."""

    name: str
    contact_number: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    tax_number: str = ""
    account_number: str = ""
    is_company: bool = False
    addresses: tuple[ContactAddress, ...] = ()


class Item(msgspec.Struct, frozen=True, gc=False, tag="item"):
    """A product in the ledger, never with tracked stock (ACCOUNTING D1). code: up to 30 characters."""

    code: str
    name: str
    description: str = ""
    unit_price: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""
    purchase_account_code: str = ""


Payload = Contact | Item | Invoice | CreditNote | Payment | Overpayment | Allocation
