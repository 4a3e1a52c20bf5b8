"""Xero's webhooks: their signature, and the events in a body. (Fact sheet section 6; Xero's webhook description.)"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from tieout.errors import ContractBroken
from tieout.ports.webhooks import LedgerEvent
from tieout.xero.dialects import evidence

SIGNATURE_HEADER = "x-xero-signature"


class EventWire(msgspec.Struct, frozen=True):
    """One event; everything else of it is read from the document itself."""

    resourceId: str
    tenantId: str
    eventCategory: str
    eventType: str
    #: UTC without a zone, with milliseconds.
    eventDateUtc: str


class BodyWire(msgspec.Struct, frozen=True):
    events: list[EventWire]


def is_genuine(keys: Sequence[str], body: bytes, given: str) -> bool:
    """Whether one of the apps' keys signed these bytes. Every key is tried, each in constant time."""
    found = False
    for key in keys:
        expected = base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest())
        found |= hmac.compare_digest(expected, given.encode("utf-8", "replace"))
    return found


def events(body: bytes) -> list[LedgerEvent]:
    """The events of a genuine body; none when Xero only tests whether we listen. Raises ContractBroken."""
    try:
        return [_event(one) for one in msgspec.json.decode(body, type=BodyWire).events]
    except (msgspec.MsgspecError, ValueError) as error:
        raise ContractBroken(f"Xero's webhook cannot be read: {error}", evidence=evidence(body)) from error


def _event(one: EventWire) -> LedgerEvent:
    at = datetime.fromisoformat(one.eventDateUtc)
    return LedgerEvent(
        tenant_id=one.tenantId,
        category=one.eventCategory.upper(),
        resource_id=one.resourceId.lower(),
        action=one.eventType.upper(),
        at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
    )
