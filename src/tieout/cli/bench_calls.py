"""`bench calls`: how many calls to Xero an order costs. One process, waiting skipped, limits counted."""

from __future__ import annotations

import time
from typing import Literal

import httpx

from storesim.magento2.generator import generate
from storesim.magento2.shop import Shop
from storesim.transport import StoreTransport
from tieout.cli.bench_world import point_at, quiet
from tieout.cli.demo_flow import Flow, Wishes
from tieout.cli.demo_world import Simulators, Source, XeroClock, bearer_way
from tieout.config.clocks import MovedClock
from tieout.config.wiring import Wiring
from tieout.http import AddressGuard, HttpClient
from tieout.rules.settings import SalesDocuments
from tieout.sync.turn.values import Policy
from xerosim.transport import InProcessTransport
from xerosim.world import World

#: Calls per order that may be needed: (customers, fixed batches of 50) → bar.
BARS = {("new", False): 0.012, ("returning", False): 0.008, ("new", True): 0.065, ("returning", True): 0.045}
BAR_WITH_REFUNDS = 0.07
Customers = Literal["new", "returning", "mixed"]
#: Look-ups are told apart from what posts.
_READS = ("GET",)


def measure(orders: int, customers: Customers, batch: int, refunds: float, seed: int) -> dict[str, object]:
    """The figures, with `calls_per_order` and `verdict`."""
    started = time.monotonic()
    shop = generate(orders=orders, seed=seed, customers=customers, refunds=refunds, currencies=("GBP",), mix="paid")
    running, flow = world_of(shop, batch)
    flow.pull()
    flow.press_buttons()
    flow.plan()
    before = running.xero_calls()
    flow.sync()
    by_endpoint = running.calls_by_endpoint(before)
    statistics = running.world.journal.statistics()
    reads = sum(count for name, count in by_endpoint.items() if name.startswith(_READS))
    writes = sum(by_endpoint.values()) - reads
    posted = dict(statistics["created"])  # type: ignore[call-overload]
    bar = _bar(customers, batch, refunds)
    per_order = round(writes / orders, 5)
    whole = posted.get("Invoices", 0) == orders
    return {
        "orders": orders,
        "customers": customers,
        "batch": batch or "as Xero bears",
        "refunds_percent": refunds,
        "calls_per_order": per_order,
        "bar": bar,
        "calls": writes,
        "look_ups": reads,
        "token_calls": running.world.journal.identity_calls,
        "calls_by_endpoint": by_endpoint,
        "created": posted,
        "worst_minute": statistics["worst_minute"],
        "refused_calls": statistics["refused_calls"],
        "seconds": round(time.monotonic() - started, 1),
        "verdict": "met" if per_order <= bar and whole and not statistics["refused_calls"] else "missed",
    }


def _bar(customers: str, batch: int, refunds: float) -> float:
    if refunds:
        return BAR_WITH_REFUNDS
    return BARS[customers, 0 < batch <= 50]


def world_of(shop: Shop, batch: int = 0) -> tuple[Simulators, Flow]:
    """A shop and a new Xero in this process, without sockets, connected and ready to be read."""
    clock = MovedClock()
    world = World(clock=XeroClock(clock))
    world.add_organisation("uk")
    point_at("http://xero.test")
    transport = HttpClient(guard=AddressGuard(allow_private=True), transport=InProcessTransport(world))
    store: httpx.BaseTransport = StoreTransport(shop)
    wired = Wiring(
        clock=clock, wait=clock.skip_to, xero_transport=transport, store_transport=store, policy=Policy(batch=batch)
    )
    running = Simulators(world, clock, "http://xero.test", *bearer_way("https://shop.test", shop))
    flow = Flow(wired, running, Wishes(kind="magento2", sales_documents=SalesDocuments.ORDERS), quiet)
    flow.connect(Source(orders=1))
    return running, flow
