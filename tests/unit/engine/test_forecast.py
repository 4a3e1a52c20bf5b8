"""When open work ends, and when immediate work is collected for the day's sake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tieout.engine.forecast import OpenWork, calls_for, forecast, midnight_after, why_batches
from tieout.engine.limits import Bounds

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
BOUNDS = Bounds(minute=62, minute_reserve=2, day=1_000, day_reserve=100)


def test_calls_are_counted_by_batches_of_each_role() -> None:
    assert calls_for([OpenWork("invoice", 101, 50), OpenWork("allocation", 3, 1), OpenWork("item", 0)]) == 6


def test_nothing_open_has_no_end() -> None:
    assert forecast([], BOUNDS, NOW).ends_at is None


def test_the_minute_limit_paces_what_fits_into_the_day() -> None:
    expected = forecast([OpenWork("invoice", 6_000, 50)], BOUNDS, NOW, day_remaining=500)
    assert expected.calls == 120
    assert expected.ends_at == NOW + timedelta(minutes=2)


def test_what_the_day_does_not_bear_goes_on_after_midnight() -> None:
    # 400 of 500 today, then 900 a day: 1,400 calls end on the second day with 100 calls.
    expected = forecast([OpenWork("invoice", 1_400, 1)], BOUNDS, NOW, day_remaining=500)
    assert expected.ends_at is not None
    assert expected.ends_at == midnight_after(NOW) + timedelta(days=1, seconds=100)


def test_a_hold_moves_the_end() -> None:
    until = NOW + timedelta(hours=1)
    assert forecast([OpenWork("item", 1, 1)], BOUNDS, NOW, hold_until=until).ends_at == until + timedelta(seconds=1)


def test_immediate_work_is_collected_when_the_days_calls_would_not_do() -> None:
    # Six hours are left at 18:00 UTC.
    assert why_batches(100, 600, NOW) == ""
    reason = why_batches(101, 600, NOW)
    assert "606 calls" in reason
    assert "600 are left" in reason


def test_it_goes_at_once_again_only_when_there_is_room() -> None:
    assert why_batches(90, 600, NOW, already=True)
    assert why_batches(80, 600, NOW, already=True) == ""


def test_a_few_calls_prove_no_pace() -> None:
    assert why_batches(19, 0, NOW) == ""
