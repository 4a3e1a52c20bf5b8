"""What we read of Xero's answers: lenient types. Nothing is required, lengths and enumerations are not judged.

Attribute names are Xero's. Unknown members are ignored; a member may be null.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

Text = str | None
Number = Decimal | None


class Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all that is read."""


class Message(Wire, frozen=True):
    Message: Text = None


class Judged(Wire, frozen=True):
    """Members that say whether an element was taken."""

    StatusAttributeString: Text = None
    HasErrors: bool | None = None
    HasValidationErrors: bool | None = None
    ValidationErrors: list[Message] | None = None
    Warnings: list[Message] | None = None


class ContactRef(Wire, frozen=True):
    ContactID: Text = None


class AccountRef(Wire, frozen=True):
    AccountID: Text = None
    Code: Text = None
    CurrencyCode: Text = None


class DocumentRef(Wire, frozen=True):
    """Stub of an invoice, credit note or overpayment inside another element."""

    InvoiceID: Text = None
    CreditNoteID: Text = None
    OverpaymentID: Text = None
    InvoiceNumber: Text = None
    CreditNoteNumber: Text = None
    CurrencyCode: Text = None
    AmountDue: Number = None
    RemainingCredit: Number = None


class Line(Wire, frozen=True):
    Description: Text = None
    AccountCode: Text = None
    TaxType: Text = None
    TaxAmount: Number = None
    LineAmount: Number = None


class AllocationWire(Judged, frozen=True):
    AllocationID: Text = None
    Amount: Number = None
    Date: Text = None
    Invoice: DocumentRef | None = None
    CreditNote: DocumentRef | None = None
    Overpayment: DocumentRef | None = None
    IsDeleted: bool | None = None
    StatusAttributeString: Text = None


class PaymentWire(Judged, frozen=True):
    PaymentID: Text = None
    Date: Text = None
    DateString: Text = None
    Amount: Number = None
    BankAmount: Number = None
    Reference: Text = None
    CurrencyRate: Number = None
    PaymentType: Text = None
    Status: Text = None
    IsReconciled: bool | None = None
    Account: AccountRef | None = None
    Invoice: DocumentRef | None = None
    CreditNote: DocumentRef | None = None
    Overpayment: DocumentRef | None = None
    BatchPaymentID: Text = None
    UpdatedDateUTC: Text = None


class InvoiceWire(Judged, frozen=True):
    """Invoices and, with other names of id and number, credit notes."""

    Type: Text = None
    InvoiceID: Text = None
    InvoiceNumber: Text = None
    CreditNoteID: Text = None
    CreditNoteNumber: Text = None
    Reference: Text = None
    Contact: ContactRef | None = None
    Date: Text = None
    DateString: Text = None
    DueDate: Text = None
    DueDateString: Text = None
    Status: Text = None
    LineAmountTypes: Text = None
    LineItems: list[Line] | None = None
    SubTotal: Number = None
    TotalTax: Number = None
    Total: Number = None
    CurrencyCode: Text = None
    CurrencyRate: Number = None
    AmountDue: Number = None
    AmountPaid: Number = None
    AmountCredited: Number = None
    RemainingCredit: Number = None
    Payments: list[PaymentWire] | None = None
    Allocations: list[AllocationWire] | None = None
    UpdatedDateUTC: Text = None
    Url: Text = None


class BankTransactionWire(Judged, frozen=True):
    """Bank transactions and overpayments."""

    Type: Text = None
    BankTransactionID: Text = None
    OverpaymentID: Text = None
    Reference: Text = None
    Contact: ContactRef | None = None
    BankAccount: AccountRef | None = None
    Date: Text = None
    DateString: Text = None
    Status: Text = None
    LineAmountTypes: Text = None
    LineItems: list[Line] | None = None
    SubTotal: Number = None
    TotalTax: Number = None
    Total: Number = None
    CurrencyCode: Text = None
    CurrencyRate: Number = None
    RemainingCredit: Number = None
    Allocations: list[AllocationWire] | None = None
    Payments: list[PaymentWire] | None = None
    IsReconciled: bool | None = None
    UpdatedDateUTC: Text = None


