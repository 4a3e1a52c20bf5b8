"""Buyers: registered customers and guests, and their addresses."""

from __future__ import annotations

import unicodedata

from tieout.documents import Address, Customer
from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.context import Shop, View


def fold_email(text: str) -> str:
    """One spelling per mailbox: compatibility forms unfolded, lower case, no blanks (CASES C47)."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def order_customer(order: wire.Order, shop: Shop, view: View) -> Customer:
    """The buyer of an order. A guest is known by the e-mail; without one the order has a guest of its own.

    No hash: two guests may never share a key (CASES C67, C72).
    """
    billing = order.billing_address
    email = order.customer_email or billing.email
    folded = fold_email(email)
    guest = not order.customer_id
    if not guest:
        key = str(order.customer_id)
    else:
        key = f"guest:{folded}" if folded else f"guest-of-order:{order.entity_id}"
    named = order.customer_firstname or order.customer_lastname
    delivery = _delivery(order)
    return Customer(
        key=key,
        is_guest=guest,
        number="" if guest else key,
        first_name=order.customer_firstname if named else billing.firstname,
        last_name=order.customer_lastname if named else billing.lastname,
        company=billing.company,
        email=email.strip(),
        phone=billing.telephone,
        tax_number=order.customer_taxvat or billing.vat_id,
        group=_group(order.customer_group_id, shop),
        website=view.website,
        billing=address(billing),
        delivery=delivery,
        url="" if guest else customer_url(shop, order.customer_id),
    )


def _group(group: int | None, shop: Shop) -> str:
    return "" if group is None else shop.groups.get(group, str(group))


def customer_url(shop: Shop, key: int) -> str:
    return shop.admin_url("customer/index/edit/id", key)


def _delivery(order: wire.Order) -> Address | None:
    for assignment in order.extension_attributes.shipping_assignments:
        if assignment.shipping.address is not None:
            return address(assignment.shipping.address)
    return None


def address(source: wire.Address) -> Address:
    return Address(
        street=source.street,
        city=source.city,
        region=source.region,
        postal_code=source.postcode,
        country=source.country_id,
        first_name=source.firstname,
        last_name=source.lastname,
        company=source.company,
        phone=source.telephone,
        tax_number=source.vat_id,
    )


def registered_customer(source: wire.Customer, shop: Shop) -> Customer:
    """A customer of the shop's customer list."""
    billing = _chosen(source.addresses, "default_billing") or wire.CustomerAddress()
    delivery = _chosen(source.addresses, "default_shipping")
    view = shop.views.get(source.store_id)
    return Customer(
        key=str(source.id),
        is_guest=False,
        number=str(source.id),
        first_name=source.firstname or billing.firstname,
        last_name=source.lastname or billing.lastname,
        company=billing.company,
        email=source.email.strip(),
        phone=billing.telephone,
        tax_number=source.taxvat or billing.vat_id,
        group=_group(source.group_id, shop),
        website=shop.websites.get(source.website_id, view.website if view else ""),
        billing=_customer_address(billing),
        delivery=_customer_address(delivery) if delivery else None,
        url=customer_url(shop, source.id),
    )


def _chosen(addresses: tuple[wire.CustomerAddress, ...], use: str) -> wire.CustomerAddress | None:
    """The address marked for this use, else the only one there is."""
    marked = next((entry for entry in addresses if getattr(entry, use)), None)
    return marked or (addresses[0] if len(addresses) == 1 else None)


def _customer_address(source: wire.CustomerAddress) -> Address:
    return Address(
        street=source.street,
        city=source.city,
        region=source.region.region,
        postal_code=source.postcode,
        country=source.country_id,
        first_name=source.firstname,
        last_name=source.lastname,
        company=source.company,
        phone=source.telephone,
        tax_number=source.vat_id,
    )
