"""Stores and organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from tieout.ports import Found
from tieout.ports.administration import OrganisationEntry
from tieout.web.cases.actor import Actor


class ConnectionCases(Protocol):
    """Connecting, testing, and which store goes where."""

    def add_store(self, kind: str, name: str, given: Mapping[str, str], start: date | None, actor: Actor) -> int:
        """Connect a store; secrets are sealed. given: by the names of the kind's fields."""
        ...

    def test_store(self, connection: int) -> Found:
        """Ask the store what it is. Raises errors of `tieout.errors` with a sentence."""
        ...

    def begin_consent(self, client_id: str, secret: str, redirect: str) -> tuple[str, str]:
        """(sealed state for the session, address at Xero where the consent is given)."""
        ...

    def finish_consent(self, sealed: str, query: Mapping[str, str], actor: Actor) -> Sequence[OrganisationEntry]:
        """Raises NeedsOperator for a consent that was refused, forged, replayed or too old."""
        ...

    def connect_custom(self, client_id: str, secret: str, actor: Actor) -> Sequence[OrganisationEntry]:
        """A custom connection: the app logs in by itself."""
        ...

    def assign(self, organisation: int, connection: int, actor: Actor) -> None:
        """Let a store go to an organisation, with the rules that fit its kind."""
        ...
