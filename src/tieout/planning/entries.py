"""What the ledger holds, in the words of a store: contacts, tax rates, invoices and payments as entries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from tieout.accounting import ContactAddress, LineAmountTypes, TaxRate
from tieout.accounting.brought import (
    LedgerContact,
    LedgerInvoice,
    LedgerInvoiceLine,
    LedgerPayment,
    LedgerTaxRate,
    Sighting,
)
from tieout.documents import Address
from tieout.documents.entries import (
    CustomerEntry,
    Entry,
    EntryLine,
    InvoiceEntry,
    InvoiceState,
    PaymentEntry,
    Person,
    TaxName,
    TaxRateEntry,
)
from tieout.errors import Problem
from tieout.money import Money, Rounding, round_decimal
from tieout.rules.catalogue import Code
from tieout.rules.inward import InwardMethod, InwardTax
from tieout.rules.settings import MethodRule, Rules

_ZERO, _ONE = Decimal(0), Decimal(1)


class StoreWords(msgspec.Struct, frozen=True):
    """What entries may name in the store. taxes: the store's key of a tax → its name. methods: key → title."""

    currencies: frozenset[str]
    taxes: Mapping[str, TaxName]
    methods: Mapping[str, str]
    base_currency: str = ""


class Known(msgspec.Struct, frozen=True):
    """The store's keys of what an entry belongs to, by the ledger's ids; absent: it is not there yet."""

    customers: Mapping[str, str] = {}
    invoices: Mapping[str, str] = {}


class Missing(msgspec.Struct, frozen=True):
    """It has to be in the store first: kind and id of the ledger's object."""

    kind: str
    remote_id: str


class Words:
    """A pair's rules and the store's words, compiled for looking up from the ledger's side."""

    def __init__(self, rules: Rules, tax_rates: Mapping[str, TaxRate], words: StoreWords) -> None:
        self._words = words
        self._rates = tax_rates
        self._taxes: dict[str, tuple[TaxName, ...] | None] = {}
        for rule in rules.taxes:
            names = tuple(words.taxes[code] for code in rule.codes if code in words.taxes)
            if len(names) == len(rule.codes):
                # Two taxes of the store on one tax type: neither is the answer, unless it is said.
                self._taxes[rule.tax_type] = names if rule.tax_type not in self._taxes else None
        self._taxes |= {one.tax_type: _names(one) for one in rules.inward.taxes}
        self._methods = rules.methods
        self._chosen: tuple[InwardMethod, ...] = rules.inward.methods
        self._bank = rules.accounts.bank

    @property
    def store(self) -> StoreWords:
        return self._words

    def currency(self, currency: str) -> Problem | None:
        if currency in self._words.currencies:
            return None
        return Problem(
            Code.STORE_CURRENCY_MISSING,
            f"The store has no currency {currency}. Add it there, then press “Sync again”.",
            f"currency {currency} in the store",
        )

    def taxes(self, tax_type: str) -> tuple[TaxName, ...] | Problem:
        """The store's taxes of a tax type: as mapped, else the store's own tax of the same name and percent."""
        if (found := self._taxes.get(tax_type)) is not None:
            return found
        rate = self._rates.get(tax_type)
        name = rate.name if rate is not None else tax_type
        if tax_type not in self._taxes and rate is not None:
            for tax in self._words.taxes.values():
                if tax.name.casefold() == rate.name.casefold() and tax.percent == rate.rate:
                    return (tax,)
        return Problem(
            Code.STORE_TAX_UNMAPPED,
            f"Xero's tax rate {name} has no tax in the store. Name it in the rules of the way back.",
            f"tax rate {tax_type} in the store",
        )

    def method(self, account_code: str, currency: str) -> str | Problem:
        """The store's payment method of an account of Xero."""
        for chosen in self._chosen:
            if chosen.account_code == account_code:
                return chosen.method
        fitting = {
            rule.method
            for rule in self._methods
            if self._pays_into(rule, account_code, currency) and rule.method in self._words.methods
        }
        if len(fitting) == 1:
            return fitting.pop()
        why = "Several methods of the store go to" if fitting else "No payment method of the store goes to"
        return Problem(
            Code.STORE_METHOD_UNMAPPED,
            f"{why} account {account_code or '(none)'}. Say which one its payments are entered with.",
            f"account {account_code} in the store",
        )

    def _pays_into(self, rule: MethodRule, account_code: str, currency: str) -> bool:
        return rule.account_code == account_code and rule.currency in ("", currency)


def _names(one: InwardTax) -> tuple[TaxName, ...]:
    return tuple(TaxName(name, percent) for name, percent in one.taxes)


def entry_of(sighting: Sighting, words: Words, known: Known) -> Entry | Missing | tuple[Problem, ...]:
    """The entry of one object; what has to be there first; or all reasons why it cannot be written."""
    match sighting:
        case LedgerContact():
            return customer_entry(sighting)
        case LedgerTaxRate():
            return tax_rate_entry(sighting)
        case LedgerInvoice():
            return _invoice(sighting, words, known)
        case LedgerPayment():
            return _payment(sighting, words, known)


