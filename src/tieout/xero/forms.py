"""Bodies of our requests: the members of Xero's elements that we write, in the order we write them.

Attribute names are Xero's. Members at their default are left out of the text.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all bodies."""


class ContactStub(Form, frozen=True):
    """The contact of a document: its id and nothing else, or Xero would edit the contact."""

    ContactID: str


class TrackingForm(Form, frozen=True):
    Name: str
    Option: str


class LineForm(Form, frozen=True):
    """A line. No LineAmount: Xero calculates it, and refuses one that differs from its own."""

    Description: str
    Quantity: Decimal
    UnitAmount: Decimal
    AccountCode: str | None = None
    TaxType: str | None = None
    TaxAmount: Decimal | None = None
    ItemCode: str | None = None
    Tracking: tuple[TrackingForm, ...] = ()


class InvoiceForm(Form, frozen=True):
    """InvoiceID for changes, InvoiceNumber for creation; never both (FACTS: a number in an update is a key)."""

    InvoiceID: str | None = None
    Type: str | None = None
    InvoiceNumber: str | None = None
    Reference: str | None = None
    Contact: ContactStub | None = None
    Date: str | None = None
    DueDate: str | None = None
    Status: str | None = None
    LineAmountTypes: str | None = None
    CurrencyCode: str | None = None
    CurrencyRate: Decimal | None = None
    Url: str | None = None
    LineItems: tuple[LineForm, ...] = ()


class CreditNoteForm(Form, frozen=True):
    CreditNoteID: str | None = None
    Type: str | None = None
    CreditNoteNumber: str | None = None
    Reference: str | None = None
    Contact: ContactStub | None = None
    Date: str | None = None
    Status: str | None = None
    LineAmountTypes: str | None = None
    CurrencyCode: str | None = None
    CurrencyRate: Decimal | None = None
    LineItems: tuple[LineForm, ...] = ()


class InvoiceStub(Form, frozen=True):
    InvoiceID: str


class CreditNoteStub(Form, frozen=True):
    CreditNoteID: str


class OverpaymentStub(Form, frozen=True):
    OverpaymentID: str


class AccountStub(Form, frozen=True):
    AccountID: str | None = None
    Code: str | None = None


class PaymentForm(Form, frozen=True):
    Invoice: InvoiceStub | None = None
    CreditNote: CreditNoteStub | None = None
    Overpayment: OverpaymentStub | None = None
    Account: AccountStub | None = None
    Date: str | None = None
    Amount: Decimal | None = None
    BankAmount: Decimal | None = None
    Reference: str | None = None
    Status: str | None = None


class BankTransactionForm(Form, frozen=True):
    Type: str
    Reference: str
    Contact: ContactStub
    BankAccount: AccountStub
    Date: str
    Status: str
    LineAmountTypes: str
    CurrencyCode: str
    LineItems: tuple[LineForm, ...]


class AllocationForm(Form, frozen=True):
    Invoice: InvoiceStub
    Amount: Decimal
    Date: str


class AddressForm(Form, frozen=True):
    AddressType: str
    AddressLine1: str = ""
    AddressLine2: str = ""
    AddressLine3: str = ""
    AddressLine4: str = ""
    City: str = ""
    Region: str = ""
    PostalCode: str = ""
    Country: str = ""
    AttentionTo: str = ""


class PhoneForm(Form, frozen=True):
    PhoneType: str
    PhoneNumber: str


class ContactForm(Form, frozen=True):
    ContactID: str | None = None
    Name: str | None = None
    ContactNumber: str | None = None
    AccountNumber: str | None = None
    FirstName: str | None = None
    LastName: str | None = None
    EmailAddress: str | None = None
    TaxNumber: str | None = None
    ContactStatus: str | None = None
    Addresses: tuple[AddressForm, ...] = ()
    Phones: tuple[PhoneForm, ...] = ()


class SalesDetailsForm(Form, frozen=True):
    UnitPrice: Decimal | None = None
    AccountCode: str | None = None
    TaxType: str | None = None


class PurchaseDetailsForm(Form, frozen=True):
    AccountCode: str | None = None


class ItemForm(Form, frozen=True):
    """Never the members of tracked stock (ACCOUNTING D1)."""

    ItemID: str | None = None
    Code: str | None = None
    Name: str | None = None
    Description: str | None = None
    SalesDetails: SalesDetailsForm | None = None
    PurchaseDetails: PurchaseDetailsForm | None = None


class AccountForm(Form, frozen=True):
    Code: str
    Name: str
    Type: str
    TaxType: str | None = None
    EnablePaymentsToAccount: bool | None = None
    Description: str | None = None
    BankAccountNumber: str | None = None
    CurrencyCode: str | None = None


class TaxComponentForm(Form, frozen=True):
    Name: str
    Rate: Decimal
    IsCompound: bool


class TaxRateForm(Form, frozen=True):
    Name: str
    TaxComponents: tuple[TaxComponentForm, ...]
    ReportTaxType: str | None = None


class CurrencyForm(Form, frozen=True):
    Code: str
