"""The benchmarks of operating in small: they run through, count what the simulators saw, and come to a verdict."""

from __future__ import annotations

import json
from typing import Any

from acceptance_tools import run_tieout

from tieout.cli import bench_fairness
from tieout.cli.benching.apart import apart


def bench(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = run_tieout("bench", *arguments, "--json", timeout=120)
    assert done.stdout, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if answer["verdict"] == "met" else 1)
    return done.returncode, answer


def test_looking_when_nothing_changed_costs_no_call_to_xero_and_one_for_each_entity() -> None:
    code, figures = bench("idle", "--orders", "20")
    assert code == 0
    assert (figures["xero_calls"], figures["store_calls_per_entity"]) == (0, 1)
    assert figures["store_calls"] == figures["entities"]


def test_the_memory_of_a_worker_is_read_from_the_kernel() -> None:
    run = apart("sqlite", "", "memory_run", 40, 1, 0.1)
    assert run["created"] == 40
    assert 20 < run["peak_mb"] < 250


def test_a_change_overtakes_a_back_fill() -> None:
    _, figures = bench("latency", "--orders", "120", "--changes", "1", "--answer", "0.1")
    assert figures["arrived"] == 1
    assert figures["refused_calls"] == 0


def test_many_organisations_are_emptied_within_their_limits(postgresql_url: str) -> None:
    size = {
        "organisations": 3, "small_orders": 1, "busy_orders": 4, "answer_seconds": 0.1, "threads": 2,
        "rest_seconds": 0.0,
    }  # fmt: skip
    figures = bench_fairness.measure(size, [1], 1, postgresql_url)
    run = figures["runs"][0]  # type: ignore[index]
    assert run["whole"]
    assert run["invoices"] == 2 * 1 + 4
    assert run["worst_minute"] <= 60
    assert figures["speed_up"] is None
