"""A filled database with the real use cases behind the addresses that programs call."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_tools import HandClock
from cryptography.fernet import Fernet
from django.apps import apps

import web_records
from tieout.config.vault import FernetVault
from tieout.config.web_cases import WebCases
from tieout.config.wiring import Wiring
from tieout.records.models import Connection
from web_records import Shop

for folder in ("contract", "records", "unit/xero", "cases", "operating"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def shop(db: None) -> Shop:
    return web_records.make_shop()


@pytest.fixture
def wired(shop: Shop, clock: HandClock) -> Iterator[Wiring]:
    """The real use cases over the shop's database, with a vault of their own."""
    made = Wiring(clock=clock, vault=FernetVault([Fernet.generate_key().decode()]))
    sealed = made.seal_secrets({"access_token": "planted-secret-of-the-store"})
    Connection.objects.filter(pk=shop.connection.pk).update(secrets=sealed)
    web = apps.get_app_config("web")
    before = web.use_cases
    web.use_cases = WebCases(lambda: made)
    yield made
    web.use_cases = before
