"""Token sets as values, and the one way to renew them: one at a time, saved before first use."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from tieout.ports.outside import Clock
from tieout.xero.codec import decode_loose

#: A token is renewed this long before it ends, so that a call that takes its time still ends with a good one.
RENEW_BEFORE = dt.timedelta(minutes=3)
#: For this long Xero still takes the previous refresh token, in case the answer with the new one was lost.
GRACE = dt.timedelta(minutes=30)
#: Unused for this long, a refresh token ends and consent has to be given anew.
REFRESH_TOKEN_LIFE = dt.timedelta(days=60)


class TokenSet(msgspec.Struct, frozen=True):
    """What one consent gave. refresh_token: "" for custom connections, which log in anew instead.

    renewed_at: when this set was made; with REFRESH_TOKEN_LIFE it tells when consent ends by disuse.
    """

    access_token: str
    expires_at: dt.datetime
    renewed_at: dt.datetime
    refresh_token: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        return f"TokenSet(expires_at={self.expires_at.isoformat()}, scope={self.scope!r})"


def is_usable(tokens: TokenSet, now: dt.datetime) -> bool:
    """Good for a call that starts now."""
    return bool(tokens.access_token) and now + RENEW_BEFORE < tokens.expires_at


def consent_ends_at(tokens: TokenSet) -> dt.datetime | None:
    """When the consent ends if nothing renews it; None for custom connections."""
    return tokens.renewed_at + REFRESH_TOKEN_LIFE if tokens.refresh_token else None


def lost_answer_is_harmless(first_tried_at: dt.datetime, now: dt.datetime) -> bool:
    """A refresh whose answer was lost may be repeated with the same token while this holds."""
    return now - first_tried_at < GRACE


def claims(access_token: str) -> dict[str, Any]:
    """The token's claims, unverified: for naming things (authentication_event_id), never for deciding."""
    parts = access_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        value = decode_loose(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return {}
    return value if isinstance(value, dict) else {}


class SingleRefresher:
    """A `TokenKeeper` out of four callables; safe with any number of threads and processes behind one lock.

    load: the saved set. lock: holds the authorisation's lock over its block, or raises RetryLater.
    renew: asks Xero for a new set. save: keeps it in a transaction of its own, before this returns it.
    A crash between renew and save loses the new set; Xero takes the old refresh token for GRACE longer.
    """

    def __init__(
        self,
        *,
        load: Callable[[], TokenSet],
        lock: Callable[[], AbstractContextManager[object]],
        renew: Callable[[TokenSet], TokenSet],
        save: Callable[[TokenSet], None],
        clock: Clock,
    ) -> None:
        self._load = load
        self._lock = lock
        self._renew = renew
        self._save = save
        self._clock = clock

    def access_token(self) -> str:
        tokens = self._load()
        if is_usable(tokens, self._clock.now()):
            return tokens.access_token
        return self._renewed(refused=None)

    def refresh_after_401(self, refused: str) -> str:
        return self._renewed(refused=refused)

    def _renewed(self, refused: str | None) -> str:
        with self._lock():
            # Whoever held the lock before may have done it already.
            tokens = self._load()
            if tokens.access_token != refused and is_usable(tokens, self._clock.now()):
                return tokens.access_token
            fresh = self._renew(tokens)
            self._save(fresh)
            return fresh.access_token
