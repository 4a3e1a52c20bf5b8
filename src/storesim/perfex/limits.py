"""The quota of a token: so many calls in a window, told in headers."""

from collections.abc import Callable
from datetime import datetime

import msgspec


class Quota(msgspec.Struct):
    """calls per `seconds`, counted in windows that start with the first call."""

    calls: int = 1000
    seconds: int = 3600
    started: float = 0.0
    used: int = 0

    def take(self, clock: Callable[[], datetime]) -> tuple[bool, dict[str, str]]:
        """Whether the call is let in, and the headers that say how things stand."""
        now = clock().timestamp()
        if now - self.started >= self.seconds:
            self.started, self.used = now, 0
        allowed = self.used < self.calls
        self.used += allowed
        return allowed, {
            "x-ratelimit-limit": str(self.calls),
            "x-ratelimit-remaining": str(self.calls - self.used),
            "x-ratelimit-reset": str(int(self.started + self.seconds)),
        }
