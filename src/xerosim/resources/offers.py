"""Quotes and purchase orders: documents that never reach the ledger."""

import msgspec

from xerosim import dates
from xerosim.arithmetic import EXCLUSIVE, totals
from xerosim.errors import Invalid, NotFound
from xerosim.model import Document
from xerosim.numbers import RATE, divide, money, rate
from xerosim.resources import contacts
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.currency import rate_for
from xerosim.resources.lines import LINE_TYPES, Manner, Parsed, parse_lines
from xerosim.resources.lines_render import render_line
from xerosim.wire import Json


class Offer(msgspec.Struct, frozen=True):
    """How quotes and purchase orders differ. dead: statuses nothing leaves."""

    collection: str
    singular: str
    id_field: str
    number_field: str
    prefix: str
    statuses: tuple[str, ...]
    line_enum: str
    texts: dict[str, int]
    dead: frozenset[str]
    end: str
    sales: bool


QUOTE = Offer(
    "Quotes",
    "Quote",
    "QuoteID",
    "QuoteNumber",
    "QU",
    ("DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"),
    "QuoteLineAmountTypes",
    {"Title": 100, "Summary": 3000, "Terms": 4000, "Reference": 4000},
    frozenset({"DELETED"}),
    "ExpiryDate",
    True,
)
ORDER = Offer(
    "PurchaseOrders",
    "PurchaseOrder",
    "PurchaseOrderID",
    "PurchaseOrderNumber",
    "PO",
    ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"),
    "LineAmountType",
    {"DeliveryAddress": 500, "AttentionTo": 255, "Telephone": 50, "DeliveryInstructions": 500, "Reference": 4000},
    frozenset({"DELETED", "BILLED"}),
    "DeliveryDate",
    False,
)
DELETED = ("PurchaseOrder status change is invalid", "Deleted PurchaseOrders cannot be updated")


def write(ctx: Context, offer: Offer) -> Written:
    """PUT and POST of a collection."""
    return write_each(
        ctx, offer.collection, offer.singular, lambda c, e, p: _one(c, offer, e, p, None), id_field=offer.id_field
    )


def write_one(ctx: Context, offer: Offer, key: str) -> Written:
    """POST /{id}."""
    old = find(ctx, offer, key)
    if old is None:
        raise NotFound
    elements = ctx.elements(offer.collection, offer.singular)[:1]
    return write_each(
        ctx,
        offer.collection,
        offer.singular,
        lambda c, e, p: _one(c, offer, e, p, old),
        id_field=offer.id_field,
        elements=elements,
    )


def find(ctx: Context, offer: Offer, key: str) -> Document | None:
    """A document by id or number."""
    collection = ctx.org.documents[offer.collection]
    return collection.get(key.lower()) or collection.first("number", key.casefold())


def _one(ctx: Context, offer: Offer, element: Json, position: int, old: Document | None) -> Json:
    org = ctx.org
    path = f"{offer.collection}[{position}]"
    number = ctx.text(element, offer.number_field, 255)
    if old is None:
        old = _match(ctx, offer, element, number)
    status = ctx.choice(element, "Status", offer.statuses, f"{offer.singular}Status", path)
    if old is not None and old.status in offer.dead:
        raise Invalid(DELETED if offer is ORDER else f"{offer.singular} not of valid status for modification")
    base = old or Document(
        org.new_id(), offer.collection, offer.singular.upper(), offer.statuses[0], "", ctx.today, None,
        number or f"{offer.prefix}-{org.next_number(offer.collection):04d}", "", org.settings.currency, 10**RATE,
        EXCLUSIVE, (), 0, 0, 0, ctx.now, app=ctx.app,
    )  # fmt: skip
    document = _build(ctx, offer, element, base, status or base.status, path)
    if number:
        document = msgspec.structs.replace(document, number=number)
    org.documents[offer.collection].put(document)
    ctx.record(offer.collection, document.id, "updated" if old else "created", document.number)
    return render(ctx, document)


