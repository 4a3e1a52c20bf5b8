"""Idempotency keys: made once, before the first request, and kept with the call.

Xero keeps a key's answer for six minutes and per app, so that a key names its organisation. Beyond 80 % of that
life a key proves nothing any more: what was sent is looked up by our own marker instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: Xero's bound for the header's text.
KEY_LENGTH_MAX = 128
#: How long Xero remembers a key.
KEY_LIFE = timedelta(minutes=6)
_TRUSTED_PERCENT = 80


def idempotency_key(tenant_id: str, nonce: str, call: int) -> str:
    """The key of a call. tenant_id: the organisation's id at Xero; nonce: random text of this installation."""
    key = f"{tenant_id}:{nonce}:{call}"
    assert len(key) <= KEY_LENGTH_MAX, f"the idempotency key of call {call} is too long"
    return key


def key_is_trusted(first_sent_at: datetime | None, now: datetime, life: timedelta = KEY_LIFE) -> bool:
    """Whether sending again with the same key cannot double anything.

    The clock may have been set back: a first sending in the future is not trusted either.
    """
    if first_sent_at is None:
        return True
    age = now - first_sent_at
    return timedelta(0) <= age < life * _TRUSTED_PERCENT / 100
