"""A filled database, clients by role, and use cases that write down what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

import web_records
from exchange_answers import ExchangeAnswers
from tieout.ports.entities import EntitySync
from tieout.rules.coverage import Coverage, StateUse, TaxUse
from tieout.rules.entities import Entity
from tieout.sync.setup import Proposals
from tieout.sync.undo import UndoPlan
from web_records import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    return web_records.make_shop()


@pytest.fixture
def client_of(shop: Shop) -> Callable[[str], Client]:
    """A client logged in as the user of a role; "stranger" is not logged in."""

    def make(role: str) -> Client:
        client = Client()
        if role != "stranger":
            client.force_login(shop.users[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


class Recorder(ExchangeAnswers):
    """Stands for `tieout.sync`: answers every use case and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def undo_plan(self, run: int) -> UndoPlan:
        return UndoPlan(run, ())

    def proposals(self, *args: object) -> Proposals:
        return Proposals((), (), (), (), ())

    def entities(self, connection: int) -> list[EntitySync]:
        return [EntitySync(connection, entity) for entity in Entity]

    def can_be_written(self, connection: int) -> bool:
        return False

    def added_runs(self) -> tuple[()]:
        return ()

    def coverage(self, *args: object) -> Coverage:
        used = TaxUse(("DE VAT 19",), "DE", Decimal(19), 3, "", None, "DE VAT 19 has no tax rate in Xero yet.")
        return Coverage(214, 3, (used,), (), (StateUse("complete", 214, "AUTHORISED"),))

    def try_rules(self, *args: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., int]:
        def use_case(*args: Any, **kwargs: Any) -> int:
            self.asked.append((name, args, kwargs))
            return 1

        return use_case


@pytest.fixture
def asked() -> Iterator[Recorder]:
    web = apps.get_app_config("web")
    before = web.use_cases
    web.use_cases = Recorder()
    yield web.use_cases
    web.use_cases = before
