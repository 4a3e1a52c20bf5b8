"""Xero's own Python SDK connected to a served world, and what its tests send."""

import datetime as dt
from typing import Any

from xero_python.accounting import AccountingApi
from xero_python.accounting import models as m
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from xerosim.world import World

DAY = dt.date(2026, 9, 1)


class Sdk:
    """Both APIs of the SDK, connected to a served world."""

    def __init__(self, world: World, url: str, scopes: frozenset[str] | None = None) -> None:
        self.world = world
        self.org = world.add_organisation("uk")
        world.limits_of(world.app.id).enforced = False
        self.tenant = self.org.id
        token: dict[str, Any] = world.token(scopes=scopes)

        def getter() -> dict[str, Any]:
            return token

        configuration = Configuration(oauth2_token=OAuth2Token(world.app.id, world.app.secret))
        client = ApiClient(configuration, oauth2_token_saver=token.update, oauth2_token_getter=getter, pool_threads=1)
        self.api = AccountingApi(client, base_url=f"{url}/api.xro/2.0")
        self.identity = IdentityApi(client, base_url=url)


def line(**members: Any) -> m.LineItem:
    made = {
        "description": "Part",
        "quantity": 1.0,
        "unit_amount": 100.0,
        "account_code": "200",
        "tax_type": "OUTPUT2",
    }
    return m.LineItem(**{**made, **members})


def invoice(**members: Any) -> m.Invoice:
    made = {
        "type": "ACCREC",
        "contact": m.Contact(name="Ada Byron"),
        "date": DAY,
        "due_date": DAY,
        "status": "AUTHORISED",
        "line_items": [line()],
    }
    return m.Invoice(**{**made, **members})
