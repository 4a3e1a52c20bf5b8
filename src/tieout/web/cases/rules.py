"""Rules, and what is made in Xero for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tieout.documents import DocumentKey
from tieout.planning.results import DossierPlan
from tieout.rules.coverage import Coverage
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

    def try_rules(self, connection: int, organisation: int, rules: Rules, root: DocumentKey) -> DossierPlan | None:
        """One dossier planned by these rules; nothing is written. None when it cannot be planned here."""
        ...

    def coverage(self, connection: int, organisation: int, orders: Sequence[DocumentKey]) -> Coverage | None:
        """What these orders use and what the rules say to it. None before the organisation was read once."""
        ...
