"""What is posted stays as it is, until exactly that document changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acceptance_tools import Demo, edit, order_of


def _holdings(ledger: dict[str, Any]) -> dict[str, Any]:
    """What the ledger holds, without the organisation's own entry."""
    return {name: entries for name, entries in ledger.items() if name != "Organisation"}


def test_c62_a_second_run_sends_nothing_and_changes_nothing(demo: Demo) -> None:
    demo.run()
    first = _holdings(demo.ledger)
    result = demo.run()
    assert result["xero_calls"] == 0
    assert result["calls_by_endpoint"] == {}
    assert _holdings(demo.ledger) == first


def test_an_order_that_is_confirmed_later_moves_alone(demo: Demo, shop_copy: Path) -> None:
    demo.run(data=shop_copy)
    first = _holdings(demo.ledger)

    def confirm(orders: list[dict[str, Any]]) -> None:
        order = order_of(orders, "3000000009")
        order["state"] = order["status"] = "processing"
        order["updated_at"] = "2026-11-21 05:00:00"

    edit(shop_copy, "orders", confirm)
    result = demo.run(data=shop_copy)
    assert result["differences"] == []
    before = {invoice["InvoiceID"]: invoice for invoice in first["Invoices"]}
    after = {invoice["InvoiceID"]: invoice for invoice in demo.ledger["Invoices"]}
    assert [after[key]["InvoiceNumber"] for key in after.keys() - before.keys()] == ["SO-3000000009"]
    assert all(after[key] == before[key] for key in before)
    assert _holdings(demo.ledger)["CreditNotes"] == first["CreditNotes"]
    assert _holdings(demo.ledger)["Payments"] == first["Payments"]


def test_fields_that_nobody_books_move_nothing(demo: Demo, shop_copy: Path) -> None:
    demo.run(data=shop_copy)

    def touch(orders: list[dict[str, Any]]) -> None:
        for order in orders:
            order["ext_order_id"] = "seen"
            order["updated_at"] = "2026-11-21 05:00:00"

    edit(shop_copy, "orders", touch)
    assert demo.run(data=shop_copy)["xero_calls"] == 0
