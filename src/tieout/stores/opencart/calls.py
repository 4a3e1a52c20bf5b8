"""The calls of our extension in the shop: an order or a customer changed. Only ids travel; rows are read later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.webhooks import StoreCall
from tieout.stores.opencart.signing import CHANGE, NONCE_HEADER, SIGNATURE_HEADER, TIME_HEADER, is_genuine

#: Kinds that the extension names.
_KINDS = {"order": DocumentKind.ORDER, "customer": DocumentKind.CUSTOMER}


class Change(msgspec.Struct, frozen=True):
    kind: str
    id: str


class ExtensionCalls:
    """Implements `ports.webhooks.StoreWebhooks`: signed with the extension's own key."""

    def is_genuine(self, call: StoreCall, secrets: Mapping[str, str]) -> bool:
        time, nonce = call.headers.get(TIME_HEADER, ""), call.headers.get(NONCE_HEADER, "")
        given, key = call.headers.get(SIGNATURE_HEADER, ""), secrets.get("extension_key", "").strip()
        return is_genuine(key, CHANGE, time, nonce, call.body, given, call.now)

    def delivery(self, call: StoreCall) -> str:
        """The signature covers time and nonce, so it is the delivery's own."""
        return call.headers[SIGNATURE_HEADER]

    def touched(self, body: bytes) -> Sequence[DocumentKey]:
        change = msgspec.json.decode(body, type=Change)
        kind = _KINDS.get(change.kind)
        if kind is None or not change.id.isascii() or not change.id.isdigit():
            raise ValueError("the extension names a kind or an id that does not exist")
        return [DocumentKey(kind, change.id)]
