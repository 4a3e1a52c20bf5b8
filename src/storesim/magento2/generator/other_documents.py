"""Generated invoices, credit memos and gateway transactions as REST shows them."""

from storesim.magento2.generator.figures import Amounts, Line
from storesim.magento2.generator.order_document import delivery, header, transaction_text
from storesim.magento2.generator.order_lines import JsonObject, weee_text
from storesim.magento2.generator.story import LINES_PER_ORDER_MAX, Part, Story
from storesim.magento2.generator.times import shop_text
from storesim.magento2.generator.units import number, plain_text
from storesim.wire import encode


def invoice_json(story: Story, ordinal: int) -> bytes:
    """JSON text of the order's invoice with this ordinal, from 0."""
    part = story.invoices[ordinal]
    entity_id = story.numbers.invoice_ids[ordinal]
    at = shop_text(story.sketch.invoiced[ordinal])
    document = _common(story, part, entity_id, story.numbers.invoice_increments[ordinal], at)
    document["can_void_flag"] = 0
    document["state"] = 1 if story.sketch.fate == "review" else 2
    quantities = part.portion.quantities
    document["total_qty"] = number(sum(quantities))
    if story.sketch.is_paid_by_card:
        document["transaction_id"] = transaction_text(story, ordinal)
    first_id = (entity_id - 1) * LINES_PER_ORDER_MAX + 1
    document["items"] = [
        _item(story, part, place, line, entity_id, first_id + place)
        for place, line in enumerate(story.basket.lines)
        if quantities[place]
    ]
    document["comments"] = []
    return encode(document)


def memo_json(story: Story) -> bytes:
    """JSON text of the order's credit memo."""
    part = story.memo
    assert part is not None
    entity_id, portion = story.numbers.memo_id, part.portion
    at = shop_text(story.sketch.refunded)
    document = _common(story, part, entity_id, story.numbers.memo_increment, at)
    for prefix, back, kept in (
        ("base_", portion.base_back, portion.base_kept),
        ("", portion.back, portion.kept),
    ):
        document[f"{prefix}adjustment"] = number(back - kept)
        if back:
            document[f"{prefix}adjustment_positive"] = number(back)
        if kept:
            document[f"{prefix}adjustment_negative"] = number(kept)
    document["state"] = 2
    for name in ("base_shipping_discount_tax_compensation_amnt", "shipping_discount_tax_compensation_amount"):
        if document[name] == 0:
            del document[name]
    if story.sketch.is_paid_by_card:
        document["invoice_id"] = story.numbers.invoice_ids[-1]
        document["transaction_id"] = transaction_text(story, len(story.invoices))
    first_id = (entity_id - 1) * LINES_PER_ORDER_MAX + 1
    items: list[JsonObject] = []
    for place, line in enumerate(story.basket.lines):
        if not portion.quantities[place]:
            continue
        item = _item(story, part, place, line, entity_id, first_id + place)
        item["base_cost"] = None
        if line.carries:
            item |= _memo_fpt(part, place)
        items.append(item)
    document["items"] = items
    document["comments"] = []
    return encode(document)


def transaction_json(story: Story, ordinal: int) -> bytes:
    """JSON text of the order's gateway transaction: captures first, then the refund."""
    return encode(_transaction(story, ordinal))


def _transaction(story: Story, ordinal: int) -> JsonObject:
    invoice_count = len(story.invoices)
    is_refund = ordinal >= invoice_count
    part = story.memo if is_refund else story.invoices[ordinal]
    assert part is not None
    at = story.sketch.refunded if is_refund else story.sketch.invoiced[ordinal]
    last_capture = invoice_count - 1
    has_refund = story.memo is not None
    document: JsonObject = {
        "transaction_id": story.numbers.transaction_ids[ordinal],
        "order_id": story.order_id,
        "payment_id": story.order_id,
        "txn_id": transaction_text(story, ordinal),
        "parent_txn_id": transaction_text(story, last_capture) if is_refund else None,
        "txn_type": "refund" if is_refund else "capture",
        "is_closed": 1 if is_refund or (has_refund and ordinal == last_capture) else 0,
        "additional_information": [
            f'{{"amount":"{plain_text(part.base.grand)}","result":"approved","gateway":"lab"}}'
        ],
        "created_at": shop_text(at),
        "child_transactions": [],
    }
    if is_refund:
        document["parent_id"] = story.numbers.transaction_ids[last_capture]
    elif has_refund and ordinal == last_capture:
        document["child_transactions"] = [_transaction(story, invoice_count)]
    return document


def _common(story: Story, part: Part, entity_id: int, increment: str, at: str) -> JsonObject:
    view = story.buyer.view
    document: JsonObject = {
        "base_currency_code": view.base_currency,
        "base_to_global_rate": 1,
        "base_to_order_rate": number(view.to_order),
        "billing_address_id": story.shipping_address_id + 1,
        "created_at": at,
        "entity_id": entity_id,
        "global_currency_code": "GBP" if view.website == 1 else "USD",
        "increment_id": increment,
        "order_currency_code": view.order_currency,
        "order_id": story.order_id,
        "shipping_address_id": story.shipping_address_id,
        "store_currency_code": view.base_currency,
        "store_id": view.number,
        "store_to_base_rate": 0,
        "store_to_order_rate": 0,
        "updated_at": at,
    }
    if story.basket.coupon is not None and part.shown.discount:
        document["discount_description"] = story.basket.coupon.label
    for prefix, totals in (("base_", part.base), ("", part.shown)):
        document |= header(totals, prefix)
        document |= delivery(totals.shipping, prefix)
    return document


def _item(story: Story, part: Part, place: int, line: Line, parent_id: int, entity_id: int) -> JsonObject:
    """One line; shadows and parents of dynamic bundles have no row total."""
    item: JsonObject = {
        "entity_id": entity_id,
        "name": line.product.name,
        "order_item_id": story.line_id(place),
        "parent_id": parent_id,
        "product_id": line.product.number,
        "qty": number(part.portion.quantities[place]),
        "sku": line.sku,
    }
    for prefix, amounts in (("base_", line.base), ("", line.shown)):
        item[f"{prefix}price"] = number(amounts.price)
    if line.carries:
        for prefix, taken in (("base_", part.portion.base[place]), ("", part.portion.shown[place])):
            item |= _item_money(prefix, taken)
    return item


def _item_money(prefix: str, amounts: Amounts) -> JsonObject:
    money: JsonObject = {
        f"{prefix}discount_tax_compensation_amount": number(amounts.hidden),
        f"{prefix}price_incl_tax": number(amounts.price_incl),
        f"{prefix}row_total": number(amounts.row),
        f"{prefix}row_total_incl_tax": number(amounts.row_incl),
        f"{prefix}tax_amount": number(amounts.tax),
    }
    if amounts.discount:
        money[f"{prefix}discount_amount"] = number(amounts.discount)
    return money


def _memo_fpt(part: Part, place: int) -> JsonObject:
    shown, base = part.portion.shown[place], part.portion.base[place]
    quantity = part.portion.quantities[place]
    return {
        "weee_tax_applied": weee_text(shown, base, quantity) if shown.fpt_row else "[]",
        "weee_tax_applied_amount": number(shown.fpt_piece if shown.fpt_row else 0),
        "weee_tax_applied_row_amount": number(shown.fpt_row),
        "weee_tax_row_disposition": 0,
        "base_weee_tax_row_disposition": 0,
    }
