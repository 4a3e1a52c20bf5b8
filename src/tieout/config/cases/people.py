"""Users, their roles and sessions."""

from __future__ import annotations

from tieout.config.cases.wired import Wired
from tieout.web.cases.actor import Actor


class People(Wired):
    """Implements `tieout.web.cases.people.PeopleCases`."""

    def note(self, action: str, subject: str, actor: Actor) -> None:
        self._note(actor, action, subject)
