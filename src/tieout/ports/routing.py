"""The port of our own storage for which organisation a document goes to. Each method is a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.ports.records import DocumentRecords


class RoutedElsewhere(msgspec.Struct, frozen=True):
    """A document that is in the books of one organisation, while the rules now name another one."""

    document: int
    kind: str
    number: str
    organisation: int
    reason: str


class RoutingRecords(Protocol):
    """Rules and people's words on where documents go."""

    def routing(self, connection: int) -> str:
        """The current rules as text, "" when none were written."""
        ...

    def save_routing(self, connection: int, rules: str, *, by: str, address: str, now: datetime) -> None:
        """Write the next version, note it in the audit trail; what is held or waiting is planned again."""
        ...

    def targets(self, roots: Sequence[int]) -> Mapping[int, int]:
        """Organisations that a person chose, by the dossiers' roots."""
        ...

    def set_target(self, documents: Sequence[int], organisation: int, *, by: str, address: str, now: datetime) -> int:
        """A person's word; the dossiers are planned again. Returns how many were not decided so before."""
        ...

    def posted_of(self, document: int, organisation: int) -> Sequence[tuple[int, str, str, str, str]]:
        """What an organisation holds of a dossier: (posting, role, remote id, remote status, drift), newest first."""
        ...

    def release_moved(self, postings: Sequence[int]) -> None:
        """Postings that were held for their organisation's sake count as posted again, so that they can be undone."""
        ...

    def resume_moved(self, connection: int) -> int:
        """Dossiers whose former organisation holds nothing of them any more are planned into their new one."""
        ...

    def routed_elsewhere(self, connection: int, limit: int) -> Sequence[RoutedElsewhere]:
        """Documents that wait for a person to say where they belong, oldest first."""
        ...


class PlanningRecords(DocumentRecords, RoutingRecords, Protocol):
    """What planning uses."""
