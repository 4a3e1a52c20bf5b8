"""Idempotency-Key: the first answer of a key is given again for six minutes, per app (fact sheet 3.3)."""

import hashlib
from collections import deque
from collections.abc import Iterable

import msgspec

from xerosim.errors import Validation
from xerosim.wire import Request, Response

LONGEST = 128
METHODS = frozenset({"POST", "PUT", "PATCH"})


class Remembered(msgspec.Struct):
    """One key's first call and its answer."""

    digest: bytes
    until: float
    ends: float
    response: Response


class IdempotencyCache:
    """Answers by (app, key)."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Remembered] = {}
        self._queue: deque[tuple[float, tuple[str, str]]] = deque()

    @staticmethod
    def key_of(request: Request) -> str | None:
        """The key a request carries, if its method knows keys. Raises Validation if too long."""
        if request.method not in METHODS:
            return None
        key = request.headers.get("idempotency-key")
        if key and len(key) > LONGEST:
            raise Validation(f"Idempotency Key must not be longer than {LONGEST} characters.")
        return key or None

    def find(self, app: str, key: str, request: Request, now: float) -> Remembered | None:
        """The remembered answer of the same call. Raises Validation when the key came with another call."""
        while self._queue and self._queue[0][0] <= now:
            _, old = self._queue.popleft()
            found = self._answers.get(old)
            if found is not None and found.until <= now:
                del self._answers[old]
        found = self._answers.get((app, key))
        if found is None or found.until <= now:
            return None
        if found.digest != digest_of(request):
            raise Validation(f"Idempotency Key: {key} is used with a different request.")
        return found

    def remember(self, app: str, key: str, request: Request, response: Response, now: float, seconds: float) -> None:
        """Keep an answer for so many seconds from now."""
        until = now + seconds
        kept = Response(response.status, dict(response.headers), response.body)
        self._answers[(app, key)] = Remembered(digest_of(request), until, now + response.delay_seconds, kept)
        self._queue.append((until, (app, key)))

    def remembered(self, app: str, key: str) -> Remembered | None:
        """What a key was answered, if anything."""
        return self._answers.get((app, key))

    def items(self) -> Iterable[tuple[tuple[str, str], Remembered]]:
        """All that is remembered, by app and key."""
        return self._answers.items()

    def restore(self, app: str, key: str, remembered: Remembered) -> None:
        """Take back what a state file kept; oldest first."""
        self._answers[(app, key)] = remembered
        self._queue.append((remembered.until, (app, key)))


def digest_of(request: Request) -> bytes:
    """What makes two calls the same: method, address, organisation and body."""
    hasher = hashlib.sha256(request.method.encode())
    for part in (request.target.encode(), request.headers.get("xero-tenant-id", "").encode(), request.body):
        hasher.update(b"\0")
        hasher.update(part)
    return hasher.digest()
