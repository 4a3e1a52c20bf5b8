"""Resources kept nearly as given: repeating invoices, linked transactions, payment services."""

from collections.abc import Callable

import msgspec

from xerosim.errors import Invalid, NotFound
from xerosim.model import Generic
from xerosim.resources import linked, repeating
from xerosim.resources.context import Context, Written, write_each
from xerosim.where import parse_where, sort_by
from xerosim.where_values import Field
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


def values(ctx: Context, shape: Shape) -> list[Generic]:
    return ctx.org.generics.by("collection", shape.collection)


def listed(ctx: Context, shape: Shape) -> list[Json]:
    """GET of a collection: what the query keeps, oldest change first."""
    found = [render(ctx, value) for value in values(ctx, shape)]
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
    text = encode({**render(ctx, value), "HasAttachments": True}).decode()
    ctx.org.generics.put(msgspec.structs.replace(value, json=text, updated=ctx.now))


def find(ctx: Context, shape: Shape, id: str) -> Generic:
    found = ctx.org.generics.get(id.lower())
    if found is None or found.collection != shape.collection:
        raise NotFound
    return found


def render(ctx: Context, value: Generic) -> Json:
    """A kept value as it is now."""
    answer = decode(value.json.encode())
    assert isinstance(answer, dict), "kept values are objects"
    return linked.shown(ctx.org, answer) if value.collection == LINKED.collection else answer


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
    base = render(ctx, old) if old else {}
    made = _MAKERS[shape.collection](ctx, {**base, **element}, position)
    made = {shape.id_field: old.id if old else ctx.org.new_id(), **made}
    text = encode(made).decode()
    status = str(made.get("Status", ""))
    value = Generic(str(made[shape.id_field]), shape.collection, text, status, ctx.now)
    ctx.org.generics.put(value)
    ctx.record(shape.collection, value.id, "updated" if old else "created")
    return render(ctx, value)


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


_MAKERS: dict[str, Callable[[Context, Json, int], Json]] = {
    REPEATING.collection: repeating.make,
    LINKED.collection: linked.make,
    SERVICE.collection: _service,
}
