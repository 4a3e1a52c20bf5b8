"""Sync settings entity by entity, and the runs that they pace."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.config.cases.wired import Wired
from tieout.ports.entities import EntitySync
from tieout.sync.entities import RunForecast
from tieout.web.cases.actor import Actor


class Entities(Wired):
    """Implements `tieout.web.cases.entities.EntityCases`."""

    def entities(self, connection: int) -> Sequence[EntitySync]:
        return self._wired.entities().list(connection)

    def save_entity(self, wanted: EntitySync, actor: Actor) -> EntitySync:
        return self._wired.entities().save(wanted, actor)

    def can_be_written(self, connection: int) -> bool:
        return hasattr(self._wired.adapter(self._store(connection)), "writer")

    def added_runs(self) -> Sequence[RunForecast]:
        return self._wired.entities().forecasts()

    def pause_run(self, run: int, actor: Actor) -> None:
        self._wired.entities().pause_run(run, actor)

    def resume_run(self, run: int, actor: Actor) -> None:
        self._wired.entities().resume_run(run, actor)
