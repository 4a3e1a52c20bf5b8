"""The port of our own storage for what a person changes of stores and organisations that are connected already.

Each method is a transaction of its own. No method reads a clock. Secrets come sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

import msgspec


class StoreChange(msgspec.Struct, frozen=True):
    """A store's settings as they shall be. secrets: sealed JSON object of all of them."""

    name: str
    address: str
    options: Mapping[str, str]
    secrets: str
    start_date: date | None


class ConsentRow(msgspec.Struct, frozen=True):
    """What an organisation's consent rests on. client_secret: sealed. shared: others live on the same consent."""

    authorisation: int
    client_id: str
    client_secret: str
    grant: str
    xero_connection_id: str
    shared: bool


class ConnectionChanges(Protocol):
    """Changes of connections; whatever is in the books stays there."""

    def change_store(self, connection: int, change: StoreChange, now: datetime) -> None:
        """New settings; the store is tried again at once, whatever stopped it before."""
        ...

    def pause_store(self, connection: int, reason: str) -> None:
        """Nothing is read until it is resumed."""
        ...

    def resume_store(self, connection: int, now: datetime) -> None:
        """Reading goes on at once."""
        ...

    def remove_store(self, connection: int, now: datetime) -> None:
        """No reading and no planning any more. Documents and history stay, secrets do not."""
        ...

    def read_now(self, connection: int, now: datetime) -> None:
        """The next free worker reads the store."""
        ...

    def consent(self, organisation: int) -> ConsentRow | None:
        """None for an organisation without a consent."""
        ...

    def statuses(self) -> Mapping[str, str]:
        """Tenant id → status, of all organisations that were ever connected."""
        ...

    def has_sent(self, organisation: int) -> bool:
        """Whether anything of ours is in this organisation's books."""
        ...

    def pause_organisation(self, organisation: int, reason: str) -> None:
        """Nothing is sent until it is started; planning goes on."""
        ...

    def start_organisation(self, organisation: int, now: datetime) -> None:
        """A paused organisation sends what waits; one without access stays as it is."""
        ...

    def access_lost(self, organisation: int, reason: str) -> None:
        """Xero refuses access: all work waits until it is connected again."""
        ...

    def disconnected(self, organisation: int, reason: str) -> None:
        """The connection was ended; a consent that no other organisation lives on is forgotten with its tokens."""
        ...

    def set_limits(self, organisation: int, *, day_limit: int, day_reserve: int) -> None:
        """Calls a day, and how many of them are kept for what a person asks for."""
        ...

    def take_fact(self, name: str, value: str) -> bool:
        """Delete a fact of the installation if it has this value: of several that try, one succeeds."""
        ...
