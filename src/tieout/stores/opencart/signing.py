"""Signatures between Tieout and its extension in the shop, both directions.

    signature = HMAC-SHA256(key, "tieout-1\\n" + what + "\\n" + time + "\\n" + nonce + "\\n" + SHA-256(body)), hex

what: "ask" for our questions, "answer" for the shop's answers (with the question's time and nonce), "change" for its
calls on changes. A signature for one purpose is thus worth nothing for another, nor for another question.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

#: Seconds that two clocks may differ.
AGE_SECONDS_MAX = 300
NONCE_LENGTH_MIN = 16

TIME_HEADER = "x-tieout-time"
NONCE_HEADER = "x-tieout-nonce"
SIGNATURE_HEADER = "x-tieout-signature"

ASK, ANSWER, CHANGE = "ask", "answer", "change"


def signature(key: str, what: str, time: str, nonce: str, body: bytes) -> str:
    text = "\n".join(("tieout-1", what, time, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_genuine(
    key: str, what: str, time: str, nonce: str, body: bytes, given: str, now: datetime | None = None
) -> bool:
    """Compared in constant time, before anything of the body is read. now: UTC, None when age does not matter."""
    if not key or not time.isascii() or not time.isdigit() or len(time) > 12 or len(nonce) < NONCE_LENGTH_MIN:
        return False
    if now is not None and abs(now.timestamp() - int(time)) > AGE_SECONDS_MAX:
        return False
    expected = signature(key, what, time, nonce, body)
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
