"""The way back as recurring work: Xero → stores that can be written to, organisation by organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tieout.documents.entries import EntryKind
from tieout.errors import NeedsOperator
from tieout.ports.administration import OrganisationEntry
from tieout.ports.inward import Pair
from tieout.ports.records import StoreConnection
from tieout.ports.schedules import Job
from tieout.ports.webhooks import LedgerEvent
from tieout.records.inward_storage import InwardStorage
from tieout.rules.entities import Entity
from tieout.sync.inward import InwardRounds, StoreSide
from tieout.sync.inward.agreeing import Agreeing
from tieout.sync.plan import Planner
from tieout.sync.waiting import RecordsMeter

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring

#: The switch of the Sync settings that each kind follows; tax rates come with the sales that name them.
SWITCH = {
    EntryKind.CUSTOMER: Entity.CUSTOMERS,
    EntryKind.TAX_RATE: Entity.SALES,
    EntryKind.INVOICE: Entity.SALES,
    EntryKind.PAYMENT: Entity.PAYMENTS,
}
#: Events of Xero that are news for the way back; a payment is told as a change of its invoice.
_CATEGORIES = frozenset({"CONTACT", "INVOICE"})
_WAITING_FOR_A_PERSON = ("paused", "refused")


def look(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Bring what changed in an organisation since the last time, and resume what was moved to another one."""
    return _round(wired, job, stopping, nightly=False)


def look_again(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Bring what the lists of the last days told late."""
    return _round(wired, job, stopping, nightly=True)


def _round(wired: Wiring, job: Job, stopping: Callable[[], bool], *, nightly: bool) -> str:
    organisation = wired.administration.organisation(job.organisation or 0)
    resumed = sum(wired.records.resume_moved(pair.connection) for pair in InwardStorage().pairs_of(organisation.id))
    moved = f"; {resumed} moved from other organisations" if resumed else ""
    if organisation.status != "connected" or organisation.reference is None:
        return f"left out: the organisation is {organisation.status}{moved}"
    sides = sides_of(wired, organisation)
    if not sides:
        return f"nothing is brought from here{moved}"
    return rounds(wired, organisation).run(sides, nightly=nightly, stop=stopping).words() + moved


def rounds(wired: Wiring, organisation: OrganisationEntry, *, manual: bool = False) -> InwardRounds:
    """Rounds of one organisation. manual: a person waits for it."""
    assert organisation.reference is not None
    meter = (
        wired.meter(organisation)
        if manual
        else RecordsMeter(wired.records, wired.clock, organisation.id, wired.owner, manual=False)
    )
    return InwardRounds(
        InwardStorage(), wired.clock, wired.ledger(organisation).changes, meter, organisation.reference
    )


def sides_of(wired: Wiring, organisation: OrganisationEntry) -> Sequence[StoreSide]:
    """The stores of an organisation that can be written to and want something from there.

    New invoices and payments go to the first of them only: in two stores they would come back twice.
    """
    sides: list[StoreSide] = []
    taken: set[EntryKind] = set()
    for pair in InwardStorage().pairs_of(organisation.id):
        store = wired.records.connection(pair.connection)
        brings = brought_kinds(wired, store)
        if not brings or store.status in _WAITING_FOR_A_PERSON or not store.context:
            continue
        side = side_of(wired, store, organisation, brings, takes_new=brings - taken)
        if side is not None:
            taken |= brings - {EntryKind.CUSTOMER, EntryKind.TAX_RATE}
            sides.append(side)
    return sides


def brought_kinds(wired: Wiring, store: StoreConnection) -> frozenset[EntryKind]:
    """What is switched on for the way back; nothing for stores that are only read."""
    if not wired.can_write(store):
        return frozenset()
    on = {one.entity for one in wired.records.entity_syncs(store.id) if one.enabled and one.inward}
    return frozenset(kind for kind, entity in SWITCH.items() if entity in on)


def side_of(
    wired: Wiring,
    store: StoreConnection,
    organisation: OrganisationEntry,
    brings: frozenset[EntryKind],
    *,
    takes_new: frozenset[EntryKind],
) -> StoreSide | None:
    """A store's side; None when it does not go to the organisation any more."""
    rules = next(
        (one.rules for one in wired.records.assignments(store.id) if one.organisation == organisation.id), None
    )
    writer = wired.writer(store)
    if rules is None or writer is None:
        return None
    adapter = wired.adapter(store)
    agreeing = Agreeing(
        wired.records,
        InwardStorage(),
        wired.clock,
        store.id,
        adapter.translator(store.context, store.options),
        Planner(wired.records, wired.clock, store, adapter),
    )
    return StoreSide(Pair(store.id, organisation.id), rules, brings, takes_new, writer, agreeing)


def writable_side(wired: Wiring, connection: int, organisation: OrganisationEntry) -> StoreSide:
    """For “Sync from Xero” by hand: everything that the store takes. Raises NeedsOperator for a store that is only
    read, or that does not go there."""
    store = wired.records.connection(connection)
    kinds = frozenset(EntryKind)
    side = side_of(wired, store, organisation, kinds, takes_new=kinds) if wired.can_write(store) else None
    if side is None:
        raise NeedsOperator(
            f"{store.name} is only read, or does not go to {organisation.name}: nothing can be brought from there.",
            code="store_refused",
            scope="connection",
        )
    return side


class Listener:
    """Implements `ports.webhooks.LedgerListener`: an event makes the look due at once."""

    def __init__(self, wired: Wiring) -> None:
        self._wired = wired

    def heard(self, organisation: int, events: Sequence[LedgerEvent]) -> str:
        if not any(event.category in _CATEGORIES for event in events):
            return ""
        stores = [self._wired.records.connection(pair.connection) for pair in InwardStorage().pairs_of(organisation)]
        if not any(brought_kinds(self._wired, store) for store in stores):
            return ""
        InwardStorage().look_soon(organisation, self._wired.clock.now())
        return "looked at for the stores that it is brought to"
