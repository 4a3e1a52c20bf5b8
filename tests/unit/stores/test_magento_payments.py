"""Payments of paid invoices, refunds' money, and Adobe Commerce's means of payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import magento_samples as samples
import pytest

from tieout.documents import DocumentKey, DocumentKind, LineKind
from tieout.money import Money

D = Decimal


def test_c02_a_gateway_payment_has_the_date_of_its_capture() -> None:
    members = samples.members_by_order()[8]
    changed = []
    for kind, body in members:
        if kind is DocumentKind.PAYMENT:
            body = body.replace(b"2026-02-25 16:36:52", b"2026-02-27 16:36:52")
        changed.append((kind, body))
    payment = samples.translate(samples.order(8), changed).payments[0]
    assert payment.date == date(2026, 2, 27)
    assert payment.reference == "CAP-11ABFA9F4D4091EF"
    assert not payment.offline


def test_c02_without_a_capture_the_invoice_dates_the_payment() -> None:
    payment = samples.dossier(3).payments[0]
    assert payment.date == date(2026, 10, 1)  # 30 September 23:06 UTC in London
    without = [entry for entry in samples.members_by_order()[8] if entry[0] is not DocumentKind.PAYMENT]
    assert samples.translate(samples.order(8), without).payments[0].date == date(2026, 2, 25)


def test_a_payment_is_known_by_its_invoice() -> None:
    payment = samples.dossier(8).payments[0]
    assert payment.document == DocumentKey(DocumentKind.INVOICE, "8")
    assert (payment.order_key, payment.invoice_key, payment.method) == ("8", "8", "labcard")


@pytest.mark.parametrize(("entity_id", "method"), [(1, "checkmo"), (6, "banktransfer"), (13, "purchaseorder")])
def test_c01_offline_methods_are_marked(entity_id: int, method: str) -> None:
    payment = samples.dossier(entity_id).payments[0]
    assert (payment.method, payment.offline) == (method, True)


def test_an_invoice_under_review_is_not_a_payment() -> None:
    dossier = samples.dossier(27)
    assert dossier.invoices[0].state == "open"
    assert dossier.payments == ()


def test_c94_nothing_to_pay_is_no_payment() -> None:
    assert samples.dossier(7).payments == ()


def test_several_part_payments_have_their_own_dates_and_amounts() -> None:
    assert [(p.date, p.amount.amount) for p in samples.dossier(10).payments] == [
        (date(2026, 3, 7), D("33.03")),
        (date(2026, 3, 9), D("50.50")),
    ]


def test_c09_the_captured_base_amount_is_read_never_converted() -> None:
    payment = samples.dossier(11).payments[0]
    assert payment.base_amount == Money(D("38.09"), "GBP")
    assert samples.dossier(1).payments[0].base_amount is None
    in_base = samples.dossier(11, amounts="base_currency").payments[0]
    assert (in_base.amount, in_base.base_amount) == (Money(D("38.09"), "GBP"), None)


def test_c05_a_gateway_refund_moved_money_and_an_offline_one_did_not() -> None:
    refund = samples.dossier(8).refunds[0]
    assert (refund.money_moved, refund.reference, refund.invoice_key) == (True, "REF-3BCE55EE5B7C050D", "8")
    offline = samples.dossier(2).refunds[0]
    assert (offline.money_moved, offline.method, offline.invoice_key) == (False, "checkmo", "")


def test_c05_an_online_refund_without_transaction_is_known_by_the_orders_sum() -> None:
    members = []
    for kind, body in samples.members_by_order()[8]:
        if kind is not DocumentKind.PAYMENT:
            members.append((kind, body.replace(b'"transaction_id":"REF-3BCE55EE5B7C050D",', b"")))
    assert samples.translate(samples.order(8), members).refunds[0].money_moved
    order = samples.order(8) | {"total_online_refunded": 0}
    assert not samples.translate(order, members).refunds[0].money_moved


def test_c05_the_only_refund_of_a_partly_online_refunded_order_is_the_gateways() -> None:
    members = []
    for kind, body in samples.members_by_order()[8]:
        if kind is DocumentKind.REFUND:
            body = body.replace(b'"transaction_id":"REF-3BCE55EE5B7C050D",', b"")
        members.append((kind, body))
    order = samples.order(8) | {"total_online_refunded": D("5.00")}
    assert samples.translate(order, members).refunds[0].money_moved


def test_refund_tells_its_base_total_when_currencies_differ() -> None:
    assert samples.dossier(23).refunds[0].base_total == Money(D("2.20"), "GBP")


def commerce_order(extension: dict[str, Any], **header: Any) -> dict[str, Any]:
    order = samples.order(20)
    order["extension_attributes"] |= extension
    return order | header


def test_c06_gift_cards_credit_and_points_are_means_of_payment() -> None:
    order = commerce_order(
        {
            "gift_cards": [{"id": 1, "code": "GC-1", "amount": 10, "base_amount": 10}],
            "gift_cards_amount": D("10.00"),
            "customer_balance_amount": D("5.00"),
            "reward_currency_amount": D("1.39"),
            "gw_price": "",
            "gw_tax_amount": "",
        },
        grand_total=D("40.00"),
    )
    translated = samples.translate(order).order
    assert translated.total == Money(D("56.39"), "GBP")
    assert [(m.method, m.amount.amount, m.code) for m in translated.means] == [
        ("gift_card", D("10.00"), "GC-1"),
        ("store_credit", D("5.00"), ""),
        ("reward_points", D("1.39"), ""),
    ]


def test_c06_the_payment_of_an_invoice_is_less_its_means() -> None:
    invoice = dict(next(entry for entry in samples.documents("invoices") if entry["entity_id"] == 19))
    invoice |= {"grand_total": D("17.60"), "extension_attributes": {"gift_cards_amount": D("10.00")}}
    dossier = samples.translate(samples.order(20), [(DocumentKind.INVOICE, samples.body(invoice))])
    assert dossier.invoices[0].total == Money(D("27.60"), "GBP")
    assert dossier.payments[0].amount == Money(D("17.60"), "GBP")


@pytest.mark.parametrize("cards", ['[{"i":1,"c":"GC-2","a":10}]', 'a:1:{i:0;s:1:"x";}', "", 7, None])
def test_c06_old_forms_of_gift_cards_are_read_or_ignored(cards: Any) -> None:
    order = commerce_order({"gift_cards": cards, "gift_cards_amount": 10}, grand_total=D("46.39"))
    means = samples.translate(order).order.means
    assert [entry.amount.amount for entry in means] == [10]
    assert means[0].code == ("GC-2" if isinstance(cards, str) and "GC-2" in cards else "")


@pytest.mark.parametrize("in_header", [True, False])
def test_gift_wrapping_is_a_fee_line_with_its_tax(in_header: bool) -> None:
    tax = {"code": "UK VAT 20", "title": "UK VAT 20", "percent": 20, "amount": D("0.80")}
    order = commerce_order(
        {"gw_price": D("4.00"), "gw_tax_amount": D("0.80")},
        grand_total=D("61.19"),
        tax_amount=D("9.63") if in_header else D("8.83"),
    )
    order["extension_attributes"]["item_applied_taxes"].append({"type": "quote_gw", "applied_taxes": [tax]})
    order["extension_attributes"]["applied_taxes"][0]["amount"] = D("9.40")
    translated = samples.translate(order).order
    wrapping = next(line for line in translated.lines if line.code == "gift_wrapping")
    assert (wrapping.kind, wrapping.gross.amount) == (LineKind.FEE, D("4.80"))
    assert translated.tax_total == Money(D("9.63"), "GBP")


def test_gift_wrapping_of_several_items_is_one_line() -> None:
    tax = {"code": "UK VAT 20", "title": "UK VAT 20", "percent": 20, "amount": D("0.40")}
    order = commerce_order({"gw_items_price": D("4.00"), "gw_items_tax_amount": D("0.80")}, grand_total=D("61.19"))
    for item_id in (35, 36):
        entry = {"type": "item_gw", "associated_item_id": item_id, "applied_taxes": [tax]}
        order["extension_attributes"]["item_applied_taxes"].append(entry)
    wrapping = next(line for line in samples.translate(order).order.lines if line.code == "gift_wrapping_items")
    assert [(share.code, share.amount.amount) for share in wrapping.taxes] == [("UK VAT 20", D("0.80"))]


def test_c06_a_sold_gift_card_is_a_voucher_sale() -> None:
    order = samples.order(20)
    order["items"][0]["product_type"] = "giftcard"
    assert samples.translate(order).order.lines[0].kind is LineKind.VOUCHER_SALE


def test_c85_what_went_back_as_store_credit_is_told_apart_from_money() -> None:
    memo = dict(next(entry for entry in samples.documents("creditmemos") if entry["entity_id"] == 8))
    memo["extension_attributes"] = {"customer_bal_total_refunded": D("24.00")}
    refund = samples.translate(samples.order(20), [(DocumentKind.REFUND, samples.body(memo))]).refunds[0]
    assert refund.total == Money(D("24.00"), "GBP")
    assert [(m.method, m.amount.amount) for m in refund.means] == [("store_credit", D("24.00"))]


@pytest.mark.parametrize(
    ("state", "word"), [(1, "open"), (2, "paid"), ("3", "cancelled"), (9, "9"), (None, ""), ("odd", "odd")]
)
def test_states_of_invoices_are_words(state: Any, word: str) -> None:
    invoice = dict(samples.documents("invoices")[0], state=state)
    dossier = samples.translate(samples.order(1), [(DocumentKind.INVOICE, samples.body(invoice))])
    assert dossier.invoices[0].state == word
