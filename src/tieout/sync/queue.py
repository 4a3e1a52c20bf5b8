"""What a person does to the queue, each with its entry in the audit trail. Implements `web`'s use cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from tieout.documents import DocumentKind
from tieout.ports import Clock
from tieout.ports.administration import Administration
from tieout.ports.records import QueueRecords, Selection


class Person(Protocol):
    """Who asks: a user's name and the address it came from."""

    @property
    def user(self) -> str: ...

    @property
    def address(self) -> str: ...


class Queue:
    """Changes that a person may ask for. Each returns how many rows it moved."""

    def __init__(self, records: QueueRecords, administration: Administration, clock: Clock) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock

    def sync_now(self, selection: Selection, actor: Person) -> int:
        return self._noted(actor, "sync now", selection, self._records.sync_now(selection, self._clock.now()))

    def retry(self, selection: Selection, actor: Person) -> int:
        return self._noted(actor, "retry", selection, self._records.retry(selection, self._clock.now()))

    def remove(self, selection: Selection, actor: Person) -> int:
        return self._noted(actor, "remove", selection, self._records.remove(selection, self._clock.now()))

    def move_to_front(self, selection: Selection, actor: Person) -> int:
        moved = self._records.move_to_front(selection, self._clock.now())
        return self._noted(actor, "move to front", selection, moved)

    def never_send(self, documents: Sequence[int], reason: str, actor: Person) -> int:
        count = self._records.never_send(documents, reason, self._clock.now())
        self._note(actor, "never send", f"{count} documents: {reason}")
        return count

    def send_again(self, documents: Sequence[int], actor: Person) -> int:
        count = self._records.send_again(documents, self._clock.now())
        self._note(actor, "send again", f"{count} documents")
        return count

    def add_to_queue(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        actor: Person,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
    ) -> int:
        now = self._clock.now()
        scope = {
            "connection": str(connection),
            "kinds": ",".join(kind.value for kind in kinds),
            "from": str(dated_from or ""),
            "to": str(dated_to or ""),
            "documents": str(len(documents) or ""),
        }
        run = self._administration.begin_run("add", by=actor.user, now=now, scope=scope)
        count = self._records.add(
            connection, kinds, now, dated_from=dated_from, dated_to=dated_to, documents=documents, run=run
        )
        what = ", ".join(kind.value for kind in kinds) or "everything"
        self._note(actor, "add to queue", f"{what}, {dated_from or 'from the start'} to {dated_to or 'now'}: {count}")
        return count

    def decide_drift(self, drifts: Sequence[int], decision: str, actor: Person) -> int:
        return self._administration.decide_drift(
            drifts, decision, by=actor.user, address=actor.address, now=self._clock.now()
        )

    def _noted(self, actor: Person, action: str, selection: Selection, count: int) -> int:
        chosen = selection.postings or selection.documents or selection.states or (selection.code,)
        self._note(actor, action, f"{count} of {', '.join(map(str, chosen[:20]))}")
        return count

    def _note(self, actor: Person, action: str, subject: str) -> None:
        self._administration.note(
            by=actor.user, action=action, subject=subject, now=self._clock.now(), address=actor.address
        )
