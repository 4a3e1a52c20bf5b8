"""The demo's world: a simulated shop and a simulated Xero, answering over loopback HTTP from this process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

import storesim.server
import xerosim.server
import xerosim.wire
from storesim.magento2.generator import generate
from storesim.magento2.shop import Shop
from tieout.cli.demo_opencart import connection_of
from tieout.cli.demo_perfex import serve as serve_perfex
from tieout.config.clocks import MovedClock
from xerosim.state import StateFile
from xerosim.world import World

#: Recorded shops, which travel with the simulated ones, installed or not.
SAMPLE = Path(storesim.__file__).parent / "sample_data"


class XeroClock:
    """The simulated Xero's clock: ours, so that its windows move when we skip a wait."""

    virtual = False

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()

    def advance(self, seconds: float) -> None:
        self._clock.skip_to(self._clock.now() + timedelta(seconds=seconds))


class Source(msgspec.Struct, frozen=True):
    """Where the shop's data comes from: recorded in a folder, generated, or a real database."""

    kind: str = "magento2"
    folder: str = ""
    orders: int = 0
    seed: int = 1
    options: Mapping[str, Any] = {}
    #: A real shop's database instead: no shop is simulated then.
    database_url: str = ""

    def digest(self) -> str:
        """Changes when the data does; then everything is read again."""
        content = hashlib.blake2b(repr((self.orders, self.seed, sorted(self.options.items()))).encode())
        content.update(self.kind.encode() if self.kind != "magento2" else b"")
        content.update(self.database_url.encode())
        for file in sorted(Path(self.folder).glob("*.json.gz")) if self.folder else ():
            content.update(file.name.encode() + file.read_bytes())
        return content.hexdigest()

    def shop(self) -> Shop:
        """Raises UsageError when the folder holds no recorded shop."""
        if self.orders:
            return generate(orders=self.orders, seed=self.seed, **self.options)
        if not (Path(self.folder) / "orders.json.gz").exists():
            raise click.UsageError(f"{self.folder} holds no recorded shop: there is no orders.json.gz in it.")
        try:
            return Shop.from_folder(self.folder)
        except (OSError, ValueError, KeyError) as error:
            raise click.UsageError(f"{self.folder} holds no recorded shop: {error}") from error


class Simulators:
    """The simulators, running. Calls are counted by them, not by us.

    options, secrets: of the connection that reads the shop.
    """

    def __init__(
        self, world: World, clock: MovedClock, xero_url: str, options: dict[str, str], secrets: dict[str, str]
    ) -> None:
        self.world = world
        self.clock = clock
        self.xero_url = xero_url
        self.options = options
        self.secrets = secrets

    @property
    def store_url(self) -> str:
        return self.options["url"]

    @property
    def organisation(self) -> Any:
        return next(iter(self.world.organisations.values()))

    def xero_calls(self) -> int:
        """Calls to Xero's accounting interface so far."""
        return sum(1 for call in self.world.journal.calls if call.tenant)

    def calls_by_endpoint(self, since: int) -> dict[str, int]:
        """Calls after the first `since`, by method and endpoint."""
        from xerosim.journal import endpoint_of

        counts: dict[str, int] = {}
        for call in [one for one in self.world.journal.calls if one.tenant][since:]:
            name = f"{call.method} {endpoint_of(call.path.partition('?')[0])}"
            counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items()))

    def ledger(self) -> bytes:
        """What the first organisation holds, in Xero's JSON."""
        return xerosim.wire.encode(self.world.ledger(self.organisation.id))


@contextmanager
def simulators(source: Source, state: Path, *, ports: tuple[int, int] = (0, 0)) -> Iterator[Simulators]:
    """Run both simulators, what Xero holds kept in the state folder. ports: of store and Xero, 0 for free ones."""
    state.mkdir(parents=True, exist_ok=True)
    clock = MovedClock()
    world = open_world(state / "xero.sqlite3", clock)
    if source.kind == "perfex" and len(world.organisations) < 2:
        world.add_organisation("us", name="Tidewater Inc (demo)")
    try:
        with (
            _store(source, ports[0], state, clock) as (options, secrets),
            xerosim.server.start_background(world, port=ports[1]) as xero,
        ):
            yield Simulators(world, clock, xero.url, options, secrets)
    finally:
        if world.state is not None:
            world.state.close()
        (state / "clock").write_text((clock.now() - datetime.now(UTC)).total_seconds().__repr__())


@contextmanager
def _store(
    source: Source, port: int, state: Path, clock: MovedClock
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Options and secrets of the way into the shop, which is simulated unless it is a real database."""
    if source.database_url:
        options, secrets = connection_of(source.database_url)
        if source.kind == "perfex" and "prefix=" not in source.database_url:
            options["prefix"] = "tbl"
        yield options, secrets
        return
    if source.kind == "perfex":
        with serve_perfex(state, port, clock.now, invoices=source.orders, seed=source.seed) as (_, options, secrets):
            yield options, secrets
        return
    shop = source.shop()
    with storesim.server.start_background(shop, port=port) as store:
        yield bearer_way(store.base_url, shop)


def bearer_way(url: str, shop: Shop) -> tuple[dict[str, str], dict[str, str]]:
    """Options and secrets of a connection to a simulated shop."""
    options = {"url": url, "access": "bearer", "admin_path": "admin"}
    return options, {"access_token": shop.credentials.access_token}


def open_world(file: Path, clock: MovedClock) -> World:
    """The simulated Xero of a state file; a new one has one organisation in the United Kingdom."""
    skipped = file.with_name("clock")
    if skipped.exists():
        clock.skip_to(clock.now() + timedelta(seconds=float(skipped.read_text())))
    if file.exists():
        return World.load(file, clock=XeroClock(clock))
    world = World(clock=XeroClock(clock))
    world.state = StateFile(file)
    world.add_organisation("uk", name="Tidewater Books (demo)")
    return world
