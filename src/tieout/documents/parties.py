"""Buyers and their addresses."""

from __future__ import annotations

import msgspec


class Address(msgspec.Struct, frozen=True, gc=False):
    """A postal address as the store holds it. country: ISO 3166-1 alpha-2."""

    street: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    tax_number: str = ""


class Customer(msgspec.Struct, frozen=True, gc=False):
    """A buyer: registered (key is the store's id) or a guest (key is ours, see DocumentKey).

    number: what the merchant reads in the store, shown in Xero as the contact's number; "" for guests.
    company and tax_number decide whether the contact is a company (ACCOUNTING D3).
    group: the store's customer group, for the zero-rate rules (A9).
    """

    key: str
    is_guest: bool
    number: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    tax_number: str = ""
    group: str = ""
    website: str = ""
    billing: Address = Address()
    delivery: Address | None = None
    url: str = ""
