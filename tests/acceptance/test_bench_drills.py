"""The drills in small: the same programs as the benchmarks, with sizes for every day."""

from __future__ import annotations

import json
from typing import Any

import pytest
from acceptance_tools import run_tieout


def _bench(*arguments: str) -> dict[str, Any]:
    done = run_tieout("bench", *arguments, "--json", timeout=250)
    assert done.stdout, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if figures["verdict"] == "met" else 1)
    return figures


def test_c60_workers_that_are_killed_lose_and_double_nothing() -> None:
    figures = _bench("crash", "--documents", "120", "--kills", "3", "--faults-min", "0", "--organisations", "1")
    assert figures["findings"] == []
    assert (figures["lost"], figures["doubled"], figures["posted_though_cancelled"]) == (0, 0, 0)
    assert (figures["kills"], figures["kills_in_flight"] > 0) == (3, True)
    assert figures["worst_minute"] <= 60


def test_a_seed_tells_the_same_story_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for order in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", order)
        told.append(_bench("simulate", "--seed", "3"))
    assert [one["failures"] for one in told] == [0, 0]
    assert told[0]["digest"] == told[1]["digest"]
