"""Webhooks 2.0 of the REST module: events wait in a queue until cron sends them, signed, and tries again.

Doubled, lost and late calls are switches of the simulation: `lose`, `double`, `hold_back`.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatch

import msgspec

#: Minutes after which a call that failed is tried again.
RETRY_MINUTES = (1, 5, 15, 60, 240)
#: Takes (address, body, headers) and gives the status; raises OSError when nobody answers.
Sender = Callable[[str, bytes, dict[str, str]], int]


class Subscription(msgspec.Struct):
    """events: names with wildcards, as "invoice_*" or "*"."""

    url: str
    secret: str
    events: tuple[str, ...] = ("*",)
    enabled: bool = True


class Waiting(msgspec.Struct):
    """A call in the queue."""

    url: str
    secret: str
    event: str
    body: bytes
    due: datetime
    tries: int = 0


class Webhooks:
    """clock: UTC. send: what carries a call. allow_private: the module itself refuses such targets."""

    def __init__(self, clock: Callable[[], datetime], send: Sender | None = None) -> None:
        self._clock = clock
        self.send = send
        self.subscriptions: list[Subscription] = []
        self.queue: list[Waiting] = []
        self.sent: list[tuple[str, int]] = []
        self.lose: Callable[[], bool] = lambda: False
        self.double: Callable[[], bool] = lambda: False

    def hear(self, event: str, data: dict[str, object]) -> None:
        """Queue an event for everybody who asked for it."""
        now = self._clock()
        for one in self.subscriptions:
            if not one.enabled or not any(fnmatch(event, pattern.replace(".", "_")) for pattern in one.events):
                continue
            if self.lose():
                continue
            body = msgspec.json.encode({"event": event, "timestamp": int(now.timestamp()), "data": data})
            waiting = Waiting(one.url, one.secret, event, body, now)
            self.queue += [waiting, msgspec.structs.replace(waiting)] if self.double() else [waiting]

    def cron(self) -> int:
        """Send what is due; how many were taken."""
        now, taken = self._clock(), 0
        due = [one for one in self.queue if one.due <= now]
        self.queue = [one for one in self.queue if one.due > now]
        for one in due:
            status = self._try(one)
            self.sent.append((one.event, status))
            if 200 <= status < 300:
                taken += 1
            elif one.tries < len(RETRY_MINUTES):
                pause = timedelta(minutes=RETRY_MINUTES[one.tries])
                self.queue.append(msgspec.structs.replace(one, due=now + pause, tries=one.tries + 1))
        return taken

    def _try(self, one: Waiting) -> int:
        if self.send is None:
            return 0
        try:
            return self.send(one.url, one.body, headers_of(one.secret, one.event, one.body, self._clock()))
        except OSError:
            return 0


def headers_of(secret: str, event: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a call: t=<unix>,v1=<hex HMAC-SHA256 over "<t>.<body>">."""
    seconds = str(int(now.timestamp()))
    signature = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-perfex-event": event,
        "x-perfex-signature": f"t={seconds},v1={signature}",
    }
