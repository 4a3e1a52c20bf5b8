"""Rules, and what is made in Xero for them."""

from __future__ import annotations

from typing import Protocol

from tieout.rules.settings import Rules
from tieout.sync.setup import Proposals
from tieout.web.cases.actor import Actor


class RulesCases(Protocol):
    """Accounts, mapping and sync settings of a store into an organisation."""

    def save_rules(self, connection: int, organisation: int, rules: Rules, note: str, actor: Actor) -> Rules:
        """The next version of the rules; what is held or waiting is planned again, what is posted stays."""
        ...

    def refresh(self, connection: int, organisation: int, actor: Actor) -> None:
        """Read accounts, tax rates, currencies and lock dates from Xero again."""
        ...

    def proposals(self, connection: int, organisation: int, actor: Actor) -> Proposals:
        """What the buttons "create missing …" would do now, by the documents that were read."""
        ...

    def accept(self, connection: int, organisation: int, chosen: Proposals, actor: Actor) -> None:
        """Do exactly the chosen proposals, in Xero and in the rules."""
        ...
