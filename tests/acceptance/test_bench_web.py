"""`bench web` in small: its figures, its verdict, and that no page asks more of a fuller database."""

from __future__ import annotations

import json

from acceptance_tools import run_tieout


def test_bench_web_times_each_page_beside_a_writer_and_counts_its_queries() -> None:
    done = run_tieout("bench", "web", "--rows", "400", "--rounds", "1", "--json")
    figures = json.loads(done.stdout)
    assert {"queue", "log", "dashboard"} <= set(figures["p95_ms"])
    assert len(figures["p95_ms_by_filter"]["queue"]) >= 12
    assert figures["queries_that_grow"] == []
    assert figures["orders_written_meanwhile"] > 0
    assert done.returncode == (0 if figures["verdict"] == "met" else 1)
