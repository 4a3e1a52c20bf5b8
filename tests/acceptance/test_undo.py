"""A run is taken back: told before it is done, then deleted or voided in the order in which Xero allows it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from acceptance_tools import run_flow


def test_c137_an_undone_run_leaves_nothing_alive_but_what_was_told_before(tmp_path: Path) -> None:
    _, undone = run_flow(tmp_path, "run", "undo")
    impossible = [step["marker"] for step in undone["plan"] if not step["possible"]]
    assert impossible == ["SO-000000007"], "only the document of zero total cannot be voided"
    assert undone["held"] == []
    ledger = json.loads((tmp_path / "ledger.json").read_text(), parse_float=Decimal)
    alive = [one["InvoiceNumber"] for one in ledger["Invoices"] if one["Status"] not in ("VOIDED", "DELETED")]
    assert alive == impossible
    assert {one["Status"] for one in ledger["CreditNotes"]} <= {"VOIDED", "DELETED"}
    assert {one["Status"] for one in ledger["Payments"]} == {"DELETED"}
    kept = {step["role"] for step in undone["plan"] if step["action"] == "keep"}
    assert kept == {"contact", "item"}


def test_c65_after_an_undo_nothing_is_posted_again_by_itself(tmp_path: Path) -> None:
    _, _, again = run_flow(tmp_path, "run", "undo", "run")
    assert again["xero_calls"] == 0
    ledger = json.loads((tmp_path / "ledger.json").read_text(), parse_float=Decimal)
    alive = [one for one in ledger["Invoices"] if one["Status"] not in ("VOIDED", "DELETED")]
    assert len(alive) == 1
