"""What somebody does by hand in the demo's Xero: a new customer, an invoice for it, and its payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from xerosim import people
from xerosim.resources import contacts
from xerosim.resources.context import Context
from xerosim.world import World


class ByHand(msgspec.Struct, frozen=True):
    """What the deeds name: codes of Xero, and the currency of the organisation's sales."""

    tax_type: str
    sales_account: str
    paid_into: str
    currency: str


def sell_by_hand(world: World, tenant: str, name: str, today: date, how: ByHand) -> None:
    """One contact, one approved invoice over 330.00 with its tax, and a payment of 100.00."""

    def act(context: Context) -> object:
        made = _contact(context, name)
        invoice = people.create(
            context,
            {
                "kind": "Invoice",
                "document": {
                    "Type": "ACCREC",
                    "Status": "AUTHORISED",
                    "Contact": {"ContactID": made["ContactID"]},
                    "Date": today.isoformat(),
                    "DueDate": today.isoformat(),
                    "CurrencyCode": how.currency,
                    "LineAmountTypes": "Exclusive",
                    "Reference": "By telephone",
                    "LineItems": [
                        _line("Survey of the site", "1", "250.00", how),
                        _line("Travel", "2", "40.00", how),
                    ],
                },
            },
        )
        return people.pay(
            context,
            {"id": invoice["InvoiceID"], "account": how.paid_into, "amount": 100, "date": today.isoformat()},
        )

    world.person(tenant, act)


def _contact(context: Context, name: str) -> Mapping[str, Any]:
    first, _, last = name.partition(" ")
    context.method = "PUT"
    context.body = {
        "Name": f"{name} Surveys",
        "FirstName": first,
        "LastName": last,
        "EmailAddress": f"{first.lower()}.{last.lower()}@surveys.example",
        "TaxNumber": "GB987654321",
        "Addresses": [
            {"AddressType": "POBOX", "AddressLine1": "4 Mole End", "City": "Bristol", "PostalCode": "BS2 8AA"}
        ],
    }
    found: Mapping[str, Any] = contacts.write(context).elements[0]
    return found


def _line(text: str, quantity: str, price: str, how: ByHand) -> dict[str, Any]:
    return {
        "Description": text,
        "Quantity": quantity,
        "UnitAmount": price,
        "AccountCode": how.sales_account,
        "TaxType": how.tax_type,
    }