def _build(ctx: Context, offer: Offer, element: Json, base: Document, status: str, path: str) -> Document:
    """Apply a body. Raises Invalid with all messages."""
    problems: list[str] = []
    contact_id = base.contact
    if not base.contact or isinstance(element.get("Contact"), dict):
        try:
            contact_id = contacts.resolve(ctx, element.get("Contact"), offer.singular).id
        except Invalid as refusal:
            problems += refusal.messages
    line_types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, offer.line_enum, path) or base.line_types
    manner = Manner(approving=False, line_types=line_types, sales=offer.sales, discounts=True, quote=True)
    if "LineItems" in element:
        parsed = parse_lines(ctx, element["LineItems"], base.lines, manner)
    else:
        parsed = Parsed(list(base.lines), [], [])
    problems += parsed.problems
    currency = (ctx.text(element, "CurrencyCode") or base.currency).upper()
    if currency not in ctx.org.currencies:
        problems.append(f"Organisation is not subscribed to currency {currency}")
    sub_total, total_tax, total = totals(parsed.lines, line_types)
    if total < 0:
        problems.append("The Total for this document must be greater than or equal to zero.")
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    date, end = ctx.day(element, "Date"), ctx.day(element, offer.end)
    texts = dict(base.texts)
    for name, most in offer.texts.items():
        text = ctx.text(element, name, most)
        if text is not None:
            texts[name] = text
    reference = texts.pop("Reference", base.reference)
    return msgspec.structs.replace(
        base,
        contact=contact_id,
        status=status,
        line_types=line_types,
        lines=tuple(parsed.lines),
        currency=currency,
        rate=rate_for(ctx, currency, element, base.rate if currency == base.currency else None),
        sub_total=sub_total,
        total_tax=total_tax,
        total=total,
        date=base.date if date is None else date,
        due=base.due if end is None else end,
        texts=tuple(texts.items()),
        reference=reference,
        branding=ctx.text(element, "BrandingThemeID") or base.branding,
        updated=ctx.now,
    )


def _match(ctx: Context, offer: Offer, element: Json, number: str | None) -> Document | None:
    collection = ctx.org.documents[offer.collection]
    id = ctx.text(element, offer.id_field)
    if id:
        old = collection.get(id.lower())
        if old is None:
            raise Invalid(f"{offer.singular} could not be found")
        return old
    holder = collection.first("number", number.casefold()) if number else None
    if holder is not None and ctx.creating:
        raise Invalid("Order number must be unique" if offer is ORDER else f"{offer.singular} # must be unique.")
    return holder


def render(ctx: Context, document: Document) -> Json:
    """A quote or purchase order."""
    offer = QUOTE if document.collection == "Quotes" else ORDER
    answer: Json = {offer.id_field: document.id, offer.number_field: document.number, "Reference": document.reference}
    answer.update(dict(document.texts))
    answer["Contact"] = contacts.stub(ctx.org.contacts.get(document.contact))
    answer["LineItems"] = [render_line(ctx, line, written=False) for line in document.lines]
    answer["Date"], answer["DateString"] = dates.day_ms(document.date), dates.day_text(document.date)
    if document.due is not None:
        answer[offer.end], answer[f"{offer.end}String"] = dates.day_ms(document.due), dates.day_text(document.due)
    if document.branding:
        answer["BrandingThemeID"] = document.branding
    types = document.line_types.upper() if offer is QUOTE else document.line_types
    answer.update(
        {
            "Status": document.status,
            "CurrencyRate": rate(document.rate),
            "CurrencyCode": document.currency,
            "SubTotal": money(document.sub_total),
            "TotalTax": money(document.total_tax),
            "Total": money(document.total),
            "TotalDiscount": money(_discounted(document)),
            "UpdatedDateUTC": dates.ms(document.updated),
            "LineAmountTypes": types,
            "HasAttachments": document.attachments,
        }
    )
    if offer is ORDER:
        answer.update(
            {"Type": "PURCHASEORDER", "SentToContact": document.sent, "HasErrors": False, "IsDiscounted": False}
        )
    return answer


def _discounted(document: Document) -> int:
    total = 0
    for line in document.lines:
        if line.discount_rate or line.discount_amount:
            total += divide((line.quantity or 0) * (line.unit_amount or 0), 10**6) - line.line_amount
    return total
