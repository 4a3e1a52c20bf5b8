"""Hostile data: held with a sentence or read as it is; never an exception, never at the cost of others."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from typing import Any

import magento_samples as samples
import pytest

from tieout.documents import DocumentKind, Dossier, Envelope
from tieout.errors import Problem
from tieout.rules.catalogue import Code

D = Decimal


def read(order: Any, members: Any = ()) -> Dossier | tuple[Problem, ...]:
    body = order if isinstance(order, bytes) else samples.body(order)
    return samples.translator().dossier(body, members)


def refused(order: Any) -> Problem:
    found = read(order)
    assert isinstance(found, tuple)
    assert found[0].code == Code.DATA_UNREADABLE
    assert found[0].reason.endswith(".")
    return found[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"grand_total": "NaN"},
        {"grand_total": D("1e400")},
        {"grand_total": "Infinity"},
        {"grand_total": "ten"},
        {"grand_total": True},
        {"grand_total": [1]},
        {"tax_amount": "-Infinity"},
        {"shipping_amount": "sNaN"},
        {"created_at": "0000-00-00 00:00:00"},
        {"created_at": "0001-01-01 00:00:00"},
        {"created_at": "yesterday"},
        {"created_at": None},
        {"order_currency_code": None, "base_currency_code": None},
        {"order_currency_code": "£££"},
        {"order_currency_code": "GBPX"},
        {"entity_id": None},
        {"entity_id": 10**40},
        {"items": [{"item_id": 1, "qty_ordered": -1, "row_total_incl_tax": 5}]},
        {"items": [{"item_id": 1, "qty_ordered": "NaN"}]},
        {"items": [{"item_id": 1, "qty_ordered": 1, "tax_amount": 1, "tax_percent": "NaN"}]},
        {"items": [{"item_id": 1, "qty_ordered": 1, "discount_amount": "NaN", "tax_percent": 20}]},
        {"items": [{"item_id": 1, "qty_ordered": 1, "row_total_incl_tax": D("1e999")}]},
        {"total_paid": "1e20"},
    ],
)
def test_figures_that_are_none_hold_the_order(changes: dict[str, Any]) -> None:
    refused(samples.order(1) | changes)
    found = samples.translator().envelope(samples.raw(DocumentKind.ORDER, samples.order(1) | changes | {"id": 1}))
    assert isinstance(found, Envelope)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"entity_id": NaN}',
        b'{"entity_id": 1, "grand_total": 1e99999999999999999999}',
        b"\xff\xfe",
        b'{"entity_id": 1, "customer_email": "\xff"}',
        b'{"entity_id": 1, "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b"<html>maintenance</html>",
    ],
)
def test_bodies_that_are_no_order_are_told(body: bytes) -> None:
    refused(body)


def test_wrong_shapes_of_what_is_not_money_are_read_as_nothing() -> None:
    order = samples.order(1) | {
        "billing_address": [],
        "payment": "checkmo",
        "customer_email": ["a"],
        "extension_attributes": [],
        "coupon_code": {"a": 1},
        "increment_id": 12,
    }
    found = read(order)
    assert isinstance(found, Dossier)
    assert found.order.number == "12"
    assert found.order.customer.key == "guest-of-order:1" or not found.order.customer.is_guest


def test_a_php_list_with_gaps_is_a_list() -> None:
    order = samples.order(20)
    order["items"] = {str(number * 3): item for number, item in enumerate(order["items"])}
    found = read(order)
    assert isinstance(found, Dossier)
    assert found.order.lines == samples.dossier(20).order.lines


@pytest.mark.parametrize("nothing", [None, "", []])
def test_missing_empty_and_null_money_is_zero(nothing: Any) -> None:
    order = samples.order(3)
    for name in ("discount_amount", "shipping_discount_amount", "discount_tax_compensation_amount", "total_canceled"):
        order[name] = nothing
    for item in order["items"]:
        item["discount_amount"] = nothing
    found = read(order)
    assert isinstance(found, Dossier)
    assert found.order == samples.dossier(3).order


def test_numbers_as_texts_are_numbers() -> None:
    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: texts(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [texts(inner) for inner in value]
        return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value

    found = read(texts(samples.order(12)))
    assert isinstance(found, Dossier)
    assert found.order == samples.dossier(12).order


def test_ten_thousand_lines_are_read_in_a_moment() -> None:
    order = samples.order(20)
    item = order["items"][0]
    order["items"] = [item | {"item_id": number} for number in range(1, 10_001)]
    order["grand_total"] = D("480003.60")
    body = samples.body(order)
    started = time.perf_counter()
    found = read(body)
    assert time.perf_counter() - started < 5
    assert isinstance(found, Dossier)
    assert len(found.order.lines) == 10_001


def test_c46_control_characters_and_marks_are_kept_for_planning_to_clean() -> None:
    name = "a\x02b\u202ec\U0001f528 <script>&"
    order = samples.order(20)
    order["items"][0]["name"] = name
    found = read(order)
    assert isinstance(found, Dossier)
    assert found.order.lines[0].name == name


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"{}",
        b'{"entity_id": 7, "order_id": 1, "grand_total": "NaN"}',
        b'{"entity_id": 7, "order_id": 1, "created_at": "0000-00-00 00:00:00"}',
        b'{"entity_id": 7, "created_at": "2026-01-01 00:00:00", "items": [{"qty": -1, "row_total": 1}]}',
    ],
)
@pytest.mark.parametrize("kind", [DocumentKind.INVOICE, DocumentKind.REFUND])
def test_one_bad_member_is_told_and_the_others_go_on(member: bytes, kind: DocumentKind) -> None:
    found = read(samples.order(1), [(kind, member), *samples.members_by_order()[1]])
    assert isinstance(found, Dossier)
    assert found.invoices == samples.dossier(1).invoices
    assert [entry.document.kind for entry in found.unreadable] == [kind]
    assert found.unreadable[0].problems[0].code == Code.DATA_UNREADABLE


def test_an_unreadable_transaction_costs_only_its_date() -> None:
    members = [
        (kind, b"[]" if kind is DocumentKind.PAYMENT else body) for kind, body in samples.members_by_order()[8]
    ]
    found = read(samples.order(8), members)
    assert isinstance(found, Dossier)
    assert len(found.payments) == 1


def test_reasons_are_short_enough_for_a_screen() -> None:
    assert len(refused(samples.order(1) | {"grand_total": "x" * 10_000}).reason) < 500
    assert len(refused(samples.order(1) | {"order_currency_code": "x" * 10_000}).reason) < 500


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grand_total": "NaN"}, "grand_total is NaN"),
        ({"grand_total": D("1e400")}, r"grand_total is 1E\+400"),
        ({"items": [{"item_id": 1, "qty_ordered": 1, "tax_amount": "Infinity"}]}, "tax_amount is Infinity"),
        ({"created_at": "0000-00-00 00:00:00"}, "time '0000-00-00 00:00:00' does not exist"),
        ({"created_at": "0001-01-01 00:00:00"}, "does not exist"),
        ({"created_at": None}, "time is missing"),
        ({"items": [{"item_id": 1, "sku": "S", "qty_ordered": -1}]}, "quantity of S is -1"),
    ],
)
def test_reasons_name_what_is_odd(changes: dict[str, Any], words: str) -> None:
    assert re.search(words, refused(samples.order(1) | changes).reason)


def test_a_line_that_belongs_to_no_item_of_the_order_stands_for_itself() -> None:
    memo = {
        "entity_id": 9,
        "order_id": 1,
        "created_at": "2026-05-01 00:00:00",
        "grand_total": 12,
        "tax_amount": 2,
        "items": [{"order_item_id": 999, "qty": 1, "row_total": 10, "tax_amount": 2, "sku": "X", "name": "Extra"}],
    }
    found = read(samples.order(1), [(DocumentKind.REFUND, samples.body(memo))])
    assert isinstance(found, Dossier)
    line = found.refunds[0].lines[0]
    assert (line.key, line.name, line.gross.amount) == ("999", "Extra", 12)
