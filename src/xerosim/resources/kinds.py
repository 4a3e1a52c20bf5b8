"""What distinguishes invoices, credit notes and the other documents from one another."""

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """One kind of document. prefix: of automatic numbers.  unique: types whose number is the upsert key."""

    collection: str
    singular: str
    id_field: str
    number_field: str
    types: tuple[str, ...]
    unique: tuple[str, ...]
    prefix: str
    unknown: str
    credit: bool = False
    category: str = ""


INVOICE = Kind(
    "Invoices", "Invoice", "InvoiceID", "InvoiceNumber", ("ACCREC", "ACCPAY"), ("ACCREC",), "INV",
    "An existing invoice with the specified ID could not be found", category="INVOICE",
)  # fmt: skip
CREDIT_NOTE = Kind(
    "CreditNotes",
    "CreditNote",
    "CreditNoteID",
    "CreditNoteNumber",
    ("ACCRECCREDIT", "ACCPAYCREDIT"),
    ("ACCRECCREDIT",),
    "CN",
    "An existing Credit Note with the specified CreditNoteID could not be found",
    credit=True,
    category="CREDITNOTE",
)
SALES_TYPES = frozenset({"ACCREC", "ACCRECCREDIT"})
STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
APPROVED = frozenset({"AUTHORISED", "PAID"})
# What an API call may turn a status into; anything else is "not of valid status for modification".
MOVES = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
    "PAID": frozenset(),
    "VOIDED": frozenset(),
    "DELETED": frozenset(),
}
