"""What is cancelled after a part was invoiced (ACCOUNTING B4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import magento_samples as samples
import pytest

from tieout.money import Money

D = Decimal
ZERO = D(0)


def test_b04_cancelled_rest_has_its_quantities_taxes_and_the_shops_total() -> None:
    cancellation = samples.dossier(24).order.cancellation
    assert cancellation is not None
    assert [(line.key, line.quantity, line.net.amount, line.tax.amount) for line in cancellation.lines] == [
        ("42", 1, D("24.00"), D("0.48")),
        ("43", 1, D("4.79"), D("0.05")),
    ]
    assert cancellation.total == Money(D("29.32"), "USD")
    assert cancellation.tax_total == Money(D("0.53"), "USD")
    assert cancellation.date == date(2026, 11, 20)


def test_b04_invoices_and_cancellation_together_are_the_order() -> None:
    dossier = samples.dossier(24)
    assert dossier.order.cancellation is not None
    parts = dossier.invoices[0].exact_total + dossier.order.cancellation.total
    assert parts == dossier.order.exact_total


def test_b04_base_currency_takes_the_base_columns() -> None:
    cancellation = samples.dossier(24, amounts="base_currency").order.cancellation
    assert cancellation is not None
    assert sum((line.gross.amount for line in cancellation.lines), ZERO) == cancellation.total.amount


@pytest.mark.parametrize("entity_id", [9, 19])
def test_c84_a_wholly_cancelled_order_has_only_its_state(entity_id: int) -> None:
    order = samples.dossier(entity_id).order
    assert order.state == "canceled"
    assert order.cancellation is None


@pytest.mark.parametrize("entity_id", [1, 10, 20, 28])
def test_orders_without_cancellation_have_none(entity_id: int) -> None:
    assert samples.dossier(entity_id).order.cancellation is None


def test_b04_the_date_does_not_move_with_a_later_refund() -> None:
    order = samples.order(24)
    order["updated_at"] = "2026-12-24 12:00:00"
    order["items"][0]["updated_at"] = "2026-12-24 12:00:00"
    cancellation = samples.translate(order).order.cancellation
    assert cancellation is not None
    assert cancellation.date == date(2026, 11, 20)


def test_b04_a_cancelled_share_of_shipping_is_in_it() -> None:
    order = samples.order(24)
    order |= {"shipping_canceled": D("9.25"), "total_canceled": D("38.75")}
    cancellation = samples.translate(order).order.cancellation
    assert cancellation is not None
    shipping = next(line for line in cancellation.lines if line.key == "shipping")
    assert (shipping.net.amount, shipping.tax.amount) == (D("9.25"), D("0.18"))
    assert sum((line.gross.amount for line in cancellation.lines), ZERO) == D("38.75")


def test_b04_half_of_the_shipping_can_be_cancelled() -> None:
    order = samples.order(24)
    order |= {"shipping_canceled": D("4.625"), "total_canceled": D("34.03")}
    cancellation = samples.translate(order).order.cancellation
    assert cancellation is not None
    shipping = next(line for line in cancellation.lines if line.key == "shipping")
    assert (shipping.net.amount, shipping.tax.amount) == (D("4.625"), D("0.09"))


def test_b04_a_cancelled_total_without_cancelled_pieces_is_none() -> None:
    order = samples.order(24)
    for item in order["items"]:
        item["qty_canceled"] = 0
    assert samples.translate(order).order.cancellation is None


def test_b04_a_cancelled_part_of_what_is_not_invoiced_is_in_proportion() -> None:
    order = samples.order(24)
    order["items"][0] |= {"qty_ordered": 3, "row_total_incl_tax": D("73.44"), "tax_amount": D("1.44")}
    cancellation = samples.translate(order).order.cancellation
    assert cancellation is not None
    assert (cancellation.lines[0].net.amount, cancellation.lines[0].tax.amount) == (D("24.0000"), D("0.4800"))


def test_b04_levies_of_cancelled_pieces_are_cancelled() -> None:
    order = samples.order(25)
    order["items"][0] |= {
        "qty_invoiced": 2,
        "qty_canceled": 1,
        "row_invoiced": D("148.33"),
        "tax_invoiced": D("25.22"),
        "discount_invoiced": D("26.70"),
        "discount_tax_compensation_invoiced": D("4.45"),
    }
    order |= {"total_canceled": D("76.55"), "total_paid": D("157.29")}
    cancellation = samples.translate(order).order.cancellation
    assert cancellation is not None
    assert [line.key for line in cancellation.lines] == ["44", "44-levy"]
    assert sum((line.gross.amount for line in cancellation.lines), ZERO) == D("76.55")
