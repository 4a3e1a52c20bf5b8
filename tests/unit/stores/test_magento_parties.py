"""Buyers, guests and products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import magento_samples as samples
import pytest

from tieout.documents import Customer, Product
from tieout.money import Money


def guest(**changes: Any) -> Customer:
    order = samples.order(10)
    order["billing_address"] |= changes.pop("billing", {})
    order |= changes
    return samples.translate(order).order.customer


def test_registered_customers_are_known_by_their_id() -> None:
    customer = samples.dossier(2).order.customer
    assert (customer.key, customer.number, customer.is_guest) == ("1", "1", False)
    assert (customer.group, customer.website) == ("General", "base")
    assert customer.tax_number == "GB987654321"


def test_c67_guests_are_known_by_the_whole_folded_email() -> None:
    assert samples.dossier(10).order.customer.key == "guest:ben.ward@example.net"
    assert guest(customer_email=" Ben.WARD@Example.net ").key == "guest:ben.ward@example.net"


def test_c67_no_two_guests_share_a_key() -> None:
    keys = {guest(customer_email=f"g{number}@example.net").key for number in range(200)}
    assert len(keys) == 200


def test_c72_guests_without_email_do_not_share_a_contact() -> None:
    nobody = {"email": ""}
    first = guest(customer_email="", billing=nobody, entity_id=10)
    second = guest(customer_email=None, billing=nobody, entity_id=11)
    assert (first.key, second.key) == ("guest-of-order:10", "guest-of-order:11")


def test_c47_ligatures_in_an_email_are_unfolded_for_the_key() -> None:
    assert guest(customer_email="ﬁn@example.net").key == "guest:fin@example.net"


def test_c37_the_full_name_is_read_and_older_shops_have_it_in_the_address() -> None:
    named = guest(customer_firstname="Ann", customer_lastname="Lee")
    assert (named.first_name, named.last_name) == ("Ann", "Lee")
    older = guest(customer_firstname=None, customer_lastname=None)
    assert (older.first_name, older.last_name) == ("Ben", "Ward")


def test_c74_an_order_without_any_customer_is_read() -> None:
    order = samples.order(10)
    for name in ("billing_address", "customer_email", "customer_firstname", "customer_lastname", "customer_is_guest"):
        order.pop(name, None)
    order["extension_attributes"]["shipping_assignments"] = None
    customer = samples.translate(order).order.customer
    assert customer.key == "guest-of-order:10"
    assert customer.delivery is None


def test_the_tax_number_of_the_address_serves_when_the_customer_has_none() -> None:
    customer = guest(customer_taxvat=None, billing={"vat_id": "IE1234567T", "company": "Byrne Ltd"})
    assert (customer.tax_number, customer.company) == ("IE1234567T", "Byrne Ltd")


def test_addresses_keep_their_lines() -> None:
    order = samples.dossier(3).order
    assert order.customer.billing.street == ("Unit 7", "Mill Lane")
    assert order.ship_to == order.customer.delivery
    assert order.ship_to is not None
    assert order.ship_to.country == "GB"


def test_a_street_in_one_text_is_one_line() -> None:
    assert guest(billing={"street": "14 Quay Road"}).billing.street == ("14 Quay Road",)


def test_customers_of_the_customer_list() -> None:
    found = samples.translator(admin_path="adm").customer(samples.body(samples.documents("customers")[0]))
    assert isinstance(found, Customer)
    assert (found.key, found.company, found.tax_number) == ("1", "Ó Sé Joinery <Ltd>", "GB987654321")
    assert found.delivery is not None
    assert found.url == "https://tidewater.example/adm/customer/index/edit/id/1/"


def test_customer_region_is_an_object_in_the_customer_list() -> None:
    found = samples.translator().customer(samples.body(samples.documents("customers")[3]))
    assert isinstance(found, Customer)
    assert found.billing.region == "Texas"


def test_customer_without_addresses_is_read() -> None:
    found = samples.translator().customer(b'{"id": 9, "email": "x@example.net", "addresses": null}')
    assert isinstance(found, Customer)
    assert found.billing.street == ()


def test_products_have_price_class_and_kind() -> None:
    found = samples.translator().product(samples.body(samples.documents("products")[0]))
    assert isinstance(found, Product)
    assert (found.key, found.sku, found.kind) == ("1", "TW-HAMMER", "simple")
    assert (found.price, found.tax_class) == (Money(Decimal(24), "GBP"), "Taxable Goods")
    assert found.enabled


def test_a_product_without_a_price_has_none() -> None:
    found = samples.translator().product(b'{"id": 9, "sku": "KIT", "type_id": "bundle", "status": 2}')
    assert isinstance(found, Product)
    assert found.price is None
    assert not found.enabled


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "x"}', b'{"id": 1, "price": "NaN"}'])
def test_unreadable_products_and_customers_are_told(body: bytes) -> None:
    found = samples.translator().product(body)
    assert isinstance(found, tuple)
    assert found[0].code == "data_unreadable"
    if b"price" not in body:
        assert isinstance(samples.translator().customer(body), tuple)
