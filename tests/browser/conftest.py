"""A browser that fails a test on any console error, pages logged in as a role, and a filled database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

import web_records
from exchange_answers import ExchangeAnswers
from tieout.ports.entities import EntitySync
from tieout.rules.coverage import Coverage, StateUse, TaxUse
from tieout.rules.entities import Entity
from tieout.sync.setup import Proposals
from tieout.sync.undo import UndoPlan
from web_records import Shop

# Playwright's own loop runs in this thread; Django would refuse every query of a fixture for it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

NewPage = Callable[..., Page]


class Recorder(ExchangeAnswers):
    """Stands for `tieout.sync` where a test watches what a screen asks for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []

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
        def use_case(*args: object, **kwargs: object) -> int:
            self.asked.append((name, args))
            return 1

        return use_case


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return web_records.make_shop()


@pytest.fixture
def asked() -> Iterator[Recorder]:
    web = apps.get_app_config("web")
    before = web.use_cases
    web.use_cases = Recorder()
    yield web.use_cases
    web.use_cases = before


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer, shop: Shop, asked: Recorder) -> Iterator[NewPage]:
    """Pages of a role: `new_page("owner", dark=True, width=360)`. "stranger" is not logged in."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(
        role: str = "owner",
        *,
        dark: bool = False,
        width: int = 1440,
        height: int = 900,
        script: bool = True,
        bypass_csp: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            timezone_id="Europe/London",
            bypass_csp=bypass_csp,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if role != "stranger":
            client = Client()
            client.force_login(shop.users[role], backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == [], "the browser's console told errors"
