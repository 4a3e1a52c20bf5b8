"""The port of our own storage for moving links. Each method is a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.ports.inward import Agreement


class LinkCounts(msgspec.Struct, frozen=True):
    """What links a store has in an organisation. by_role: posted ones; sending: under way just now."""

    by_role: Mapping[str, int]
    sending: int = 0


class LinkRecords(Protocol):
    """Links of a store into an organisation: postings that the ledger holds."""

    def links(self, connection: int, organisation: int) -> LinkCounts: ...

    def linked_roots(self, organisation: int, roots: Sequence[int]) -> frozenset[int]:
        """Dossiers of which this organisation holds a sale."""
        ...

    def agree(self, agreement: Agreement, now: datetime) -> int:
        """Take what was found as posted by us."""
        ...

    def forget(
        self,
        connection: int,
        organisation: int,
        roots: Sequence[int] | None,
        *,
        by: str,
        address: str,
        why: str,
        now: datetime,
    ) -> int:
        """Forget links, of some dossiers or of all; nothing in the ledger is touched. Before anything is made again
        in the organisation it is looked up. Returns how many links; raises NeedsOperator while some are being
        sent."""
        ...
