"""Benchmarks of operating: memory, latency, what looking costs, fairness. Commands of the verb `bench`."""

from __future__ import annotations

from typing import Any

import click

from tieout.cli.bench_world import tell, workplace
from tieout.cli.benching.databases import SERVER, place
from tieout.cli.output import json_option

_SERVER = click.option(
    "--server", metavar="URL", default=SERVER, show_default=True, help="PostgreSQL that may be used."
)
_SEED = click.option("--seed", type=int, default=1, show_default=True)


@click.command(epilog="Example: tieout bench memory --small 20000 --large 180000 --json")
@click.option("--small", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True, help="Orders.")
@click.option("--large", type=click.IntRange(100, 10_000_000), default=180_000, show_default=True, help="Orders.")
@_SEED
@json_option
def memory(small: int, large: int, seed: int, as_json: bool) -> int:
    """Peak memory of a worker that reads, plans and sends a small and a large shop."""
    from tieout.cli import bench_memory

    return tell(bench_memory.measure(small, large, seed), as_json)


@click.command(epilog="Example: tieout bench latency --changes 60 --every 5 --json")
@click.option("--orders", type=click.IntRange(100, 1_000_000), default=9_000, show_default=True, help="Back-fill.")
@click.option("--changes", type=click.IntRange(1, 1_000), default=60, show_default=True, help="New orders meanwhile.")
@click.option("--every", type=click.FloatRange(0.1, 600), default=5.0, show_default=True, help="Seconds.")
@click.option("--answer", type=click.FloatRange(0, 30), default=0.4, show_default=True, help="Seconds Xero takes.")
@click.option("--database", type=click.Choice(("sqlite", "postgresql")), default="sqlite", show_default=True)
@_SERVER
@_SEED
@json_option
def latency(
    orders: int, changes: int, every: float, answer: float, database: Any, server: str, seed: int, as_json: bool
) -> int:
    """Seconds from a store's call to the invoice in Xero, in immediate mode, while a back-fill runs."""
    with place(database, server):
        from tieout.cli import bench_latency

        return tell(bench_latency.measure(orders, changes, every, answer, seed), as_json)


@click.command(epilog="Example: tieout bench idle --json")
@click.option("--orders", type=click.IntRange(10, 1_000_000), default=2_000, show_default=True)
@_SEED
@json_option
def idle(orders: int, seed: int, as_json: bool) -> int:
    """Calls to Xero and to the store when nothing changed since last time."""
    with workplace():
        from tieout.cli import bench_idle

        return tell(bench_idle.measure(orders, seed), as_json)


@click.command(epilog="Example: tieout bench fairness --organisations 200 --json")
@click.option("--organisations", type=click.IntRange(2, 500), default=200, show_default=True)
@click.option("--small-orders", type=click.IntRange(1, 1_000), default=3, show_default=True)
@click.option("--busy-orders", type=click.IntRange(1, 10_000), default=200, show_default=True)
@click.option("--answer", type=click.FloatRange(0.01, 30), default=0.4, show_default=True, help="Seconds Xero takes.")
@click.option("--workers", type=click.IntRange(1, 16), multiple=True, default=(1, 4), show_default=True)
@click.option("--threads", type=click.IntRange(1, 16), default=4, show_default=True, help="Of each worker.")
@_SERVER
@_SEED
@json_option
def fairness(
    organisations: int, small_orders: int, busy_orders: int, answer: float, workers: tuple[int, ...], threads: int,
    server: str, seed: int, as_json: bool,
) -> int:  # fmt: skip
    """Many organisations on PostgreSQL: when all is there, and how long the small ones wait beside busy ones."""
    from tieout.cli import bench_fairness

    size = {
        "organisations": organisations, "small_orders": small_orders, "busy_orders": busy_orders,
        "answer_seconds": answer, "threads": threads,
    }  # fmt: skip
    return tell(bench_fairness.measure(size, workers, seed, server), as_json)


OPERATING: tuple[click.Command, ...] = (memory, latency, idle, fairness)
