"""Translation out of contacts and items: what is sent at creation, and how little of it at a change."""

from __future__ import annotations

import msgspec

from tieout.accounting import Contact, ContactAddress, ContactEntry, Item
from tieout.ports.ledger import Operation, Outgoing
from tieout.xero import forms
from tieout.xero.codec import number

_ADDRESS_LINES_MAX = 4


def contact_form(one: Outgoing, payload: Contact) -> forms.ContactForm:
    """The contact's body: whole at creation, its status when archived, else only what fills a gap."""
    if one.operation in (Operation.ARCHIVE, Operation.VOID, Operation.DELETE):
        return forms.ContactForm(ContactID=_id(one), ContactStatus="ARCHIVED")
    if one.operation is Operation.CREATE:
        return _whole(payload)
    if one.known is not None and not one.known.name:
        return msgspec.structs.replace(_whole(payload), ContactID=_id(one))
    # What nobody read may have been filled by a person; then nothing of it is touched.
    return forms.ContactForm(ContactID=_id(one)) if one.known is None else _gaps(payload, one.known, _id(one))


def _whole(payload: Contact) -> forms.ContactForm:
    return forms.ContactForm(
        Name=payload.name,
        ContactNumber=payload.contact_number or None,
        AccountNumber=payload.account_number or None,
        FirstName=payload.first_name or None,
        LastName=payload.last_name or None,
        EmailAddress=payload.email or None,
        TaxNumber=payload.tax_number or None,
        Addresses=tuple(_address(address) for address in payload.addresses),
        Phones=(forms.PhoneForm("DEFAULT", payload.phone),) if payload.phone else (),
    )


def _gaps(payload: Contact, known: ContactEntry, contact_id: str) -> forms.ContactForm:
    """Only fields that are empty in the ledger. Name, addresses and phones stay as people have them there."""
    return forms.ContactForm(
        ContactID=contact_id,
        ContactNumber=_gap(payload.contact_number, known.contact_number),
        AccountNumber=_gap(payload.account_number, known.account_number),
        EmailAddress=_gap(payload.email, known.email),
        TaxNumber=_gap(payload.tax_number, known.tax_number),
    )


def _gap(ours: str, theirs: str) -> str | None:
    return None if theirs or not ours else ours


def _address(address: ContactAddress) -> forms.AddressForm:
    first, second, third, fourth = (*address.lines, "", "", "", "")[:_ADDRESS_LINES_MAX]
    return forms.AddressForm(
        AddressType=address.type,
        AddressLine1=first,
        AddressLine2=second,
        AddressLine3=third,
        AddressLine4=fourth,
        City=address.city,
        Region=address.region,
        PostalCode=address.postal_code,
        Country=address.country,
        AttentionTo=address.attention_to,
    )


def item_form(one: Outgoing, payload: Item) -> forms.ItemForm:
    """The item's body. A change leaves prices, accounts, tax and stock flags alone (ACCOUNTING D1)."""
    create = one.operation is Operation.CREATE
    return forms.ItemForm(
        ItemID=None if create else _id(one),
        Code=payload.code,
        Name=payload.name,
        Description=payload.description or None,
        SalesDetails=_sales(payload) if create else None,
        PurchaseDetails=(
            forms.PurchaseDetailsForm(payload.purchase_account_code)
            if create and payload.purchase_account_code
            else None
        ),
    )


def _sales(payload: Item) -> forms.SalesDetailsForm | None:
    details = forms.SalesDetailsForm(
        UnitPrice=None if payload.unit_price is None else number(payload.unit_price),
        AccountCode=payload.account_code or None,
        TaxType=payload.tax_type or None,
    )
    return None if details == forms.SalesDetailsForm() else details


def _id(one: Outgoing) -> str:
    if not one.remote_id:
        raise ValueError(f"{one.marker} has no id in the ledger; it cannot be changed")
    return one.remote_id
