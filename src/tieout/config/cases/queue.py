"""The queue, the lists of documents, and drift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tieout.config.cases.wired import Wired
from tieout.documents import DocumentKind
from tieout.ports.records import Selection
from tieout.sync.queue import Queue
from tieout.web.cases.actor import Actor


class Queues(Wired):
    """Implements `tieout.web.cases.queue.QueueCases`."""

    @property
    def _queue(self) -> Queue:
        return self._wired.queue()

    def sync_now(self, selection: Selection, actor: Actor) -> int:
        return self._queue.sync_now(selection, actor)

    def retry(self, selection: Selection, actor: Actor) -> int:
        return self._queue.retry(selection, actor)

    def remove(self, selection: Selection, actor: Actor) -> int:
        return self._queue.remove(selection, actor)

    def move_to_front(self, selection: Selection, actor: Actor) -> int:
        return self._queue.move_to_front(selection, actor)

    def never_send(self, documents: Sequence[int], reason: str, actor: Actor) -> int:
        return self._queue.never_send(documents, reason, actor)

    def send_again(self, documents: Sequence[int], actor: Actor) -> int:
        return self._queue.send_again(documents, actor)

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
        return self._queue.add_to_queue(
            connection, kinds, actor, dated_from=dated_from, dated_to=dated_to, documents=documents
        )

    def decide_drift(self, drifts: Sequence[int], decision: str, actor: Actor) -> int:
        return self._queue.decide_drift(drifts, decision, actor)
