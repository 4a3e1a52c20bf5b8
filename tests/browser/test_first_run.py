"""From an empty folder to a synced shop, as a new user goes: `tieout init`, `tieout serve`, a browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import storesim.server
import xerosim.server
from storesim.magento2.generator import generate
from storesim.magento2.shop import Shop
from xerosim.identity.tokens import App
from xerosim.world import World

_PATIENCE_SECONDS = 60
_ADDRESS = re.compile(r"http\S+/first\?code=\S+")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.1)
    pytest.fail(f"waited in vain until {what}")


@contextmanager
def serving(home: Path, port: int, xero_url: str) -> Iterator[str]:
    """The address that `tieout serve` prints for the first owner."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TIEOUT_", "DJANGO_"))}
    environment |= {"TIEOUT_HOME": str(home), "TIEOUT_ALLOW_PRIVATE": "1", "TIEOUT_XERO_URL": xero_url}
    tieout = [sys.executable, "-m", "tieout.cli.main"]
    subprocess.run([*tieout, "init"], env=environment, check=True, capture_output=True, timeout=60)
    out = home / "serve.out"
    with out.open("wb") as stream:
        listen = ("serve", "--listen", f"127.0.0.1:{port}")
        process = subprocess.Popen([*tieout, *listen], env=environment, stdout=stream, stderr=stream)
        try:
            until(lambda: bool(_ADDRESS.search(out.read_text())) and _answers(port), "tieout serve answers")
            found = _ADDRESS.search(out.read_text())
            assert found is not None
            yield found.group()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_PATIENCE_SECONDS)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def become_owner(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Your user name").fill("anna")
    page.get_by_label("Password", exact=True).fill("a long enough phrase")
    page.get_by_label("Password again").fill("a long enough phrase")
    page.get_by_role("button", name="Make the owner").click()
    expect(page.get_by_role("heading", name="Getting started")).to_be_visible()


def connect_store(page: Page, shop: Shop, url: str) -> None:
    page.goto("/connections/add/magento2")
    page.locator("#id_name").fill("Harbour Books")
    page.get_by_label("Address of the shop").fill(url)
    page.get_by_label("Way in").select_option("bearer")
    page.get_by_label("Access token", exact=True).fill(shop.credentials.access_token)
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("answers, version")).to_be_visible()


def connect_xero(page: Page, app: App) -> None:
    page.goto("/connections/xero")
    page.get_by_label("Client id").fill(app.id)
    page.get_by_label("Client secret").fill(app.secret)
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("link", name="Continue to Xero").click()
    page.get_by_role("button", name="Allow access").click()
    expect(page.get_by_text("Connected: Tidewater Books.")).to_be_visible()


def wait_for(page: Page, path: str, selector: str) -> None:
    """Load a page again until something is there."""

    def there() -> bool:
        page.goto(path)
        return page.locator(selector).count() > 0

    until(there, f"{path} shows {selector}")


def test_an_empty_folder_becomes_a_synced_shop(tmp_path: Path, browser: Browser) -> None:
    world, shop, port = World(), generate(orders=8, seed=3), free_port()
    organisation = world.add_organisation("uk", name="Tidewater Books")
    base = f"http://localhost:{port}"
    app = world.identity.register("Tieout", kind="web", redirects=(f"{base}/connections/xero/callback",))
    with (
        storesim.server.start_background(shop) as store,
        xerosim.server.start_background(world) as xero,
        serving(tmp_path, port, xero.url) as address,
    ):
        context = browser.new_context(base_url=base)
        context.set_default_timeout(20_000)
        page = context.new_page()
        become_owner(page, address)
        # The page is closed for ever, with the right code as well.
        stranger = browser.new_context(base_url=base).new_page()
        stranger.goto(address)
        expect(stranger).to_have_url(re.compile("/login$"))
        connect_store(page, shop, store.base_url)
        connect_xero(page, app)
        wait_for(page, "/start", "#step-store.is-done")
        wait_for(page, "/start", "#step-accounts .left")
        page.locator("#step-accounts").get_by_role("link", name="Propose what is missing").click()
        for box in page.locator("main input[type=checkbox]:not(:disabled)").all():
            box.check()
        page.get_by_role("button", name="Do what is ticked").click()
        expect(page.get_by_text("Done. What waited for it is planned again.")).to_be_visible()
        assert len(organisation.invoices) == 0, "something was sent before anybody pressed Start"
        wait_for(page, "/start", "#step-taxes.is-done")
        wait_for(page, "/start", "#step-plan.is-done")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_text("Everything is set up.")).to_be_visible()
        until(lambda: len(organisation.invoices) > 0, "invoices are in Xero")
        wait_for(page, "/log?status=success", "tr[data-row]")
        page.goto("/")
        expect(page.get_by_role("heading", name="Getting started")).to_have_count(0)
