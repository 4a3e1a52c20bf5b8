"""Taking runs back."""

from __future__ import annotations

from typing import Protocol

from tieout.sync.undo import UndoPlan
from tieout.web.cases.actor import Actor


class UndoCases(Protocol):
    """Plan first, then queue."""

    def undo_plan(self, run: int) -> UndoPlan:
        """What undoing a run would do and what cannot be undone. Raises NeedsOperator for an empty run."""
        ...

    def undo(self, plan: UndoPlan, actor: Actor) -> int:
        """Queue what the plan can undo, as a run of its own."""
        ...
