"""Calls of stores and of Xero on changes, and the keys that sign them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from tieout.web.cases.actor import Actor


class Received(StrEnum):
    """What became of a call."""

    #: In the inbox, now or since it came before.
    KEPT = "kept"
    #: Not signed by whom it claims to be, too old, or for a connection that does not exist.
    FORGED = "forged"
    #: Genuine, in a form that nobody reads.
    UNREADABLE = "unreadable"


class WebhookCases(Protocol):
    """A call is checked and kept, nothing else: it is answered in milliseconds and handled by a worker."""

    def store_called(self, connection: int, headers: Mapping[str, str], body: bytes) -> Received:
        """headers: names in lower case."""
        ...

    def xero_called(self, signature: str, body: bytes) -> Received: ...

    def new_webhook_secret(self, connection: int, actor: Actor) -> str:
        """A new secret for the store's calls; the one before ends at once. It is shown this once."""
        ...

    def keep_xero_webhook_key(self, app: int, key: str, actor: Actor) -> None:
        """The key that Xero shows for the webhooks of an app; "" forgets it."""
        ...
