"""Screens over the real use cases, with a simulated shop and a simulated Xero behind real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from cryptography.fernet import Fernet

import storesim.server
import xerosim.server
from storesim.magento2.generator import generate
from storesim.magento2.shop import Shop
from tieout.config.vault import FernetVault
from tieout.config.web_cases import WebCases
from tieout.config.wiring import Wiring
from tieout.ports.administration import NewConnection, OrganisationEntry
from tieout.sync.setup import Proposals
from tieout.web.cases.actor import Actor
from tieout.xero.addresses import Addresses
from xerosim.world import World

ACTOR = Actor("the test", "")
STORE, ORGANISATION = "Harbour Books", "Tidewater Books"


class House:
    """Tieout without its worker, which is played step by step. callback: where Xero sends the browser back."""

    def __init__(self, world: World, xero_url: str, shop: Shop, store_url: str, callback: str) -> None:
        self.world = world
        self.xero_url = xero_url
        self.shop = shop
        self.store_url = store_url
        self.app = world.identity.register("Tieout", kind="web", redirects=(callback,))
        self.callback = callback
        self.wired = Wiring(vault=FernetVault([Fernet.generate_key().decode()]))
        self.wired.addresses = Addresses(login=xero_url, identity=xero_url, api=xero_url)
        self.cases = WebCases(lambda: self.wired)

    @property
    def connected(self) -> list[str]:
        """Names of organisations that the app reaches at Xero."""
        return [
            self.world.organisations[one.tenant].settings.name
            for one in self.world.identity.connections.values()
            if one.app == self.app.id
        ]

    def add_store(self) -> int:
        options = {"url": self.store_url, "access": "bearer", "admin_path": "admin"}
        secrets = {"access_token": self.shop.credentials.access_token}
        new = NewConnection("magento2", STORE, self.store_url, options, self.wired.seal_secrets(secrets))
        return self.wired.administration.add_connection(new, self.wired.clock.now())

    def connect(self) -> OrganisationEntry:
        """The consent, with the person's part played by plain requests."""
        sealed, address = self.cases.begin_consent(self.app.id, self.app.secret, self.callback)
        page = urlsplit(address)
        tenant = next(iter(self.world.organisations))
        form = {**dict(parse_qsl(page.query)), "decision": "allow", "organisation": tenant}
        back = httpx.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
        query: Mapping[str, str] = dict(parse_qsl(urlsplit(back.headers["location"]).query))
        return self.cases.finish_consent(sealed, query, ACTOR)[0]

    def read(self) -> None:
        """What the worker does about a store: read it and plan it."""
        for store in self.wired.administration.connections():
            self.wired.puller().pull(store, self.wired.adapter(store), self.wired.reader(store))
        self.plan()

    def plan(self) -> None:
        for store in self.wired.administration.connections():
            self.wired.planner(store).plan_due()

    def accept_all_but(self, store: int, organisation: int, *codes: str) -> None:
        """Every proposal is accepted, except taxes with these codes."""
        found = self.cases.proposals(store, organisation, ACTOR)
        taxes = tuple(one for one in found.taxes if not set(one.codes) & set(codes) and one.step != "ask")
        chosen = Proposals(found.accounts, taxes, found.zero_rules, found.currencies, found.offline)
        self.cases.accept(store, organisation, chosen, ACTOR)


@contextmanager
def house(base: str, **generated: Any) -> Iterator[House]:
    """base: address of the web admin."""
    world = World()
    world.add_organisation("uk", name=ORGANISATION)
    shop = generate(**generated)
    with storesim.server.start_background(shop) as store, xerosim.server.start_background(world) as xero:
        yield House(world, xero.url, shop, store.base_url, f"{base}/connections/xero/callback")
