"""The queue, the lists of documents, and drift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from tieout.documents import DocumentKind
from tieout.ports.records import Selection
from tieout.web.cases.actor import Actor


class QueueCases(Protocol):
    """Changes of what waits. Each writes its audit row and returns how many rows it moved."""

    def sync_now(self, selection: Selection, actor: Actor) -> int:
        """First in line, with what they depend on, from the day's reserve; held ones are tried again."""
        ...

    def retry(self, selection: Selection, actor: Actor) -> int:
        """Held, waiting and removed postings are tried again."""
        ...

    def remove(self, selection: Selection, actor: Actor) -> int:
        """Out of the queue until the document changes or somebody asks for it again."""
        ...

    def move_to_front(self, selection: Selection, actor: Actor) -> int:
        """Before everything else that waits."""
        ...

    def never_send(self, documents: Sequence[int], reason: str, actor: Actor) -> int:
        """These documents are left out for good; what is posted stays."""
        ...

    def send_again(self, documents: Sequence[int], actor: Actor) -> int:
        """Takes "never send" back."""
        ...

    def add_to_queue(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        actor: Actor,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
    ) -> int:
        """Everything chosen that is not posted is planned (again) and waits its turn."""
        ...

    def decide_drift(self, drifts: Sequence[int], decision: str, actor: Actor) -> int:
        """decision: accept (Xero's value is right), restore (ours is written again), leave."""
        ...
