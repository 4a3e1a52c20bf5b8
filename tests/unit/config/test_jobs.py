"""When nightly work is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieout.config.jobs import JOBS, next_night


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 21, 1, 0, tzinfo=UTC), datetime(2026, 11, 21, 2, 30, tzinfo=UTC)),
        (datetime(2026, 11, 21, 2, 30, tzinfo=UTC), datetime(2026, 11, 22, 2, 30, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, 2, 30, tzinfo=UTC)),
    ],
)
def test_nightly_work_is_due_at_the_next_half_past_two(now: datetime, due: datetime) -> None:
    assert next_night(now) == due


def test_every_kind_of_recurring_job_is_named_once() -> None:
    kinds = [job.kind for job in JOBS]
    assert len(kinds) == len(set(kinds))
