"""Resources kept nearly as given: repeating invoices, linked transactions, payment services."""

import msgspec

from xerosim import dates
from xerosim.arithmetic import EXCLUSIVE, totals
from xerosim.errors import Invalid, NotFound
from xerosim.model import Generic
from xerosim.numbers import money
from xerosim.resources import contacts
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.lines import LINE_TYPES, Manner, parse_lines
from xerosim.resources.lines_render import render_line
from xerosim.where import Field, parse_where, sort_by
from xerosim.wire import Json, decode, encode


class Shape(msgspec.Struct, frozen=True):
    """A kept resource."""

    collection: str
    singular: str
    id_field: str


REPEATING = Shape("RepeatingInvoices", "RepeatingInvoice", "RepeatingInvoiceID")
LINKED = Shape("LinkedTransactions", "LinkedTransaction", "LinkedTransactionID")
SERVICE = Shape("PaymentServices", "PaymentService", "PaymentServiceID")
_LINKED_FILTERS = ("LinkedTransactionID", "SourceTransactionID", "ContactID", "Status", "TargetTransactionID")


def _member(name: str, kind: str = "text") -> Field:
    return Field(kind, lambda org, value: value.get(name, ""))


_REPEATING_FIELDS = {
    "repeatinginvoiceid": _member("RepeatingInvoiceID", "guid"),
    "id": _member("RepeatingInvoiceID", "guid"),
    "status": _member("Status"),
    "type": _member("Type"),
    "reference": _member("Reference"),
    "total": _member("Total", "number"),
    "currencycode": _member("CurrencyCode"),
    "contact.contactid": Field("guid", lambda org, value: value["Contact"]["ContactID"]),
    "contact.name": Field("folded", lambda org, value: value["Contact"]["Name"]),
}
_PERIODS = {"WEEKLY", "MONTHLY"}


def values(ctx: Context, shape: Shape) -> list[Generic]:
    return ctx.org.generics.by("collection", shape.collection)


def listed(ctx: Context, shape: Shape) -> list[Json]:
    """GET of a collection: what the query keeps, oldest change first."""
    found = [render(value) for value in values(ctx, shape)]
    if shape.collection == LINKED.collection:
        for name in _LINKED_FILTERS:
            if wanted := ctx.query.get(name.lower()):
                found = [one for one in found if str(one.get(name, "")).lower() == wanted.lower()]
    if shape.collection == REPEATING.collection:
        if where := ctx.query.get("where"):
            matches = parse_where(where, _REPEATING_FIELDS, shape.singular).matches
            found = [one for one in found if matches(ctx.org, one)]
        if order := ctx.query.get("order"):
            found = sort_by(order, _REPEATING_FIELDS, shape.singular, ctx.org, found)
    return found


def mark_attached(ctx: Context, value: Generic) -> None:
    """Show on a kept value that a file hangs on it."""
    text = encode({**render(value), "HasAttachments": True}).decode()
    ctx.org.generics.put(msgspec.structs.replace(value, json=text, updated=ctx.now))


def find(ctx: Context, shape: Shape, id: str) -> Generic:
    found = ctx.org.generics.get(id.lower())
    if found is None or found.collection != shape.collection:
        raise NotFound
    return found


def render(value: Generic) -> Json:
    answer = decode(value.json.encode())
    assert isinstance(answer, dict), "kept values are objects"
    return answer


def write(ctx: Context, shape: Shape) -> Written:
    """PUT and POST of a collection."""
    return write_each(
        ctx, shape.collection, shape.singular, lambda c, e, p: _one(c, shape, e, p), id_field=shape.id_field
    )


def write_one(ctx: Context, shape: Shape, id: str) -> Written:
    """POST /{id}."""
    find(ctx, shape, id)
    element = {**ctx.elements(shape.collection, shape.singular)[0], shape.id_field: id.lower()}
    return write_each(
        ctx,
        shape.collection,
        shape.singular,
        lambda c, e, p: _one(c, shape, e, p),
        id_field=shape.id_field,
        elements=[element],
    )


def delete(ctx: Context, shape: Shape, id: str) -> None:
    ctx.org.generics.remove(find(ctx, shape, id).id)


def _one(ctx: Context, shape: Shape, element: Json, position: int) -> Json:
    id = ctx.text(element, shape.id_field)
    old = ctx.org.generics.get(id.lower()) if id else None
    if id and old is None:
        raise Invalid(f"{shape.singular} could not be found")
    base = render(old) if old else {}
    made = {REPEATING.collection: _repeating, LINKED.collection: _linked, SERVICE.collection: _service}[
        shape.collection
    ](ctx, {**base, **element}, position)
    made = {shape.id_field: old.id if old else ctx.org.new_id(), **made}
    text = encode(made).decode()
    status = str(made.get("Status", ""))
    value = Generic(str(made[shape.id_field]), shape.collection, text, status, ctx.now)
    ctx.org.generics.put(value)
    ctx.record(shape.collection, value.id, "updated" if old else "created")
    return made


