"""What the web keeps itself: users, their roles and sessions."""

from __future__ import annotations

from typing import Protocol

from tieout.web.cases.actor import Actor


class PeopleCases(Protocol):
    """The audit trail of what Django keeps."""

    def note(self, action: str, subject: str, actor: Actor) -> None:
        """An entry of the audit trail about something that the web keeps itself: users and their roles."""
        ...
