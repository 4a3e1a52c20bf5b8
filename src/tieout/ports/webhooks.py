"""Webhooks: what stores and Xero tell of changes. They are hints and may come doubled, late, in any order or never;
polling stays the truth.

A call is checked (`StoreWebhooks.is_genuine`), kept in the inbox as it came, and answered; a worker handles it later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.documents import DocumentKey

#: Name under which `is_genuine` finds the secret that Tieout made for a connection's calls; "" when it made none.
WEBHOOK_SECRET = "webhook_secret"
#: Longest name of a delivery.
DELIVERY_LENGTH_MAX = 200


class StoreCall(msgspec.Struct, frozen=True):
    """A call of a store as it came. headers: names in lower case. now: when it came, UTC."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


class StoreWebhooks(Protocol):
    """How one kind of store calls on changes. Pure. A kind with calls of its own has a line in `stores.webhooks`;
    every other kind signs by the scheme in `docs/webhooks.md`."""

    def is_genuine(self, call: StoreCall, secrets: Mapping[str, str]) -> bool:
        """Whether the store signed these bytes lately; compared in constant time, before anything is parsed.

        secrets: the connection's own, opened, by the names of its settings, and WEBHOOK_SECRET.
        """
        ...

    def delivery(self, call: StoreCall) -> str:
        """Equal for a call that comes again, different for any other. Only asked of genuine calls."""
        ...

    def touched(self, body: bytes) -> Sequence[DocumentKey]:
        """The documents that changed, were made or were deleted. Raises ValueError for a body of another form."""
        ...


class LedgerEvent(msgspec.Struct, frozen=True):
    """Something happened in Xero. category: CONTACT, INVOICE, CREDITNOTE, PREPAYMENT, OVERPAYMENT or a later one.

    action: CREATE or UPDATE. at: by Xero's clock, UTC.
    """

    tenant_id: str
    category: str
    resource_id: str
    action: str
    at: datetime


class InboxRow(msgspec.Struct, frozen=True):
    """A kept call. source: "store:<connection>" (body as the store sent it) or "xero" (body: a LedgerEvent)."""

    id: int
    source: str
    remote_id: str
    received_at: datetime
    body: str


class Caller(msgspec.Struct, frozen=True):
    """A store whose calls are checked. secrets: its sealed settings; webhook_secret: sealed, "" without one."""

    kind: str
    secrets: str
    webhook_secret: str


class LedgerListener(Protocol):
    """Somebody who wants to know of what happens in Xero besides the look at our own postings."""

    def heard(self, organisation: int, events: Sequence[LedgerEvent]) -> str:
        """Make due what these events mean; a few words for the inbox row, "" when they mean nothing.

        May hear of the same event twice. May raise RetryLater; the sweep finds it later then.
        """
        ...


class InboxRecords(Protocol):
    """The inbox; each method is a transaction of its own."""

    def keep_calls(self, source: str, calls: Sequence[tuple[str, str]], now: datetime) -> int:
        """Keep (delivery, body) pairs; those that were kept before are left as they are. How many were new."""
        ...

    def unhandled(self, limit: int) -> Sequence[InboxRow]:
        """The oldest calls that wait."""
        ...

    def calls_handled(self, results: Mapping[int, str], now: datetime) -> None:
        """By id, with a few words about what came of each."""
        ...


class WebhookKeys(Protocol):
    """The keys that sign calls, sealed."""

    def caller(self, connection: int) -> Caller | None:
        """None for a store that does not exist or was removed."""
        ...

    def save_webhook_secret(self, connection: int, sealed: str) -> None: ...

    def ledger_webhook_keys(self) -> Sequence[str]:
        """Of all apps that have one."""
        ...

    def save_ledger_webhook_key(self, app: int, sealed: str) -> None: ...

    def known_tenants(self, tenant_ids: Sequence[str]) -> frozenset[str]:
        """Which of these are organisations of ours."""
        ...


class EchoRecords(Protocol):
    """What tells Xero's news from the echo of our own writing."""

    def last_written(self, organisation: int, remote_ids: Sequence[str]) -> dict[str, datetime | None]:
        """When we last wrote each of these or what is booked against it; None while it is being written. Those
        that are not ours are left out."""
        ...
