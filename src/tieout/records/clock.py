"""The PostgreSQL server's clock: many hosts, one time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from tieout.records.sql import Database, time_of

#: How long a measured difference to the server's clock is used.
_MEASURE_SECONDS = 30.0


class DatabaseClock:
    """Implements ports.Clock: the machine's steady clock, set by the server's time again and again.

    Workers on many hosts compare each other's leases; their own clocks may differ by minutes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._measured_at: float | None = None
        self._origin = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        with self._lock:
            steady = time.monotonic()
            if self._measured_at is None or steady - self._measured_at > _MEASURE_SECONDS:
                self._measure()
                steady = time.monotonic()
            assert self._measured_at is not None
            return self._origin + timedelta(seconds=steady - self._measured_at)

    def _measure(self) -> None:
        before = time.monotonic()
        row = self._database.row("SELECT clock_timestamp()")
        after = time.monotonic()
        assert row is not None
        self._measured_at = (before + after) / 2
        self._origin = time_of(row[0]).astimezone(UTC)
