"""What a store can be told: customers, tax rates, invoices and payments as a ledger knows them.

The way back: these carry only what Xero knows, in the words of the store where the two differ (its keys, the names
of its taxes, its payment methods). Amounts are exact, in the entry's currency, positive for what the customer owes.
Text is plain: no markup, lines apart by "\\n".
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import msgspec

from tieout.documents.parties import Address
from tieout.money import Money


class EntryKind(StrEnum):
    """Order of the list = order of work: an invoice needs its customer and taxes, a payment its invoice."""

    CUSTOMER = "customer"
    TAX_RATE = "tax_rate"
    INVOICE = "invoice"
    PAYMENT = "payment"


class InvoiceState(StrEnum):
    """OPEN also when it is paid in part or whole: payments tell that. CANCELLED: void in the ledger."""

    DRAFT = "draft"
    OPEN = "open"
    CANCELLED = "cancelled"


class Person(msgspec.Struct, frozen=True, gc=False):
    """A person of a customer. The first of a customer's people is the primary one."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    receives_invoices: bool = False


class CustomerEntry(msgspec.Struct, frozen=True, gc=False, tag="customer"):
    """A customer. name: of the company, or of the person when is_company is False.

    people: the primary person first (Xero's own first name, last name, e-mail), then its contact persons; may be
    empty. currency: default currency, "" the store's own. billing, delivery: country ISO alpha-2, "" unknown.
    active False: archived in the ledger.
    """

    name: str
    is_company: bool = True
    people: tuple[Person, ...] = ()
    phone: str = ""
    tax_number: str = ""
    website: str = ""
    currency: str = ""
    billing: Address = Address()
    delivery: Address | None = None
    active: bool = True


class TaxName(msgspec.Struct, frozen=True, gc=False, order=True):
    """A tax of the store by which a line names it: name and percent together are its identity."""

    name: str
    percent: Decimal


class TaxRateEntry(msgspec.Struct, frozen=True, gc=False, tag="tax_rate"):
    """A tax rate. percent: effective. components: of a composite rate, each a tax of its own in a store that adds
    several taxes on a line; empty for a plain rate."""

    name: str
    percent: Decimal
    components: tuple[TaxName, ...] = ()
    active: bool = True


class EntryLine(msgspec.Struct, frozen=True, gc=False):
    """A line of an invoice, tax-exclusive whatever the ledger's basis: net + tax is what the customer pays for it.

    quantity: > 0 as in the ledger.  unit_net: price of one before tax, exact, such that quantity * unit_net
    rounds half up to `net`; None where no price of at most 4 decimals does (then quantity 1 at `net`).
    net may be negative (discount lines).  taxes: empty for a line without tax.
    """

    description: str
    quantity: Decimal
    unit_net: Decimal | None
    net: Money
    tax: Money
    taxes: tuple[TaxName, ...] = ()


class InvoiceEntry(msgspec.Struct, frozen=True, gc=False, tag="invoice"):
    """An invoice. net + tax = total, the ledger's own figures: the store must show exactly these, or it is refused.

    number: as in the ledger.  customer_key: the store's key of the customer.  currency: ISO code.
    """

    number: str
    customer_key: str
    date: dt.date
    currency: str
    lines: tuple[EntryLine, ...]
    net: Money
    tax: Money
    total: Money
    state: InvoiceState = InvoiceState.OPEN
    due_date: dt.date | None = None
    reference: str = ""


class PaymentEntry(msgspec.Struct, frozen=True, gc=False, tag="payment"):
    """Money in for an invoice. invoice_key: the store's.  amount > 0, in the invoice's currency.

    method: the store's key of the payment method.  reference: as the ledger has it, may be empty.
    """

    invoice_key: str
    date: dt.date
    amount: Money
    method: str
    reference: str = ""


Entry = CustomerEntry | TaxRateEntry | InvoiceEntry | PaymentEntry


def kind_of(entry: Entry) -> EntryKind:
    """The kind of an entry."""
    match entry:
        case CustomerEntry():
            return EntryKind.CUSTOMER
        case TaxRateEntry():
            return EntryKind.TAX_RATE
        case InvoiceEntry():
            return EntryKind.INVOICE
        case PaymentEntry():
            return EntryKind.PAYMENT
