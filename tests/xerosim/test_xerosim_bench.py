"""The benchmark of the simulator, tiny: its figures are whole and its verdict follows from them."""

from typing import Any

import pytest

from tieout.cli import bench_simulator


@pytest.mark.parametrize(("bar", "verdict"), [(0, "met"), (10**9, "missed")])
def test_the_verdict_follows_from_the_bars(monkeypatch: pytest.MonkeyPatch, bar: int, verdict: str) -> None:
    monkeypatch.setattr(bench_simulator, "BARS", dict.fromkeys(bench_simulator.BARS, bar))
    monkeypatch.setattr(bench_simulator, "FALL_MAX", 1.0)  # so short a time says nothing about steadiness
    figures: dict[str, Any] = bench_simulator.measure(200, seconds=0.05)
    assert figures["verdict"] == verdict
    for name in ("per_second_empty", "per_second_full"):
        assert set(figures[name]) == {"get_page", "post_one", "post_fifty"}
        assert all(rate > 0 for rate in figures[name].values())
    assert set(figures["cpu_seconds"]) == {"client", "xero"}
