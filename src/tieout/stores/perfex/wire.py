"""Documents as our sources make them: JSON, every value a text, NULL left out. Both ways in end here.

Columns keep the CRM's names; others (of forks and modules) are left out.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

ZERO = Decimal(0)


class SaleRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of invoices or credit notes. Amounts in the document's currency, dates on the CRM's calendar."""

    id: str
    date: str
    clientid: str = "0"
    deleted_customer_name: str = ""
    number: str = "0"
    prefix: str = ""
    number_format: str = "1"
    datecreated: str = ""
    duedate: str = ""
    currency: str = "0"
    subtotal: Decimal = ZERO
    total_tax: Decimal = ZERO
    total: Decimal = ZERO
    adjustment: Decimal = ZERO
    discount_percent: Decimal = ZERO
    discount_total: Decimal = ZERO
    discount_type: str = ""
    status: str = ""
    reference_no: str = ""
    adminnote: str = ""
    is_recurring_from: str = ""
    project_id: str = ""
    include_shipping: str = ""
    billing_street: str = ""
    billing_city: str = ""
    billing_state: str = ""
    billing_zip: str = ""
    billing_country: str = ""
    shipping_street: str = ""
    shipping_city: str = ""
    shipping_state: str = ""
    shipping_zip: str = ""
    shipping_country: str = ""


class LineRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of itemable; prices are always without tax."""

    id: str
    description: str = ""
    long_description: str = ""
    qty: Decimal = ZERO
    rate: Decimal = ZERO
    unit: str = ""
    item_order: str = ""


class TaxRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tax on a line, by value: name and rate are all that identifies it."""

    itemid: str
    taxname: str = ""
    taxrate: Decimal = ZERO


class PaymentRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payment record. paymentmode: id of a mode, or a gateway's own word. name: the mode's."""

    id: str
    amount: Decimal = ZERO
    paymentmode: str = ""
    name: str = ""
    date: str = ""
    daterecorded: str = ""
    note: str = ""
    transactionid: str = ""


class AppliedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a credit note gave to an invoice. invoice_date: that invoice's.

    invoice_off: its status where that means it is no sale (cancelled, draft), else "", so that a payment of the
    invoice is no change of the credit note.
    """

    id: str
    invoice_id: str = ""
    credit_id: str = ""
    amount: Decimal = ZERO
    date: str = ""
    invoice_date: str = ""
    invoice_off: str = ""


class RefundRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money given back for a credit note."""

    id: str
    amount: Decimal = ZERO
    refunded_on: str = ""
    payment_mode: str = ""
    note: str = ""


class Buyer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a document needs of its client as it is today."""

    company: str = ""
    vat: str = ""
    country: str = ""


class SaleDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An invoice or credit note with everything that hangs on it.

    kind: "invoice" or "credit_note".  taxes_known: `taxes` are the lines' own, also when there are none; else
    only the total tax is known.  currency: ISO code.  credited: applied from credit notes (invoices).
    removed_at: when it was found deleted (UTC), "" while it lives.
    """

    sale: SaleRow
    kind: str
    lines: tuple[LineRow, ...] = ()
    taxes: tuple[TaxRow, ...] = ()
    taxes_known: bool = False
    currency: str = ""
    client: Buyer = Buyer()
    payments: tuple[PaymentRow, ...] = ()
    credited: Decimal = ZERO
    applied: tuple[AppliedRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    removed_at: str = ""


class ClientRow(msgspec.Struct, frozen=True, omit_defaults=True):
    userid: str
    company: str = ""
    vat: str = ""
    phonenumber: str = ""
    country: str = ""
    city: str = ""
    zip: str = ""
    state: str = ""
    address: str = ""
    website: str = ""
    datecreated: str = ""
    active: str = "1"
    default_currency: str = ""
    billing_street: str = ""
    billing_city: str = ""
    billing_state: str = ""
    billing_zip: str = ""
    billing_country: str = ""
    shipping_street: str = ""
    shipping_city: str = ""
    shipping_state: str = ""
    shipping_zip: str = ""
    shipping_country: str = ""


class ContactRow(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    userid: str = ""
    is_primary: str = "0"
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    phonenumber: str = ""
    active: str = "1"
    invoice_emails: str = ""


class ClientDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client with its contacts; it may have none."""

    client: ClientRow
    contacts: tuple[ContactRow, ...] = ()


class ItemRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the price list. Lines of documents keep no link to it."""

    id: str
    description: str = ""
    long_description: str = ""
    rate: Decimal = ZERO
    unit: str = ""


class ItemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    item: ItemRow


class Named(msgspec.Struct, frozen=True):
    """id → a name or code."""

    id: str
    name: str = ""


class KnownTax(msgspec.Struct, frozen=True):
    id: str
    name: str
    rate: Decimal


class Context(msgspec.Struct, frozen=True):
    """The bytes that `StoreReader.context` gives and `StoreAdapter.translator` takes, as JSON.

    currencies: id → ISO code. countries: id → ISO code. modes: payment modes by id. taxes: the CRM's list of taxes.
    line_taxes: "database", "table" (the module shows the table) or "" (not to be had).
    """

    url: str = ""
    base_currency: str = ""
    currencies: tuple[Named, ...] = ()
    countries: tuple[Named, ...] = ()
    modes: tuple[Named, ...] = ()
    taxes: tuple[KnownTax, ...] = ()
    line_taxes: str = ""
