"""A person's word on where a document belongs: kept in one organisation, or moved to another one."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.accounting import Role
from tieout.engine.actions import Action, action_for
from tieout.errors import NeedsOperator
from tieout.ports import Clock
from tieout.ports.administration import Administration
from tieout.ports.routing import RoutingRecords


class Moving:
    """Keeps or moves dossiers; a moved one is taken out where it is before it is booked in the other."""

    def __init__(self, records: RoutingRecords, administration: Administration, clock: Clock) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock

    def choose(self, documents: Sequence[int], organisation: int, *, by: str, address: str = "") -> int:
        """These dossiers belong to this organisation, whatever the rules say. What another one holds of them is
        deleted or voided there first, and they are planned when that is done. Returns how many were decided.

        Raises NeedsOperator, with nothing changed, when something there cannot be taken back.
        """
        actions: dict[int, str] = {}
        for document in documents:
            for entry in self._administration.organisations():
                if entry.id != organisation:
                    actions |= self._taken_out(document, entry.id)
        count = self._records.set_target(documents, organisation, by=by, address=address, now=self._clock.now())
        if actions:
            self._records.release_moved(list(actions))
            self._administration.want_nothing(actions, self._clock.now(), f"moved to organisation {organisation}")
        return count

    def _taken_out(self, document: int, organisation: int) -> dict[int, str]:
        found: dict[int, str] = {}
        for posting, role, remote_id, status, drift in self._records.posted_of(document, organisation):
            action = action_for(role=Role(role), wanted=False, remote_id=remote_id, remote_status=status)
            if action is Action.IMPOSSIBLE or "reconciled" in drift:
                raise NeedsOperator(
                    f"A {role.replace('_', ' ')} of this document cannot be taken back in Xero: it is reconciled, "
                    "allocated or of a kind that Xero keeps. Reverse it there, or keep the document where it is.",
                    code="organisation_changed",
                    scope="document",
                )
            if action is not Action.NOTHING:
                found[posting] = action.value
        return found
