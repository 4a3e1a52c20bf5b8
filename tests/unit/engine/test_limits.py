"""When the next request may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from tieout.engine.limits import DAY_PROBE, Bounds, Usage, minute_reserve, next_slot

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BOUNDS = Bounds()


def test_c110_sixty_calls_fill_the_minute_and_the_oldest_frees_it() -> None:
    frees_at = NOW + timedelta(seconds=7)
    slot = next_slot(Usage(60, 0, frees_at=frees_at), BOUNDS, NOW, manual=True)
    assert (slot.free, slot.not_before, slot.scope) == (False, frees_at, "minute")
    assert next_slot(Usage(59, 0, frees_at=frees_at), BOUNDS, NOW, manual=True).free


def test_a_little_of_the_minute_is_kept_for_urgent_work() -> None:
    usage = Usage(58, 0, frees_at=NOW)
    assert not next_slot(usage, BOUNDS, NOW).free
    assert next_slot(usage, BOUNDS, NOW, urgent=True).free


def test_c117_five_are_in_flight_at_once() -> None:
    assert next_slot(Usage(10, 4), BOUNDS, NOW).free
    assert next_slot(Usage(10, 5), BOUNDS, NOW).scope == "concurrent"


def test_c112_a_named_pause_is_kept_whatever_it_is() -> None:
    until = NOW + timedelta(seconds=66_975)
    slot = next_slot(Usage(0, 0, hold_until=until, hold_scope="day"), BOUNDS, NOW, manual=True)
    assert (slot.not_before, slot.scope) == (until, "day")


def test_the_days_reserve_is_for_what_a_person_asks() -> None:
    usage = Usage(0, 0, day_remaining=50, day_remaining_at=NOW)
    slot = next_slot(usage, BOUNDS, NOW, urgent=True)
    assert (slot.free, slot.scope, slot.not_before) == (False, "day", NOW + DAY_PROBE)
    assert next_slot(usage, BOUNDS, NOW, manual=True).free
    assert next_slot(Usage(0, 0, day_remaining=51, day_remaining_at=NOW), BOUNDS, NOW).free


def test_nobody_knows_when_the_day_begins_so_one_call_an_hour_asks() -> None:
    usage = Usage(0, 0, day_remaining=3, day_remaining_at=NOW - DAY_PROBE)
    assert next_slot(usage, BOUNDS, NOW).free


def test_after_the_pause_that_xero_named_a_new_day_has_begun() -> None:
    usage = Usage(
        0, 0, day_remaining=0, day_remaining_at=NOW - timedelta(minutes=5), hold_until=NOW, hold_scope="day"
    )
    assert next_slot(usage, BOUNDS, NOW).free


def test_without_an_answer_our_own_count_of_the_day_applies() -> None:
    assert next_slot(Usage(0, 0, day_used=949), BOUNDS, NOW).free
    assert next_slot(Usage(0, 0, day_used=950), BOUNDS, NOW).scope == "day"
    assert next_slot(Usage(0, 0, day_used=999), BOUNDS, NOW, manual=True).free


def test_the_limit_of_the_app_counts_over_all_organisations() -> None:
    frees_at = NOW + timedelta(seconds=2)
    usage = Usage(3, 0, app_counting=10_000, app_frees_at=frees_at)
    slot = next_slot(usage, BOUNDS, NOW, manual=True)
    assert (slot.scope, slot.not_before) == ("app", frees_at)


def test_other_work_leaves_calls_for_urgent_work_by_what_it_needed_lately() -> None:
    bounds = Bounds()
    assert minute_reserve(Usage(counting=0, open=0), bounds) == 2
    # Ten urgent calls a minute: fifteen and a few are kept, less what was used of them already.
    busy = Usage(counting=0, open=0, urgent_lately=50, urgent_counting=0)
    assert minute_reserve(busy, bounds) == 25
    assert minute_reserve(msgspec.structs.replace(busy, urgent_counting=12), bounds) == 16
    assert minute_reserve(msgspec.structs.replace(busy, urgent_counting=20), bounds) == 20
    # Never more than half: scheduled work goes on, too.
    assert minute_reserve(msgspec.structs.replace(busy, urgent_lately=500), bounds) == 30


def test_urgent_work_finds_the_calls_that_a_back_fill_left() -> None:
    usage = Usage(counting=40, open=0, urgent_lately=50)
    assert not next_slot(usage, Bounds(), NOW).free
    assert next_slot(usage, Bounds(), NOW, urgent=True).free


def test_a_long_back_fill_is_spread_over_the_minute_and_leaves_a_call_for_what_cannot_wait() -> None:
    usage = Usage(counting=57, open=0, frees_at=NOW + timedelta(seconds=9), opened_at=NOW)
    slot = next_slot(usage, Bounds(), NOW, paced=True)
    assert (slot.free, slot.scope) == (False, "pace")
    assert slot.not_before is not None
    assert timedelta(seconds=0.9) < slot.not_before - NOW < timedelta(seconds=1)
    assert next_slot(usage, Bounds(), NOW + timedelta(seconds=1.1), paced=True).free
    assert next_slot(usage, Bounds(), NOW, urgent=True).free
    assert next_slot(usage, Bounds(), NOW).free


def test_a_short_back_fill_goes_at_once() -> None:
    assert next_slot(Usage(counting=18, open=0, opened_at=NOW), Bounds(), NOW, paced=True).free
