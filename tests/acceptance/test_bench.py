"""Benchmarks print their figures and a verdict, and their exit code says the same."""

from __future__ import annotations

import json

import pytest
from acceptance_tools import run_tieout


@pytest.mark.parametrize(
    ("arguments", "figure"),
    [
        (("calls", "--orders", "300", "--batch", "50"), "calls_per_order"),
        (("planning", "--orders", "200"), "documents_per_second"),
    ],
)
def test_a_benchmark_tells_its_figure_and_its_verdict(arguments: tuple[str, ...], figure: str) -> None:
    done = run_tieout("bench", *arguments, "--json")
    figures = json.loads(done.stdout)
    assert figures[figure] > 0
    assert figures["verdict"] in ("met", "missed")
    assert done.returncode == (0 if figures["verdict"] == "met" else 1)


def test_calls_are_counted_by_the_simulator_and_limits_are_kept() -> None:
    figures = json.loads(run_tieout("bench", "calls", "--orders", "300", "--customers", "returning", "--json").stdout)
    assert figures["created"]["Invoices"] == figures["created"]["Payments"] == 300
    assert figures["created"]["Contacts"] == 15
    assert figures["worst_minute"] <= 60
    assert figures["refused_calls"] == 0
    assert sum(figures["calls_by_endpoint"].values()) == figures["calls"] + figures["look_ups"]
