"""The recorded shop, judged from its own CSV: what its pages showed must be what Xero holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance_tools import SAMPLE, Demo
from shop_figures import compare, read_shown

KEYS = {
    "documents", "posted", "held", "skipped", "differences", "xero_calls", "calls_by_endpoint", "tie_out_calls",
    "seconds",
}  # fmt: skip

#: What may be missing from the ledger, reviewed one by one: (kind, number, code). Anything else fails.
#: 9 and 14 were cancelled before anything was invoiced; 17 is under payment review; 3000000009 is not confirmed.
REVIEWED = {
    "orders": {
        ("order", "000000009", "cancelled_unsent"),
        ("order", "000000014", "cancelled_unsent"),
        ("order", "000000017", "state_waits"),
        ("order", "3000000009", "state_waits"),
    },
    "invoices": set[tuple[str, str, str]](),
}
#: Not posted because the other kind is this shop's sales document.
_OTHER_KIND = "other_sales_document"


@pytest.mark.parametrize("sales_documents", ["orders", "invoices"])
def test_every_document_the_shop_showed_is_in_xero_to_the_cent(demo: Demo, sales_documents: str) -> None:
    result = demo.run("--sales-documents", sales_documents)
    assert demo.exit_code == 0, demo.told
    assert result.keys() >= KEYS
    assert result["differences"] == []
    assert result["held"] == []
    assert _told(result) == REVIEWED[sales_documents]
    verdict = compare(read_shown(SAMPLE / "expected.csv", sales_documents), demo.ledger)
    assert verdict.wrong == []
    excused = {(kind, number) for kind, number, _ in REVIEWED[sales_documents]}
    assert {(one.kind, one.number) for one in verdict.missing} == excused
    assert len(verdict.exact) == {"orders": 36, "invoices": 39}[sales_documents]


def _told(result: dict[str, list[dict[str, str]]]) -> set[tuple[str, str, str]]:
    entries = [*result["held"], *result["skipped"]]
    return {(one["kind"], one["number"], one["code"]) for one in entries if one["code"] != _OTHER_KIND}


@pytest.mark.parametrize("sales_documents", ["orders", "invoices"])
def test_the_independent_judge_agrees(demo: Demo, shared: Path, tmp_path: Path, sales_documents: str) -> None:
    samples = shared / "stores" / "magento2" / "samples"
    outcome = tmp_path / "outcome.json"
    result = demo.run("--sales-documents", sales_documents, data=samples)
    outcome.write_text(json.dumps(result, default=str))
    ledger = demo.state.with_suffix(".ledger.json")
    judge = [
        sys.executable, str(shared / "check" / "ledger_check.py"), "--ledger", str(ledger), "--outcome", str(outcome),
        "--expected", str(samples / "expected.csv"), "--documents", sales_documents,
    ]  # fmt: skip
    judged = subprocess.run(judge, capture_output=True, text=True, check=False, env={**os.environ})
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_an_organisation_in_pounds_keeps_dollars_and_euros_as_they_are(demo: Demo) -> None:
    demo.run()
    currencies = {invoice["CurrencyCode"] for invoice in demo.ledger["Invoices"]}
    assert currencies == {"GBP", "EUR", "USD"}
    assert all(invoice["AmountDue"] == Decimal(0) for invoice in demo.ledger["Invoices"])


def test_the_ledger_file_is_in_xeros_own_form(demo: Demo) -> None:
    demo.run()
    lists = {"Accounts", "TaxRates", "Contacts", "Items", "Invoices", "CreditNotes", "Payments", "Allocations"}
    assert demo.ledger.keys() >= lists | {"Organisation"}
