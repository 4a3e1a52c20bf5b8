"""Undoing a run: first the plan of what would be deleted or voided and what cannot be, then doing it."""

from __future__ import annotations

from datetime import date

import msgspec

from tieout.accounting import Role
from tieout.engine.actions import Action, action_for
from tieout.errors import NeedsOperator
from tieout.ports import Clock
from tieout.ports.administration import Administration, RunPosting

_KEPT = (Role.CONTACT, Role.ITEM)


class UndoStep(msgspec.Struct, frozen=True):
    """One posting of the run. action: delete, void, keep. reason: why it cannot be undone or is kept."""

    posting: int
    role: str
    marker: str
    action: str
    possible: bool = True
    reason: str = ""


class UndoPlan(msgspec.Struct, frozen=True):
    run: int
    steps: tuple[UndoStep, ...]

    def actions(self) -> dict[int, str]:
        """What will be done, by posting."""
        return {one.posting: one.action for one in self.steps if one.possible and one.action != "keep"}


class Undoing:
    """Undoes runs (ACCOUNTING E2)."""

    def __init__(self, administration: Administration, clock: Clock) -> None:
        self._administration = administration
        self._clock = clock

    def plan(self, run: int) -> UndoPlan:
        """What undoing would do. Raises NeedsOperator for a run that posted nothing."""
        postings = self._administration.run_postings(run)
        if not postings:
            raise NeedsOperator(
                f"There is no run {run} that posted anything which Xero still holds.",
                code="run_empty",
                scope="document",
            )
        locked = {one.organisation: self._locked_until(one.organisation) for one in postings}
        return UndoPlan(run, tuple(_step(one, locked[one.organisation]) for one in reversed(postings)))

    def queue(self, plan: UndoPlan, *, by: str) -> int:
        """Queue what can be undone, as a run of its own. Returns how many postings."""
        now = self._clock.now()
        undoing = self._administration.begin_run("undo", by=by, now=now, undoes=plan.run)
        count = self._administration.want_nothing(plan.actions(), now, f"undo of run {plan.run}")
        self._administration.end_run(undoing, state="done", totals={"queued": count}, now=now)
        self._administration.note(by=by, action="undo", subject=f"run {plan.run}: {count} postings", now=now)
        return count

    def _locked_until(self, organisation: int) -> date | None:
        reference = self._administration.organisation(organisation).reference
        if reference is None:
            return None
        facts = reference.organisation
        days = [day for day in (facts.period_lock_date, facts.end_of_year_lock_date) if day is not None]
        return max(days, default=None)


def _step(one: RunPosting, locked_until: date | None) -> UndoStep:
    role = one.role.value
    if one.role in _KEPT:
        return UndoStep(one.id, role, one.marker, "keep", reason="Other documents may use it; archive it in Xero.")
    action = action_for(role=one.role, wanted=False, remote_id=one.remote_id, remote_status=one.remote_status)
    why_not = _why_not(one, action, locked_until)
    return UndoStep(one.id, role, one.marker, action.value, not why_not, why_not)


def _why_not(one: RunPosting, action: Action, locked_until: date | None) -> str:
    if one.state != "posted":
        return f"It is {one.state} just now; wait until that settled."
    if action is Action.IMPOSSIBLE:
        return "Xero offers no way to take it back; reverse it there."
    if "reconciled" in one.drift:
        return "It is reconciled with the bank; unreconcile it in Xero first."
    if one.role is Role.INVOICE and one.total_minor == 0:
        return "A document of zero total counts as paid in Xero, which voids no paid document."
    if one.date is not None and locked_until is not None and one.date <= locked_until:
        return f"Its date lies in a closed period (until {locked_until}); a reversing document is needed."
    return ""
