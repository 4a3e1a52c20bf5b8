"""Waiting for a time, and a meter that waits for its slot instead of refusing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tieout.engine.limits import next_slot
from tieout.errors import RetryLater
from tieout.ports import Clock, Limits
from tieout.ports.turn import TurnRecords

#: Waits until a time; returns early when the process is told to stop.
Waiter = Callable[[datetime], None]


class RecordsMeter:
    """Implements ports.Meter over our own request rows: the rate limiter of reads outside a turn."""

    def __init__(
        self, records: TurnRecords, clock: Clock, organisation: int, owner: str, *, manual: bool = True
    ) -> None:
        self._records = records
        self._clock = clock
        self._organisation = organisation
        self._owner = owner
        self._manual = manual
        #: Requests that this meter let through, for reports.
        self.count = 0

    def open(self, endpoint: str, method: str, bytes_out: int) -> int:
        """Raises RetryLater when no request may leave now."""
        now = self._clock.now()
        with self._records.transaction():
            bounds = self._records.organisation(self._organisation).bounds
            usage = self._records.usage(self._organisation, now)
            slot = next_slot(usage, bounds, now, urgent=True, manual=self._manual)
            if not slot.free:
                raise RetryLater(
                    f"The limit of calls to Xero is reached ({slot.scope})",
                    scope=slot.scope,
                    not_before=slot.not_before,
                )
            request = self._records.open_request(self._organisation, endpoint, method, bytes_out, 0, self._owner, now)
        self.count += 1
        return request

    def close(self, request: int, *, status: int, bytes_in: int, limits: Limits) -> None:
        now = self._clock.now()
        with self._records.transaction():
            self._records.close_request(request, status, bytes_in, limits, now)


class PatientMeter:
    """A meter that waits for a free slot, up to a bound: for work that a person asked for."""

    def __init__(
        self, meter: RecordsMeter, clock: Clock, wait: Waiter, wait_max: timedelta = timedelta(minutes=5)
    ) -> None:
        self._meter = meter
        self._clock = clock
        self._wait = wait
        self._wait_max = wait_max

    def open(self, endpoint: str, method: str, bytes_out: int) -> int:
        until = self._clock.now() + self._wait_max
        while True:
            try:
                return self._meter.open(endpoint, method, bytes_out)
            except RetryLater as error:
                if error.not_before is None or error.not_before > until:
                    raise
                self._wait(error.not_before)

    def close(self, request: int, *, status: int, bytes_in: int, limits: Limits) -> None:
        self._meter.close(request, status=status, bytes_in=bytes_in, limits=limits)
