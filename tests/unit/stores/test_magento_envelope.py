"""Envelopes: what lists show of a raw document, and how unreadable ones are kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import magento_samples as samples
import pytest

from tieout.documents import DocumentKey, DocumentKind, Envelope
from tieout.money import Money


def envelope(kind: DocumentKind, document: dict[str, Any], **options: str) -> Envelope:
    return samples.translator(**options).envelope(samples.raw(kind, document))


def test_an_order_leads_its_own_dossier() -> None:
    found = envelope(DocumentKind.ORDER, samples.documents("orders")[0], admin_path="adm")
    assert found.document == found.root == DocumentKey(DocumentKind.ORDER, "1")
    assert (found.number, found.state, found.store_view) == ("000000001", "complete", "default")
    assert found.date == date(2026, 4, 1)
    assert found.total == Money(Decimal("64.87"), "GBP")
    assert found.title
    assert "@" in found.email
    assert found.url.endswith("/adm/sales/order/view/order_id/1/")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (DocumentKind.INVOICE, "invoices"),
        (DocumentKind.REFUND, "creditmemos"),
        (DocumentKind.PAYMENT, "transactions"),
    ],
)
def test_members_belong_to_the_dossier_of_their_order(kind: DocumentKind, name: str) -> None:
    for document in samples.documents(name):
        found = envelope(kind, document)
        assert found.root == DocumentKey(DocumentKind.ORDER, str(document["order_id"]))
        assert found.document.kind is kind
        assert found.problems == ()


@pytest.mark.parametrize(("kind", "name"), [(DocumentKind.CUSTOMER, "customers"), (DocumentKind.PRODUCT, "products")])
def test_customers_and_products_stand_for_themselves(kind: DocumentKind, name: str) -> None:
    for document in samples.documents(name):
        found = envelope(kind, document)
        key = f"sku:{document['sku']}" if kind is DocumentKind.PRODUCT else str(document["id"])
        assert found.root == found.document == DocumentKey(kind, key)
        assert found.title
        assert found.date is None


def test_the_total_is_in_the_chosen_currency_and_the_digest_is_not_moved_by_it() -> None:
    order = samples.order(11)
    plain, base = envelope(DocumentKind.ORDER, order), envelope(DocumentKind.ORDER, order, amounts="base_currency")
    assert plain.total == Money(Decimal("43.71"), "EUR")
    assert base.total == Money(Decimal("38.09"), "GBP")
    assert plain.digest == base.digest


def test_c62_the_digest_ignores_what_is_not_read_and_sees_what_is() -> None:
    order = samples.order(2)
    digest = envelope(DocumentKind.ORDER, order).digest
    unread = dict(order, status_histories=[{"comment": "hello"}], remote_ip="203.0.113.10", total_item_count=99)
    assert envelope(DocumentKind.ORDER, unread).digest == digest
    order["items"][0]["tax_amount"] = Decimal("5.07")
    assert envelope(DocumentKind.ORDER, order).digest != digest


def test_attributes_of_a_product_that_nobody_reads_do_not_move_its_digest() -> None:
    product = dict(samples.documents("products")[0])
    digest = envelope(DocumentKind.PRODUCT, product).digest
    product["custom_attributes"] = [*product["custom_attributes"], {"attribute_code": "views", "value": "77"}]
    assert envelope(DocumentKind.PRODUCT, product).digest == digest
    product["custom_attributes"] = [{"attribute_code": "description", "value": "new"}]
    assert envelope(DocumentKind.PRODUCT, product).digest != digest


def test_an_unreadable_document_keeps_its_place_with_the_reason() -> None:
    found = envelope(DocumentKind.ORDER, dict(samples.order(1), grand_total="many"))
    assert found.document == DocumentKey(DocumentKind.ORDER, "1")
    assert found.problems[0].code == "data_unreadable"
    assert "order 1" in found.problems[0].reason


@pytest.mark.parametrize("kind", list(DocumentKind))
@pytest.mark.parametrize("options", [{}, {"amounts": "base_currency"}])
def test_every_kind_keeps_what_it_cannot_read(kind: DocumentKind, options: dict[str, str]) -> None:
    document = {"entity_id": 5, "base_grand_total": "NaN", "created_at": "never", "price": "NaN", "id": 5}
    found = envelope(kind, document | {"transaction_id": 5}, **options)
    assert found.document == DocumentKey(kind, "5")
    assert found.problems or kind is DocumentKind.CUSTOMER


def test_a_guest_without_names_is_shown_with_the_billing_name() -> None:
    order = samples.order(10) | {"customer_firstname": None, "customer_lastname": None}
    assert envelope(DocumentKind.ORDER, order).title == "Ben Ward"
