"""`bench idle`: what it costs to look when nothing changed: calls to Xero and to the store. One process."""

from __future__ import annotations

import time
from collections import Counter

import msgspec

from storesim.magento2.generator import generate
from tieout.cli.bench_calls import world_of

#: Calls to the store for each entity that is read, and to Xero in all.
STORE_BAR, XERO_BAR = 1, 0


class Round(msgspec.Struct, frozen=True):
    """Calls of one look. by_resource: of the store, by method and resource."""

    xero_calls: int
    token_calls: int
    store_calls: int
    by_resource: dict[str, int]


def measure(orders: int, seed: int) -> dict[str, object]:
    """The figures, with `xero_calls`, `store_calls_per_entity` and `verdict`."""
    started = time.monotonic()
    shop = generate(orders=orders, seed=seed, customers="mixed", currencies=("GBP",), mix="paid")
    running, flow = world_of(shop)
    flow.pull()
    flow.press_buttons()
    flow.plan()
    flow.sync()
    created = dict(running.world.journal.statistics()["created"])  # type: ignore[call-overload]
    entities = len(flow.wired.reader(flow.store).kinds())
    rounds: list[Round] = []
    # Twice: the first look may still see what was changed within the overlap that every read begins with.
    for _ in range(2):
        before, shop_before = running.xero_calls(), Counter(shop.journal.by_resource)
        identity_before = running.world.journal.identity_calls
        flow.pull()
        flow.plan()
        flow.sync()
        asked = Counter(shop.journal.by_resource) - shop_before
        rounds.append(
            Round(
                xero_calls=running.xero_calls() - before,
                token_calls=running.world.journal.identity_calls - identity_before,
                store_calls=asked.total(),
                by_resource={f"{method} {resource}": count for (method, resource), count in sorted(asked.items())},
            )
        )
    worst_xero = max(one.xero_calls + one.token_calls for one in rounds)
    worst_store = max(max(one.by_resource.values(), default=0) for one in rounds)
    most = max(one.store_calls for one in rounds)
    whole = created.get("Invoices", 0) == orders
    met = whole and worst_xero <= XERO_BAR and worst_store <= STORE_BAR and most <= entities
    return {
        "orders": orders,
        "entities": entities,
        "xero_calls": worst_xero,
        "store_calls": most,
        "store_calls_per_entity": worst_store,
        "rounds": rounds,
        "created_before": created,
        "seconds": round(time.monotonic() - started, 1),
        "verdict": "met" if met else "missed",
    }
