"""Sync settings entity by entity, and the runs that they pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tieout.ports.entities import EntitySync
from tieout.sync.entities import RunForecast
from tieout.web.cases.actor import Actor


class EntityCases(Protocol):
    """When changes of a store go to Xero."""

    def entities(self, connection: int) -> Sequence[EntitySync]:
        """All five, with the next time and what waits."""
        ...

    def save_entity(self, wanted: EntitySync, actor: Actor) -> EntitySync:
        """Keep one; what is queued follows it. Raises ConfigurationWrong naming the field."""
        ...

    def can_be_written(self, connection: int) -> bool:
        """Whether this kind of store takes changes from Xero."""
        ...

    def added_runs(self) -> Sequence[RunForecast]:
        """Runs of added documents that are under way or paused, with when they will end."""
        ...

    def pause_run(self, run: int, actor: Actor) -> None:
        """What is queued of it stays where it is."""
        ...

    def resume_run(self, run: int, actor: Actor) -> None:
        """It goes on."""
        ...
