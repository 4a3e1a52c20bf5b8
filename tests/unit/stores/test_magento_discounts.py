"""Tax before discount (ACCOUNTING A6), recognised from the figures because no setting tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import magento_samples as samples
import pytest

from tieout.documents import DocumentKind, Line, LineKind
from tieout.money import Money

D = Decimal
ZERO = D(0)


def german_order(**header: Any) -> dict[str, Any]:
    """One line of 100.00 net, 19 % on the undiscounted price, 10.00 off; shipping 5.00 and 0.95 tax."""
    order = samples.order(20)
    item = order["items"][0]
    item |= {
        "qty_ordered": 2,
        "qty_invoiced": 0,
        "row_total_incl_tax": D("109.00"),
        "tax_amount": D("19.00"),
        "tax_percent": 19,
        "discount_amount": D("10.00"),
    }
    order["items"] = [item]
    tax = {"code": "DE 19", "title": "MwSt. 19", "percent": 19}
    order["extension_attributes"] |= {
        "applied_taxes": [tax | {"amount": D("19.95")}],
        "item_applied_taxes": [
            {"type": "product", "item_id": 35, "applied_taxes": [tax | {"amount": D("19.00")}]},
            {"type": "shipping", "applied_taxes": [tax | {"amount": D("0.95")}]},
        ],
    }
    order |= {
        "shipping_amount": D("5.00"),
        "shipping_tax_amount": D("0.95"),
        "discount_amount": D("-10.00"),
        "discount_description": "Summer",
        "tax_amount": D("19.95"),
        "grand_total": D("114.95"),
    }
    return order | header


def test_a06_tax_on_the_undiscounted_price_makes_the_discount_a_line_of_its_own() -> None:
    order = samples.translate(german_order()).order
    product, shipping, discount = order.lines
    assert (product.net, product.tax, product.gross) == tuple(Money(D(x), "GBP") for x in ("100", "19", "119"))
    assert not product.discount_taxed
    assert product.discount == Money(D("10.00"), "GBP")
    assert shipping.gross == Money(D("5.95"), "GBP")
    assert (discount.kind, discount.gross, discount.tax) == (
        LineKind.DISCOUNT,
        Money(D("-10.00"), "GBP"),
        Money(ZERO, "GBP"),
    )
    assert discount.name == "Discount (Summer)"
    assert sum((line.gross.amount for line in order.lines), ZERO) == order.exact_total.amount


def test_a06_holds_for_a_discount_on_shipping_too() -> None:
    order = german_order(shipping_discount_amount=D("1.00"), discount_amount=D("-11.00"), grand_total=D("113.95"))
    translated = samples.translate(order).order
    assert [line.gross.amount for line in translated.lines] == [D("119.00"), D("5.95"), D("-11.00")]


def test_a06_holds_for_the_orders_invoices_and_refunds() -> None:
    document = {
        "entity_id": 900,
        "increment_id": "9",
        "order_id": 20,
        "state": 2,
        "created_at": "2026-11-21 10:00:00",
        "discount_amount": D("-5.00"),
        "tax_amount": D("9.50"),
        "grand_total": D("54.50"),
        "items": [{"order_item_id": 35, "qty": 1, "row_total": 50, "tax_amount": D("9.50"), "discount_amount": 5}],
    }
    members = [(DocumentKind.INVOICE, samples.body(document)), (DocumentKind.REFUND, samples.body(document))]
    dossier = samples.translate(german_order(), members)
    for found in (dossier.invoices[0], dossier.refunds[0]):
        assert [(line.kind, line.gross.amount) for line in found.lines] == [
            (LineKind.PRODUCT, D("59.50")),
            (LineKind.DISCOUNT, D("-5")),
        ]


@pytest.mark.parametrize("entity_id", [2, 5, 7, 12, 25])
def test_tax_after_discount_keeps_the_discount_inside_the_price(entity_id: int) -> None:
    dossier = samples.dossier(entity_id)
    for document in (dossier.order, *dossier.invoices, *dossier.refunds):
        assert LineKind.DISCOUNT not in {line.kind for line in document.lines}
        assert all(line.discount_taxed for line in document.lines)


def test_a_fully_discounted_line_with_tax_is_tax_before_discount() -> None:
    order = german_order(discount_amount=D("-100.00"), grand_total=D("24.95"))
    order["items"][0] |= {"discount_amount": D("100.00"), "row_total_incl_tax": D("19.00")}
    lines = samples.translate(order).order.lines
    assert [line.gross.amount for line in lines] == [D("119.00"), D("5.95"), D("-100.00")]


def part_refund(grand_total: str) -> list[Line]:
    """1.00 of shipping with 0.15 off, given back with a goods line of 19.54 and 3.91 tax."""
    memo = dict(next(entry for entry in samples.documents("creditmemos") if entry["entity_id"] == 4))
    memo |= {"adjustment_positive": 0, "adjustment_negative": 0, "discount_amount": D("-0.15")}
    memo |= {"shipping_tax_amount": D("0.17"), "tax_amount": D("4.08"), "grand_total": D(grand_total)}
    memo |= {"shipping_discount_tax_compensation_amount": D("0.03")}
    dossier = samples.translate(samples.order(10), [(DocumentKind.REFUND, samples.body(memo))])
    return list(dossier.refunds[0].lines)


def test_a_part_refund_of_discounted_shipping_follows_its_header() -> None:
    exact, off = part_refund("24.50"), part_refund("24.53")
    assert sum((line.gross.amount for line in exact), ZERO) == D("24.50")
    assert sum((line.gross.amount for line in off), ZERO) == D("24.53")
    assert exact[0] == off[0]
    assert (off[1].key, off[1].net.amount, off[1].tax.amount) == ("shipping", D("0.91"), D("0.17"))


def test_a_part_refund_that_misses_more_than_cents_is_left_to_the_proof() -> None:
    assert sum((line.gross.amount for line in part_refund("24.60")), ZERO) == D("24.50")


def test_a_discount_too_small_to_tell_stays_inside_the_price() -> None:
    order = german_order(discount_amount=D("-0.01"), grand_total=D("124.94"))
    order["items"][0] |= {"discount_amount": D("0.01"), "row_total_incl_tax": D("118.99")}
    lines = samples.translate(order).order.lines
    assert sum((line.gross.amount for line in lines), ZERO) == D("124.94")
