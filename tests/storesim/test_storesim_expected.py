"""The generated expected figures, and a generated shop written as a folder."""

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from storesim_tools import SAMPLES, Caller

from storesim.magento2.generator import generate
from storesim.magento2.generator.book import Book
from storesim.magento2.generator.expected import COLUMNS, expected_rows
from storesim.magento2.generator.generate import make_plan
from storesim.magento2.generator.recorder import write_folder
from storesim.magento2.shop import Shop

KINDS = {"order": "orders", "invoice": "invoices", "creditmemo": "creditmemos"}


def cents(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_columns_are_the_recorded_ones() -> None:
    with (SAMPLES / "expected.csv").open(encoding="utf-8") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS


def test_every_document_has_a_row_with_its_own_figures() -> None:
    shop = generate(orders=150, seed=5, refunds=20)
    rows = list(expected_rows(Book(make_plan(orders=150, seed=5, refunds=20))))
    for kind, resource in KINDS.items():
        assert sum(1 for row in rows if row["doc_type"] == kind) == len(shop.tables[resource])
    for row in rows:
        document: Any = shop.document(KINDS[row["doc_type"]], int(row["entity_id"]))
        assert row["increment_id"] == document["increment_id"]
        assert row["created_at_utc"] == document["created_at"]
        assert Decimal(row["grand_total_stored_4dp"]) == document["grand_total"]
        assert Decimal(row["base_grand_total_stored"]) == document["base_grand_total"]
        assert Decimal(row["grand_total_shown"]) == cents(document["grand_total"])
        assert Decimal(row["tax_total"]) == cents(document["tax_amount"])
        taxes = json.loads(row["taxes_json"])
        assert sum(Decimal(tax["amount"]) for tax in taxes) == document["tax_amount"]
        assert str(document["state"]) == row["state"]


def test_local_dates_follow_the_websites_clock() -> None:
    rows = expected_rows(Book(make_plan(orders=300, seed=5)))
    moved = [row for row in rows if row["created_local_date"] != row["created_at_utc"][:10]]
    assert {row["store_code"] for row in moved} >= {"usa_en"}


def test_a_written_folder_is_the_same_shop(tmp_path: Path) -> None:
    book = Book(make_plan(orders=40, seed=9))
    write_folder(book, tmp_path)
    written, made = Caller(Shop.from_folder(tmp_path)), Caller(generate(orders=40, seed=9))
    for path, key in (("orders", "entity_id"), ("invoices", "entity_id"), ("customers/search", "id")):
        condition = (key, "gteq", "1")
        assert written.search(path, condition) == made.search(path, condition)
    assert (tmp_path / "expected.csv").read_text(encoding="utf-8").startswith("doc_type,entity_id,")
