"""Every document of the recorded Magento shop, planned and held against the figures its own pages show."""

from __future__ import annotations

import csv
import functools
import gzip
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

import small_ledger
from dossiers import NOW, codes, post
from tieout.accounting import Allocation, CreditNote, Invoice, LedgerReference, Payment, Role
from tieout.documents import DocumentKind, Dossier
from tieout.planning.dossier import plan_dossier
from tieout.planning.results import DossierPlan, Snapshot
from tieout.rules.book import RuleBook, compile_rules
from tieout.rules.settings import Rules, SalesDocuments
from tieout.stores.magento2.translate import MagentoTranslator

PROJECT = Path(__file__).parents[3]
SAMPLE = PROJECT / "sample_data" / "magento2"
GOLDEN = PROJECT / "tests" / "golden"
D = Decimal


def recorded(name: str) -> Any:
    with gzip.open(SAMPLE / f"{name}.json.gz", "rb") as file:
        return msgspec.json.Decoder(float_hook=Decimal).decode(file.read())


@functools.cache
def dossiers() -> tuple[Dossier, ...]:
    encoder = msgspec.json.Encoder(decimal_format="number")
    context = {
        "configs": recorded("store_configs"),
        "websites": recorded("websites"),
        "views": recorded("store_views"),
        "groups": recorded("customer_groups")["items"],
        "tax_rates": recorded("tax_rates")["items"],
        "tax_classes": recorded("tax_classes")["items"],
        "base_currency": recorded("currency")["base_currency_code"],
    }
    translator = MagentoTranslator(msgspec.json.encode(context), {})
    members = defaultdict(list)
    for name, kind in (
        ("invoices", DocumentKind.INVOICE),
        ("creditmemos", DocumentKind.REFUND),
        ("transactions", DocumentKind.PAYMENT),
    ):
        for document in recorded(name)["items"]:
            members[document["order_id"]].append((kind, encoder.encode(document)))
    found = [
        translator.dossier(encoder.encode(order), members[order["entity_id"]])
        for order in recorded("orders")["items"]
    ]
    assert all(isinstance(one, Dossier) for one in found)
    return tuple(one for one in found if isinstance(one, Dossier))


def rows(kind: str) -> dict[str, dict[str, str]]:
    with open(SAMPLE / "expected.csv", newline="") as file:
        return {row["entity_id"]: row for row in csv.DictReader(file) if row["doc_type"] == kind}


@functools.cache
def book(mode: SalesDocuments) -> RuleBook:
    rules = msgspec.json.decode((GOLDEN / "rules.json").read_bytes(), type=Rules)
    reference = msgspec.json.decode((GOLDEN / "organisation.json").read_bytes(), type=LedgerReference)
    return compile_rules(msgspec.structs.replace(rules, sales_documents=mode), reference)


def plan(dossier: Dossier, mode: SalesDocuments, **more: Any) -> DossierPlan:
    return plan_dossier(dossier, book(mode), Snapshot(reference=book(mode).reference, now=NOW, **more))


def amount(text: str) -> Decimal:
    return D(text or "0")


@pytest.mark.parametrize("mode", list(SalesDocuments))
def test_every_recorded_document_has_the_totals_and_each_tax_that_the_shop_shows(mode: SalesDocuments) -> None:
    expected = {
        DocumentKind.ORDER: rows("order"),
        DocumentKind.INVOICE: rows("invoice"),
        DocumentKind.REFUND: rows("creditmemo"),
    }
    rates = {rate.tax_type: rate.rate for rate in book(mode).reference.tax_rates}
    seen = 0
    for dossier in dossiers():
        planned = plan(dossier, mode)
        assert codes(planned) == [], dossier.order.number
        small_ledger.hold(planned, rates)
        for posting in planned.postings:
            if posting.ref.role not in (Role.INVOICE, Role.CREDIT_NOTE):
                continue
            document = small_ledger.check(posting.payload, rates)
            row = expected[posting.ref.document.kind].pop(posting.ref.document.key)
            assert document.number.endswith("-" + row["increment_id"])
            assert document.currency == row["order_currency"]
            assert document.totals.total.amount == D(row["grand_total_shown"]), row
            assert document.totals.total_tax.amount == amount(row["tax_total"]), row
            assert str(document.date) == row["created_local_date"]
            shown = sorted(D(tax["amount"]) for tax in json.loads(row["taxes_json"]) if D(tax["amount"]))
            if sum(shown) == amount(row["tax_total"]):
                _, _, by_type = small_ledger.totals(document, rates=rates)
                composite = len(by_type) < len(shown)
                assert sorted(by_type.values()) == shown or (composite and sum(by_type.values()) == sum(shown)), row
            seen += 1
    left = {kind: sorted(expected[kind]) for kind in (DocumentKind.REFUND, DocumentKind.ORDER, DocumentKind.INVOICE)}
    if mode is SalesDocuments.ORDERS:
        assert (left[DocumentKind.ORDER], left[DocumentKind.REFUND], seen) == (["19", "27", "28", "9"], [], 36)
    else:
        assert (left[DocumentKind.INVOICE], left[DocumentKind.REFUND], seen) == ([], [], 39)


def test_what_is_paid_and_cancelled_of_recorded_orders_is_what_the_shop_shows() -> None:
    shown = rows("order")
    for dossier in dossiers():
        planned = plan(dossier, SalesDocuments.ORDERS)
        if not any(isinstance(p.payload, Invoice) for p in planned.postings):
            continue
        row = shown[dossier.order.key]
        paid = sum((p.payload.amount.amount for p in planned.postings
                    if p.ref.role is Role.PAYMENT and isinstance(p.payload, Payment)), D(0))  # fmt: skip
        credited = sum((p.payload.amount.amount for p in planned.postings if isinstance(p.payload, Allocation)), D(0))
        back = sum((p.payload.amount.amount for p in planned.postings
                    if p.ref.role is Role.REFUND_PAYMENT and isinstance(p.payload, Payment)), D(0))  # fmt: skip
        assert paid == amount(row["total_paid"]), row
        assert credited == amount(row["total_canceled"]), row
        assert back == amount(row["total_refunded"]), row


@pytest.mark.parametrize("mode", list(SalesDocuments))
def test_recorded_orders_planned_again_after_posting_want_the_same(mode: SalesDocuments) -> None:
    for dossier in dossiers():
        first = plan(dossier, mode)
        again = plan(dossier, mode, posted=post(first), sales_documents=mode.value)
        assert {p.ref: p.payload for p in again.postings} == {p.ref: p.payload for p in first.postings}
        assert all(isinstance(p.payload, CreditNote) for p in first.postings if p.ref.role is Role.DIFFERENCE)
