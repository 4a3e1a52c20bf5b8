"""A whole generated order as REST shows it."""

from storesim.magento2.generator.catalogue import METHODS, Rate
from storesim.magento2.generator.events import Totals
from storesim.magento2.generator.figures import Shipping
from storesim.magento2.generator.order_lines import (
    JsonObject,
    itemized,
    order_lines,
    tax_amounts,
    tax_row_id,
)
from storesim.magento2.generator.people import order_address
from storesim.magento2.generator.story import Part, Story
from storesim.magento2.generator.times import shop_text
from storesim.magento2.generator.units import fixed_text, number
from storesim.wire import encode


def order_json(story: Story) -> bytes:
    """JSON text of the order."""
    return encode(order_document(story))


def order_document(story: Story) -> JsonObject:
    """The order's fields; nested lines are JSON texts already."""
    sketch, buyer, view = story.sketch, story.buyer, story.buyer.view
    lines = order_lines(story)
    billing = order_address(buyer, "billing", story.shipping_address_id + 1, story.order_id)
    document: JsonObject = {
        "base_currency_code": view.base_currency,
        "base_to_global_rate": 1,
        "base_to_order_rate": number(view.to_order),
        "billing_address_id": story.shipping_address_id + 1,
        "created_at": shop_text(sketch.created),
        "customer_email": buyer.email,
        "customer_firstname": buyer.first_name,
        "customer_group_id": 0 if buyer.is_guest else 1,
        "customer_is_guest": 1 if buyer.is_guest else 0,
        "customer_lastname": buyer.last_name,
        "customer_note_notify": 0,
        "email_sent": 1,
        "entity_id": story.order_id,
        "global_currency_code": "GBP" if view.website == 1 else "USD",
        "increment_id": story.numbers.increment,
        "is_virtual": 1 if story.basket.is_virtual else 0,
        "order_currency_code": view.order_currency,
        "protect_code": f"{story.order_id * 0x9E3779B97F4A7C15 % (1 << 128):032x}",
        "quote_id": story.order_id,
        "remote_ip": "203.0.113.9",
        "state": story.state,
        "status": story.status,
        "store_currency_code": view.base_currency,
        "store_id": view.number,
        "store_name": view.store_name,
        "store_to_base_rate": 0,
        "store_to_order_rate": 0,
        "total_item_count": sum(1 for line in story.basket.lines if line.parent is None),
        "total_qty_ordered": number(sum(q.quantity for q in story.basket.lines if q.parent is None)),
        "updated_at": shop_text(sketch.updated),
        "weight": number(sum(q.quantity for q in story.basket.lines if q.parent is None)),
    }
    if not buyer.is_guest:
        document["customer_id"] = buyer.customer_id
    if buyer.vat_number is not None:
        document["customer_taxvat"] = buyer.vat_number
    if story.basket.coupon is not None:
        document["applied_rule_ids"] = str(story.basket.coupon.rule)
        document["coupon_code"] = story.basket.coupon.code
        document["discount_description"] = story.basket.coupon.label
    if not story.basket.is_virtual:
        document["shipping_description"] = "Flat Rate - Fixed"
    for prefix in ("base_", ""):
        document |= _money(story, prefix)
    document |= {
        "items": lines,
        "billing_address": billing,
        "payment": _payment(story),
        "status_histories": _history(story),
        "extension_attributes": {
            "shipping_assignments": [{"shipping": _shipping(story), "items": lines}],
            "payment_additional_info": [{"key": "method_title", "value": METHODS[sketch.method]}],
            **_taxes(story),
            "converting_from_quote": False,
        },
    }
    return document


def header(totals: Totals, prefix: str) -> JsonObject:
    """Money fields that orders, invoices and credit memos share; the discount is negative."""
    return {
        f"{prefix}discount_amount": number(-totals.discount),
        f"{prefix}grand_total": number(totals.grand),
        f"{prefix}discount_tax_compensation_amount": number(totals.hidden),
        f"{prefix}subtotal": number(totals.subtotal),
        f"{prefix}subtotal_incl_tax": number(totals.subtotal_incl),
        f"{prefix}tax_amount": number(totals.tax),
    }


