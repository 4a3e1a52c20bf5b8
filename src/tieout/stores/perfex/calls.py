"""The webhooks of the REST module: signed, often no more than an id, so everything is read again."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.webhooks import WEBHOOK_SECRET, StoreCall

SIGNATURE_HEADER = "x-perfex-signature"
#: Seconds that two clocks may differ, and that a call may wait in the CRM's queue after it was signed.
AGE_SECONDS_MAX = 600
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")

#: First word of an event → the kind that `id` names.
_KINDS = {
    "invoice": DocumentKind.INVOICE,
    "customer": DocumentKind.CUSTOMER,
    "item": DocumentKind.PRODUCT,
    "credit": DocumentKind.REFUND,
}
#: Fields of `data` that name other documents that the event touches.
_NAMED = {
    "invoice_id": DocumentKind.INVOICE,
    "invoiceid": DocumentKind.INVOICE,
    "credit_note_id": DocumentKind.REFUND,
    "clientid": DocumentKind.CUSTOMER,
    "userid": DocumentKind.CUSTOMER,
}


class Event(msgspec.Struct, frozen=True):
    """data: often {id} only. timestamp: when it happened."""

    event: str
    timestamp: int | str = 0
    data: Any = None


class PerfexCalls:
    """Implements `ports.webhooks.StoreWebhooks`. The secret is the one that Tieout shows to be entered in the CRM."""

    def is_genuine(self, call: StoreCall, secrets: Mapping[str, str]) -> bool:
        """t=<unix>,v1=<hex HMAC-SHA256 over "<t>.<body>">, made lately."""
        found = _SIGNATURE.fullmatch(call.headers.get(SIGNATURE_HEADER, "").strip())
        secret = secrets.get(WEBHOOK_SECRET, "")
        if found is None or not secret or abs(call.now.timestamp() - int(found[1])) > AGE_SECONDS_MAX:
            return False
        expected = hmac.new(secret.encode(), found[1].encode() + b"." + call.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, found[2])

    def delivery(self, call: StoreCall) -> str:
        """A call that is tried again is signed anew; its body, with the time of the event, stays."""
        return hashlib.sha256(call.body).hexdigest()

    def touched(self, body: bytes) -> Sequence[DocumentKey]:
        """Payments and applied credits name their invoice or nothing: then the next look at the lists finds them."""
        try:
            event = msgspec.json.decode(body, type=Event)
        except msgspec.MsgspecError as error:
            raise ValueError(f"this is no event of the CRM: {error}") from error
        found: list[DocumentKey] = []
        kind = _KINDS.get(event.event.partition("_")[0].partition(".")[0])
        for row in _rows(event.data):
            for name, named in _NAMED.items():
                found += _keys(named, row.get(name))
            # Of these events `id` is a payment's or a refund's, which are read with their documents.
            if kind is not None and not event.event.endswith("refunded"):
                found += _keys(kind, row.get("id"))
        return sorted(dict.fromkeys(found))


def _rows(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, dict):
        return []
    return [data, *[one for one in data.values() if isinstance(one, dict)]]


def _keys(kind: DocumentKind, value: Any) -> list[DocumentKey]:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return [DocumentKey(kind, text)] if text.isascii() and text.isdigit() and len(text) < 19 else []
