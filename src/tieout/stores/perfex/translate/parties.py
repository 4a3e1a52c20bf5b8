"""Clients as buyers: company or person, with the primary contact, and their addresses."""

from __future__ import annotations

from tieout.documents import Address, Customer
from tieout.stores.perfex import wire
from tieout.stores.perfex.texts import fold_email, lines_of, plain
from tieout.stores.perfex.translate.crm import CrmFacts


def client_customer(document: wire.ClientDocument, crm: CrmFacts) -> Customer:
    """A client with its primary contact; without a primary one, the first active contact that has an e-mail.

    A client whose only name is that of its contact is a person: the form asks for a company in every case.
    """
    client, contact = document.client, primary_contact(document.contacts)
    company = plain(client.company)
    first, last = (plain(contact.firstname), plain(contact.lastname)) if contact is not None else ("", "")
    is_person = bool(first or last) and not client.vat and company in ("", f"{first} {last}".strip())
    billing = _address(client, "billing", crm) or _own_address(client, crm)
    return Customer(
        key=client.userid,
        is_guest=False,
        number=client.userid,
        first_name=first,
        last_name=last,
        company="" if is_person else company,
        email=fold_email(plain(contact.email)) if contact is not None else "",
        phone=plain(client.phonenumber) or (plain(contact.phonenumber) if contact is not None else ""),
        tax_number=plain(client.vat),
        website=plain(client.website),
        billing=billing or Address(country=crm.countries.get(client.country, "")),
        delivery=_address(client, "shipping", crm),
        url=crm.page(f"clients/client/{client.userid}"),
    )


def primary_contact(contacts: tuple[wire.ContactRow, ...]) -> wire.ContactRow | None:
    active = [one for one in contacts if one.active == "1"]
    primary = [one for one in active if one.is_primary == "1"]
    return next(iter(primary or [one for one in active if one.email] or active), None)


def document_customer(document: wire.SaleDocument, crm: CrmFacts) -> Customer:
    """The buyer as the document tells: its own addresses, and of the client what is in the document.

    A deleted client left only its name; without a number the document stands for it.
    """
    sale, client = document.sale, document.client
    gone = sale.clientid in ("", "0")
    billing = _address(sale, "billing", crm) or Address()
    if not billing.country:
        country = crm.countries.get(client.country, "")
        billing = _with_country(billing, country)
    return Customer(
        key=f"guest-of-order:{sale.id}" if gone else sale.clientid,
        is_guest=gone,
        number="" if gone else sale.clientid,
        company=plain(client.company) or plain(sale.deleted_customer_name),
        tax_number=plain(client.vat),
        billing=billing,
        delivery=shipping_of(sale, crm),
        url="" if gone else crm.page(f"clients/client/{sale.clientid}"),
    )


def shipping_of(sale: wire.SaleRow, crm: CrmFacts) -> Address | None:
    """Where goods go, only where the document says that they go anywhere."""
    return _address(sale, "shipping", crm) if sale.include_shipping == "1" else None


def _with_country(address: Address, country: str) -> Address:
    return Address(
        street=address.street,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=country,
    )


def _address(row: wire.SaleRow | wire.ClientRow, use: str, crm: CrmFacts) -> Address | None:
    def text(name: str) -> str:
        found = getattr(row, f"{use}_{name}")
        assert isinstance(found, str)
        return found

    found = Address(
        street=lines_of(text("street")),
        city=plain(text("city")),
        region=plain(text("state")),
        postal_code=plain(text("zip")),
        country=crm.countries.get(text("country"), ""),
    )
    return found if found.street or found.city or found.postal_code or found.country else None


def _own_address(client: wire.ClientRow, crm: CrmFacts) -> Address | None:
    found = Address(
        street=lines_of(client.address),
        city=plain(client.city),
        region=plain(client.state),
        postal_code=plain(client.zip),
        country=crm.countries.get(client.country, ""),
    )
    return found if found.street or found.city or found.postal_code else None
