"""The `items` of an order as REST shows them."""

import msgspec

from storesim.magento2.generator.catalogue import Product
from storesim.magento2.generator.events import Portion
from storesim.magento2.generator.figures import Amounts, Line
from storesim.magento2.generator.story import TAXES_PER_ORDER_MAX, Story
from storesim.magento2.generator.times import shop_text
from storesim.magento2.generator.units import UNIT, number, plain_text
from storesim.wire import encode

JsonObject = dict[str, object]

_TAX_ITEMS_PER_ORDER = 128


class Moved(msgspec.Struct, frozen=True):
    """What invoices or credit memos took of one line so far."""

    quantity: int = 0
    shown: Amounts = Amounts()
    base: Amounts = Amounts()


_STILL = Moved()


def order_lines(story: Story) -> list[msgspec.Raw]:
    """JSON texts of the order's lines, in order; parts repeat their parent, as REST does."""
    invoiced = [_moved([part.portion for part in story.invoices], at) for at in range(len(story.basket.lines))]
    memos = [story.memo.portion] if story.memo is not None else []
    texts: list[msgspec.Raw] = []
    for place, line in enumerate(story.basket.lines):
        refunded = _moved(memos, place)
        document = _line(story, place, line, invoiced[place], refunded, is_refunded=bool(memos))
        if line.parent is not None:
            document["parent_item"] = texts[line.parent]
        texts.append(msgspec.Raw(encode(document)))
    return texts


def tax_amounts(story: Story, place: int) -> list[tuple[int, int, int]]:
    """(place of the rate in the order's taxes, amount, base amount) of a line, zero taxes left out."""
    line = story.basket.lines[place]
    found = []
    for rate, amount, base in zip(line.rates, line.shown.taxes, line.base.taxes, strict=False):
        if amount or base:
            found.append((rate.number, amount, base))
    return found


def tax_row_id(story: Story, rate_number: int) -> int:
    """tax_id of a rate inside one order."""
    return story.sketch.index * TAXES_PER_ORDER_MAX + rate_number % TAXES_PER_ORDER_MAX + 1


def itemized(
    story: Story, rate_number: int, code: str, percent: int, amount: int, base: int, kind: str, ordinal: int
) -> JsonObject:
    """One entry of `itemized_taxes`."""
    return {
        "tax_item_id": story.sketch.index * _TAX_ITEMS_PER_ORDER + ordinal,
        "tax_id": tax_row_id(story, rate_number),
        "tax_code": code,
        "tax_percent": number(percent),
        "amount": number(amount),
        "base_amount": number(base),
        "real_amount": number(amount),
        "real_base_amount": number(base),
        "taxable_item_type": kind,
    }


def _moved(portions: list[Portion], place: int) -> Moved:
    if not portions:
        return _STILL
    if len(portions) == 1:
        one = portions[0]
        return Moved(one.quantities[place], one.shown[place], one.base[place])
    first, second = portions
    return Moved(
        first.quantities[place] + second.quantities[place],
        _plus(first.shown[place], second.shown[place]),
        _plus(first.base[place], second.base[place]),
    )


def _plus(one: Amounts, two: Amounts) -> Amounts:
    return Amounts(
        row=one.row + two.row,
        discount=one.discount + two.discount,
        taxes=(one.tax + two.tax,),
        hidden=one.hidden + two.hidden,
    )


def _line(story: Story, place: int, line: Line, invoiced: Moved, refunded: Moved, *, is_refunded: bool) -> JsonObject:
    """One line.  A shadow line has zero prices; a dynamic bundle's parent repeats its parts' sum."""
    shown, base, product = line.shown, line.base, line.product
    is_parent_of_parts = line.product_type == "bundle" and not line.carries
    item_id = story.line_id(place)
    created = shop_text(story.sketch.created)
    canceled = _canceled(story, line, invoiced)
    document: JsonObject = {
        "amount_refunded": number(refunded.shown.row if line.carries else 0),
        "base_amount_refunded": number(refunded.base.row if line.carries else 0),
        "base_discount_amount": number(base.discount),
        "base_discount_invoiced": number(invoiced.base.discount),
        "base_discount_tax_compensation_amount": number(base.hidden),
        "base_discount_tax_compensation_invoiced": number(invoiced.base.hidden),
        "base_original_price": number(product.price if line.carries else base.price_incl),
        "base_price": number(base.price),
        "base_price_incl_tax": number(base.price_incl),
        "base_row_invoiced": number(invoiced.base.row if line.carries else 0),
        "base_row_total": number(max(base.row - base.discount, 0)),
        "base_row_total_incl_tax": number(base.row - base.discount + base.tax + base.hidden + base.fpt_piece),
        "base_tax_amount": number(base.tax),
        "base_tax_invoiced": number(invoiced.base.tax if line.carries else 0),
        "created_at": created,
        "discount_amount": number(shown.discount),
        "discount_invoiced": number(invoiced.shown.discount),
        "discount_percent": number(_discount_percent(story, line)),
        "free_shipping": 0,
        "discount_tax_compensation_amount": number(shown.hidden),
        "discount_tax_compensation_invoiced": number(invoiced.shown.hidden),
        "is_qty_decimal": 1 if product.kind == "metre" else 0,
        "is_virtual": 1 if line.product_type == "virtual" else 0,
        "item_id": item_id,
        "name": product.name,
        "no_discount": 0,
        "order_id": story.order_id,
        "original_price": number(product.price if line.carries else shown.price_incl),
        "price": number(shown.price),
        "price_incl_tax": number(shown.price_incl),
        "product_id": product.number,
        "product_type": line.product_type,
        "qty_canceled": number(canceled),
        "qty_invoiced": number(invoiced.quantity),
        "qty_ordered": number(line.quantity),
        "qty_refunded": number(refunded.quantity),
        "qty_shipped": number(invoiced.quantity if story.sketch.shipped and not line.parent else 0),
        "quote_item_id": item_id,
        "row_invoiced": number(invoiced.shown.row if line.carries else 0),
        "row_total": number(max(shown.row - shown.discount, 0)),
        "row_total_incl_tax": number(shown.row - shown.discount + shown.tax + shown.hidden + shown.fpt_row),
        "row_weight": number(line.quantity if line.parent is None else 0),
        "sku": line.sku,
        "store_id": story.buyer.view.number,
        "tax_amount": number(shown.tax),
        "tax_invoiced": number(invoiced.shown.tax if line.carries else 0),
        "updated_at": created,
        "weight": 1,
    }
    if story.basket.coupon is not None and line.carries:
        document["applied_rule_ids"] = str(story.basket.coupon.rule)
    if line.parent is not None:
        document["parent_item_id"] = story.line_id(line.parent)
    if not is_parent_of_parts:
        document["tax_percent"] = number(sum(rate.shown for rate in line.rates))
        document["weee_tax_applied"] = _weee(line)
    if shown.fpt_row:
        document |= _fpt_fields(shown, base)
    if is_refunded:
        document |= _refunded_fields(refunded)
    if product.kind in ("configurable", "dynamic", "fixed"):
        document["product_option"] = {"extension_attributes": _options(product, line)}
    document["extension_attributes"] = {"itemized_taxes": _itemized_taxes(story, place, line)}
    return document


