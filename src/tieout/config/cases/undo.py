"""Taking runs back."""

from __future__ import annotations

from tieout.config.cases.wired import Wired
from tieout.sync.undo import UndoPlan
from tieout.web.cases.actor import Actor


class Undo(Wired):
    """Implements `tieout.web.cases.undo.UndoCases`."""

    def undo_plan(self, run: int) -> UndoPlan:
        return self._wired.undoing().plan(run)

    def undo(self, plan: UndoPlan, actor: Actor) -> int:
        return self._wired.undoing().queue(plan, by=actor.user)
