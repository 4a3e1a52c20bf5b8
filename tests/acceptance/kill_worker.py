"""A worker process for the kill drill: real threads, real HTTP, a database given by its address.

Started as a program by test_kill_worker.py; reads what it needs from its environment.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Tokens:
    """The token the drill was given; it outlives the drill."""

    def access_token(self) -> str:
        return os.environ["DRILL_TOKEN"]

    def refresh_after_401(self, refused: str) -> str:
        raise AssertionError("the drill's token is good for half an hour")


def main() -> None:
    import django

    django.setup()
    from tieout.dispatch.worker import Worker
    from tieout.http import AddressGuard, HttpClient
    from tieout.records.storage import Storage
    from tieout.sync.turn import Policy
    from tieout.sync.turn.driver import Driver
    from tieout.sync.waiting import RecordsMeter
    from tieout.xero import XeroLedger
    from tieout.xero.addresses import Addresses

    url = os.environ["DRILL_XERO_URL"]
    clock, storage, stop = SystemClock(), Storage(), threading.Event()
    ledger = XeroLedger(
        HttpClient(guard=AddressGuard(allow_private=True)),
        Tokens(),
        clock,
        tenant_id=os.environ["DRILL_TENANT"],
        addresses=Addresses(login=url, identity=url, api=url),
        base_currency="GBP",
    )
    owner = f"{socket.gethostname()}:{os.environ['DRILL_SLOT']}:{os.getpid()}"
    pool = ThreadPoolExecutor(10)

    def driver() -> Driver:
        return Driver(
            storage,
            lambda organisation: ledger,
            lambda organisation, meter_owner: RecordsMeter(storage, clock, organisation, meter_owner),
            clock,
            pool,
            owner,
            Policy(batch=10, linger_seconds=0.2),
            stopping=stop.is_set,
        )

    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    predecessor = f"{socket.gethostname()}:{os.environ['DRILL_SLOT']}:"
    Worker(storage, clock, driver, {}, owner=owner, threads=2, dead_owners=[predecessor]).run(stop)
    pool.shutdown()


if __name__ == "__main__":
    main()
