"""Recorded answers of real organisations are read without loss. They are not kept in this project."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from xero_things import CountingMeter, create, frozen, invoice, ledger, reply

from tieout.accounting import Role
from tieout.ports import AnswerKind
from tieout.xero import wire
from tieout.xero.answers import read_answer
from tieout.xero.codec import decoder
from tieout.xero.into import held_invoice, held_payment
from tieout.xero.reading import elements


def sample(shared: Path, name: str) -> Any:
    return json.loads((shared / "xero" / "samples" / name).read_text(encoding="utf-8"))


def rows(value: Any, name: str) -> list[dict[str, Any]]:
    """All rows of a list, from files that hold one answer, several, or the list itself."""
    if isinstance(value, dict):
        found = value.get(name) or []
        return found if found else [row for member in value.values() for row in rows(member, name)]
    if isinstance(value, list):
        return [row for member in value if isinstance(member, dict) for row in rows(member, name)]
    return []


@pytest.mark.parametrize(
    ("file", "name", "least"),
    [
        ("nz_demo_invoices.json", "Invoices", 50),
        ("au_demo_invoices.json", "Invoices", 30),
        ("au_demo_credit_notes.json", "CreditNotes", 3),
    ],
)
def test_documents_on_record_keep_every_digit(shared: Path, file: str, name: str, least: int) -> None:
    found = rows(sample(shared, file), name)
    assert len(found) >= least
    reader = decoder(wire.InvoiceWire)
    for row in found:
        held = held_invoice(Role.INVOICE, reader.decode(json.dumps(row).encode()))
        assert held.number == (row.get("InvoiceNumber") or row.get("CreditNoteNumber") or "")
        assert (held.date is None) == ("Date" not in row)
        assert held.sub_total is not None
        assert held.total_tax is not None
        assert held.total is not None
        assert str(held.total.amount) == row["Total"]
        assert held.sub_total + held.total_tax == held.total
        if held.lines:
            lines = sum((one.amount.amount for one in held.lines), Decimal(0))
            tax = sum((one.tax.amount for one in held.lines), Decimal(0))
            assert tax == held.total_tax.amount
            assert lines in (held.sub_total.amount, held.total.amount)


def test_payments_on_record_know_their_document(shared: Path) -> None:
    found = rows(sample(shared, "au_demo_payments.json"), "Payments")
    assert len(found) >= 20
    for row in found:
        held = held_payment(Role.PAYMENT, decoder(wire.PaymentWire).decode(json.dumps(row).encode()))
        assert held.amount is not None
        assert str(held.amount.amount) == row["Amount"]
        assert held.target_id


def test_the_settings_of_real_organisations_are_read(shared: Path) -> None:
    exchanges = sample(shared, "exchanges_with_headers.json")
    organisation = next(one["body"] for one in exchanges if one["request"]["uri"].endswith("/Organisation"))
    accounts = sample(shared, "demo_accounts_2022.json")
    rates = sample(shared, "ca_tax_rates_2022.json")

    def wrapped(value: Any, name: str) -> bytes:
        return json.dumps({name: rows(value, name) or (value if isinstance(value, list) else [])}).encode()

    client, _ = ledger(
        reply(200, organisation.encode()),
        reply(404),
        reply(200, wrapped(accounts, "Accounts")),
        reply(200, wrapped(rates, "TaxRates")),
        reply(200, b'{"Currencies":[{"Code":"NZD"}]}'),
        reply(200, b'{"TrackingCategories":[]}'),
    )
    got = client.reference(CountingMeter())
    assert (got.organisation.base_currency, got.organisation.timezone) == ("NZD", "Pacific/Auckland")
    assert len(got.accounts) >= 30
    assert all(one.account_id and one.type for one in got.accounts)
    assert len(got.tax_rates) >= 3
    assert {one.for_revenue for one in got.tax_rates} == {True, False}
    assert any(len(one.components) == 2 and one.report_tax_type for one in got.tax_rates)


def test_recorded_errors_are_never_taken_for_success(shared: Path) -> None:
    call = frozen([create("M-1", invoice()), create("M-2", invoice("M-2"))])
    kinds = set()
    for one in sample(shared, "errors.json"):
        data = one["body"] if isinstance(one["body"], str) else json.dumps(one["body"])
        got = read_answer(call, one["status"], {"content-type": one["content_type"]}, data.encode())
        assert not any(element.ok for element in got.elements), one["source"]
        assert got.message or got.elements, one["source"]
        kinds.add(got.kind)
    assert {AnswerKind.NO_ACCESS, AnswerKind.RETRY, AnswerKind.REFUSED_WHOLE, AnswerKind.UNKNOWN} <= kinds


def test_examples_of_the_description_are_read(shared: Path) -> None:
    kinds = {**wire.KINDS, "Accounts": wire.AccountWire, "TaxRates": wire.TaxRateWire}
    read = 0
    for example in sample(shared, "spec_examples.json"):
        response = example.get("response")
        if not isinstance(response, dict) or example["code"] != "200":
            continue
        for name, kind in kinds.items():
            if isinstance(response.get(name), list):
                read += len(elements(json.dumps(response).encode(), name, kind))
    assert read > 20