def customer_entry(contact: LedgerContact) -> CustomerEntry:
    """A contact with a person's name is that person's unless its own name is another one."""
    person = f"{contact.first_name} {contact.last_name}".strip()
    people: list[Person] = []
    if person or contact.email:
        people.append(Person(contact.first_name, contact.last_name, contact.email, True))
    people += [Person(one.first_name, one.last_name, one.email, one.receives_emails) for one in contact.people]
    by_type = {address.type: address for address in contact.addresses}
    return CustomerEntry(
        name=contact.name,
        is_company=not person or person.casefold() != contact.name.casefold(),
        people=tuple(people),
        phone=contact.phone,
        tax_number=contact.tax_number,
        website=contact.website,
        currency=contact.currency,
        billing=_address(by_type.get("POBOX")) or Address(),
        delivery=_address(by_type.get("STREET")),
        active=contact.status == "ACTIVE",
    )


def _address(address: ContactAddress | None) -> Address | None:
    if address is None:
        return None
    country = address.country.strip()
    return Address(
        street=address.lines,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        # Xero's country is free text; what is no code is left out rather than guessed.
        country=country.upper() if len(country) == 2 and country.isalpha() else "",
    )


def tax_rate_entry(one: LedgerTaxRate) -> TaxRateEntry:
    rate = one.rate
    parts = [TaxName(part.name, part.rate) for part in rate.components]
    return TaxRateEntry(
        name=rate.name,
        percent=rate.rate,
        components=tuple(parts) if len(parts) > 1 else (),
        active=rate.status == "ACTIVE",
    )


def _payment(payment: LedgerPayment, words: Words, known: Known) -> Entry | Missing | tuple[Problem, ...]:
    invoice = known.invoices.get(payment.invoice_id)
    if invoice is None:
        return Missing("invoice", payment.invoice_id)
    method = words.method(payment.account_code, payment.amount.currency)
    if isinstance(method, Problem):
        return (method,)
    if payment.date is None:
        return (_unreadable("payment", "it has no date"),)
    return PaymentEntry(invoice, payment.date, payment.amount, method, payment.reference)


def _invoice(invoice: LedgerInvoice, words: Words, known: Known) -> Entry | Missing | tuple[Problem, ...]:
    customer = known.customers.get(invoice.contact_id)
    if customer is None:
        return Missing("customer", invoice.contact_id)
    problems: list[Problem] = []
    if (wrong := words.currency(invoice.currency)) is not None:
        problems.append(wrong)
    lines: list[EntryLine] = []
    for line in invoice.lines:
        made = _line(line, invoice.line_amount_types, words)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            lines.append(made)
    if invoice.date is None:
        problems.append(_unreadable(f"invoice {invoice.number}", "it has no date"))
    if not problems and (wrong := _adds_up(invoice, lines)) is not None:
        problems.append(wrong)
    if problems or invoice.date is None:
        return tuple(dict.fromkeys(problems))
    return InvoiceEntry(
        number=invoice.number,
        customer_key=customer,
        date=invoice.date,
        currency=invoice.currency,
        lines=tuple(lines),
        net=invoice.sub_total,
        tax=invoice.total_tax,
        total=invoice.total,
        state=_STATES.get(invoice.status, InvoiceState.OPEN),
        due_date=invoice.due_date,
        reference=invoice.reference,
    )


_STATES = {
    "DRAFT": InvoiceState.DRAFT,
    "SUBMITTED": InvoiceState.DRAFT,
    "VOIDED": InvoiceState.CANCELLED,
    "DELETED": InvoiceState.CANCELLED,
}


def _line(line: LedgerInvoiceLine, basis: LineAmountTypes, words: Words) -> EntryLine | Problem:
    taxes: tuple[TaxName, ...] = ()
    if basis is not LineAmountTypes.NO_TAX and line.tax_type and line.tax_type != "NONE":
        found = words.taxes(line.tax_type)
        if not isinstance(found, Problem):
            taxes = found
        elif line.tax.amount:
            return found
    net = line.amount - line.tax if basis is LineAmountTypes.INCLUSIVE else line.amount
    quantity = line.quantity if line.quantity is not None and line.quantity > 0 else _ONE
    return EntryLine(line.description, quantity, _unit(line, net, quantity), net, line.tax, taxes)


def _unit(line: LedgerInvoiceLine, net: Money, quantity: Decimal) -> Decimal | None:
    """A price of one that gives the line's net exactly: Xero's own, else the net shared out."""
    candidates = [line.unit_amount] if line.unit_amount is not None else []
    candidates.append(round_decimal(net.amount / quantity, 4, Rounding.HALF_UP))
    candidates.append(round_decimal(net.amount / quantity, 2, Rounding.HALF_UP))
    for unit in reversed(candidates):
        if round_decimal(unit * quantity, 2, Rounding.HALF_UP) == net.amount:
            return unit
    return None


def _adds_up(invoice: LedgerInvoice, lines: list[EntryLine]) -> Problem | None:
    zero = Money.zero(invoice.currency)
    net = sum((line.net for line in lines), zero)
    tax = sum((line.tax for line in lines), zero)
    if (net, tax, net + tax) == (invoice.sub_total, invoice.total_tax, invoice.total):
        return None
    return _unreadable(
        f"invoice {invoice.number}",
        f"its lines make {net.amount:f} and {tax.amount:f} tax, it says {invoice.sub_total.amount:f} and "
        f"{invoice.total_tax.amount:f}",
    )


def _unreadable(what: str, why: str) -> Problem:
    return Problem(Code.DATA_CONTRADICTORY, f"Xero's {what} cannot be brought: {why}.", what)
