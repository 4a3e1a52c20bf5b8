"""`python -m storesim`: serve a simulated store and say on one line where and how to get in."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import msgspec

from storesim.magento2.generator import generate
from storesim.magento2.settings import ShopSettings
from storesim.magento2.shop import Shop
from storesim.process import Started
from storesim.server import start_background


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    shop = _shop(options)
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with start_background(shop, host=options.host, port=options.port) as server:
        started = Started(store=options.store, base_url=server.base_url, credentials=shop.credentials)
        sys.stdout.write(msgspec.json.encode(started).decode() + "\n")
        sys.stdout.flush()
        ended.wait()
    return 0


def _shop(options: argparse.Namespace) -> Shop:
    settings = ShopSettings(version=options.version, bearer_allowed=not options.no_bearer)
    if options.data is not None:
        return Shop.from_folder(options.data, settings=settings)
    return generate(
        orders=options.orders,
        seed=options.seed,
        customers=options.customers,
        refunds=options.refunds,
        currencies=options.currencies.split(",") if options.currencies else None,
        mix=options.mix,
        settings=settings,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storesim", description="Serve a simulated store.")
    parser.add_argument("--store", choices=["magento2"], default="magento2")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", help="folder of recorded documents")
    source.add_argument("--orders", type=int, help="generate so many orders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", choices=["new", "returning", "mixed"], default="mixed")
    parser.add_argument("--refunds", type=float, default=8, help="percentage of orders")
    parser.add_argument("--currencies", help="order currencies, comma separated")
    parser.add_argument("--mix", choices=["recorded", "paid", "open"], default="recorded")
    parser.add_argument("--version", default="2.4.7", help="Magento version to behave like")
    parser.add_argument("--no-bearer", action="store_true", help="only signed requests get in")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
