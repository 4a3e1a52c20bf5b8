"""Verb `bench`: figures with a verdict, counted by the simulators, never by our own tables. 1 on a miss."""

from __future__ import annotations

from typing import Any

import click

from tieout.cli.bench_drills import DRILLS
from tieout.cli.bench_operating import OPERATING
from tieout.cli.bench_world import tell, workplace
from tieout.cli.output import json_option


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

        return tell(bench_calls.measure(orders, customers, batch or 0, refunds, seed), as_json)


@bench.command(epilog="Example: tieout bench planning --json")
@click.option("--orders", type=click.IntRange(100, 100_000), default=3_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def planning(orders: int, seed: int, as_json: bool) -> int:
    """Order documents planned per second on one core: raw bytes to proved plan."""
    with workplace():
        from tieout.cli import bench_planning

        return tell(bench_planning.measure(orders, seed), as_json)


@bench.command(epilog="Example: tieout bench pipeline --orders 5000")
@click.option("--orders", type=click.IntRange(100, 1_000_000), default=5_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def pipeline(orders: int, seed: int, as_json: bool) -> int:
    """Orders per second, first store byte to last settled payment; simulators in processes of their own."""
    with workplace():
        from tieout.cli import bench_pipeline

        return tell(bench_pipeline.measure(orders, seed), as_json)


@bench.command(epilog="Example: tieout bench simulator --json")
@click.option("--stored", type=click.IntRange(100, 1_000_000), default=30_000, show_default=True, help="When full.")
@json_option
def simulator(stored: int, as_json: bool) -> int:
    """Answers of the simulated Xero per second over HTTP, empty and with many invoices stored."""
    with workplace():
        from tieout.cli import bench_simulator

        return tell(bench_simulator.measure(stored), as_json)


@bench.command(epilog="Example: tieout bench web --rows 100000 --json")
@click.option("--rows", type=click.IntRange(200, 1_000_000), default=100_000, show_default=True, help="In each.")
@click.option("--rounds", type=click.IntRange(1, 1_000), default=40, show_default=True, help="Answers per address.")
@json_option
def web(rows: int, rounds: int, as_json: bool) -> int:
    """Server time of queue, log and other pages over many rows, while a back-fill writes."""
    with workplace():
        from tieout.cli import bench_web

        return tell(bench_web.measure(rows, rounds), as_json)


for _command in (*DRILLS, *OPERATING):
    bench.add_command(_command)
