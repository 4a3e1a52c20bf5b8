"""The port of our own storage for what people do in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.accounting import Held, Payload


class PostedObject(msgspec.Struct, frozen=True):
    """A posting that the ledger holds, as our records know it. drift: its marks.

    settled: fields whose difference a person accepted, with the ledger's value: ("total", "12.00 GBP").
    """

    id: int
    remote_id: str
    remote_status: str
    payload: Payload
    drift: tuple[str, ...]
    posted_at: datetime | None
    settled: frozenset[tuple[str, str]] = frozenset()


class Difference(msgspec.Struct, frozen=True):
    """A field of a posting that a person changed."""

    posting: int
    field: str
    ours: str
    theirs: str
    blocks: bool


class Update(msgspec.Struct, frozen=True):
    """What is known of a posting from now on."""

    posting: int
    remote_status: str
    drift: tuple[str, ...]


class SeeingRecords(Protocol):
    def posted_objects(self, organisation: int, page: Sequence[Held]) -> Sequence[PostedObject]:
        """Postings of ours among what was read, except those that are being sent just now."""
        ...

    def note_seen(self, updates: Sequence[Update], differences: Sequence[Difference], now: datetime) -> None:
        """Keep it in one transaction; what hangs on these postings is planned again."""
        ...
