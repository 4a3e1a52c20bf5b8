"""Writes into the CRM through its REST module: implements `ports.writing.StoreWriter`.

Invoices and payments bear our marker in their note. Clients and taxes have no room for one: a client is found by
company, tax number and street together, a tax by its name and rate, which are its identity in the CRM anyway.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.documents import DocumentKind
from tieout.documents.entries import CustomerEntry, EntryKind, InvoiceEntry, PaymentEntry, TaxRateEntry
from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, Problem, RetryLater
from tieout.ports.store import RawDocument
from tieout.ports.writing import (
    Current,
    Refused,
    StoreMethod,
    StoreTax,
    StoreWrite,
    Vocabulary,
    WriteOperation,
    Written,
)
from tieout.rules.catalogue import Code
from tieout.stores.decode import UNREADABLE, Reader
from tieout.stores.perfex import wire
from tieout.stores.perfex.client import Json, PerfexClient, Refusal
from tieout.stores.perfex.entries import customer_entry, customer_fields, invoice_entry, payment_entry, tax_code
from tieout.stores.perfex.invoice_writing import InvoiceWriting
from tieout.stores.perfex.notes import marker_in
from tieout.stores.perfex.payment_keys import payment_id, payment_key
from tieout.stores.perfex.payment_writing import PaymentWriting
from tieout.stores.perfex.people_writing import PeopleWriting
from tieout.stores.perfex.reader import PerfexReader
from tieout.stores.perfex.translate.crm import CrmFacts, day_of, read_context
from tieout.stores.perfex.translate.figures import read_figures
from tieout.stores.perfex.writable import unwritable

_ALL = frozenset(WriteOperation)
_OPERATIONS = {
    EntryKind.CUSTOMER: frozenset((WriteOperation.CREATE, WriteOperation.UPDATE, WriteOperation.CANCEL)),
    EntryKind.TAX_RATE: frozenset((WriteOperation.CREATE,)),
    EntryKind.INVOICE: _ALL,
    EntryKind.PAYMENT: _ALL - {WriteOperation.CANCEL},
}
_DOCUMENTS = {EntryKind.CUSTOMER: DocumentKind.CUSTOMER, EntryKind.INVOICE: DocumentKind.INVOICE}


class PerfexWriter:
    """client: the REST module. reader: of the same connection, whichever way it reads. options: of the connection."""

    def __init__(self, client: PerfexClient, reader: PerfexReader, options: Mapping[str, str]) -> None:
        self._client = client
        self._reader = reader
        self._options = options
        self._facts: CrmFacts | None = None
        self._sales = Reader(wire.SaleDocument)
        self._clients = Reader(wire.ClientDocument)
        self._invoices = InvoiceWriting(client)
        self._payments = PaymentWriting(client)
        self._people = PeopleWriting(client)

    def operations(self) -> Mapping[EntryKind, frozenset[WriteOperation]]:
        return _OPERATIONS

    def problems(self, write: StoreWrite, vocabulary: Vocabulary) -> tuple[Problem, ...]:
        return unwritable(write, vocabulary)

    def vocabulary(self) -> Vocabulary:
        self._facts = None
        crm = self._crm()
        return Vocabulary(
            currencies=tuple(sorted(set(crm.currencies.values()))),
            taxes=tuple(
                StoreTax(tax_code(tax.name, tax.rate), tax.name, tax.rate) for tax in crm.context.taxes if tax.name
            ),
            methods=tuple(StoreMethod(key, title) for key, title in crm.modes.items()),
            base_currency=crm.context.base_currency,
        )

    def current(self, kind: EntryKind, key: str) -> Current | None:
        if kind is EntryKind.TAX_RATE:
            return self._tax(key)
        if kind is EntryKind.PAYMENT:
            return self._payment(key)
        raw = self._reader.one(_DOCUMENTS[kind], key)
        if raw is None:
            return None
        if kind is EntryKind.CUSTOMER:
            client = self._clients.read(raw.body, f"client {key}")
            if isinstance(client, Problem):
                raise ContractBroken(client.reason)
            return Current(key, customer_entry(client, self._crm()), raw)
        return self._invoice(key, raw)

    def look_up(self, write: StoreWrite) -> Written | None:
        key: str | None = None
        match write.entry:
            case CustomerEntry():
                key = self._people.find(write.entry, self._crm())
            case TaxRateEntry():
                known = {tax.key for tax in self.vocabulary().taxes}
                key = _tax_key(write.entry) if set(_tax_codes(write.entry)) <= known else None
            case InvoiceEntry():
                key = self._invoices.find(write.marker)
            case PaymentEntry():
                found = self._payments.find(write.marker)
                row = self._payments.row(found) if found else None
                key = _payment_key(row[0]) if row is not None else None
        return Written(key) if key else None

    def send(self, write: StoreWrite, idempotency_key: str) -> Written | Refused:
        answer = self._send(write, idempotency_key)
        if isinstance(answer, Refused | Written):
            return answer
        # The older module says only that it was done.
        try:
            found = self.look_up(write)
        except (RetryLater, NeedsOperator, ContractBroken) as error:
            raise OutcomeUnknown(
                f"The CRM says that it was done; which record it is cannot be read: {error}"
            ) from error
        if found is None:
            raise OutcomeUnknown("The CRM says that it was done, and does not show it.")
        return found

    def marker_of(self, document: RawDocument) -> str:
        if document.kind is not DocumentKind.INVOICE:
            return ""
        found = self._sales.read(document.body, "an invoice")
        return "" if isinstance(found, Problem) else marker_in(found.sale.adminnote)

    def _send(self, write: StoreWrite, idempotency_key: str) -> Written | Refused | None:
        crm, entry = self._crm(), write.entry
        answer: Json | Refusal
        match entry:
            case CustomerEntry():
                answer = self._people.send(write, customer_fields(entry, crm), entry, idempotency_key)
            case TaxRateEntry():
                answer = self._people.add_taxes(entry, self.vocabulary().taxes, idempotency_key)
            case InvoiceEntry():
                answer = self._invoices.send(write, entry, crm, idempotency_key)
            case PaymentEntry():
                answer = self._payments.send(write, entry, idempotency_key)
        if isinstance(answer, Refusal):
            return self._refused(write, answer)
        if isinstance(entry, PaymentEntry) and write.operation is WriteOperation.UPDATE:
            return Written(_entry_key(payment_id(write.key), entry))
        if write.operation is not WriteOperation.CREATE:
            return Written(write.key)
        if isinstance(entry, TaxRateEntry):
            self._facts = None
            return Written(_tax_key(entry))
        key = _new_key(answer)
        if key and isinstance(entry, PaymentEntry):
            key = _entry_key(key, entry)
        return Written(key) if key else None

    def _refused(self, write: StoreWrite, refusal: Refusal) -> Refused:
        words = write.kind.value.replace("_", " ")
        problem = Problem(
            Code.STORE_REFUSED, f"The CRM refused this {words}: {refusal.sentence}.", f"{words} refused by the CRM"
        )
        gone = refusal.status == 404 and bool(write.key) and not self._is_there(write)
        return Refused((problem,), refusal.evidence, gone)

    def _is_there(self, write: StoreWrite) -> bool:
        """Whether the CRM has the record, whatever it says by now."""
        if write.kind is EntryKind.PAYMENT:
            return self._payments.row(payment_id(write.key)) is not None
        return self.current(write.kind, write.key) is not None

    # reading

    def _crm(self) -> CrmFacts:
        if self._facts is None:
            self._facts = CrmFacts(read_context(self._reader.context()), self._options)
        return self._facts

    def _invoice(self, key: str, raw: RawDocument) -> Current:
        document = self._sales.read(raw.body, f"invoice {key}")
        if isinstance(document, Problem):
            raise ContractBroken(document.reason)
        try:
            figures = read_figures(document, self._crm())
            if isinstance(figures, Problem):
                raise ContractBroken(figures.reason)
            entry = invoice_entry(document, figures, self._crm())
        except UNREADABLE as error:
            raise ContractBroken(f"The CRM's invoice {key} cannot be read: {error}") from error
        return Current(key, entry, raw, marker_in(document.sale.adminnote))

    def _payment(self, key: str) -> Current | None:
        """None also for one that says something else now: it was edited, which makes it another payment."""
        row = self._payments.row(payment_id(key))
        if row is None or _payment_key(row[0]) != key:
            return None
        crm = self._crm()
        invoice = self._reader.one(DocumentKind.INVOICE, row[1])
        if invoice is None:
            return None
        document = self._sales.read(invoice.body, f"invoice {row[1]}")
        if isinstance(document, Problem):
            raise ContractBroken(document.reason)
        try:
            return Current(key, payment_entry(row[0], row[1], crm.currency(document)), marker=marker_in(row[0].note))
        except UNREADABLE as error:
            raise ContractBroken(f"The CRM's payment {key} cannot be read: {error}") from error

    def _tax(self, key: str) -> Current | None:
        found = {tax.key: tax for tax in self.vocabulary().taxes}
        codes = key.split(" + ")
        if not set(codes) <= set(found):
            return None
        taxes = [found[code] for code in codes]
        percent = sum((tax.percent for tax in taxes[1:]), taxes[0].percent)
        return Current(key, TaxRateEntry(name=" + ".join(tax.name for tax in taxes), percent=percent))


def _tax_codes(entry: TaxRateEntry) -> tuple[str, ...]:
    parts = entry.components or ()
    return tuple(tax_code(one.name, one.percent) for one in parts) or (tax_code(entry.name, entry.percent),)


def _tax_key(entry: TaxRateEntry) -> str:
    return " + ".join(_tax_codes(entry))


def _payment_key(row: wire.PaymentRow) -> str:
    return payment_key(row.id, row.amount, day_of(row.date), row.paymentmode)


def _entry_key(identity: str, entry: PaymentEntry) -> str:
    return payment_key(identity, entry.amount.amount, entry.date, entry.method)


def _new_key(answer: Json) -> str:
    """The id of what was made, where the module's generation tells it."""
    for name in ("record_id", "insert_id", "id"):
        text = str(answer.get(name, ""))
        if text.isascii() and text.isdigit() and text != "0":
            return text
    return ""
