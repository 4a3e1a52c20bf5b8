"""Webhooks: intent to receive, signed events, retries for a day, replay after re-enabling (fact sheet section 6)."""

import base64
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from xerosim import dates
from xerosim.wire import encode

CATEGORIES = ("CONTACT", "INVOICE", "CREDITNOTE", "PREPAYMENT", "OVERPAYMENT")
RETRY_SECONDS, GIVE_UP_SECONDS, KEEP_SECONDS = 900.0, 86_400.0, 31 * 86_400.0
MOST_EVENTS = 50
_PLURALS = {
    "CONTACT": "Contacts", "INVOICE": "Invoices", "CREDITNOTE": "CreditNotes", "PREPAYMENT": "Prepayments",
    "OVERPAYMENT": "Overpayments",
}  # fmt: skip
# Sends a body and headers to an address; gives the status, 0 where nothing came back.
Sender = Callable[[str, dict[str, str], bytes], int]


class Event(msgspec.Struct, frozen=True):
    """Something that happened. data: Type and Status, for the categories that carry them."""

    tenant: str
    category: str
    action: str
    id: str
    at: int
    sequence: int
    data: tuple[str, str] | None = None


class Subscription(msgspec.Struct):
    """One app's address. status: intent (not yet proved), on, or off (gave up)."""

    id: str
    url: str
    key: str
    categories: tuple[str, ...] = CATEGORIES
    status: Literal["intent", "on", "off"] = "intent"
    queue: list[Event] = msgspec.field(default_factory=list)
    sequence: int = 0
    next_at: float = 0.0
    failing_since: float | None = None
    tried: int = 0
    delivered: int = 0


class Webhooks:
    """All subscriptions of a world. `pump` sends what is due; nothing is sent by itself."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"webhooks:{seed}")
        self.subscriptions: dict[str, Subscription] = {}
        # Something was tried since somebody last wrote the subscriptions down.
        self.changed = False

    def subscribe(self, url: str, key: str = "", categories: Sequence[str] = CATEGORIES) -> Subscription:
        """Add an address; it must prove itself before events go there. Raises ValueError for unknown categories."""
        unknown = set(categories) - set(CATEGORIES)
        if unknown:
            raise ValueError(f"unknown webhook category: {', '.join(sorted(unknown))}")
        id = f"{self._random.getrandbits(64):016x}"
        made = Subscription(id, url, key or base64.b64encode(self._random.randbytes(48)).decode(), tuple(categories))
        self.subscriptions[id] = made
        return made

    def enable(self, id: str) -> None:
        """Switch an address on again: it proves itself anew, then gets what was kept."""
        subscription = self.subscriptions[id]
        subscription.status = "intent"
        subscription.failing_since = None
        subscription.next_at = 0.0

    def note(
        self,
        tenant: str,
        events: Sequence[tuple[str, str, str]],
        now: int,
        describe: Callable[[str, str], tuple[str, str] | None],
    ) -> None:
        """Queue the events of a call: (category, CREATE or UPDATE, id), each document once."""
        for subscription in list(self.subscriptions.values()):
            for category, action, id in dict.fromkeys(events):
                if category in subscription.categories:
                    subscription.sequence += 1
                    data = describe(category, id)
                    subscription.queue.append(Event(tenant, category, action, id, now, subscription.sequence, data))

    def pump(self, now: float, send: Sender) -> int:
        """Send everything that is due at `now`; returns how many events arrived."""
        arrived = 0
        for subscription in list(self.subscriptions.values()):
            if subscription.status == "intent" and subscription.next_at <= now:
                self._prove(subscription, now, send)
            while subscription.status == "on" and subscription.queue and subscription.next_at <= now:
                batch = subscription.queue[:MOST_EVENTS]
                if not self._deliver(subscription, batch, now, send):
                    break
                arrived += len(batch)
        return arrived

    def _prove(self, subscription: Subscription, now: float, send: Sender) -> None:
        """Intent to receive: good signatures want 200, a wrong one wants 401."""
        good = self.changed = True
        for right in (True, False, True):
            body = self._body((), 0)
            signature = sign(subscription.key if right else subscription.key + "x", body)
            status = send(subscription.url, _headers(signature), body)
            good = good and status == (200 if right else 401)
        subscription.status = "on" if good else "off"

    def _deliver(self, subscription: Subscription, batch: list[Event], now: float, send: Sender) -> bool:
        self.changed = True
        body = self._body(batch, subscription.tried)
        headers = _headers(sign(subscription.key, body))
        tries = 2 if subscription.failing_since is None else 1
        for _ in range(tries):
            subscription.tried += 1
            if 200 <= send(subscription.url, headers, body) < 300:
                del subscription.queue[: len(batch)]
                subscription.delivered += len(batch)
                subscription.failing_since = None
                subscription.next_at = 0.0
                return True
        if subscription.failing_since is None:
            subscription.failing_since = now
        subscription.next_at = now + RETRY_SECONDS
        if now - subscription.failing_since >= GIVE_UP_SECONDS:
            subscription.status = "off"
        oldest = int((now - KEEP_SECONDS) * 1000)
        subscription.queue = [event for event in subscription.queue if event.at >= oldest]
        return False

    def _body(self, events: Sequence[Event], salt: int) -> bytes:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return encode(
            {
                "events": [_render(event) for event in events],
                "firstEventSequence": events[0].sequence if events else 0,
                "lastEventSequence": events[-1].sequence if events else 0,
                "entropy": "".join(self._random.choice(alphabet) for _ in range(20)),
            }
        )


def _render(event: Event) -> dict[str, object]:
    plural = _PLURALS[event.category]
    answer: dict[str, object] = {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/{plural}/{event.id}",
        "resourceId": event.id,
        "tenantId": event.tenant,
        "tenantType": "ORGANISATION",
        "eventCategory": event.category,
        "eventType": event.action,
        "eventDateUtc": dates.window_time(event.at / 1000)[:23],
    }
    if event.data is not None:
        answer["data"] = {"Type": event.data[0], "Status": event.data[1]}
    return answer


def sign(key: str, body: bytes) -> str:
    """The x-xero-signature of a body."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def _headers(signature: str) -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "x-xero-signature": signature,
        "user-agent": "Xero Webhooks",
    }
