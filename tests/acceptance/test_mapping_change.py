"""A changed mapping plans again what is held or waiting; what is posted stays where it is."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from acceptance_tools import Demo


def _change_sales_account(home: Path) -> None:
    """What the mapping screen writes: a next version of the rules."""
    database = sqlite3.connect(home / "tieout.sqlite3")
    try:
        row = database.execute(
            "SELECT id, connection_id, organisation_id, version, rules, created_at FROM mapping WHERE current"
        ).fetchone()
        rules = json.loads(row[4])
        assert rules["accounts"]["sales"] == "200"
        rules["accounts"]["sales"] = "260"
        rules["version"] = row[3] + 1
        database.execute("UPDATE mapping SET current=0 WHERE id=?", (row[0],))
        columns = "connection_id, organisation_id, version, rules, current, created_at, created_by, note"
        database.execute(
            f"INSERT INTO mapping ({columns}) VALUES (?,?,?,?,1,?,'test','')",
            (row[1], row[2], row[3] + 1, json.dumps(rules), row[5]),
        )
        database.execute("UPDATE document SET planning_due=1, planning_cause='rules'")
        database.commit()
    finally:
        database.close()


def test_a_changed_mapping_moves_nothing_that_is_posted(demo: Demo) -> None:
    demo.run()
    first = {name: entries for name, entries in demo.ledger.items() if name != "Organisation"}
    _change_sales_account(demo.state / "tieout")
    result = demo.run()
    assert result["xero_calls"] == 0
    assert result["differences"] == []
    assert {name: entries for name, entries in demo.ledger.items() if name != "Organisation"} == first
