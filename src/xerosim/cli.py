"""The `xerosim` command."""

import json
import os
from pathlib import Path

import click

from xerosim.clock import RealClock, VirtualClock
from xerosim.faults import Latency
from xerosim.limits import TIERS
from xerosim.recording import Recorder
from xerosim.regions import PACKS
from xerosim.server import Background
from xerosim.switches import Switches
from xerosim.world import World


@click.command()
@click.option("--port", default=8100, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--region", default="uk", show_default=True, type=click.Choice(list(PACKS)))
@click.option("--organisations", default=1, show_default=True, type=click.IntRange(1, 500), help="How many to make.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep everything in this SQLite file.")
@click.option("--record", type=click.Path(path_type=Path), help="Append every exchange to this file, as JSON lines.")
@click.option("--tier", default="core", show_default=True, type=click.Choice(list(TIERS)))
@click.option("--seed", default=1, show_default=True)
@click.option("--latency", default="0", show_default=True, help="Seconds per answer: 0.4 or 0.3-1.0.")
@click.option("--clock", "clock_kind", default="real", show_default=True, type=click.Choice(["real", "virtual"]))
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Change an unconfirmed rule.")
@click.option("--unlimited", is_flag=True, help="Count calls but refuse none.")
@click.option("--json", "as_json", is_flag=True, help="Print what is needed to connect as one line of JSON.")
def main(
    port: int, host: str, region: str, organisations: int, state: Path | None, record: Path | None, tier: str,
    seed: int, latency: str, clock_kind: str, switches: tuple[str, ...], unlimited: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run a simulated Xero."""
    clock = VirtualClock() if clock_kind == "virtual" else RealClock()
    if state is not None:
        world = World.load(state, clock=clock, seed=seed, tier=tier)
    else:
        world = World(clock=clock, seed=seed, tier=tier)
    world.set_tier(tier)
    while len(world.organisations) < organisations:
        world.add_organisation(region)
    try:
        world.switch(**dict(_switch(text) for text in switches))
        world.faults.latency = _latency(latency)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if unlimited:
        for app in world.identity.apps:
            world.limits_of(app).enforced = False
    server = Background(world, host, port, Recorder(record) if record is not None else None)
    server.start()
    server.wait_until_ready()
    _announce(world, server.url, as_json)
    try:
        server.join()
    except KeyboardInterrupt:
        server.stop()


def _switch(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    if name not in Switches.__struct_fields__:
        raise ValueError(f"unknown switch {name}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _latency(text: str) -> Latency:
    low, _, high = text.partition("-")
    return Latency(low=float(low), high=float(high or low))


def _announce(world: World, url: str, as_json: bool) -> None:
    organisations = [
        {
            "tenant": org.id,
            "name": org.settings.name,
            "region": org.settings.region,
            "short_code": org.settings.short_code,
            "client_id": custom.id,
            "client_secret": custom.secret,
        }
        for org in world.organisations.values()
        for custom in (world.custom_app(org.id),)
    ]
    app = {"client_id": world.app.id, "client_secret": world.app.secret}
    if as_json:
        click.echo(json.dumps({"url": url, "app": app, "organisations": organisations, "pid": os.getpid()}))
        return
    click.echo(f"Simulated Xero at {url}  (ledgers to look at: {url}/window)")
    click.echo(f"  app            client id {app['client_id']}  secret {app['client_secret']}")
    for org in organisations:
        click.echo(f"  {org['name']}  tenant {org['tenant']}")
        click.echo(f"    custom connection  client id {org['client_id']}  secret {org['client_secret']}")
