"""`python -m storesim.perfex`: serve a simulated CRM and say on one line where it is and how to get in."""

import argparse
import signal
import sys
import threading
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

import msgspec

from storesim.perfex.database import Mirror
from storesim.perfex.generator import generate
from storesim.perfex.shop import PerfexShop, Settings
from storesim.server import start_background


class Started(msgspec.Struct, frozen=True):
    """What is printed on the first line. database: its name, "" where there is none."""

    store: str
    base_url: str
    token: str
    database: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; cron sends webhooks meanwhile."""
    options = _parser().parse_args(arguments)
    now = datetime.now(UTC)
    crm = generate(invoices=options.invoices, seed=options.seed, today=now.date(), clock=lambda: datetime.now(UTC))
    tables = frozenset(options.open_tables.split(",")) if options.open_tables else frozenset()
    shop = PerfexShop(crm, Settings(generation=options.generation, open_tables=tables, calls=options.calls))
    shop.webhooks.send = post
    mirror = _mirror(options.database, shop) if options.database else None
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        with start_background(shop, host=options.host, port=options.port) as server:
            started = Started("perfex", server.base_url, shop.settings.token, mirror.name if mirror else "")
            sys.stdout.write(msgspec.json.encode(started).decode() + "\n")
            sys.stdout.flush()
            while not ended.wait(options.cron_seconds):
                with shop.lock:
                    shop.webhooks.cron()
    finally:
        if mirror is not None:
            mirror.drop()
    return 0


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Carry a webhook over HTTP. Raises OSError when nobody answers."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def _mirror(url: str, shop: PerfexShop) -> Mirror:
    parts = urlsplit(url)
    server = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
    }
    return Mirror(server, parts.path.strip("/"), shop.crm.tables)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storesim.perfex", description="Serve a simulated CRM.")
    parser.add_argument("--invoices", type=int, default=40, help="generate so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--generation", choices=["2", "3"], default="3", help="of the REST module")
    parser.add_argument("--open-tables", default="item_tax,countries", help="shown by the custom-table path")
    parser.add_argument("--calls", type=int, default=1000, help="quota of calls an hour")
    parser.add_argument("--database", help="mysql://user:password@host:port/name: keep the tables there as well")
    parser.add_argument("--cron-seconds", type=float, default=5.0, help="between two sendings of webhooks")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
