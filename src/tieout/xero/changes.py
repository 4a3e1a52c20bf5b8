"""Whole contacts, sales invoices and payments of an organisation, for bringing them into a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from tieout.accounting import ContactAddress, LineAmountTypes
from tieout.accounting.brought import (
    LedgerContact,
    LedgerInvoice,
    LedgerInvoiceLine,
    LedgerPayment,
    LedgerPerson,
)
from tieout.money import Money
from tieout.ports.ledger import Meter
from tieout.xero import wire
from tieout.xero.caller import Caller
from tieout.xero.codec import date_in, moment_in
from tieout.xero.into import known_id
from tieout.xero.reading import PAGE_SIZE, Span, elements, paged

#: Ids in one address; 40 of 36 characters keep it below 2 kB.
IDS_MAX = 40
_ZERO = Decimal(0)


class AddressWire(wire.Wire, frozen=True):
    AddressType: wire.Text = None
    AddressLine1: wire.Text = None
    AddressLine2: wire.Text = None
    AddressLine3: wire.Text = None
    AddressLine4: wire.Text = None
    City: wire.Text = None
    Region: wire.Text = None
    PostalCode: wire.Text = None
    Country: wire.Text = None
    AttentionTo: wire.Text = None


class PhoneWire(wire.Wire, frozen=True):
    PhoneType: wire.Text = None
    PhoneNumber: wire.Text = None
    PhoneAreaCode: wire.Text = None
    PhoneCountryCode: wire.Text = None


class PersonWire(wire.Wire, frozen=True):
    FirstName: wire.Text = None
    LastName: wire.Text = None
    EmailAddress: wire.Text = None
    IncludeInEmails: bool | None = None


class WholeContact(wire.Wire, frozen=True):
    ContactID: wire.Text = None
    Name: wire.Text = None
    FirstName: wire.Text = None
    LastName: wire.Text = None
    EmailAddress: wire.Text = None
    ContactNumber: wire.Text = None
    ContactStatus: wire.Text = None
    TaxNumber: wire.Text = None
    Website: wire.Text = None
    DefaultCurrency: wire.Text = None
    Addresses: list[AddressWire] | None = None
    Phones: list[PhoneWire] | None = None
    ContactPersons: list[PersonWire] | None = None
    IsCustomer: bool | None = None
    IsSupplier: bool | None = None
    MergedToContactID: wire.Text = None
    UpdatedDateUTC: wire.Text = None


class WholeLine(wire.Wire, frozen=True):
    Description: wire.Text = None
    Quantity: wire.Number = None
    UnitAmount: wire.Number = None
    LineAmount: wire.Number = None
    TaxAmount: wire.Number = None
    TaxType: wire.Text = None
    AccountCode: wire.Text = None


class WholeInvoice(wire.Wire, frozen=True):
    InvoiceID: wire.Text = None
    InvoiceNumber: wire.Text = None
    Reference: wire.Text = None
    Status: wire.Text = None
    Contact: wire.ContactRef | None = None
    Date: wire.Text = None
    DateString: wire.Text = None
    DueDate: wire.Text = None
    DueDateString: wire.Text = None
    LineAmountTypes: wire.Text = None
    LineItems: list[WholeLine] | None = None
    SubTotal: wire.Number = None
    TotalTax: wire.Number = None
    Total: wire.Number = None
    CurrencyCode: wire.Text = None
    UpdatedDateUTC: wire.Text = None


class XeroChanges:
    """Implements `ports.inward.LedgerChanges`. currency: of payments whose answer does not tell it."""

    def __init__(self, caller: Caller, currency: str) -> None:
        self._caller = caller
        self._currency = currency

    def contacts(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerContact]]:
        query = {"includeArchived": "true"}
        for page in paged(self._caller, "Contacts", WholeContact, query, Span(since=since), meter):
            yield [contact(one) for one in page]

    def invoices(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerInvoice]]:
        query = {"where": 'Type=="ACCREC"', "unitdp": "4"}
        for page in paged(self._caller, "Invoices", WholeInvoice, query, Span(since=since), meter):
            yield [invoice(one) for one in page]

    def payments(self, since: datetime | None, meter: Meter) -> Iterator[Sequence[LedgerPayment]]:
        for page in paged(self._caller, "Payments", wire.PaymentWire, {}, Span(since=since), meter):
            yield [payment(one, self._currency) for one in page if (one.PaymentType or "") in ("", "ACCRECPAYMENT")]

    def some_contacts(self, ids: Sequence[str], meter: Meter) -> Sequence[LedgerContact]:
        found: list[LedgerContact] = []
        for part in _parts(ids):
            query = {"IDs": ",".join(part), "includeArchived": "true", "page": "1", "pageSize": str(PAGE_SIZE)}
            reply = self._caller.get("Contacts", query, meter)
            found += [] if reply is None else [contact(e) for e in elements(reply.body, "Contacts", WholeContact)]
        return found

    def some_invoices(self, ids: Sequence[str], meter: Meter) -> Sequence[LedgerInvoice]:
        found: list[LedgerInvoice] = []
        for part in _parts(ids):
            query = {"IDs": ",".join(part), "unitdp": "4", "page": "1", "pageSize": str(PAGE_SIZE)}
            reply = self._caller.get("Invoices", query, meter)
            found += [] if reply is None else [invoice(e) for e in elements(reply.body, "Invoices", WholeInvoice)]
        return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), IDS_MAX):
        yield ids[start : start + IDS_MAX]


def contact(one: WholeContact) -> LedgerContact:
    phones = {phone.PhoneType: _phone(phone) for phone in one.Phones or () if phone.PhoneNumber}
    return LedgerContact(
        remote_id=known_id(one.ContactID),
        name=one.Name or "",
        status=one.ContactStatus or "ACTIVE",
        first_name=one.FirstName or "",
        last_name=one.LastName or "",
        email=one.EmailAddress or "",
        phone=phones.get("DEFAULT") or phones.get("MOBILE") or phones.get("DDI") or "",
        tax_number=one.TaxNumber or "",
        contact_number=one.ContactNumber or "",
        website=one.Website or "",
        currency=one.DefaultCurrency or "",
        addresses=tuple(address for part in one.Addresses or () if (address := _address(part)) is not None),
        people=tuple(
            LedgerPerson(p.FirstName or "", p.LastName or "", p.EmailAddress or "", bool(p.IncludeInEmails))
            for p in one.ContactPersons or ()
        ),
        merged_to=known_id(one.MergedToContactID),
        is_customer=bool(one.IsCustomer),
        is_supplier=bool(one.IsSupplier),
        updated_at=moment_in(one.UpdatedDateUTC),
    )


def _phone(phone: PhoneWire) -> str:
    return " ".join(
        part for part in (phone.PhoneCountryCode, phone.PhoneAreaCode, phone.PhoneNumber) if part and part.strip()
    )


def _address(one: AddressWire) -> ContactAddress | None:
    lines = (one.AddressLine1, one.AddressLine2, one.AddressLine3, one.AddressLine4)
    made = ContactAddress(
        type=one.AddressType or "POBOX",
        lines=tuple(line for line in lines if line),
        city=one.City or "",
        region=one.Region or "",
        postal_code=one.PostalCode or "",
        country=one.Country or "",
    )
    empty = ContactAddress(type=made.type)
    return None if made == empty or made.type not in ("POBOX", "STREET") else made


def invoice(one: WholeInvoice) -> LedgerInvoice:
    currency = one.CurrencyCode or ""

    def money(amount: Decimal | None) -> Money:
        return Money(amount or _ZERO, currency)

    return LedgerInvoice(
        remote_id=known_id(one.InvoiceID),
        number=one.InvoiceNumber or "",
        status=one.Status or "",
        contact_id=known_id(one.Contact.ContactID) if one.Contact else "",
        date=date_in(one.Date, one.DateString),
        currency=currency,
        line_amount_types=_basis(one.LineAmountTypes),
        lines=tuple(
            LedgerInvoiceLine(
                line.Description or "",
                line.Quantity,
                line.UnitAmount,
                money(line.LineAmount),
                money(line.TaxAmount),
                line.TaxType or "",
                line.AccountCode or "",
            )
            for line in one.LineItems or ()
        ),
        sub_total=money(one.SubTotal),
        total_tax=money(one.TotalTax),
        total=money(one.Total),
        due_date=date_in(one.DueDate, one.DueDateString),
        reference=one.Reference or "",
        updated_at=moment_in(one.UpdatedDateUTC),
    )


def _basis(text: str | None) -> LineAmountTypes:
    try:
        return LineAmountTypes(text or "Exclusive")
    except ValueError:
        return LineAmountTypes.EXCLUSIVE


def payment(one: wire.PaymentWire, currency: str) -> LedgerPayment:
    target = one.Invoice or wire.DocumentRef()
    return LedgerPayment(
        remote_id=known_id(one.PaymentID),
        invoice_id=known_id(target.InvoiceID),
        status=one.Status or "AUTHORISED",
        date=date_in(one.Date, one.DateString),
        amount=Money(one.Amount or _ZERO, target.CurrencyCode or currency),
        account_code=(one.Account.Code if one.Account else "") or "",
        reference=one.Reference or "",
        updated_at=moment_in(one.UpdatedDateUTC),
    )
