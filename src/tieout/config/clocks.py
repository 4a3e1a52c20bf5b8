"""The system's clock, and one that is moved by hand; PostgreSQL's own lies in `tieout.records`."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from django.db import connection

from tieout.ports import Clock
from tieout.records.clock import DatabaseClock
from tieout.records.sql import Database


class SystemClock:
    """Implements ports.Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def process_clock() -> Clock:
    """The clock that all processes of this installation share: the server's on PostgreSQL, else this machine's."""
    if connection.vendor != "postgresql":
        return SystemClock()
    return DatabaseClock(Database())


class MovedClock:
    """The system's time plus what was skipped: waiting for a limit costs no time where nothing real waits.

    Shared with the simulators in the same process, so that their windows move as well.
    """

    def __init__(self) -> None:
        self._skipped = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._skipped

    def skip_to(self, moment: datetime) -> None:
        with self._lock:
            ahead = moment - (datetime.now(UTC) + self._skipped)
            self._skipped += max(ahead, timedelta())
