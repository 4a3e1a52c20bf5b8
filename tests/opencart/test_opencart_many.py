"""Many orders: 5,000 made in the shop's own tables, read, translated and booked."""

from __future__ import annotations

import random
from decimal import Decimal as D

import opencart_books
import pytest
from opencart_carts import NL, UK, Cart, Coupon, Item, Sold, sell
from opencart_shops import OPENCART, ShopDatabase, Shops, read_all

from tieout.documents import DocumentKind, Dossier

ORDERS = 5000
SEED = 20261121


def carts(count: int) -> list[Sold]:
    """Orders of goods, coupons and fees with the rates and classes of the recorded shop."""
    dice = random.Random(SEED)
    found = []
    for number in range(count):
        currency, rate = dice.choice([("GBP", D(1)), ("GBP", D(1)), ("EUR", D("1.164")), ("USD", D("1.2585"))])
        cart = Cart(
            items=tuple(
                Item(
                    D(dice.randint(1, 2_000_000)) / 10_000,
                    dice.choice([1, 1, 2, 3, 7, 24]),
                    dice.choice(["7", "7", "8"]),
                    id=str(dice.randint(201, 206)),
                )
                for _ in range(dice.randint(1, 5))
            ),
            country=dice.choice([UK, UK, NL]),
            shipping=dice.choice([None, D("3.95"), D("4.1666")]),
            coupon=dice.choice([None, None, Coupon("P", D(5)), Coupon("F", D(3))]),
            currency=currency,
            rate=rate,
        )
        found.append(sell(cart, order_id=str(10_001 + number), order_status_id=dice.choice(["2", "3", "5"])))
    return found


def store(shop: ShopDatabase, sold: list[Sold]) -> None:
    """The rows, as the shop's own tables take them."""
    rows: dict[str, list[dict[str, str]]] = {
        name: [] for name in ("order", "order_product", "order_total", "order_history")
    }
    for one in sold:
        order = dict(one.document["order"])
        rows["order"].append(order)
        for field, table, own in (
            ("products", "order_product", "order_product_id"),
            ("totals", "order_total", "order_total_id"),
            ("history", "order_history", "order_history_id"),
        ):
            for row in one.document[field]:
                kept = {name: value for name, value in row.items() if name != own}
                rows[table].append({**kept, "order_id": order["order_id"]})
    connection = shop.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode=''; START TRANSACTION")
            while cursor.nextset():
                pass
            for table, entries in rows.items():
                has = {row[0] for row in shop.ask(f"SHOW COLUMNS FROM @{table}")}
                names = [name for name in entries[0] if name in has]
                marks = ",".join(["%s"] * len(names))
                columns = ",".join(f"`{name}`" for name in names)
                cursor.executemany(
                    f"INSERT INTO `oc_{table}` ({columns}) VALUES ({marks})", [[e[n] for n in names] for e in entries]
                )
            cursor.execute("COMMIT")
    finally:
        connection.close()


@pytest.mark.parametrize("version", ["3.0.5.1", "4.1.0.4"])
def test_five_thousand_orders_are_read_once_and_booked_to_the_cent(shops: Shops, version: str) -> None:
    shop = shops.fresh(f"shop-{version}")
    sold = carts(ORDERS)
    store(shop, sold)
    reader = shop.reader()
    pages = list(reader.changes(DocumentKind.ORDER, None))
    keys = [raw.key for page in pages for raw in page.documents]
    assert len(keys) == len(set(keys)) == ORDERS + 14
    assert max(len(page.documents) for page in pages) <= 200
    assert pages[-1].last
    translator = OPENCART.translator(reader.context(), {})
    bodies = {raw.key: raw.body for page in pages for raw in page.documents}
    for one in sold[:: 1 if version.startswith("3") else 10]:
        dossier = translator.dossier(bodies[one.document["order"]["order_id"]], ())
        assert isinstance(dossier, Dossier)
        assert dossier.order.total.amount == one.total
        document = opencart_books.sale(opencart_books.plan(dossier), dossier)
        assert document is not None, one.document
        assert document.totals.total.amount == one.total
        assert document.totals.total_tax.amount == sum((amount for _, amount in one.taxes), D(0))
    again, _ = read_all(reader, since=pages[-1].mark)
    assert len(again) <= 1
