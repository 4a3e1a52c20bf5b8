"""What a merchant may take along: whole, readable, without secrets, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from installation import Installation

pytestmark = pytest.mark.xdist_group("operating")


def _json(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_bytes())
    return rows


def _csv(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_both_forms_hold_every_row_with_exact_amounts(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    told = installation.answer("export", str(folder), "--bodies")
    for name, table in (
        ("documents", "document"),
        ("postings", "posting"),
        ("log", "event"),
        ("mappings", "mapping"),
    ):
        expected = installation.rows(f"SELECT COUNT(*) FROM {table}")[0][0]
        assert told["rows"][name] == expected > 0
        assert len(_json(folder, name)) == len(_csv(folder, name)) == expected
    minor = {
        number: (units, currency)
        for number, units, currency in installation.rows(
            "SELECT id, total_minor, currency FROM document WHERE total_minor IS NOT NULL AND currency='GBP'"
        )
    }
    shown = {row["id"]: Decimal(row["total"]) for row in _json(folder, "documents") if row["id"] in minor}
    assert shown == {number: Decimal(units).scaleb(-2) for number, (units, _) in minor.items()}
    order = next(row for row in _json(folder, "documents") if row["kind"] == "order")
    assert order["body"]["increment_id"] == order["number"]
    invoice = next(row for row in _json(folder, "postings") if row["role"] == "invoice")
    assert invoice["wanted"]["lines"]
    assert invoice["xero_id"]


def test_no_secret_is_in_an_export(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    installation.answer("export", str(folder), "--bodies")
    sealed = [
        text
        for query in (
            "SELECT secrets FROM connection",
            "SELECT client_secret FROM app",
            "SELECT tokens FROM authorisation",
        )
        for (text,) in installation.rows(query)
    ]
    assert all(sealed)
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert not [text for text in sealed if text.encode() in written]
    assert b"access_token" not in written
    assert folder.stat().st_mode & 0o077 == 0


def test_a_cell_that_would_run_as_a_formula_is_defused_in_csv_and_kept_in_json(
    installation: Installation, tmp_path: Path
) -> None:
    installation.change('UPDATE document SET title=\'=HYPERLINK("http://x.example","click")\' WHERE id=1')
    folder = tmp_path / "export"
    installation.answer("export", str(folder))
    assert _csv(folder, "documents")[0]["title"].startswith("'=HYPERLINK")
    assert _json(folder, "documents")[0]["title"].startswith("=HYPERLINK")
    assert "body" not in _json(folder, "documents")[0]


def test_a_folder_that_holds_something_is_refused(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter.txt").write_text("mine")
    assert "is not empty" in installation.refusal("export", str(tmp_path / "kept"))