def delivery(shipping: Shipping, prefix: str) -> JsonObject:
    """Delivery's fields; the base name of the hidden tax is cut short, as the shop has it."""
    hidden = "base_shipping_discount_tax_compensation_amnt"
    return {
        f"{prefix}shipping_amount": number(shipping.net),
        f"{prefix}shipping_incl_tax": number(shipping.gross),
        f"{prefix}shipping_tax_amount": number(shipping.tax),
        hidden if prefix else "shipping_discount_tax_compensation_amount": number(shipping.hidden),
    }


def _money(story: Story, prefix: str) -> JsonObject:
    """Totals and counters in one currency."""
    whole = story.base if prefix else story.shown
    parts = [_of(part, prefix) for part in story.invoices]
    is_booked = bool(parts)
    invoiced = sum(part.grand for part in parts)
    paid = 0 if story.sketch.fate == "review" else invoiced
    document = header(whole, prefix) | delivery(whole.shipping, prefix)
    document[f"{prefix}shipping_discount_amount"] = number(whole.shipping.discount)
    document[f"{prefix}total_due"] = number(whole.grand - paid)
    if is_booked:
        document |= {
            f"{prefix}discount_invoiced": number(-sum(part.discount for part in parts)),
            f"{prefix}discount_tax_compensation_invoiced": number(sum(part.hidden for part in parts)),
            f"{prefix}shipping_invoiced": number(sum(part.shipping.net for part in parts)),
            f"{prefix}subtotal_invoiced": number(sum(part.subtotal for part in parts)),
            f"{prefix}tax_invoiced": number(sum(part.tax for part in parts)),
            f"{prefix}total_invoiced": number(invoiced),
        }
        if prefix:
            document["base_total_invoiced_cost"] = 0
        if story.sketch.fate != "review":
            document[f"{prefix}total_paid"] = number(paid)
    if story.sketch.fate in ("canceled", "part_canceled"):
        document |= {
            f"{prefix}discount_canceled": number(whole.discount - sum(part.discount for part in parts)),
            f"{prefix}shipping_canceled": number(whole.shipping.net - sum(p.shipping.net for p in parts)),
            f"{prefix}subtotal_canceled": number(whole.subtotal - sum(part.subtotal for part in parts)),
            f"{prefix}tax_canceled": number(whole.tax - sum(part.tax for part in parts)),
            f"{prefix}total_canceled": number(whole.grand - invoiced),
        }
    if story.memo is not None:
        document |= _refunded(story, story.memo, prefix)
    return document


def _refunded(story: Story, memo: Part, prefix: str) -> JsonObject:
    given = _of(memo, prefix)
    portion = memo.portion
    way = "online" if story.sketch.is_paid_by_card else "offline"
    return {
        f"{prefix}adjustment_negative": number(portion.base_kept if prefix else portion.kept),
        f"{prefix}adjustment_positive": number(portion.base_back if prefix else portion.back),
        f"{prefix}discount_refunded": number(-given.discount),
        f"{prefix}discount_tax_compensation_refunded": number(given.hidden),
        f"{prefix}shipping_refunded": number(given.shipping.net),
        f"{prefix}shipping_tax_refunded": number(given.shipping.tax),
        f"{prefix}subtotal_refunded": number(given.subtotal),
        f"{prefix}tax_refunded": number(given.tax),
        f"{prefix}total_{way}_refunded": number(given.grand),
        f"{prefix}total_refunded": number(given.grand),
    }


def _of(part: Part, prefix: str) -> Totals:
    return part.base if prefix else part.shown


def _payment(story: Story) -> JsonObject:
    sketch = story.sketch
    paid = 0 if sketch.fate == "review" else sum(part.shown.grand for part in story.invoices)
    base_paid = 0 if sketch.fate == "review" else sum(part.base.grand for part in story.invoices)
    payment: JsonObject = {
        "account_status": None,
        "additional_information": [METHODS[sketch.method]],
        "amount_ordered": number(story.shown.grand),
        "base_amount_ordered": number(story.base.grand),
        "base_shipping_amount": number(story.base.shipping.net),
        "cc_last4": None,
        "entity_id": story.order_id,
        "method": sketch.method,
        "parent_id": story.order_id,
        "shipping_amount": number(story.shown.shipping.net),
    }
    if paid:
        payment |= {"amount_paid": number(paid), "base_amount_paid": number(base_paid)}
    if story.memo is not None:
        payment |= {
            "amount_refunded": number(story.memo.shown.grand),
            "base_amount_refunded": number(story.memo.base.grand),
        }
    if sketch.is_paid_by_card:
        payment |= {
            "amount_authorized": number(story.shown.grand),
            "base_amount_authorized": number(story.base.grand),
            "cc_last4": "4242",
            "cc_type": "VI",
            "cc_exp_month": "12",
            "cc_exp_year": "2029",
        }
        if story.numbers.transaction_ids:
            payment["last_trans_id"] = transaction_text(story, len(story.numbers.transaction_ids) - 1)
    return payment


