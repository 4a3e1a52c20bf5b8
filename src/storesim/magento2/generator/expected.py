"""The generated shop's own figures a document, as its admin pages would show them.

Same columns as the recorded sample's `expected.csv`, so that one judge reads both.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from storesim.magento2.generator.book import Book
from storesim.magento2.generator.catalogue import Rate
from storesim.magento2.generator.events import Portion, Totals, whole
from storesim.magento2.generator.story import Story
from storesim.magento2.generator.times import shop_text
from storesim.magento2.generator.units import fixed_text, plain_text

Row = dict[str, str]

COLUMNS = (
    "doc_type",
    "entity_id",
    "increment_id",
    "order_entity_id",
    "order_increment_id",
    "store_code",
    "order_currency",
    "base_currency",
    "state",
    "status",
    "created_at_utc",
    "created_local_date",
    "subtotal_excl_tax",
    "subtotal_incl_tax",
    "discount_label",
    "discount",
    "shipping_excl_tax",
    "shipping_incl_tax",
    "fpt",
    "tax_total",
    "taxes_json",
    "adjustment_refund",
    "adjustment_fee",
    "total_canceled",
    "grand_total_shown",
    "grand_total_stored_4dp",
    "base_grand_total_stored",
    "total_paid",
    "total_refunded",
    "total_due",
)


def expected_rows(book: Book) -> Iterator[Row]:
    """One row a document, order by order: the order, its invoices, its credit memo."""
    for index in range(book.plan.orders):
        story = book.story(index)
        yield _order_row(story)
        for ordinal, part in enumerate(story.invoices):
            row = _row(story, part.portion, part.shown, part.base, story.sketch.invoiced[ordinal])
            row |= {
                "doc_type": "invoice",
                "entity_id": str(story.numbers.invoice_ids[ordinal]),
                "increment_id": story.numbers.invoice_increments[ordinal],
                "state": "1" if story.sketch.fate == "review" else "2",
            }
            yield row
        if story.memo is not None:
            yield _memo_row(story)


def write_expected(book: Book, path: Path) -> None:
    """Write the CSV file; rows are made one at a time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(expected_rows(book))


def _order_row(story: Story) -> Row:
    row = _row(story, whole(story.basket), story.shown, story.base, story.sketch.created)
    invoiced = sum(part.shown.grand for part in story.invoices)
    paid = 0 if story.sketch.fate == "review" else invoiced
    row |= {
        "doc_type": "order",
        "entity_id": str(story.order_id),
        "increment_id": story.numbers.increment,
        "state": story.state,
        "status": story.status,
        "total_paid": fixed_text(paid, 2),
        "total_refunded": fixed_text(story.memo.shown.grand if story.memo else 0, 2),
    }
    if story.sketch.fate in ("canceled", "part_canceled"):
        row["total_canceled"] = fixed_text(story.shown.grand - invoiced, 2)
    else:
        row["total_due"] = fixed_text(story.shown.grand - paid, 2)
    return row


def _memo_row(story: Story) -> Row:
    memo = story.memo
    assert memo is not None
    row = _row(story, memo.portion, memo.shown, memo.base, story.sketch.refunded)
    return row | {
        "doc_type": "creditmemo",
        "entity_id": str(story.numbers.memo_id),
        "increment_id": story.numbers.memo_increment,
        "state": "2",
        "adjustment_refund": fixed_text(memo.portion.back, 2),
        "adjustment_fee": fixed_text(memo.portion.kept, 2),
    }


def _row(story: Story, portion: Portion, shown: Totals, base: Totals, at: int) -> Row:
    view, coupon = story.buyer.view, story.basket.coupon
    row = {
        "order_entity_id": str(story.order_id),
        "order_increment_id": story.numbers.increment,
        "store_code": view.code,
        "order_currency": view.order_currency,
        "base_currency": view.base_currency,
        "created_at_utc": shop_text(at),
        "created_local_date": _local_date(at, view.timezone),
        "subtotal_excl_tax": fixed_text(shown.subtotal, 2),
        "subtotal_incl_tax": fixed_text(shown.subtotal_incl, 2),
        "tax_total": fixed_text(shown.tax, 2),
        "taxes_json": json.dumps(_taxes(story, portion)),
        "grand_total_shown": fixed_text(shown.grand, 2),
        "grand_total_stored_4dp": fixed_text(shown.grand, 4),
        "base_grand_total_stored": fixed_text(base.grand, 4),
    }
    if coupon is not None and shown.discount:
        row["discount_label"] = f"Discount ({coupon.label})"
        row["discount"] = fixed_text(-shown.discount, 2)
    if portion.takes_shipping:
        row["shipping_excl_tax"] = fixed_text(shown.shipping.net, 2)
        row["shipping_incl_tax"] = fixed_text(shown.shipping.gross, 2)
    if shown.fpt:
        taxes = sum(part.fpt_tax for part in portion.shown)
        row["fpt"] = fixed_text(shown.fpt + taxes, 2)
    return row


def _taxes(story: Story, portion: Portion) -> list[Row]:
    """Tax per rate over the document; rates of 0 leave no entry."""
    rates: dict[int, Rate] = {}
    sums: dict[int, int] = {}
    amounts: list[tuple[Rate, int]] = []
    for line, taken in zip(story.basket.lines, portion.shown, strict=True):
        amounts += zip(line.rates, taken.taxes, strict=False)
        if taken.fpt_tax:
            amounts.append((line.rates[0], taken.fpt_tax))
    amounts += zip(story.basket.shipping_rates, portion.shipping.taxes, strict=False)
    for rate, amount in amounts:
        if amount:
            rates[rate.number] = rate
            sums[rate.number] = sums.get(rate.number, 0) + amount
    return [
        {
            "title": rates[key].code,
            "percent": plain_text(rates[key].shown),
            "amount": fixed_text(amount, 2),
        }
        for key, amount in sums.items()
    ]


def _local_date(at: int, timezone: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone)).date().isoformat()
