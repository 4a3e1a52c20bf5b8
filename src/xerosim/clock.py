"""Where the simulator gets the time: the machine's clock, or one that the caller moves."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970 (UTC), never going backwards."""

    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...

    @property
    def virtual(self) -> bool: ...


class RealClock:
    """The machine's clock with an offset that `advance` adds to."""

    virtual = False

    def __init__(self) -> None:
        self._started = time.time() - time.monotonic()

    def now(self) -> float:
        return self._started + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Move the clock forward, for example past the end of a token's life."""
        self._started += max(0.0, seconds)


class VirtualClock:
    """Stands still until it is advanced."""

    virtual = True

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += max(0.0, seconds)
