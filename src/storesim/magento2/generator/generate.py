"""Making a generated shop."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from storesim.magento2.folder import Recorded
from storesim.magento2.generator.book import Book
from storesim.magento2.generator.catalogue import VIEWS
from storesim.magento2.generator.sketch import MIXES, Plan
from storesim.magento2.generator.statics import static_documents, static_plain
from storesim.magento2.generator.tables import (
    GeneratedCustomers,
    invoice_documents,
    memo_documents,
    order_documents,
    transaction_documents,
)
from storesim.magento2.generator.times import shop_text
from storesim.magento2.resources import RESOURCES, SIDE_READS
from storesim.magento2.settings import ShopSettings
from storesim.magento2.shop import Shop, system_clock
from storesim.magento2.table import Documents, RecordedDocuments

Customers = Literal["new", "returning", "mixed"]

# How many orders share one buyer where buyers return.
ORDERS_PER_BUYER = 20
_RETURNING_PERCENT: dict[Customers, float] = {"new": 0, "returning": 100, "mixed": 50}
_GUEST_PERCENT: dict[Customers, float] = {"new": 40, "returning": 20, "mixed": 30}
START = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
SPAN = timedelta(days=290)


def make_plan(
    *,
    orders: int,
    seed: int = 1,
    customers: Customers = "mixed",
    refunds: float = 8,
    currencies: Sequence[str] | None = None,
    mix: str = "recorded",
    start: datetime = START,
    span: timedelta = SPAN,
    taxes_before_discount: bool = False,
) -> Plan:
    """What to generate.  Raises ValueError for an unknown mix or when no view sells in a currency."""
    if mix not in MIXES:
        raise ValueError(f"unknown mix {mix!r}; there are {', '.join(MIXES)}")
    views = tuple(view for view in VIEWS if currencies is None or view.order_currency in currencies)
    if not views:
        raise ValueError(f"no store view sells in {currencies!r}")
    return Plan(
        seed=seed,
        orders=orders,
        pool=0 if customers == "new" else max(orders // ORDERS_PER_BUYER, 1),
        returning_percent=_RETURNING_PERCENT[customers],
        guest_percent=_GUEST_PERCENT[customers],
        views=views,
        refund_percent=refunds,
        mix=mix,
        start=int(start.timestamp()),
        span=int(span.total_seconds()),
        taxes_before_discount=taxes_before_discount,
    )


def generate(
    *,
    orders: int,
    seed: int = 1,
    customers: Customers = "mixed",
    refunds: float = 8,
    currencies: Sequence[str] | None = None,
    mix: str = "recorded",
    start: datetime = START,
    span: timedelta = SPAN,
    taxes_before_discount: bool = False,
    settings: ShopSettings | None = None,
    clock: Callable[[], datetime] = system_clock,
) -> Shop:
    """A shop with so many orders; the same arguments give the same documents for ever.

    customers: "new" – a buyer an order; "returning" – a pool of one for every 20 orders; "mixed".
    refunds: percentage of all orders that get a credit memo.  currencies: order currencies, such as
    ("GBP", "USD"); None: all.  mix: "recorded" – all states; "paid" – every order paid and complete;
    "open" – three of ten wait for their money, the others are complete.
    start, span: when the first order was placed and how long after it the last one.
    taxes_before_discount: the shop takes tax on the undiscounted price.
    """
    plan = make_plan(
        orders=orders,
        seed=seed,
        customers=customers,
        refunds=refunds,
        currencies=currencies,
        mix=mix,
        start=start,
        span=span,
        taxes_before_discount=taxes_before_discount,
    )
    return shop_of(Book(plan), settings=settings, clock=clock)


def shop_of(
    book: Book, *, settings: ShopSettings | None = None, clock: Callable[[], datetime] = system_clock
) -> Shop:
    """A shop that serves a book."""
    documents: dict[str, Documents] = {resource.name: RecordedDocuments(resource, ()) for resource in RESOURCES}
    documents |= static_documents(shop_text(book.plan.start - 86_400))
    documents |= {
        "orders": order_documents(book),
        "invoices": invoice_documents(book),
        "creditmemos": memo_documents(book),
        "transactions": transaction_documents(book),
        "customers": GeneratedCustomers(book),
    }
    recorded = Recorded(
        documents=documents,
        plain=static_plain(book.plan.views),
        sides={name: {} for name in SIDE_READS.values()},
    )
    return Shop(recorded, settings=settings, clock=clock)
