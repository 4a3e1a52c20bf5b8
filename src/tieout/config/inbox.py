"""The job that works off what webhooks brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tieout.config import deletions, inward
from tieout.documents import DocumentKey, DocumentKind
from tieout.ports.schedules import Job
from tieout.ports.webhooks import LedgerEvent, LedgerListener
from tieout.stores.webhooks import webhooks_of
from tieout.sync.heard import Heard
from tieout.sync.inbox import InboxWork, Sides
from tieout.sync.named import read_named
from tieout.sync.waiting import RecordsMeter

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring


#: Who hears of events besides the look at our own postings.
LISTENERS: tuple[Callable[[Wiring], LedgerListener], ...] = (inward.Listener,)


def handle(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Read what stores named and look at what changed in Xero."""
    sides = Sides(
        touched=lambda connection, body: webhooks_of(wired.records.connection(connection).kind).touched(body),
        read=lambda connection, keys: _read(wired, connection, keys),
        pull=lambda connection: wired.records.pull_soon(connection, wired.clock.now()),
        hear=lambda tenant, events: _hear(wired, tenant, events),
    )
    return f"{InboxWork(wired.records, wired.clock, sides).run(stopping)} calls handled"


def _read(wired: Wiring, number: int, keys: Sequence[DocumentKey]) -> str:
    store = wired.records.connection(number)
    if store.status in ("paused", "refused"):
        return "left out: the store is paused or waits for a person"
    if not store.context:
        wired.records.pull_soon(number, wired.clock.now())
        return "read with the first pull"
    if store.not_before is not None and store.not_before > wired.clock.now():
        return "left to the next pull: the store did not answer lately"
    named = read_named(wired.records, wired.clock, store, wired.adapter(store), wired.reader(store), keys)
    finder = deletions.missing(wired, store) if named.gone else None
    if finder is not None:
        gone: dict[DocumentKind, list[str]] = defaultdict(list)
        for one in named.gone:
            gone[one.kind].append(one.key)
        for kind, of_kind in gone.items():
            finder.look(kind, of_kind)
    return named.words()


def _hear(wired: Wiring, tenant: str, events: Sequence[LedgerEvent]) -> Mapping[LedgerEvent, str]:
    organisation = next((one for one in wired.administration.organisations() if one.tenant_id == tenant), None)
    if organisation is None or organisation.status != "connected":
        return dict.fromkeys(events, "left out: the organisation is not connected")
    # Not a patient one: another organisation's events must not wait for this one's limits.
    meter = RecordsMeter(wired.records, wired.clock, organisation.id, wired.owner, manual=False)
    told = "; ".join(filter(None, (make(wired).heard(organisation.id, events) for make in LISTENERS)))
    looked = Heard(wired.records, wired.records, wired.clock).look(
        organisation.id, wired.ledger(organisation), meter, events
    )
    return {event: "; ".join(filter(None, (words, told))) for event, words in looked.items()}