def transaction_text(story: Story, ordinal: int) -> str:
    """The gateway's name of the order's transaction with this ordinal."""
    kind = "CAP" if ordinal < len(story.invoices) else "REF"
    number_text = (story.order_id * 16 + ordinal) * 0x9E3779B97F4A7C15 % (1 << 64)
    return f"{kind}-{number_text:016X}"


def _history(story: Story) -> list[JsonObject]:
    if story.memo is None:
        return []
    way = "online" if story.sketch.is_paid_by_card else "offline"
    amount = fixed_text(story.memo.shown.grand, 2)
    return [
        {
            "comment": f"We refunded {story.buyer.view.order_currency} {amount} {way}.",
            "created_at": shop_text(story.sketch.refunded),
            "entity_id": story.numbers.memo_id,
            "entity_name": "creditmemo",
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
            "parent_id": story.order_id,
            "status": story.status,
        }
    ]


def _shipping(story: Story) -> JsonObject:
    total = delivery(story.base.shipping, "base_") | delivery(story.shown.shipping, "")
    total["base_shipping_discount_amount"] = number(story.base.shipping.discount)
    total["shipping_discount_amount"] = number(story.shown.shipping.discount)
    if story.basket.is_virtual:
        return {"total": total}
    address = order_address(story.buyer, "shipping", story.shipping_address_id, story.order_id)
    return {"address": address, "method": "flatrate_flatrate", "total": total}


def _taxes(story: Story) -> JsonObject:
    """Per rate over the order, per line, and what belongs to no line; rates of 0 leave no entry."""
    rates: dict[int, Rate] = {}
    sums: dict[int, list[int]] = {}
    per_line: list[JsonObject] = []
    extra: list[JsonObject] = []

    def note(rate: Rate, amount: int, base: int) -> JsonObject:
        rates[rate.number] = rate
        both = sums.setdefault(rate.number, [0, 0])
        both[0] += amount
        both[1] += base
        return _applied(rate, amount, base)

    for place, line in enumerate(story.basket.lines):
        if not line.carries:
            continue
        by_number = {rate.number: rate for rate in line.rates}
        applied = [note(by_number[number_], a, b) for number_, a, b in tax_amounts(story, place)]
        item_id = story.line_id(place)
        if applied:
            per_line.append({"type": "product", "item_id": item_id, "applied_taxes": applied})
        if line.shown.fpt_tax:
            entry = note(line.rates[0], line.shown.fpt_tax, line.base.fpt_tax)
            per_line.append({"type": "weee", "associated_item_id": item_id, "applied_taxes": [entry]})
    pairs = zip(story.basket.shipping_rates, story.shown.shipping.taxes, story.base.shipping.taxes, strict=False)
    shipping = []
    for ordinal, (rate, amount, base) in enumerate(pairs):
        if amount or base:
            shipping.append(note(rate, amount, base))
            extra.append(itemized(story, rate.number, rate.code, rate.shown, amount, base, "shipping", 120 + ordinal))
    if shipping:
        per_line.append({"type": "shipping", "applied_taxes": shipping})
    return {
        "applied_taxes": [_applied(rates[key], *both) for key, both in sums.items()],
        "item_applied_taxes": per_line,
        "taxes": [
            {
                "tax_id": tax_row_id(story, key),
                "order_id": story.order_id,
                **_applied(rates[key], *both),
                "base_real_amount": number(both[1]),
                "priority": 0,
                "position": 0,
                "process": 0,
            }
            for key, both in sums.items()
        ],
        "additional_itemized_taxes": extra,
    }


def _applied(rate: Rate, amount: int, base: int) -> JsonObject:
    return {
        "code": rate.code,
        "title": rate.code,
        "percent": number(rate.shown),
        "amount": number(amount),
        "base_amount": number(base),
    }
