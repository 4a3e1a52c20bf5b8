"""A shop and a Xero to live with: simulated, answering over loopback HTTP from the test's own process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from installation import Installation, own_environment

import storesim.server
import xerosim.server
from storesim.magento2.generator import generate
from storesim.magento2.shop import Shop
from xerosim.world import World

#: What a person would press on the set-up screens, as a program.
_SET_UP = """
from tieout.config import start
start.begin()
from tieout.cli.demo_flow import set_up
from tieout.config.wiring import wiring
from tieout.rules.settings import SalesDocuments
wired = wiring()
[store], [organisation] = wired.administration.connections(), wired.administration.organisations()
set_up(wired, store, organisation, SalesDocuments.ORDERS)
"""
_LOOK_SECONDS = 0.005


class Machine:
    """Both simulators, and what a test does to them. Truth is the journal of the simulated Xero."""

    def __init__(self, shop: Shop, store_url: str, world: World, xero_url: str) -> None:
        self.shop = shop
        self.world = world
        self.variables = {"TIEOUT_XERO_URL": xero_url, "TIEOUT_ALLOW_PRIVATE": "on"}
        self._store_url = store_url
        self._sold = 0

    @property
    def _organisation(self) -> str:
        return next(iter(self.world.organisations))

    def connect(self, installation: Installation, folder: Path) -> None:
        """Connect both sides, press the buttons. Our own limit is lifted, for the world's clock is real."""
        app = self.world.custom_app(self._organisation)
        (folder / "keys.json").write_text(json.dumps({"access_token": self.shop.credentials.access_token}))
        (folder / "secret.txt").write_text(app.secret)
        installation.answer(
            "store", "add", "magento2", "--name", "Shop", "--set", f"url={self._store_url}", "--set", "access=bearer",
            "--secrets-file", str(folder / "keys.json"),
        )  # fmt: skip
        installation.answer(
            "connect", "--custom", "--client-id", app.id, "--secret-file", str(folder / "secret.txt")
        )  # fmt: skip
        installation.change("UPDATE organisation SET minute_limit=100000")
        for limits in self.world.limits.values():
            limits.enforced = False
        installation.answer("pull")
        subprocess.run(
            [sys.executable, "-c", _SET_UP], env=own_environment(installation.variables), check=True, timeout=60
        )

    def sell(self, count: int) -> None:
        """So many more orders in the shop, like one that it had, but not paid yet."""
        model = self.shop.document("orders", 1)
        open_amounts = {"total_paid": 0, "base_total_paid": 0, "total_invoiced": 0, "base_total_invoiced": 0}
        open_amounts |= {"total_due": model["grand_total"], "base_total_due": model["base_grand_total"]}
        for _ in range(count):
            self._sold += 1
            number = {"entity_id": 900_000 + self._sold, "increment_id": f"9{self._sold:09d}"}
            self.shop.add("orders", {**model, **open_amounts, **number})
            self.shop.edit("orders", number["entity_id"], {"state": "processing", "status": "processing"})

    def written(self) -> int:
        """Calls so far that ask Xero to make or change something."""
        return sum(call.method in ("PUT", "POST") and bool(call.tenant) for call in self.world.journal.calls)

    def invoices(self) -> int:
        return len({one.label for one in self.world.journal.made if one.kind == "Invoices"})

    def doubled(self) -> dict[tuple[str, str], int]:
        """What was made more than once, by its number, name or reference."""
        made = Counter(
            (one.kind, one.label)
            for one in self.world.journal.made
            if one.call and one.action == "created" and one.label
        )
        return {one: count for one, count in made.items() if count > 1}


@contextmanager
def machine(orders: int) -> Iterator[Machine]:
    shop = generate(orders=orders, mix="paid", currencies=("GBP",))
    world = World()
    world.add_organisation("uk")
    with storesim.server.start_background(shop) as store, xerosim.server.start_background(world) as xero:
        yield Machine(shop, store.base_url, world, xero.url)


def begin(installation: Installation, *arguments: str) -> subprocess.Popen[bytes]:
    """A command that goes on while the test does something else."""
    return subprocess.Popen(
        [sys.executable, "-m", "tieout.cli.main", *arguments], env=own_environment(installation.variables),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_when(process: subprocess.Popen[bytes], reached: Callable[[], bool], seconds_max: float = 30) -> None:
    """kill -9 at once when something was reached; a process that was quicker has ended by itself."""
    deadline = time.monotonic() + seconds_max
    while not reached() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    process.kill()
    process.wait()


def end(process: subprocess.Popen[bytes], seconds_max: float = 60) -> int:
    """Ask to stop, as systemd does. Returns the exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=seconds_max)
