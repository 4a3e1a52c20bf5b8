"""Verb `bench`: figures with a verdict, counted by the simulators, never by our own tables. 1 on a miss."""

from __future__ import annotations

from typing import Any

import click

from tieout.cli.bench_world import workplace
from tieout.cli.benching.databases import SERVER
from tieout.cli.output import emit, json_option, table
from tieout.errors import ConfigurationWrong


@click.group()
def bench() -> None:
    """Benchmarks against simulated stores and a simulated Xero; nothing outside is touched."""


@bench.command(epilog="Example: tieout bench calls --orders 10000 --customers new --json")
@click.option("--orders", type=click.IntRange(50, 1_000_000), default=10_000, show_default=True)
@click.option("--customers", type=click.Choice(("new", "returning")), default="new", show_default=True)
@click.option("--batch", type=click.IntRange(1, 500), help="Batches of this size instead of what Xero bears.")
@click.option("--refunds", type=click.FloatRange(0, 50), default=0, show_default=True, help="Percent refunded.")
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def calls(orders: int, customers: Any, batch: int | None, refunds: float, seed: int, as_json: bool) -> int:
    """Calls to Xero per order, with invoice and payment. Limits are counted, waiting is skipped."""
    with workplace():
        from tieout.cli import bench_calls

        return _tell(bench_calls.measure(orders, customers, batch or 0, refunds, seed), as_json)


@bench.command(epilog="Example: tieout bench planning --json")
@click.option("--orders", type=click.IntRange(100, 100_000), default=3_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def planning(orders: int, seed: int, as_json: bool) -> int:
    """Order documents planned per second on one core: raw bytes to proved plan."""
    with workplace():
        from tieout.cli import bench_planning

        return _tell(bench_planning.measure(orders, seed), as_json)


@bench.command(epilog="Example: tieout bench pipeline --orders 5000")
@click.option("--orders", type=click.IntRange(100, 1_000_000), default=5_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def pipeline(orders: int, seed: int, as_json: bool) -> int:
    """Orders per second, first store byte to last settled payment; simulators in processes of their own."""
    with workplace():
        from tieout.cli import bench_pipeline

        return _tell(bench_pipeline.measure(orders, seed), as_json)


@bench.command(epilog="Example: tieout bench simulator --json")
@click.option("--stored", type=click.IntRange(100, 1_000_000), default=30_000, show_default=True, help="When full.")
@json_option
def simulator(stored: int, as_json: bool) -> int:
    """Answers of the simulated Xero per second over HTTP, empty and with many invoices stored."""
    with workplace():
        from tieout.cli import bench_simulator

        return _tell(bench_simulator.measure(stored), as_json)


@bench.command(epilog="Example: tieout bench crash --database sqlite --kills 50 --documents 10000 --json")
@click.option("--database", type=click.Choice(("sqlite", "postgresql")), default="sqlite", show_default=True)
@click.option("--server", metavar="URL", default=SERVER, show_default=True, help="PostgreSQL that may be used.")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--kills", type=click.IntRange(1, 1_000), default=50, show_default=True, help="With SIGKILL.")
@click.option("--documents", type=click.IntRange(100, 100_000), default=10_000, show_default=True, help="Orders.")
@click.option("--organisations", type=click.IntRange(1, 16), help="Default: as workers, at least two.")
@click.option("--restore", is_flag=True, help="Bring back a backup that was taken in the middle.")
@click.option("--key-life-seconds", type=click.FloatRange(2, 360), help="Xero forgets idempotency keys so soon.")
@click.option("--faults-min", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Of each kind.")
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def crash(
    database: Any, server: str, workers: int, kills: int, documents: int, organisations: int | None, restore: bool,
    key_life_seconds: float | None, faults_min: int, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Workers are killed while Xero misbehaves and orders change: nothing lost, nothing doubled."""
    from tieout.cli.benching.databases import place

    with place(database, server) as where:
        from tieout.cli import bench_crash

        options = bench_crash.Options(
            workers=workers, kills=kills, documents=documents, organisations=organisations or 0, restore=restore,
            key_life_seconds=key_life_seconds or 0.0, faults_min=faults_min, seed=seed,
        )  # fmt: skip
        return _tell(bench_crash.measure(options, where), as_json)


def _tell(figures: dict[str, object], as_json: bool) -> int:
    if "verdict" not in figures:
        raise ConfigurationWrong("bench", "This benchmark came to no verdict.")
    if as_json:
        emit(figures)
    else:
        table("Benchmark", ("figure", "value"), [(name.replace("_", " "), value) for name, value in figures.items()])
    return 0 if figures["verdict"] == "met" else 1
