"""Days of back-fill in seconds: the simulated Xero never has to refuse a call."""

from __future__ import annotations

from tieout.cli.bench_limits import back_fill, one_app
from tieout.cli.benching.simulation.storages import Storages


def test_c110_c112_a_back_fill_that_needs_two_days_keeps_the_limits_of_minute_and_day(
    unblocked_storages: Storages,
) -> None:
    figures = back_fill("starter", 520, 1, unblocked_storages)
    assert figures["kept"], figures
    assert figures["calls"] > 950
    # A reserve of the day's calls stays for people, so the rest went on the next day.
    assert figures["days"] > 0.1


def test_c117_the_limit_of_an_app_holds_over_all_its_organisations(unblocked_storages: Storages) -> None:
    figures = one_app(4, unblocked_storages, orders=14, limit=100)
    assert figures["kept"], figures
    assert figures["worst_app_minute"] > 90
