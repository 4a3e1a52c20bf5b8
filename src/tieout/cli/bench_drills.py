"""Drills of the engine: killed workers, limits, seeded worlds. Commands of the verb `bench`."""

from __future__ import annotations

from typing import Any

import click

from tieout.cli.bench_world import tell, workplace
from tieout.cli.benching.databases import SERVER, place
from tieout.cli.output import json_option

_DATABASE = click.option(
    "--database", type=click.Choice(("sqlite", "postgresql")), default="sqlite", show_default=True
)
_SERVER = click.option(
    "--server", metavar="URL", default=SERVER, show_default=True, help="PostgreSQL that may be used."
)
_SEED = click.option("--seed", type=int, default=1, show_default=True)


@click.command(epilog="Example: tieout bench crash --database sqlite --kills 50 --documents 10000 --json")
@_DATABASE
@_SERVER
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--kills", type=click.IntRange(1, 1_000), default=50, show_default=True, help="With SIGKILL.")
@click.option("--documents", type=click.IntRange(100, 100_000), default=10_000, show_default=True, help="Orders.")
@click.option("--organisations", type=click.IntRange(1, 16), help="Default: as workers, at least two.")
@click.option("--restore", is_flag=True, help="Bring back a backup that was taken in the middle.")
@click.option("--key-life-seconds", type=click.FloatRange(2, 360), help="Xero forgets idempotency keys so soon.")
@click.option("--faults-min", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Of each kind.")
@_SEED
@json_option
def crash(
    database: Any, server: str, workers: int, kills: int, documents: int, organisations: int | None, restore: bool,
    key_life_seconds: float | None, faults_min: int, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Workers are killed while Xero misbehaves and orders change: nothing lost, nothing doubled."""
    with place(database, server) as where:
        from tieout.cli import bench_crash

        options = bench_crash.Options(
            workers=workers, kills=kills, documents=documents, organisations=organisations or 0, restore=restore,
            key_life_seconds=key_life_seconds or 0.0, faults_min=faults_min, seed=seed,
        )  # fmt: skip
        return tell(bench_crash.measure(options, where), as_json)


@click.command(epilog="Example: tieout bench simulate --seeds 500 --json")
@click.option("--seeds", type=click.IntRange(1, 100_000), default=500, show_default=True, help="Worlds, from 0 on.")
@click.option("--seed", type=int, help="Only this one, again.")
@json_option
def simulate(seeds: int, seed: int | None, as_json: bool) -> int:
    """Seeded worlds of crashes, faults, clock jumps and people: nothing lost, doubled, overwritten or stuck."""
    with workplace() as folder:
        from tieout.cli import bench_simulate

        chosen = range(seeds) if seed is None else (seed,)
        return tell(bench_simulate.measure(chosen, folder), as_json)


@click.command(epilog="Example: tieout bench limits --organisations 3 --workers 2 --seconds 190 --json")
@_DATABASE
@_SERVER
@click.option("--organisations", type=click.IntRange(1, 500), help="Default: 3; with --virtual 200 of one app.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True)
@click.option("--seconds", type=click.IntRange(125, 3_600), default=190, show_default=True)
@click.option("--virtual", is_flag=True, help="By a virtual clock: days of back-fill, and many organisations.")
@click.option("--orders", type=click.IntRange(100, 1_000_000), default=100_000, show_default=True, help="--virtual")
@click.option("--batch", type=click.IntRange(1, 500), default=20, show_default=True, help="--virtual")
@_SEED
@json_option
def limits(
    database: Any, server: str, organisations: int | None, workers: int, seconds: int, virtual: bool, orders: int,
    batch: int, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Xero's limits are kept and used during a back-fill, as the simulated Xero sees it."""
    with place(database, server) as where:
        from tieout.cli import bench_limits

        if virtual:
            return tell(bench_limits.measure_virtual(orders, batch, organisations or 200, where.folder), as_json)
        options = bench_limits.Options(organisations=organisations or 3, workers=workers, seconds=seconds, seed=seed)
        return tell(bench_limits.measure(options, where), as_json)


DRILLS = (crash, limits, simulate)
