"""Several organisations, links, and the way back from Xero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from tieout.ports.links import LinkCounts
from tieout.ports.routing import RoutedElsewhere
from tieout.sync.links import LinkPlan, Migrated
from tieout.web.cases.actor import Actor


class ExchangeCases(Protocol):
    """Each change writes its audit row. May raise errors of `tieout.errors`."""

    def routing(self, connection: int) -> str:
        """The rules that send a store's documents to its organisations, as text."""
        ...

    def organisations_of_store(self, connection: int) -> Mapping[int, str]:
        """Number → name of the organisations that a store goes to."""
        ...

    def save_routing(self, connection: int, text: str, actor: Actor) -> None:
        """Raises rules.routing.RoutingWrong with the line that cannot be understood."""
        ...

    def routed_elsewhere(self, connection: int) -> Sequence[RoutedElsewhere]: ...

    def choose_organisation(self, documents: Sequence[int], organisation: int, actor: Actor) -> int: ...

    def link_counts(self, connection: int, organisation: int) -> LinkCounts: ...

    def plan_links(self, connection: int, organisation: int, dated_from: date | None) -> LinkPlan: ...

    def migrate_links(
        self,
        connection: int,
        organisation: int,
        dated_from: date | None,
        from_organisation: int | None,
        actor: Actor,
    ) -> Migrated: ...

    def reset_links(self, connection: int, organisation: int, actor: Actor) -> int: ...

    def writable_pairs(self) -> Sequence[tuple[int, int, str]]:
        """(store, organisation, title) of stores that can be written to."""
        ...

    def sync_from_xero(self, connection: int, organisation: int, since: date | None, actor: Actor) -> str:
        """Everything there is, or was changed since a day; a sentence about what came of it."""
        ...

    def sync_again(self, rows: Sequence[int], actor: Actor) -> int:
        """Held, skipped and waiting rows of the way back are decided anew."""
        ...

    def see_conflict(self, conflict: int, actor: Actor) -> bool: ...
