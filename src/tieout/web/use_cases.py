"""What the screens ask of the layers below, and how they get at it. `config` hands the implementation to the app.

An area is a protocol in `tieout.web.cases` and a class in `tieout.config.cases`; a new one is a base more here and
in `tieout.config.web_cases`.
"""

from __future__ import annotations

from typing import Protocol, cast

from django.apps import apps
from django.http import HttpRequest

from tieout.web.cases.actor import Actor
from tieout.web.cases.connections import ConnectionCases
from tieout.web.cases.entities import EntityCases
from tieout.web.cases.exchange import ExchangeCases
from tieout.web.cases.first_run import FirstRunCases
from tieout.web.cases.health import HealthCases
from tieout.web.cases.organisations import OrganisationCases
from tieout.web.cases.people import PeopleCases
from tieout.web.cases.proofs import ProofCases
from tieout.web.cases.queue import QueueCases
from tieout.web.cases.rules import RulesCases
from tieout.web.cases.stores import StoreCases
from tieout.web.cases.undo import UndoCases
from tieout.web.cases.webhooks import WebhookCases

__all__ = ["Actor", "NotWired", "UseCases", "actor_of", "use_cases"]


class UseCases(
    QueueCases,
    UndoCases,
    ProofCases,
    RulesCases,
    ConnectionCases,
    StoreCases,
    OrganisationCases,
    EntityCases,
    ExchangeCases,
    FirstRunCases,
    PeopleCases,
    WebhookCases,
    HealthCases,
    Protocol,
):
    """Everything that a person may ask for. Changes write their audit row and return how many rows they moved."""


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
