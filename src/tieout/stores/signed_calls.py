"""The scheme by which any store may call on changes: a signature, a time, and the documents by kind and id.

x-tieout-time:      seconds since 1970
x-tieout-signature: HMAC-SHA256(secret, time + "." + body), hex
body:               {"changes": [{"kind": "order", "id": "16"}, …]}, or one of them alone
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.webhooks import WEBHOOK_SECRET, StoreCall

#: Seconds that two clocks may differ; an older call is refused as a replay.
AGE_SECONDS_MAX = 300
#: Documents that one call may name, and characters of an id.
CHANGES_MAX = 200
ID_LENGTH_MAX = 200

TIME_HEADER = "x-tieout-time"
SIGNATURE_HEADER = "x-tieout-signature"


class Change(msgspec.Struct, frozen=True):
    """One document that changed, as stores write it. id: a number or a text."""

    kind: DocumentKind
    id: int | str


class Changes(msgspec.Struct, frozen=True):
    """Several changes, or one beside them."""

    changes: list[Change] = []
    kind: DocumentKind | None = None
    id: int | str = ""

    def all(self) -> list[Change]:
        return [*self.changes, *([Change(self.kind, self.id)] if self.kind else [])]


def signature(secret: str, time: str, body: bytes) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_recent(time: str, now: datetime, seconds_max: int = AGE_SECONDS_MAX) -> bool:
    """Whether a text of whole seconds since 1970 is not far from now, in either direction."""
    if not time.isascii() or not time.isdigit() or len(time) > 12:
        return False
    return abs(now.timestamp() - int(time)) <= seconds_max


def named(changes: Sequence[Change]) -> list[DocumentKey]:
    """Each document once. Raises ValueError for too many or for ids that no store has."""
    if len(changes) > CHANGES_MAX:
        raise ValueError(f"a call names {len(changes)} documents, at most {CHANGES_MAX} are taken")
    keys = [str(change.id) for change in changes]
    if any(not key or len(key) > ID_LENGTH_MAX or not key.isprintable() for key in keys):
        raise ValueError("an id is empty, too long or not printable")
    return list(dict.fromkeys(DocumentKey(change.kind, key) for change, key in zip(changes, keys, strict=True)))


class SignedCalls:
    """Implements `ports.webhooks.StoreWebhooks` for every kind of store that has no scheme of its own."""

    def is_genuine(self, call: StoreCall, secrets: Mapping[str, str]) -> bool:
        secret, time = secrets.get(WEBHOOK_SECRET, ""), call.headers.get(TIME_HEADER, "")
        if not secret or not is_recent(time, call.now):
            return False
        given = call.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
        return hmac.compare_digest(signature(secret, time, call.body).encode(), given)

    def delivery(self, call: StoreCall) -> str:
        return f"{call.headers[TIME_HEADER]} {call.headers[SIGNATURE_HEADER]}"

    def touched(self, body: bytes) -> Sequence[DocumentKey]:
        return named(msgspec.json.decode(body, type=Changes).all())