def _repeating(ctx: Context, element: Json, position: int) -> Json:
    path = f"RepeatingInvoices[{position}]"
    type_ = ctx.choice(element, "Type", ("ACCREC", "ACCPAY"), "InvoiceType", path)
    status = (
        ctx.choice(element, "Status", ("DRAFT", "AUTHORISED", "DELETED"), "RepeatingInvoiceStatus", path) or "DRAFT"
    )
    problems = [] if type_ else ["Type is a required field"]
    schedule = element.get("Schedule")
    if not isinstance(schedule, dict) or schedule.get("Unit") not in _PERIODS:
        problems.append("A Schedule with Period, Unit, DueDate and DueDateType must be specified")
        schedule = {}
    contact = None
    try:
        contact = contacts.resolve(ctx, element.get("Contact"), "RepeatingInvoice")
    except Invalid as refusal:
        problems += refusal.messages
    types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, "LineAmountType", path) or EXCLUSIVE
    manner = Manner(approving=status == "AUTHORISED", line_types=types, sales=type_ == "ACCREC", discounts=True)
    parsed = parse_lines(ctx, element.get("LineItems"), (), manner)
    problems += parsed.problems
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    sub_total, total_tax, total = totals(parsed.lines, types)
    shown = {key: value for key, value in schedule.items() if isinstance(value, int | str)}
    for key in ("StartDate", "EndDate", "NextScheduledDate"):
        day = ctx.day(schedule, key)
        if day is not None:
            shown[key] = dates.day_ms(day)
    if "StartDate" in shown:
        # The simulator issues nothing by itself, so the first issue is always the next one.
        shown.setdefault("NextScheduledDate", shown["StartDate"])
    return {
        "ID": str(element.get("ID") or ctx.org.new_id()),
        "Type": type_,
        "Reference": ctx.text(element, "Reference") or "",
        "HasAttachments": False,
        "Schedule": shown,
        "Contact": contacts.stub(contact),
        "Status": status,
        "LineAmountTypes": types,
        "LineItems": [render_line(ctx, line, written=False) for line in parsed.lines],
        "SubTotal": money(sub_total),
        "TotalTax": money(total_tax),
        "Total": money(total),
        "CurrencyCode": ctx.text(element, "CurrencyCode") or ctx.org.settings.currency,
    }


def _linked(ctx: Context, element: Json, position: int) -> Json:
    source, line_id = ctx.text(element, "SourceTransactionID"), ctx.text(element, "SourceLineItemID")
    found = next(
        (
            d
            for name in ("Invoices", "BankTransactions")
            if (d := ctx.org.documents[name].get((source or "").lower()))
        ),
        None,
    )
    if found is None or all(line.id != (line_id or "").lower() for line in found.lines):
        raise Invalid("The SourceLineItemID and SourceTransactionID do not match")
    target = ctx.org.invoices.get((ctx.text(element, "TargetTransactionID") or "").lower())
    contact = ctx.text(element, "ContactID")
    if target is not None and contact and target.contact != contact.lower():
        raise Invalid("The ContactID and the TargetTransaction ContactID do not match")
    answer: Json = {
        "SourceTransactionID": found.id,
        "SourceLineItemID": line_id,
        "Status": "APPROVED" if target else "DRAFT",
        "Type": "BILLABLEEXPENSE",
        "UpdatedDateUTC": dates.ms(ctx.now),
        "SourceTransactionTypeCode": "ACCPAY" if found.collection == "Invoices" else "SPEND",
    }
    if contact:
        answer["ContactID"] = contact
    if target is not None:
        answer["TargetTransactionID"] = target.id
        if ctx.text(element, "TargetLineItemID"):
            answer["TargetLineItemID"] = ctx.text(element, "TargetLineItemID")
    return answer


def _service(ctx: Context, element: Json, position: int) -> Json:
    name, url = ctx.text(element, "PaymentServiceName", 50), ctx.text(element, "PaymentServiceUrl", 255)
    if not name or not url:
        raise Invalid("PaymentServiceName and PaymentServiceUrl are required")
    return {
        "PaymentServiceName": name,
        "PaymentServiceUrl": url,
        "PayNowText": ctx.text(element, "PayNowText", 50) or "Pay via",
        "PaymentServiceType": "Custom",
    }
