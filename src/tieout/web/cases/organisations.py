"""Organisations that are connected: access, limits, start and pause."""

from __future__ import annotations

from typing import Protocol

from tieout.web.cases.actor import Actor


class OrganisationCases(Protocol):
    """Each writes its audit row."""

    def test_organisation(self, organisation: int, actor: Actor) -> None:
        """Read the organisation's settings with the tokens of now. Raises errors of `tieout.errors`; access that
        was withdrawn is marked at the organisation."""
        ...

    def consent_again(self, organisation: int, redirect: str) -> tuple[str, str]:
        """As `begin_consent`, with the app that is known. Raises NeedsOperator where no app is."""
        ...

    def log_in_again(self, organisation: int, actor: Actor) -> None:
        """A custom connection logs in anew. Raises errors of `tieout.errors`."""
        ...

    def grant_of(self, organisation: int) -> str:
        """code, custom, or "" without any consent."""
        ...

    def disconnect(self, organisation: int, actor: Actor) -> bool:
        """End the connection at Xero, and the consent when nothing else lives on it. False when Xero knew of no
        connection any more. Raises RetryLater when Xero does not answer: then nothing was changed."""
        ...

    def start_sending(self, organisation: int, actor: Actor) -> None:
        """What waits for a paused organisation goes."""
        ...

    def pause_sending(self, organisation: int, actor: Actor) -> None:
        """Nothing is sent until it is started again."""
        ...

    def set_limits(self, organisation: int, day_limit: int, day_reserve: int, actor: Actor) -> None:
        """Calls a day, and how many of them are kept for people."""
        ...
