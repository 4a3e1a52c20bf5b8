"""What an organisation holds, as frozen values: a change puts a new value in the place of the old one.

Money is cents, quantities and percentages are ten-thousandths, currency rates 10**-10, dates are days and
moments milliseconds since 1970. None of the values refers to another one except by id, so the garbage
collector need not look at them.
"""

import msgspec


class Address(msgspec.Struct, frozen=True, gc=False):
    """One of a contact's two fixed addresses."""

    kind: str
    fields: tuple[tuple[str, str], ...] = ()


class Phone(msgspec.Struct, frozen=True, gc=False):
    """One of a contact's four fixed telephone numbers."""

    kind: str
    number: str = ""
    area: str = ""
    country: str = ""


class Person(msgspec.Struct, frozen=True, gc=False):
    """A further person of a contact."""

    first: str = ""
    last: str = ""
    email: str = ""
    include: bool = False


class Contact(msgspec.Struct, frozen=True, gc=False):
    """A customer or supplier. `texts` holds the plain text members by Xero's name, `others` nested JSON."""

    id: str
    name: str
    number: str = ""
    account_number: str = ""
    status: str = "ACTIVE"
    first: str = ""
    last: str = ""
    email: str = ""
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()
    persons: tuple[Person, ...] = ()
    supplier: bool = False
    customer: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    others: str = ""
    attachments: bool = False
    updated: int = 0


class Item(msgspec.Struct, frozen=True, gc=False):
    """A product. Prices are ten-thousandths."""

    id: str
    code: str
    name: str = ""
    description: str = ""
    purchase_description: str = ""
    sold: bool = True
    purchased: bool = True
    tracked: bool = False
    inventory_account: str = ""
    quantity: int = 0
    cost_pool: int = 0
    sales_price: int | None = None
    sales_account: str = ""
    sales_tax: str = ""
    purchase_price: int | None = None
    purchase_account: str = ""
    purchase_cogs: str = ""
    purchase_tax: str = ""
    updated: int = 0


class StockMove(msgspec.Struct, frozen=True, gc=False):
    """What a document did to a tracked item: ten-thousandths of a piece, and base cents of its cost pool."""

    id: str
    document: str
    item: str
    quantity: int
    cost: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of a document. A line without a quantity and amounts is text only."""

    id: str
    description: str = ""
    quantity: int | None = None
    unit_amount: int | None = None
    line_amount: int = 0
    tax_amount: int = 0
    tax_type: str = ""
    account: str = ""
    account_code: str = ""
    item_code: str = ""
    discount_rate: int | None = None
    discount_amount: int | None = None
    tracking: tuple[tuple[str, str], ...] = ()


class Document(msgspec.Struct, frozen=True, gc=False):
    """Invoice, bill, credit note, overpayment, prepayment, bank transaction, quote or purchase order.

    collection: the plural resource name.  credited: of an invoice what credits took off, of a credit what
    was allocated.  paid: of an invoice payments, of a credit cash refunds.
    """

    id: str
    collection: str
    type: str
    status: str
    contact: str
    date: int
    due: int | None
    number: str
    reference: str
    currency: str
    rate: int
    line_types: str
    lines: tuple[Line, ...]
    sub_total: int
    total_tax: int
    total: int
    updated: int
    app: str = ""
    branding: str = ""
    url: str = ""
    sent: bool = False
    paid: int = 0
    credited: int = 0
    rounding: int = 0
    fully_paid: int | None = None
    bank: str = ""
    reconciled: bool = False
    attachments: bool = False
    discounted: bool = False
    expected: int | None = None
    planned: int | None = None
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def due_amount(self) -> int:
        """What is open, in cents of the document's currency."""
        return self.total - self.paid - self.credited


class Payment(msgspec.Struct, frozen=True, gc=False):
    """Money in or out against one document."""

    id: str
    document: str
    type: str
    account: str
    date: int
    amount: int
    rate: int
    reference: str = ""
    status: str = "AUTHORISED"
    reconciled: bool = False
    batch: str = ""
    bank_amount: int | None = None
    details: tuple[tuple[str, str], ...] = ()
    updated: int = 0


class Allocation(msgspec.Struct, frozen=True, gc=False):
    """Part of a credit that settles part of an invoice."""

    id: str
    credit: str
    invoice: str
    amount: int
    date: int
    updated: int = 0


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A ledger journal in base currency cents: debits positive, credits negative, summing to zero.

    lines: (account id, cents, tax type, tax cents) per line.
    """

    id: str
    number: int
    date: int
    created: int
    source_type: str
    source: str
    reference: str
    lines: tuple[tuple[str, int, str, int], ...]


class Batch(msgspec.Struct, frozen=True, gc=False):
    """One bank-side amount for many payments."""

    id: str
    account: str
    date: int
    type: str
    status: str
    payments: tuple[str, ...]
    total: int
    texts: tuple[tuple[str, str], ...] = ()
    reconciled: bool = False
    updated: int = 0


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """Money moved between two bank accounts."""

    id: str
    source: str
    target: str
    amount: int
    date: int
    reference: str = ""
    rate: int = 10**10
    status: str = "AUTHORISED"
    source_transaction: str = ""
    target_transaction: str = ""
    attachments: bool = False
    updated: int = 0


class JournalLine(msgspec.Struct, frozen=True, gc=False):
    """A line of a manual journal: debit positive."""

    amount: int
    account: str
    account_code: str
    description: str = ""
    tax_type: str = ""
    tax_amount: int = 0
    tracking: tuple[tuple[str, str], ...] = ()


class ManualJournal(msgspec.Struct, frozen=True, gc=False):
    """Debits and credits entered by hand."""

    id: str
    narration: str
    date: int
    status: str
    line_types: str
    lines: tuple[JournalLine, ...]
    url: str = ""
    cash_basis: bool = True
    attachments: bool = False
    updated: int = 0


class ContactGroup(msgspec.Struct, frozen=True, gc=False):
    """A named set of contacts."""

    id: str
    name: str
    status: str = "ACTIVE"
    contacts: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, gc=False):
    """A line of a document's history."""

    id: str
    document: str
    changes: str
    details: str
    user: str
    at: int


class Attachment(msgspec.Struct, frozen=True, gc=False):
    """A file on a document."""

    id: str
    document: str
    name: str
    mime: str
    content: bytes
    online: bool = False


class Generic(msgspec.Struct, frozen=True, gc=False):
    """A resource the simulator keeps as the JSON it was given (repeating invoices, linked transactions)."""

    id: str
    collection: str
    json: str
    status: str = ""
    updated: int = 0
