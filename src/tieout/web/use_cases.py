"""What the screens ask of `tieout.sync`, and how they get at it. `config` hands the implementation to the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, cast

import msgspec
from django.apps import apps
from django.http import HttpRequest

from tieout.documents import DocumentKind
from tieout.ports import Found
from tieout.ports.administration import OrganisationEntry
from tieout.ports.records import Selection
from tieout.rules.settings import Rules
from tieout.sync.setup import Proposals
from tieout.sync.undo import UndoPlan


class Actor(msgspec.Struct, frozen=True):
    """Who asks: the user's name and the address it came from, for the audit."""

    user: str
    address: str


class UseCases(Protocol):
    """Changes that a person may ask for. Each writes its audit row and returns how many rows it moved."""

    def sync_now(self, selection: Selection, actor: Actor) -> int:
        """First in line, with what they depend on, from the day's reserve; held ones are tried again."""
        ...

    def retry(self, selection: Selection, actor: Actor) -> int:
        """Held, waiting and removed postings are tried again."""
        ...

    def remove(self, selection: Selection, actor: Actor) -> int:
        """Out of the queue until the document changes or somebody asks for it again."""
        ...

    def move_to_front(self, selection: Selection, actor: Actor) -> int:
        """Before everything else that waits."""
        ...

    def never_send(self, documents: Sequence[int], reason: str, actor: Actor) -> int:
        """These documents are left out for good; what is posted stays."""
        ...

    def send_again(self, documents: Sequence[int], actor: Actor) -> int:
        """Takes "never send" back."""
        ...

    def add_to_queue(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        actor: Actor,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
    ) -> int:
        """Everything chosen that is not posted is planned (again) and waits its turn."""
        ...

    def decide_drift(self, drifts: Sequence[int], decision: str, actor: Actor) -> int:
        """decision: accept (Xero's value is right), restore (ours is written again), leave."""
        ...

    def undo_plan(self, run: int) -> UndoPlan:
        """What undoing a run would do and what cannot be undone. Raises NeedsOperator for an empty run."""
        ...

    def undo(self, plan: UndoPlan, actor: Actor) -> int:
        """Queue what the plan can undo, as a run of its own."""
        ...

    # rules

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

    # connections

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

    def note(self, action: str, subject: str, actor: Actor) -> None:
        """An entry of the audit trail about something that the web keeps itself: users and their roles."""
        ...


class NotWired(RuntimeError):
    """The app was started without its use cases: our bug, not the user's."""


def use_cases() -> UseCases:
    """The use cases that `config` handed to the app."""
    wired = getattr(apps.get_app_config("web"), "use_cases", None)
    if wired is None:
        raise NotWired("config did not hand the use cases to tieout.web")
    return cast(UseCases, wired)


def actor_of(request: HttpRequest) -> Actor:
    """The person behind a request."""
    return Actor(user=request.user.get_username(), address=request.META.get("REMOTE_ADDR", ""))
