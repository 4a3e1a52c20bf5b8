"""Records of the CRM as entries, and entries as the fields that are written: the same words both ways."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tieout.documents import Address, Line
from tieout.documents.entries import (
    CustomerEntry,
    EntryLine,
    InvoiceEntry,
    InvoiceState,
    PaymentEntry,
    Person,
    TaxName,
)
from tieout.money import Money, Rounding, round_decimal
from tieout.stores.perfex import wire
from tieout.stores.perfex.client import Json
from tieout.stores.perfex.notes import reference_in
from tieout.stores.perfex.texts import lines_of, marked_up, plain
from tieout.stores.perfex.translate.crm import CrmFacts, day_of
from tieout.stores.perfex.translate.figures import Figures
from tieout.stores.perfex.translate.parties import primary_contact

_STATES = {"5": InvoiceState.CANCELLED, "6": InvoiceState.DRAFT}
_ONE = Decimal(1)


def tax_code(name: str, percent: Decimal) -> str:
    """How a tax of the CRM is known: by name and rate together, as its forms write it."""
    return f"{name}|{percent:.2f}"


def customer_entry(document: wire.ClientDocument, crm: CrmFacts) -> CustomerEntry:
    """A client. Its name is a person's where it is that of its primary contact."""
    client, first = document.client, primary_contact(document.contacts)
    others = [one for one in document.contacts if one is not first and one.active == "1"]
    people = tuple(_person(one) for one in ([first] if first is not None else []) + others)
    name = plain(client.company)
    own = f"{people[0].first_name} {people[0].last_name}".strip() if people else ""
    delivery = _address(client, "shipping", crm)
    return CustomerEntry(
        name=name,
        is_company=bool(client.vat) or name != own,
        people=people,
        phone=plain(client.phonenumber),
        tax_number=plain(client.vat),
        website=plain(client.website),
        currency=crm.currencies.get(client.default_currency, ""),
        billing=_address(client, "billing", crm),
        delivery=delivery if delivery != Address() else None,
        active=client.active == "1",
    )


def _person(contact: wire.ContactRow) -> Person:
    return Person(
        first_name=plain(contact.firstname),
        last_name=plain(contact.lastname),
        email=plain(contact.email),
        receives_invoices=contact.invoice_emails == "1",
    )


def _address(client: wire.ClientRow, use: str, crm: CrmFacts) -> Address:
    def text(name: str) -> str:
        return str(getattr(client, f"{use}_{name}"))

    return Address(
        street=lines_of(text("street")),
        city=plain(text("city")),
        region=plain(text("state")),
        postal_code=plain(text("zip")),
        country=crm.countries.get(text("country"), ""),
    )


def customer_fields(entry: CustomerEntry, crm: CrmFacts) -> Json:
    """What the module takes of a client. Its form demands a company, also for a person."""
    keys = {code: key for key, code in crm.countries.items()}
    currency = next((key for key, code in crm.currencies.items() if code == entry.currency), "0")
    delivery = entry.delivery or Address()
    return {
        "company": entry.name,
        "vat": entry.tax_number,
        "phonenumber": entry.phone,
        "website": entry.website,
        "default_currency": currency,
        "address": marked_up("\n".join(entry.billing.street)),
        "city": entry.billing.city,
        "state": entry.billing.region,
        "zip": entry.billing.postal_code,
        "country": keys.get(entry.billing.country, "0"),
        **_address_fields("billing", entry.billing, keys),
        **_address_fields("shipping", delivery, keys),
        "active": "1" if entry.active else "0",
    }


def _address_fields(use: str, address: Address, keys: Mapping[str, str]) -> Json:
    return {
        f"{use}_street": marked_up("\n".join(address.street)),
        f"{use}_city": address.city,
        f"{use}_state": address.region,
        f"{use}_zip": address.postal_code,
        f"{use}_country": keys.get(address.country, "0"),
    }


def invoice_entry(document: wire.SaleDocument, figures: Figures, crm: CrmFacts) -> InvoiceEntry:
    """An invoice with its discount in the lines, and what has no tax of its own as lines."""
    sale, currency = document.sale, figures.total.currency
    return InvoiceEntry(
        number=crm.number(sale),
        customer_key=sale.clientid,
        date=day_of(sale.date),
        currency=currency,
        lines=tuple(_entry_line(line) for line in figures.lines),
        net=figures.total - figures.tax_total,
        tax=figures.tax_total,
        total=figures.total,
        state=_STATES.get(sale.status, InvoiceState.OPEN),
        due_date=day_of(sale.duedate) if sale.duedate else None,
        reference=reference_in(sale.adminnote),
    )


def _entry_line(line: Line) -> EntryLine:
    quantity, unit = line.quantity, line.net.amount
    if line.discount is None and quantity:
        price = line.net.amount / quantity
        unit = round_decimal(price, 2, Rounding.HALF_UP)
        if round_decimal(unit * quantity, 2, Rounding.HALF_UP) != line.net.amount:
            quantity, unit = _ONE, line.net.amount
    else:
        quantity = _ONE
    return EntryLine(
        description="\n".join([line.name, *line.options]).strip(),
        quantity=quantity,
        unit_net=unit,
        net=line.net,
        tax=line.tax.rounded(Rounding.HALF_UP),
        taxes=tuple(TaxName(share.code.rpartition("|")[0], share.percent) for share in line.taxes),
    )


def line_as_kept(line: EntryLine) -> tuple[Decimal, Decimal]:
    """Quantity and price as the CRM's columns hold them, 2 decimals each; else one piece at the line's net."""
    quantity, unit = line.quantity, line.unit_net
    fits = (
        unit is not None
        and quantity == round_decimal(quantity, 2, Rounding.HALF_UP)
        and unit == round_decimal(unit, 2, Rounding.HALF_UP)
        and quantity * unit == line.net.amount
    )
    return (quantity, unit) if fits and unit is not None else (_ONE, line.net.amount)


def total_tax_kept(lines: tuple[EntryLine, ...]) -> Decimal:
    """The total tax that the CRM will work out and store: summed unrounded, then rounded once."""
    total = Decimal(0)
    for line in lines:
        quantity, unit = line_as_kept(line)
        total += sum((quantity * unit * tax.percent / 100 for tax in line.taxes), Decimal(0))
    return round_decimal(total, 2, Rounding.HALF_UP)


def line_fields(line: EntryLine, order: int) -> Json:
    """A line as the classic form says it. The first line of its text is the heading."""
    quantity, unit = line_as_kept(line)
    heading, _, rest = line.description.partition("\n")
    if (quantity, unit) != (line.quantity, line.unit_net):
        rest = f"{rest}\n{line.quantity.normalize():f} in all".strip()
    return {
        "description": heading or "Item",
        "long_description": marked_up(rest),
        "qty": f"{quantity:.2f}",
        "rate": f"{unit:.2f}",
        "order": str(order),
        "unit": "",
        "taxname": [tax_code(tax.name, tax.percent) for tax in line.taxes],
    }


def payment_entry(row: wire.PaymentRow, invoice: str, currency: str) -> PaymentEntry:
    return PaymentEntry(
        invoice_key=invoice,
        date=day_of(row.date),
        amount=Money(row.amount, currency),
        method=row.paymentmode,
        reference=plain(row.transactionid),
    )


def payment_fields(entry: PaymentEntry, note: str) -> Json:
    return {
        "invoiceid": entry.invoice_key,
        "amount": f"{entry.amount.amount:.2f}",
        "paymentmode": entry.method,
        "date": entry.date.isoformat(),
        "transactionid": entry.reference,
        "note": note,
    }
