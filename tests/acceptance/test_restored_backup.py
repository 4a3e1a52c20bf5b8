"""A backup from before the last postings is put back: Xero is asked first, nothing is lost and nothing doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acceptance_tools import Demo, edit, order_of, run_tieout


def _confirm(orders: list[dict[str, Any]]) -> None:
    order = order_of(orders, "3000000009")
    order["state"] = order["status"] = "processing"
    order["updated_at"] = "2026-11-21 05:00:00"


def _numbers(ledger: dict[str, Any]) -> list[str]:
    return sorted(invoice["InvoiceNumber"] for invoice in ledger["Invoices"])


def test_what_was_posted_after_the_backup_is_found_and_not_posted_again(
    demo: Demo, shop_copy: Path, tmp_path: Path
) -> None:
    home, file = demo.state / "tieout", tmp_path / "monday.sqlite3"
    demo.run(data=shop_copy)
    assert run_tieout("backup", str(file), home=home).returncode == 0
    edit(shop_copy, "orders", _confirm)
    demo.run(data=shop_copy)
    posted = _numbers(demo.ledger)
    contacts = len(demo.ledger["Contacts"])
    assert "SO-3000000009" in posted

    restored = run_tieout("restore", "--force", str(file), home=home)
    assert restored.returncode == 0, restored.stderr
    assert "look up in Xero" in restored.stdout
    result = demo.run(data=shop_copy)
    assert result["differences"] == []
    assert _numbers(demo.ledger) == posted
    assert len(demo.ledger["Contacts"]) == contacts
    again = demo.run(data=shop_copy)
    assert (again["xero_calls"], again["differences"]) == (0, [])


def test_a_backup_of_something_else_is_refused(demo: Demo, tmp_path: Path) -> None:
    demo.run("--until", "set-up")
    other = tmp_path / "other.sqlite3"
    other.write_bytes(b"not a database" * 1000)
    refused = run_tieout("restore", "--force", str(other), home=demo.state / "tieout")
    assert refused.returncode == 1
    assert "not a sound database" in refused.stderr
    assert demo.run()["differences"] == []
