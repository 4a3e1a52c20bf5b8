"""Reads of whole lists: settings, contacts, documents, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from tieout.accounting import (
    Account,
    ContactEntry,
    Held,
    LedgerReference,
    OrganisationFacts,
    Role,
    TaxComponent,
    TaxRate,
    TrackingCategory,
)
from tieout.errors import ContractBroken
from tieout.ports.ledger import Meter
from tieout.xero import into, wire
from tieout.xero.caller import Caller
from tieout.xero.codec import date_in, decoder
from tieout.xero.dialects import evidence
from tieout.xero.timezones import iana_zone

W = TypeVar("W", bound=wire.Wire)

#: Rows per page, the most Xero gives.
PAGE_SIZE = 1000
#: A list longer than this many pages is a fault of ours or of Xero's, not an organisation.
PAGES_MAX = 5000

_envelope = decoder(wire.Envelope)
_decoders: dict[type[wire.Wire], msgspec.json.Decoder[wire.Wire]] = {}


class Span(msgspec.Struct, frozen=True):
    """since: changed since (UTC, seconds count). dated_from, dated_to: document dates, both included."""

    since: datetime | None = None
    dated_from: date | None = None
    dated_to: date | None = None

    def headers(self) -> Mapping[str, str]:
        if self.since is None:
            return {}
        return {"If-Modified-Since": self.since.strftime("%Y-%m-%dT%H:%M:%S")}

    def conditions(self) -> list[str]:
        return [
            f"Date{sign}DateTime({day.year},{day.month:02},{day.day:02})"
            for sign, day in ((">=", self.dated_from), ("<=", self.dated_to))
            if day is not None
        ]


def elements(body: bytes, name: str, kind: type[W]) -> list[W]:
    """The elements of a list of an answer. Raises ContractBroken when they cannot be read."""
    reader = _decoders.get(kind)
    if reader is None:
        reader = _decoders[kind] = decoder(kind)
    try:
        raws = getattr(_envelope.decode(body), name) or ()
        return [reader.decode(raw) for raw in raws]  # type: ignore[misc]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractBroken(f"Xero's list of {name} cannot be read: {error}", evidence=evidence(body)) from error


def listed(caller: Caller, name: str, kind: type[W], meter: Meter, query: Mapping[str, str] | None = None) -> list[W]:
    """An unpaged list."""
    reply = caller.get(name if name != "Organisations" else "Organisation", query or {}, meter)
    return [] if reply is None else elements(reply.body, name, kind)


def paged(
    caller: Caller, name: str, kind: type[W], query: Mapping[str, str], span: Span, meter: Meter
) -> Iterator[list[W]]:
    """The pages of a list, until one is not full."""
    for page in range(1, PAGES_MAX + 1):
        full = {**query, "page": str(page), "pageSize": str(PAGE_SIZE)}
        reply = caller.get(name, full, meter, span.headers())
        if reply is None:
            return
        found = elements(reply.body, name, kind)
        if found:
            yield found
        # Pages may come smaller than asked for, hence the count of pages where the answer tells it.
        pagination = _envelope.decode(reply.body).pagination
        last = pagination.pageCount if pagination else None
        if not found or (page >= last if last is not None else len(found) < PAGE_SIZE):
            return
    raise ContractBroken(f"Xero's list of {name} does not end")


def reference(caller: Caller, now: datetime, meter: Meter) -> LedgerReference:
    """Organisation, actions, accounts, tax rates, currencies, tracking categories: six calls."""
    organisations = listed(caller, "Organisations", wire.OrganisationWire, meter)
    if not organisations:
        raise ContractBroken("Xero's answer names no organisation")
    reply = caller.get("Organisation/Actions", {}, meter)
    actions = elements(reply.body, "Actions", wire.ActionWire) if reply else []
    return LedgerReference(
        organisation=_organisation(organisations[0], actions),
        accounts=tuple(_account(one) for one in listed(caller, "Accounts", wire.AccountWire, meter)),
        tax_rates=tuple(_tax_rate(one) for one in listed(caller, "TaxRates", wire.TaxRateWire, meter)),
        currencies=tuple(one.Code for one in listed(caller, "Currencies", wire.CurrencyWire, meter) if one.Code),
        read_at=now,
        tracking=tuple(
            TrackingCategory(
                one.Name or "", tuple(option.Name or "" for option in one.Options or () if _is_used(option))
            )
            for one in listed(caller, "TrackingCategories", wire.TrackingCategoryWire, meter)
            if _is_used(one)
        ),
    )


def _is_used(one: wire.TrackingCategoryWire | wire.TrackingOptionWire) -> bool:
    return bool(one.Name) and one.Status == "ACTIVE"


def _organisation(one: wire.OrganisationWire, actions: Sequence[wire.ActionWire]) -> OrganisationFacts:
    country = one.CountryCode or ""
    return OrganisationFacts(
        organisation_id=into.known_id(one.OrganisationID),
        name=one.Name or "",
        short_code=one.ShortCode or "",
        country=country,
        version=one.Version or "",
        base_currency=one.BaseCurrency or "",
        timezone=iana_zone(one.Timezone or "", country),
        period_lock_date=date_in(one.PeriodLockDate),
        end_of_year_lock_date=date_in(one.EndOfYearLockDate),
        plan=one.Edition or "",
        is_demo=bool(one.IsDemoCompany),
        status=(one.OrganisationStatus or "").upper(),
        actions=tuple((action.Name or "", action.Status == "ALLOWED") for action in actions),
        year_end=(one.FinancialYearEndDay or 0, one.FinancialYearEndMonth or 0),
    )


def _account(one: wire.AccountWire) -> Account:
    return Account(
        account_id=into.known_id(one.AccountID),
        code=one.Code or "",
        name=one.Name or "",
        type=one.Type or "",
        account_class=one.Class or "",
        status=one.Status or "ACTIVE",
        tax_type=one.TaxType or "",
        system_account=one.SystemAccount or "",
        currency=one.CurrencyCode or "",
        payments_enabled=bool(one.EnablePaymentsToAccount),
        bank_account_type=one.BankAccountType or "",
    )


def _tax_rate(one: wire.TaxRateWire) -> TaxRate:
    rate = one.EffectiveRate if one.EffectiveRate is not None else one.DisplayTaxRate
    return TaxRate(
        tax_type=one.TaxType or "",
        name=one.Name or "",
        rate=Decimal(0) if rate is None else rate,
        status=one.Status or "ACTIVE",
        report_tax_type=one.ReportTaxType or "",
        components=tuple(
            TaxComponent(part.Name or "", part.Rate or Decimal(0), bool(part.IsCompound))
            for part in one.TaxComponents or ()
        ),
        # Absent means unknown; sales are what every rate is made for unless Xero says otherwise.
        for_revenue=one.CanApplyToRevenue is not False,
        for_assets=bool(one.CanApplyToAssets),
        for_liabilities=bool(one.CanApplyToLiabilities),
        for_expenses=bool(one.CanApplyToExpenses),
        for_equity=bool(one.CanApplyToEquity),
    )


def contacts(caller: Caller, since: datetime | None, meter: Meter) -> Iterator[Sequence[ContactEntry]]:
    """Contacts changed since, archived ones included."""
    query = {"includeArchived": "true"}
    for page in paged(caller, "Contacts", wire.ContactWire, query, Span(since=since), meter):
        yield [into.contact_entry(one) for one in page]


def read(caller: Caller, role: Role, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    """Documents of a role, page by page. Raises ValueError for roles that Xero has no list of."""
    if role in (Role.QUOTE, Role.DIFFERENCE):
        raise ValueError(f"Xero has no list of {role.value}s that is read")
    reader = _READERS[role]
    for page in reader(caller, span, meter, currency):
        if page:
            yield page


def _where(*conditions: str) -> dict[str, str]:
    return {"where": " AND ".join(conditions)} if conditions else {}


def _invoices(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    query = {**_where('Type=="ACCREC"', *span.conditions()), "unitdp": "4"}
    for page in paged(caller, "Invoices", wire.InvoiceWire, query, span, meter):
        yield [into.held_invoice(Role.INVOICE, one) for one in page]


def _credit_notes(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    for page in _credit_note_pages(caller, span, meter):
        yield [into.held_invoice(Role.CREDIT_NOTE, one) for one in page]


def _credit_note_pages(caller: Caller, span: Span, meter: Meter) -> Iterator[list[wire.InvoiceWire]]:
    query = {**_where('Type=="ACCRECCREDIT"', *span.conditions()), "unitdp": "4"}
    return paged(caller, "CreditNotes", wire.InvoiceWire, query, span, meter)


#: PaymentType of money in for sales and of money out for credits; others are of purchases.
PAYMENT_ROLES = {
    "ACCRECPAYMENT": Role.PAYMENT,
    "ARCREDITPAYMENT": Role.REFUND_PAYMENT,
    "AROVERPAYMENTPAYMENT": Role.REFUND_PAYMENT,
    "ARPREPAYMENTPAYMENT": Role.REFUND_PAYMENT,
}


def _payments(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    for page in paged(caller, "Payments", wire.PaymentWire, _where(*span.conditions()), span, meter):
        yield [
            into.held_payment(PAYMENT_ROLES[one.PaymentType or "ACCRECPAYMENT"], one, currency)
            for one in page
            if (one.PaymentType or "ACCRECPAYMENT") in PAYMENT_ROLES
        ]


def _refund_payments(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    for page in _payments(caller, span, meter, currency):
        yield [one for one in page if one.role is Role.REFUND_PAYMENT]


def _overpayments(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    query = _where('Type=="RECEIVE-OVERPAYMENT"', *span.conditions())
    for page in paged(caller, "Overpayments", wire.BankTransactionWire, query, span, meter):
        yield [into.held_overpayment(one) for one in page]


def _allocations(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    """Allocations have no list; they are read off the credits they belong to."""
    for page in _credit_note_pages(caller, span, meter):
        yield [
            into.held_allocation(part, into.known_id(one.CreditNoteID), one.CurrencyCode or currency)
            for one in page
            for part in one.Allocations or ()
        ]
    query = _where('Type=="RECEIVE-OVERPAYMENT"', *span.conditions())
    for overpayments in paged(caller, "Overpayments", wire.BankTransactionWire, query, span, meter):
        yield [
            into.held_allocation(part, into.known_id(one.OverpaymentID), one.CurrencyCode or currency)
            for one in overpayments
            for part in one.Allocations or ()
        ]


def _items(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    reply = caller.get("Items", {"unitdp": "4"}, meter, span.headers())
    if reply is not None:
        yield [into.held_item(one) for one in elements(reply.body, "Items", wire.ItemWire)]


def _held_contacts(caller: Caller, span: Span, meter: Meter, currency: str) -> Iterator[Sequence[Held]]:
    for page in paged(caller, "Contacts", wire.ContactWire, {"includeArchived": "true"}, span, meter):
        yield [into.held_contact(one) for one in page]


_READERS: dict[Role, Callable[[Caller, Span, Meter, str], Iterator[Sequence[Held]]]] = {
    Role.CONTACT: _held_contacts,
    Role.ITEM: _items,
    Role.INVOICE: _invoices,
    Role.CREDIT_NOTE: _credit_notes,
    Role.PAYMENT: _payments,
    Role.REFUND_PAYMENT: _refund_payments,
    Role.OVERPAYMENT: _overpayments,
    Role.ALLOCATION: _allocations,
}
