"""`bench limits`: Xero's limits are kept and used, as the simulated Xero sees it.

By the real clock with worker processes of their own: a back-fill whose queue is never empty. By a virtual clock in
this process: a back-fill of days on both tiers, and two hundred organisations of one app.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import msgspec

from tieout.cli.bench_world import point_at
from tieout.cli.benching.connected import connect
from tieout.cli.benching.databases import Place
from tieout.cli.benching.herd import herd
from tieout.cli.benching.open_shop import open_shop
from tieout.cli.benching.simulation.fleet import Fleet
from tieout.cli.benching.simulation.storages import Storages
from tieout.cli.benching.simulation.world import LEASE_SECONDS, Simulation
from tieout.cli.benching.watched_xero import Call, WatchedXero
from tieout.cli.benching.worker_program import DrillPolicy
from tieout.config.wiring import Wiring, use
from tieout.sync.turn import Policy
from xerosim.limits import PER_APP_MINUTE, PER_MINUTE, TIERS
from xerosim.process import start_process as start_xero

USE_BAR, CONCURRENT_MAX = 0.95, 5
#: The first minute is left out: it may still count what went before.
_WARM_UP = 60.0
_LATENCY = "0.3-1.0"
#: Tiers whose day's limit is tried.
_TIERS = ("starter", "core")
_DAY = 86_400.0


class Options(msgspec.Struct, frozen=True):
    """What the command line asks. One element a call, so that the queue lasts."""

    organisations: int = 3
    workers: int = 2
    seconds: int = 190
    seed: int = 1


def measure(options: Options, where: Place) -> dict[str, object]:
    """By the real clock: `worst_minute`, `worst_concurrency`, `refused`, `use` and `verdict`."""
    with ExitStack() as stack:
        running = stack.enter_context(
            start_xero("--organisations", str(options.organisations), "--latency", _LATENCY)
        )
        orders = max(100, options.seconds)
        shops = [
            stack.enter_context(open_shop(orders, options.seed + number)) for number in range(options.organisations)
        ]
        point_at(running.url)
        wired = use(Wiring())
        connect(wired, [shop.process for shop in shops], running)
        for store in wired.administration.connections():
            wired.planner(store).plan_due()
        xero = WatchedXero(running)
        stack.callback(xero.close)
        xero.look()
        earlier = len(xero.calls)
        workers = stack.enter_context(herd(options.workers, DrillPolicy(batch=1)))
        workers.start()
        while len(xero.calls) == earlier:
            time.sleep(0.05)
            xero.look()
        began = xero.calls[earlier].at
        time.sleep(max(0.0, began + options.seconds - time.time()))
        xero.look()
        left = _left()
        workers.kill_all()
        return {**_figures(xero, began, options, left), "database": "postgresql" if where.url else "sqlite"}


def _left() -> int:
    from tieout.records.models import Posting

    return Posting.objects.filter(state="queued").count()


def _figures(xero: WatchedXero, began: float, options: Options, left: int) -> dict[str, object]:
    tenants = [told["tenant"] for told in xero.running.organisations]
    end = began + options.seconds
    shares = [_use([call for call in xero.calls if call.tenant == tenant], began, end) for tenant in tenants]
    worst = max(xero.worst_minute(tenant) for tenant in tenants)
    refused = sum(call.status == 429 for call in xero.calls)
    share = sum(shares) / len(shares)
    kept = worst <= PER_MINUTE and xero.worst_concurrency() <= CONCURRENT_MAX and not refused
    return {
        "organisations": options.organisations,
        "workers": options.workers,
        "seconds": options.seconds,
        "calls": len(xero.calls),
        "worst_minute": worst,
        "worst_concurrency": xero.worst_concurrency(),
        "refused": refused,
        "use": round(share, 4),
        "use_of_the_worst": round(min(shares), 4),
        "steady": [_steady([call for call in xero.calls if call.tenant == tenant], began) for tenant in tenants],
        "bar": USE_BAR,
        "left_in_queue": left,
        "verdict": "met" if kept and share >= USE_BAR and left else "missed",
    }


def _use(calls: Sequence[Call], began: float, end: float) -> float:
    """Calls that arrived from second 60 to the end, as a share of what the limit allows in that time."""
    arrived = sum(began + _WARM_UP <= call.at < end for call in calls)
    return arrived / (PER_MINUTE * (end - began - _WARM_UP) / 60.0)


def _steady(calls: Sequence[Call], began: float) -> float:
    """The same over whole rounds: calls come in bursts a little more than a minute apart."""
    times = [call.at for call in calls if call.at >= began]
    starts = [at for before, at in pairwise(times) if at - before > 10.0]
    if len(starts) < 2:
        return 0.0
    between = sum(starts[0] <= at < starts[-1] for at in times)
    return round(between / (PER_MINUTE * (starts[-1] - starts[0]) / 60.0), 4)


def measure_virtual(orders: int, batch: int, organisations: int, folder: Path) -> dict[str, object]:
    """By a virtual clock: a back-fill on each tier, and many organisations of one app; with `verdict`."""
    storages = Storages(folder)
    tiers = {tier: back_fill(tier, orders, batch, storages) for tier in _TIERS}
    app = one_app(organisations, storages)
    storages.close()
    good = all(figures["kept"] for figures in (*tiers.values(), app))
    return {
        "orders": orders,
        "batch": batch,
        **{f"tier_{tier}": figures for tier, figures in tiers.items()},
        "app": app,
        "worst_minute": max(figures["worst_minute"] for figures in tiers.values()),
        "refused": sum(figures["refused"] for figures in (*tiers.values(), app)),
        "verdict": "met" if good else "missed",
    }


def back_fill(tier: str, orders: int, batch: int, storages: Storages) -> dict[str, float]:
    """So many orders in batches so small that a day is not enough on either tier."""
    began = time.monotonic()
    policy = Policy(lease_seconds=LEASE_SECONDS, batch=batch, linger_seconds=0.0)
    world = Simulation(1, storages.new(), orders=orders, trouble_steps=0, policy=policy, day_limit=TIERS[tier])
    world.xero.set_tier(tier)
    started = world.virtual.now()
    world.run()
    calls = [call for call in world.xero.journal.calls if call.tenant]
    days = (world.virtual.now() - started) / _DAY
    refused = sum(call.status == 429 for call in calls)
    worst, together = world.xero.journal.worst_minute(), world.xero.journal.worst_concurrency()
    posted = sum(one.kind == "Invoices" and one.action == "created" for one in world.xero.journal.made)
    return {
        "calls": len(calls),
        "days": round(days, 3),
        "day_limit": TIERS[tier],
        "worst_minute": worst,
        "worst_concurrency": together,
        "refused": refused,
        "posted": posted,
        "seconds": round(time.monotonic() - began, 1),
        "kept": not refused and worst <= PER_MINUTE and together <= CONCURRENT_MAX and posted == orders,
    }


def one_app(
    organisations: int, storages: Storages, *, orders: int = 30, limit: int = PER_APP_MINUTE
) -> dict[str, float]:
    """All organisations want their sixty a minute, which is more than the app has. limit: as we are told of it."""
    began = time.monotonic()
    fleet = Fleet(storages.new(), organisations, orders=orders, app_limit=limit)
    fleet.run()
    calls = [call for call in fleet.xero.journal.calls if call.tenant]
    refused = sum(call.status == 429 for call in calls)
    worst_app = fleet.xero.journal.worst_minute()
    worst = max(fleet.xero.journal.worst_minute(tenant) for tenant in fleet.tenants)
    return {
        "organisations": organisations,
        "calls": len(calls),
        "app_limit": limit,
        "worst_app_minute": worst_app,
        "worst_minute": worst,
        "worst_concurrency": fleet.xero.journal.worst_concurrency(),
        "refused": refused,
        "seconds": round(time.monotonic() - began, 1),
        "kept": not refused and worst_app <= limit and worst <= PER_MINUTE and fleet.is_done(),
    }