class ContactWire(Judged, frozen=True):
    ContactID: Text = None
    Name: Text = None
    ContactNumber: Text = None
    AccountNumber: Text = None
    EmailAddress: Text = None
    TaxNumber: Text = None
    CompanyNumber: Text = None
    ContactStatus: Text = None
    MergedToContactID: Text = None
    UpdatedDateUTC: Text = None


class SalesDetailsWire(Wire, frozen=True):
    UnitPrice: Number = None
    AccountCode: Text = None
    TaxType: Text = None


class ItemWire(Judged, frozen=True):
    ItemID: Text = None
    Code: Text = None
    Name: Text = None
    Description: Text = None
    IsTrackedAsInventory: bool | None = None
    SalesDetails: SalesDetailsWire | None = None
    UpdatedDateUTC: Text = None


class AccountWire(Judged, frozen=True):
    AccountID: Text = None
    Code: Text = None
    Name: Text = None
    Type: Text = None
    Class: Text = None
    Status: Text = None
    TaxType: Text = None
    SystemAccount: Text = None
    CurrencyCode: Text = None
    EnablePaymentsToAccount: bool | None = None
    BankAccountType: Text = None


class TaxComponentWire(Wire, frozen=True):
    Name: Text = None
    Rate: Number = None
    IsCompound: bool | None = None


class TaxRateWire(Judged, frozen=True):
    TaxType: Text = None
    Name: Text = None
    EffectiveRate: Number = None
    DisplayTaxRate: Number = None
    Status: Text = None
    ReportTaxType: Text = None
    TaxComponents: list[TaxComponentWire] | None = None
    CanApplyToRevenue: bool | None = None
    CanApplyToAssets: bool | None = None
    CanApplyToLiabilities: bool | None = None
    CanApplyToExpenses: bool | None = None
    CanApplyToEquity: bool | None = None


class CurrencyWire(Wire, frozen=True):
    Code: Text = None


class TrackingOptionWire(Wire, frozen=True):
    Name: Text = None
    Status: Text = None


class TrackingCategoryWire(Wire, frozen=True):
    Name: Text = None
    Status: Text = None
    Options: list[TrackingOptionWire] | None = None


class OrganisationWire(Wire, frozen=True):
    OrganisationID: Text = None
    Name: Text = None
    ShortCode: Text = None
    CountryCode: Text = None
    Version: Text = None
    BaseCurrency: Text = None
    Timezone: Text = None
    PeriodLockDate: Text = None
    EndOfYearLockDate: Text = None
    Edition: Text = None
    Class: Text = None
    IsDemoCompany: bool | None = None
    OrganisationStatus: str | None = None
    FinancialYearEndDay: int | None = None
    FinancialYearEndMonth: int | None = None


class ActionWire(Wire, frozen=True):
    Name: Text = None
    Status: Text = None


class Pagination(Wire, frozen=True):
    page: int | None = None
    pageCount: int | None = None
    itemCount: int | None = None


class Envelope(Wire, frozen=True):
    """Any answer of the API: the list that is present, each element left as text until its kind is known."""

    pagination: Pagination | None = None
    Contacts: list[msgspec.Raw] | None = None
    Items: list[msgspec.Raw] | None = None
    Invoices: list[msgspec.Raw] | None = None
    CreditNotes: list[msgspec.Raw] | None = None
    Payments: list[msgspec.Raw] | None = None
    BankTransactions: list[msgspec.Raw] | None = None
    Overpayments: list[msgspec.Raw] | None = None
    Allocations: list[msgspec.Raw] | None = None
    Accounts: list[msgspec.Raw] | None = None
    TaxRates: list[msgspec.Raw] | None = None
    Currencies: list[msgspec.Raw] | None = None
    TrackingCategories: list[msgspec.Raw] | None = None
    Organisations: list[msgspec.Raw] | None = None
    Actions: list[msgspec.Raw] | None = None
    Elements: list[msgspec.Raw] | None = None


#: The list's name in answers → its reader.
KINDS: dict[str, type[Judged]] = {
    "Contacts": ContactWire,
    "Items": ItemWire,
    "Invoices": InvoiceWire,
    "CreditNotes": InvoiceWire,
    "Payments": PaymentWire,
    "BankTransactions": BankTransactionWire,
    "Overpayments": BankTransactionWire,
    "Allocations": AllocationWire,
}