def _canceled(story: Story, line: Line, invoiced: Moved) -> int:
    is_canceled = story.sketch.fate in ("canceled", "part_canceled")
    return line.quantity - invoiced.quantity if is_canceled else 0


def _discount_percent(story: Story, line: Line) -> int:
    coupon = story.basket.coupon
    return coupon.percent if coupon is not None and line.carries else 0


def _refunded_fields(refunded: Moved) -> JsonObject:
    return {
        "base_discount_refunded": number(refunded.base.discount),
        "base_discount_tax_compensation_refunded": number(refunded.base.hidden),
        "base_tax_refunded": number(refunded.base.tax),
        "discount_refunded": number(refunded.shown.discount),
        "discount_tax_compensation_refunded": number(refunded.shown.hidden),
        "tax_refunded": number(refunded.shown.tax),
    }


def _fpt_fields(shown: Amounts, base: Amounts) -> JsonObject:
    return {
        "base_weee_tax_applied_amount": number(base.fpt_piece),
        "base_weee_tax_applied_row_amnt": number(base.fpt_row),
        "base_weee_tax_disposition": 0,
        "base_weee_tax_row_disposition": 0,
        "weee_tax_applied_amount": number(shown.fpt_piece),
        "weee_tax_applied_row_amount": number(shown.fpt_row),
        "weee_tax_disposition": 0,
        "weee_tax_row_disposition": 0,
    }


def _weee(line: Line) -> str:
    """The recycling charge as a JSON text inside the JSON, as the shop keeps it."""
    return weee_text(line.shown, line.base, line.quantity) if line.shown.fpt_row else "[]"


def weee_text(shown: Amounts, base: Amounts, quantity: int) -> str:
    """One recycling charge; amounts net and with tax, a piece and a row."""
    tax = shown.fpt_tax * UNIT // quantity
    base_tax = base.fpt_tax * UNIT // quantity
    members = {
        "amount": shown.fpt_piece,
        "base_amount": base.fpt_piece,
        "row_amount": shown.fpt_row,
        "base_row_amount": base.fpt_row,
        "amount_incl_tax": shown.fpt_piece + tax,
        "base_amount_incl_tax": base.fpt_piece + base_tax,
        "row_amount_incl_tax": shown.fpt_row + shown.fpt_tax,
        "base_row_amount_incl_tax": base.fpt_row + base.fpt_tax,
    }
    texts = ",".join(f'"{name}":{plain_text(amount)}' for name, amount in members.items())
    return f'[{{"title":"Recycling charge",{texts}}}]'


def _options(product: Product, line: Line) -> JsonObject:
    if product.kind == "configurable":
        return {"configurable_item_options": [{"option_id": "137", "option_value": 5}]}
    options = [
        {"option_id": at + 1, "option_qty": count, "option_selections": [at + 1]}
        for at, (_, count) in enumerate(product.parts)
    ]
    return {"bundle_options": options}


def _itemized_taxes(story: Story, place: int, line: Line) -> list[JsonObject]:
    if not line.carries:
        return []
    item_id = story.line_id(place)
    found: list[JsonObject] = []
    percents = {rate.number: rate for rate in line.rates}
    for ordinal, (rate_number, amount, base) in enumerate(tax_amounts(story, place)):
        rate = percents[rate_number]
        entry = itemized(story, rate_number, rate.code, rate.shown, amount, base, "product", place * 4 + ordinal + 1)
        found.append({**entry, "item_id": item_id})
    if line.shown.fpt_tax:
        rate = line.rates[0]
        tax, base_tax = line.shown.fpt_tax, line.base.fpt_tax
        entry = itemized(story, rate.number, rate.code, rate.shown, tax, base_tax, "weee", place * 4 + 4)
        found.append({**entry, "associated_item_id": item_id})
    return found
