"""Several organisations, links, and the way back from Xero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tieout.config import inward
from tieout.config.cases.wired import Wired
from tieout.documents.entries import EntryKind
from tieout.errors import NeedsOperator
from tieout.ports.links import LinkCounts
from tieout.ports.routing import RoutedElsewhere
from tieout.records.inward_storage import InwardStorage
from tieout.records.links import LinkStorage
from tieout.rules.routing import canonical
from tieout.sync.links import LinkPlan, Links, Migrated
from tieout.sync.moving import Moving
from tieout.sync.plan import Planner
from tieout.web.cases.actor import Actor

_ELSEWHERE_MAX = 200


class Exchange(Wired):
    """Implements `tieout.web.cases.exchange.ExchangeCases`."""

    def routing(self, connection: int) -> str:
        return self._wired.records.routing(connection)

    def organisations_of_store(self, connection: int) -> Mapping[int, str]:
        wired = self._wired
        names = {entry.id: entry.name for entry in wired.administration.organisations()}
        goes_to = [one.organisation for one in wired.records.assignments(connection)]
        return {number: names[number] for number in goes_to if number in names}

    def save_routing(self, connection: int, text: str, actor: Actor) -> None:
        wired = self._wired
        kept = canonical(text, self.organisations_of_store(connection))
        wired.records.save_routing(connection, kept, by=actor.user, address=actor.address, now=wired.clock.now())

    def routed_elsewhere(self, connection: int) -> Sequence[RoutedElsewhere]:
        return self._wired.records.routed_elsewhere(connection, _ELSEWHERE_MAX)

    def choose_organisation(self, documents: Sequence[int], organisation: int, actor: Actor) -> int:
        wired = self._wired
        moving = Moving(wired.records, wired.administration, wired.clock)
        return moving.choose(documents, organisation, by=actor.user, address=actor.address)

    def _links(self, connection: int) -> Links:
        wired, store = self._wired, self._store(connection)
        if not store.context:
            raise NeedsOperator(
                f"{store.name} was never read. Read it first, so that its documents can be looked for.",
                code="store_unread",
                scope="connection",
            )
        planner = Planner(wired.records, wired.clock, store, wired.adapter(store))
        return Links(wired.records, LinkStorage(), wired.administration, wired.clock, store, planner)

    def link_counts(self, connection: int, organisation: int) -> LinkCounts:
        return LinkStorage().links(connection, organisation)

    def plan_links(self, connection: int, organisation: int, dated_from: date | None) -> LinkPlan:
        entry = self._wired.administration.organisation(organisation)
        return self._links(connection).plan(
            organisation, self._wired.ledger(entry), self._wired.meter(entry), dated_from=dated_from
        )

    def migrate_links(
        self,
        connection: int,
        organisation: int,
        dated_from: date | None,
        from_organisation: int | None,
        actor: Actor,
    ) -> Migrated:
        entry = self._wired.administration.organisation(organisation)
        return self._links(connection).migrate(
            organisation,
            self._wired.ledger(entry),
            self._wired.meter(entry),
            by=actor.user,
            address=actor.address,
            dated_from=dated_from,
            from_organisation=from_organisation,
        )

    def reset_links(self, connection: int, organisation: int, actor: Actor) -> int:
        wired = self._wired
        return LinkStorage().forget(
            connection, organisation, None, by=actor.user, address=actor.address, why="reset", now=wired.clock.now()
        )

    def writable_pairs(self) -> Sequence[tuple[int, int, str]]:
        wired = self._wired
        names = {entry.id: entry.name for entry in wired.administration.organisations()}
        return [
            (store.id, one.organisation, f"{names[one.organisation]} → {store.name}")
            for store in wired.administration.connections()
            if wired.can_write(store)
            for one in wired.records.assignments(store.id)
            if one.organisation in names
        ]

    def sync_from_xero(self, connection: int, organisation: int, since: date | None, actor: Actor) -> str:
        wired = self._wired
        entry = wired.administration.organisation(organisation)
        side = inward.writable_side(wired, connection, entry)
        done = inward.rounds(wired, entry, manual=True).everything(side, list(EntryKind), since)
        self._note(actor, "sync from Xero", f"{entry.name}: {done.words()}")
        return done.words()

    def sync_again(self, rows: Sequence[int], actor: Actor) -> int:
        storage, now = InwardStorage(), self._wired.clock.now()
        count = storage.sync_again(rows, now)
        for organisation in storage.organisations_of(rows):
            storage.look_soon(organisation, now)
        self._note(actor, "sync again from Xero", f"{count} records")
        return count

    def see_conflict(self, conflict: int, actor: Actor) -> bool:
        now = self._wired.clock.now()
        return InwardStorage().decide_conflict(conflict, by=actor.user, address=actor.address, now=now)
