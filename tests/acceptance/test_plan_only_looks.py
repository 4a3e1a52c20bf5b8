"""`tieout plan` on a fresh state: everything is told, nothing is written."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path

from acceptance_tools import SAMPLE, Demo, run_tieout
from shop_figures import read_shown


def _dump(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table but the ledger of requests, row by row."""
    database = sqlite3.connect(f"file:{home / 'tieout.sqlite3'}?mode=ro", uri=True)
    try:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {
            table: sorted(database.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in tables
            if table != "request"
        }
    finally:
        database.close()


def test_c124_a_plan_lists_every_document_and_leaves_no_byte(demo: Demo) -> None:
    demo.run("--until", "set-up")
    home = demo.state / "tieout"
    before = _dump(home)
    done = run_tieout("plan", "--json", home=home)
    assert done.returncode == 0, done.stderr
    assert _dump(home) == before
    answer = json.loads(done.stdout, parse_float=Decimal)
    totals = {
        (line["kind"], line["number"]): (line["total"], line["tax"])
        for line in answer["plan"]
        if line["role"] in ("invoice", "credit_note") and line["action"] == "create"
    }
    skipped = {(line["kind"], line["number"]) for line in answer["plan"] if line["action"] == "skip"}
    for one in read_shown(SAMPLE / "expected.csv", "orders"):
        if (one.kind, one.number) not in skipped:
            assert tuple(Decimal(text) for text in totals[one.kind, one.number]) == (one.total, one.tax)
    assert answer["calls_total"] == sum(answer["calls"].values()) > 0


def test_the_plan_after_posting_is_empty(demo: Demo) -> None:
    demo.run()
    done = run_tieout("plan", "--json", home=demo.state / "tieout")
    answer = json.loads(done.stdout)
    assert [line for line in answer["plan"] if line["action"] not in ("skip",)] == []
    assert answer["calls_total"] == 0
