"""Connecting, denying, disconnecting, withdrawn access and releasing held documents, as a person does them.

The web admin runs the real use cases; the simulated Xero shows its own consent page; the worker's part is played
step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from connected import ACTOR, ORGANISATION, STORE, House, house
from django.apps import apps
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

import web_records
from tieout.records.models import Authorisation, Document, Organisation, Posting

NewPage = Callable[..., Page]


@pytest.fixture
def home(transactional_db: None, live_server: LiveServer, settings: Any) -> Iterator[House]:
    settings.TIEOUT_ALLOW_PRIVATE = True
    web = apps.get_app_config("web")
    before = web.use_cases
    with house(live_server.url, orders=12, seed=3) as made:
        web.use_cases = made.cases
        yield made
    web.use_cases = before


@pytest.fixture
def owner_page(browser: Browser, live_server: LiveServer, home: House) -> Iterator[NewPage]:
    """Pages of the owner; any console error fails the test."""
    users = web_records.make_users()
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(*, script: bool = True) -> Page:
        context = browser.new_context(base_url=live_server.url, java_script_enabled=script)
        context.set_default_timeout(15_000)
        contexts.append(context)
        client = Client()
        client.force_login(users["owner"], backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [one for one in errors if "favicon" not in one and "404" not in one] == []


def to_the_consent(page: Page, home: House) -> None:
    page.goto("/connections/xero")
    expect(page.locator("#redirect-address")).to_have_text(home.callback)
    page.get_by_label("Client id").fill(home.app.id)
    page.get_by_label("Client secret").fill(home.app.secret)
    page.get_by_role("button", name="Connect", exact=True).click()
    assert home.app.secret not in page.content()
    page.get_by_role("link", name="Continue to Xero").click()
    expect(page.get_by_text("wants access to")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["htmx", "no-javascript"])
def test_consent_on_xeros_own_page_connects_the_organisation(script: bool, home: House, owner_page: NewPage) -> None:
    home.add_store()
    page = owner_page(script=script)
    to_the_consent(page, home)
    page.get_by_role("button", name="Allow access").click()
    expect(page.get_by_text(f"Connected: {ORGANISATION}.")).to_be_visible()
    card = page.locator("section", has=page.get_by_role("heading", name=ORGANISATION))
    # Nothing is sent before somebody has seen the plan.
    expect(card.get_by_text("Paused")).to_be_visible()
    expect(card.get_by_text("GB (UK)")).to_be_visible()
    expect(card.get_by_text(STORE)).to_be_visible()
    assert home.connected == [ORGANISATION]
    assert home.app.secret not in page.content()


def test_denying_connects_nothing_and_says_so(home: House, owner_page: NewPage) -> None:
    page = owner_page()
    to_the_consent(page, home)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("You did not give consent in Xero. Nothing was connected.")).to_be_visible()
    assert Organisation.objects.count() == 0
    # The answer of a consent serves once: going back to it finds nothing under way.
    page.go_back()
    page.goto("/connections/xero/callback?code=x&state=y")
    expect(page.get_by_text("No consent is under way in this browser.")).to_be_visible()


def test_disconnecting_ends_the_connection_at_xero_and_reconnecting_brings_it_back(
    home: House, owner_page: NewPage
) -> None:
    home.connect()
    page = owner_page()
    page.goto("/connections")
    page.get_by_role("link", name="Disconnect").click()
    expect(page.get_by_text("The connection is deleted at Xero at once")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text(f"Disconnected from {ORGANISATION}, at Xero too.")).to_be_visible()
    assert home.connected == []
    assert list(Authorisation.objects.values_list("status", "tokens")) == [("disconnected", "")]
    page.get_by_role("button", name="Reconnect").click()
    page.get_by_role("link", name="Continue to Xero").click()
    page.get_by_role("button", name="Allow access").click()
    expect(page.get_by_text(f"Connected: {ORGANISATION}.")).to_be_visible()
    assert home.connected == [ORGANISATION]
    assert Organisation.objects.count() == 1


def test_access_that_was_withdrawn_inside_xero_is_noticed_and_told(home: House, owner_page: NewPage) -> None:
    home.connect()
    home.world.identity.connections.clear()
    page = owner_page()
    page.goto("/connections")
    page.get_by_role("button", name="Test").click()
    card = page.locator("section", has=page.get_by_role("heading", name=ORGANISATION))
    expect(card.get_by_text("Access withdrawn")).to_be_visible()
    expect(card.get_by_role("button", name="Reconnect")).to_be_visible()
    assert Organisation.objects.get().status == "no_access"
    page.goto("/")
    expect(page.get_by_text("Access withdrawn").first).to_be_visible()


def test_the_checklist_goes_on_without_reloading_and_keeps_the_focus(home: House, owner_page: NewPage) -> None:
    home.add_store()
    page = owner_page()
    page.goto("/start")
    expect(page.locator("#step-store.is-next")).to_be_visible()
    page.locator("#step-store-press").focus()
    home.read()
    expect(page.locator("#step-store.is-done")).to_be_visible()
    expect(page.locator("#checklist-lead")).to_contain_text("1 of 7")
    expect(page.locator("#step-store-press")).to_be_focused()


def test_reading_a_store_is_seen_without_reloading(home: House, owner_page: NewPage) -> None:
    home.add_store()
    page = owner_page()
    page.goto("/connections")
    expect(page.get_by_text("New", exact=True)).to_be_visible()
    page.get_by_role("button", name="Read now").focus()
    home.read()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("Working", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="12", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Read now")).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_page_has_no_finding_of_axe_and_fits(
    width: int, home: House, browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_context(
        base_url=live_server.url, bypass_csp=True, viewport={"width": width, "height": 780}
    ).new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="Make the owner")).to_be_visible()
    page.get_by_role("button", name="Make the owner").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["htmx", "no-javascript"])
def test_mapping_a_held_tax_releases_its_documents(script: bool, home: House, owner_page: NewPage) -> None:
    store, organisation = home.add_store(), home.connect()
    home.cases.assign(organisation.id, store, ACTOR)
    home.read()
    home.accept_all_but(store, organisation.id, "UK VAT 20")
    home.plan()
    held = Posting.objects.filter(state="held", subject="tax UK VAT 20")
    assert held.exists()
    page = owner_page(script=script)
    page.goto("/mapping/coverage")
    row = page.locator("tr", has=page.get_by_text("UK VAT 20", exact=True))
    expect(row.get_by_text("has no tax rate in Xero yet")).to_be_visible()
    row.get_by_role("combobox").select_option("OUTPUT2")
    page.get_by_role("button", name="Save what is chosen").click()
    expect(page.get_by_text("What is held or waiting is planned again")).to_be_visible()
    expect(page.locator("tr", has=page.get_by_text("UK VAT 20", exact=True)).get_by_text("OUTPUT2")).to_be_visible()
    home.plan()
    assert not held.exists()


def test_an_order_is_tried_by_rules_that_are_not_saved(home: House, owner_page: NewPage) -> None:
    store, organisation = home.add_store(), home.connect()
    home.cases.assign(organisation.id, store, ACTOR)
    home.read()
    home.accept_all_but(store, organisation.id)
    number = Document.objects.filter(kind="order", state="complete").latest("id").number
    version = home.wired.records.assignments(store)[0].rules.version
    page = owner_page()
    page.goto("/mapping")
    page.get_by_label("Orders", exact=True).fill("WEB-")
    page.get_by_label("Number of an order").fill(number)
    page.get_by_role("button", name="Try this order").click()
    tried = page.locator("#trial")
    expect(tried.get_by_role("heading", name=f"Invoice WEB-{number}")).to_be_visible()
    expect(tried.get_by_text("account for sales").first).to_be_visible()
    expect(tried.get_by_text("is mapped to").first).to_be_visible()
    expect(page.get_by_label("Orders", exact=True)).to_have_value("WEB-")
    assert home.wired.records.assignments(store)[0].rules.version == version


def test_a_store_is_connected_tested_changed_and_removed(home: House, owner_page: NewPage) -> None:
    page = owner_page()
    page.goto("/connections/add/magento2")
    page.locator("#id_name").fill(STORE)
    page.get_by_label("Address of the shop").fill(home.store_url)
    page.get_by_label("Way in").select_option("bearer")
    page.get_by_label("Access token", exact=True).fill("wrong")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto("/connections")
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Access token", exact=True)).to_have_value("")
    page.get_by_label("Access token", exact=True).fill(home.shop.credentials.access_token)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("answers, version")).to_be_visible()
    page.goto("/connections")
    page.get_by_role("link", name="Remove").click()
    page.get_by_label(f"Type “{STORE}” to confirm").fill(STORE)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No store is connected.")).to_be_visible()
