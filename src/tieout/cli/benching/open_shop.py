"""A simulated shop in a process of its own, in which orders change and are cancelled while a drill runs.

The drill knows what the shop must show at the end because it makes the same book from the same seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from random import Random

import httpx
import msgspec

from storesim.magento2.generator.book import Book
from storesim.magento2.generator.expected import expected_rows
from storesim.magento2.generator.generate import make_plan
from storesim.magento2.generator.order_document import order_document
from storesim.magento2.generator.story import Story, tell
from storesim.magento2.generator.units import fixed_text
from storesim.process import StoreProcess, start_process
from storesim.wire import encode

_REFUND_PERCENT = 5.0
_CURRENCY = "GBP"
_MIX = "open"
#: Members that hold the number of a line, and how far apart the numbers of edits are.
_LINE_KEYS = ("item_id", "parent_item_id", "associated_item_id")
_LINE_NUMBERS = 10_000_000


class Expected(msgspec.Struct):
    """What the ledger must hold of a document. wanted False: cancelled. due: what stays open on it."""

    number: str
    is_refund: bool
    wanted: bool
    total: Decimal
    due: Decimal


class OpenShop:
    """One shop. `happen` does to it what its people do."""

    def __init__(self, process: StoreProcess, book: Book, random: Random) -> None:
        self.process = process
        self._book = book
        self._random = random
        self._open = [index for index in range(book.plan.orders) if book.sketch(index).fate == "pending"]
        random.shuffle(self._open)
        self._cancelled: set[str] = set()
        self._edited: dict[str, Decimal] = {}
        self.edits = self.cancels = 0

    @property
    def orders(self) -> int:
        return self._book.plan.orders

    @property
    def happenings(self) -> int:
        return self.edits + self.cancels

    def happen(self) -> None:
        """Somebody edits or cancels an order that waits for its money."""
        if not self._open:
            return
        if self._random.random() < 0.5:
            self._cancel(self._open.pop())
        else:
            self._edit(self._random.choice(self._open))

    def _cancel(self, index: int) -> None:
        story = self._book.story(index)
        sketch = msgspec.structs.replace(story.sketch, fate="canceled")
        self._put(tell(self._book.plan, sketch, story.numbers))
        self._cancelled.add(story.numbers.increment)
        self.cancels += 1

    def _edit(self, index: int) -> None:
        """The goods of another order, for the same buyer: new lines, new totals."""
        story = self._book.story(index)
        other = self._like(story)
        self._put(
            msgspec.structs.replace(story, basket=other.basket, shown=other.shown, base=other.base), new_lines=True
        )
        self._edited[story.numbers.increment] = Decimal(fixed_text(other.shown.grand, 2))
        self.edits += 1

    def _like(self, story: Story) -> Story:
        """Another order from the same country, so that its taxes are right for this buyer."""
        while True:
            other = self._book.story(self._random.randrange(self.orders))
            if other.buyer.place.country == story.buyer.place.country and other.sketch.index != story.sketch.index:
                return other

    def _put(self, story: Story, *, new_lines: bool = False) -> None:
        document = json.loads(encode(order_document(story)))
        document.pop("updated_at")
        if new_lines:
            _renumber(document, _LINE_NUMBERS * (self.edits + 1))
        body = {"resource": "orders", "key": story.order_id, "changes": document}
        url = f"{self.process.base_url}/__sim__/edit"
        httpx.post(url, json=body, timeout=60, trust_env=False).raise_for_status()

    def expected(self) -> Iterator[Expected]:
        """Every sales document of the shop as it stands now."""
        for row in expected_rows(self._book):
            if row["doc_type"] == "invoice":
                continue
            number, is_refund = row["increment_id"], row["doc_type"] == "creditmemo"
            total = Decimal(row["grand_total_shown"])
            if is_refund:
                yield Expected(number, True, True, total, Decimal(0))
                continue
            total = self._edited.get(number, total)
            paid = Decimal(row["total_paid"] or 0)
            yield Expected(number, False, number not in self._cancelled, total, total if not paid else Decimal(0))


def _renumber(value: object, by: int) -> None:
    """Other goods are other lines: a shop gives them numbers of their own."""
    if isinstance(value, list):
        for part in value:
            _renumber(part, by)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name in _LINE_KEYS and isinstance(part, int):
                value[name] = part + by
            else:
                _renumber(part, by)


@contextmanager
def open_shop(orders: int, seed: int) -> Iterator[OpenShop]:
    """A shop of so many orders, three of ten of them open."""
    options = (
        "--store", "magento2", "--orders", str(orders), "--seed", str(seed), "--customers", "mixed",
        "--refunds", str(_REFUND_PERCENT), "--currencies", _CURRENCY, "--mix", _MIX,
    )  # fmt: skip
    plan = make_plan(
        orders=orders, seed=seed, customers="mixed", refunds=_REFUND_PERCENT, currencies=(_CURRENCY,), mix=_MIX
    )
    with start_process(options) as process:
        yield OpenShop(process, Book(plan), Random(seed))
