"""Buyers: registered customers and guests, and their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tieout.documents import Address, Customer
from tieout.stores.opencart import wire
from tieout.stores.opencart.texts import fold_email, plain
from tieout.stores.opencart.translate.context import Shop


def is_guest(order: wire.OrderRow) -> bool:
    return order.customer_id in ("", "0")


def customer_key(order: wire.OrderRow) -> str:
    """A guest is known by the e-mail; without one the order has a guest of its own (CASES C72)."""
    if not is_guest(order):
        return order.customer_id
    folded = fold_email(plain(order.email))
    return f"guest:{folded}" if folded else f"guest-of-order:{order.order_id}"


def order_customer(order: wire.OrderRow, shop: Shop) -> Customer:
    """The buyer as the order says; registered customers may have changed since, the order keeps what it was."""
    payment, delivery = payment_address(order, shop), shipping_address(order, shop)
    billing = payment or delivery or Address()
    guest, key = is_guest(order), customer_key(order)
    named = bool(order.firstname.strip() or order.lastname.strip())
    return Customer(
        key=key,
        is_guest=guest,
        number="" if guest else key,
        first_name=plain(order.firstname) if named else billing.first_name,
        last_name=plain(order.lastname) if named else billing.last_name,
        company=billing.company,
        email=plain(order.email).strip(),
        phone=plain(order.telephone),
        tax_number=_tax_number(shop, order.custom_field, order.payment_custom_field, order.shipping_custom_field),
        group=group_name(order.customer_group_id, shop),
        website=shop.stores[order.store_id].name if order.store_id in shop.stores else "",
        billing=billing,
        delivery=delivery,
        url="" if guest else shop.admin_url("customer/customer/form", "customer_id", key),
    )


def payment_address(order: wire.OrderRow, shop: Shop) -> Address | None:
    """None where the shop asks for no payment address (4.x)."""
    return _address(order, "payment", shop)


def shipping_address(order: wire.OrderRow, shop: Shop) -> Address | None:
    """None where nothing is shipped."""
    return _address(order, "shipping", shop)


def _address(order: wire.OrderRow, use: str, shop: Shop) -> Address | None:
    def text(name: str) -> str:
        return plain(getattr(order, f"{use}_{name}")).strip()

    found = Address(
        street=tuple(line for line in (text("address_1"), text("address_2")) if line),
        city=text("city"),
        region=text("zone"),
        postal_code=text("postcode"),
        country=shop.countries.get(getattr(order, f"{use}_country_id"), ""),
        first_name=text("firstname"),
        last_name=text("lastname"),
        company=text("company"),
    )
    return None if found == Address() else found


def group_name(group: str, shop: Shop) -> str:
    return shop.groups.get(group, group)


def registered_customer(document: wire.CustomerDocument, shop: Shop) -> Customer:
    source, home = document.customer, document.address
    billing = Address()
    if home is not None:
        billing = Address(
            street=tuple(line for line in (plain(home.address_1), plain(home.address_2)) if line),
            city=plain(home.city),
            region=plain(home.zone),
            postal_code=plain(home.postcode),
            country=shop.countries.get(home.country_id, ""),
            first_name=plain(home.firstname),
            last_name=plain(home.lastname),
            company=plain(home.company),
        )
    return Customer(
        key=source.customer_id,
        is_guest=False,
        number=source.customer_id,
        first_name=plain(source.firstname),
        last_name=plain(source.lastname),
        company=billing.company,
        email=plain(source.email).strip(),
        phone=plain(source.telephone),
        tax_number=_tax_number(shop, source.custom_field, home.custom_field if home is not None else ""),
        group=group_name(source.customer_group_id, shop),
        website=shop.stores[source.store_id].name if source.store_id in shop.stores else "",
        billing=billing,
        url=shop.admin_url("customer/customer/form", "customer_id", source.customer_id),
    )


def _tax_number(shop: Shop, *fields: str) -> str:
    """The first custom field that the operator named as tax number and that is filled in."""
    for wanted in shop.tax_number_fields:
        for text in fields:
            for key, value in _entries(text):
                if key == wanted and value.strip():
                    return plain(value).strip()
    return ""


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """(field id, value) of a custom-field column; older shops nest them by location."""
    if not text.strip().startswith("{"):
        return
    try:
        found: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return
    for key, value in found.items():
        if isinstance(value, dict):
            yield from ((inner, entry) for inner, entry in value.items() if isinstance(entry, str))
        elif isinstance(value, str):
            yield key, value
