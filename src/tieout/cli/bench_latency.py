"""`bench latency`: from a store's call to the invoice in Xero, in immediate mode, while a back-fill runs.

Web admin, worker and simulators are processes of their own. Times are the simulated Xero's: when it answered the
call that made the invoice. Its answers take a while, its limits are in force.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from storesim.magento2.generator.book import Book
from storesim.magento2.generator.generate import make_plan
from storesim.magento2.generator.order_document import order_document
from storesim.process import StoreProcess
from storesim.process import start_process as start_store
from storesim.wire import encode
from tieout.cli.benching.connected import Connected, connect, forget_what_was_read
from tieout.cli.benching.herd import herd
from tieout.cli.benching.worker_program import DrillPolicy
from tieout.cli.queue import TERMINAL
from tieout.cli.serving import web_child
from tieout.config.wiring import Wiring, use
from tieout.stores.signed_calls import SIGNATURE_HEADER, TIME_HEADER, signature
from xerosim.process import Running
from xerosim.process import start_process as start_xero

#: Seconds from the store's call to the answer that says the invoice is there, 95 of 100 times.
BAR_SECONDS = 2.0
_SECRET = "a secret of the benchmark"
#: So long the first change waits for the back-fill to use up the minute's calls, and the last one for its invoice.
_PATIENCE_SECONDS = 120.0
_NAMES = ("--customers", "new", "--refunds", "0", "--currencies", "GBP", "--mix", "open")


def measure(orders: int, changes: int, every_seconds: float, answer_seconds: float, seed: int) -> dict[str, object]:
    """The figures, with `p95_seconds` and `verdict`."""
    # Three of ten orders are open; those beyond the shop's own arrive later.
    plan = make_plan(
        orders=orders + changes * 8, seed=seed, customers="new", refunds=0, currencies=("GBP",), mix="open"
    )
    book = Book(plan)
    arguments = ["--store", "magento2", "--orders", str(orders), "--seed", str(seed), *_NAMES]
    with start_store(arguments) as store, start_xero("--latency", "0") as xero:
        os.environ["TIEOUT_XERO_URL"] = xero.url
        wired = use(Wiring())
        connected = connect(wired, [store], xero)[0]
        _fill_back(wired, connected)
        xero.control("POST", "latency", low=answer_seconds, high=answer_seconds)
        before = _made(xero)
        with _web() as web, herd(1, DrillPolicy(batch_max=50)) as workers:
            workers.start()
            _until_backfill_is_under_way(xero, len(before))
            called = _let_happen(
                book, orders, changes, every_seconds, store, f"{web}/webhooks/store/{connected.connection}"
            )
            arrived = _wait_for(xero, called)
            left = _left(connected)
            workers.stop()
        return _figures(called, arrived, left, xero) | {
            "orders": orders, "answer_seconds": answer_seconds, "every_seconds": every_seconds,
        }  # fmt: skip


def _fill_back(wired: Wiring, connected: Connected) -> None:
    """All orders of the shop as a back-fill that waits for a worker; what changes from now on goes at once."""
    forget_what_was_read(wired, [connected])
    store = wired.records.connection(connected.connection)
    pulled = wired.puller().pull(store, wired.adapter(store), wired.reader(store))
    assert not pulled.failure, pulled.failure
    wired.queue().add_to_queue(connected.connection, (), TERMINAL)
    wired.records.save_webhook_secret(connected.connection, wired.vault.seal(_SECRET))


@contextmanager
def _web() -> Iterator[str]:
    """The web admin as `serve` starts it; where it answers."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place_ = f"127.0.0.1:{probe.getsockname()[1]}"
    process = subprocess.Popen(web_child(place_).command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                httpx.get(f"http://{place_}/login", timeout=5, trust_env=False)
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the web admin did not start"
                assert time.monotonic() < deadline, "the web admin does not answer"
                time.sleep(0.1)
        yield f"http://{place_}"
    finally:
        process.terminate()
        process.wait()


def _until_backfill_is_under_way(xero: Running, before: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(_made(xero)) <= before and time.monotonic() < deadline:
        time.sleep(0.2)


def _let_happen(
    book: Book, orders: int, changes: int, every_seconds: float, store: StoreProcess, address: str
) -> dict[str, float]:
    """New orders arrive in the shop, and the shop calls. When each call left, by the order's number."""
    called: dict[str, float] = {}
    with httpx.Client(timeout=30, trust_env=False) as client:
        for index in range(orders, book.plan.orders):
            if len(called) == changes:
                break
            if book.sketch(index).fate != "pending":
                continue
            document = json.loads(encode(order_document(book.story(index))))
            now = datetime.now(UTC)
            document["created_at"] = document["updated_at"] = f"{now:%Y-%m-%d %H:%M:%S}"
            added = client.post(f"{store.base_url}/__sim__/add", json={"resource": "orders", "document": document})
            added.raise_for_status()
            body = json.dumps({"kind": "order", "id": document["entity_id"]}).encode()
            moment = str(int(time.time()))
            headers = {TIME_HEADER: moment, SIGNATURE_HEADER: signature(_SECRET, moment, body)}
            called[document["increment_id"]] = time.time()
            client.post(address, content=body, headers=headers).raise_for_status()
            time.sleep(every_seconds)
    return called


def _wait_for(xero: Running, called: dict[str, float]) -> dict[str, float]:
    """When the call that made each order's invoice was answered."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        journal: Any = xero.control("GET", "journal")
        ended = {call["number"]: call["ended"] for call in journal["calls"]}
        arrived = {}
        for made in journal["made"]:
            number = made["label"].rpartition("-")[2]
            if made["kind"] == "Invoices" and made["action"] == "created" and number in called:
                arrived[number] = ended.get(made["call"], made["at"])
        if len(arrived) == len(called) or time.monotonic() > deadline:
            return arrived
        time.sleep(1.0)


def _made(xero: Running) -> list[Any]:
    journal: Any = xero.control("GET", "journal")
    return list(journal["made"])


def _left(connected: Connected) -> int:
    """Postings of the back-fill that wait yet: it must not have ended before the last change."""
    from tieout.records.models import Document, Posting

    open_ = Posting.objects.filter(connection=connected.connection, state__in=("queued", "sending"))
    return open_.count() + Document.objects.filter(planning_due=True).count()


def _figures(called: dict[str, float], arrived: dict[str, float], left: int, xero: Running) -> dict[str, object]:
    statistics: Any = xero.control("GET", "statistics")
    seconds = sorted(arrived[number] - moment for number, moment in called.items() if number in arrived)
    p95 = seconds[max(0, -(-len(seconds) * 95 // 100) - 1)] if seconds else 0.0
    met = len(arrived) == len(called) and p95 <= BAR_SECONDS and left > 0 and not statistics["refused_calls"]
    return {
        "changes": len(called),
        "arrived": len(arrived),
        "p50_seconds": round(seconds[len(seconds) // 2], 2) if seconds else None,
        "p95_seconds": round(p95, 2),
        "worst_seconds": round(seconds[-1], 2) if seconds else None,
        "bar_seconds": BAR_SECONDS,
        "backfill_left": left,
        "calls": statistics["calls"],
        "worst_minute": statistics["worst_minute"],
        "refused_calls": statistics["refused_calls"],
        "verdict": "met" if met else "missed",
    }
