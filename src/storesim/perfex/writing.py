"""What the REST module does with a body: forms and JSON, into what people would have done by hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import msgspec

from storesim.perfex.arithmetic import Discount, LineInput, Tax
from storesim.perfex.core import Refused
from storesim.perfex.crm import Crm
from storesim.perfex.sales import CANCELLED, InvoiceInput
from storesim.wire import Request, decode

Body = dict[str, object]
_ZERO = Decimal(0)
_REQUIRED = (
    "clientid", "number", "date", "currency", "newitems", "subtotal", "total", "billing_street",
    "allowed_payment_modes",
)  # fmt: skip


def read_body(request: Request) -> Body:
    """The fields of a body, whichever way it came. Raises Refused for one that is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            value = decode(request.body)
        except ValueError as error:
            raise Refused("The body is no JSON.", status=400) from error
        if not isinstance(value, dict):
            raise Refused("The body is no object.", status=400)
        return {str(name): one for name, one in value.items()}
    if kind == "multipart/form-data":
        return _nested(_parts(request))
    return _nested(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _parts(request: Request) -> list[tuple[str, str]]:
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found.append((str(name), content.decode("utf-8", "replace")))
    return found


def _nested(pairs: Sequence[tuple[str, str]]) -> Body:
    """newitems[0][rate]=5 and lists with [] as PHP reads them."""
    found: Body = {}
    for name, value in pairs:
        path = name.replace("]", "").split("[")
        place: Body = found
        for step in path[:-1]:
            inner = place.setdefault(step, {})
            assert isinstance(inner, dict)
            place = inner
        last = path[-1] or str(len(place))
        place[last] = value
    return found


def add_customer(crm: Crm, body: Body) -> int:
    return crm.people.add_client(_plain(body))


def change_customer(crm: Crm, key: int, body: Body) -> None:
    crm.people.update_client(key, _plain(body))


def add_contact(crm: Crm, body: Body) -> int:
    client = _number(body, "customer_id" if "customer_id" in body else "userid")
    return crm.people.add_contact(client, _plain(body))


def change_contact(crm: Crm, key: int, body: Body) -> None:
    crm.people.update_contact(key, _plain(body))


def add_invoice(crm: Crm, body: Body) -> int:
    """Lines come as newitems, or as items[] with taxes[{name, rate}]."""
    lines_given = "newitems" in body or "items" in body
    missing = [
        name
        for name in _REQUIRED
        if (name == "newitems" and not lines_given) or (name != "newitems" and body.get(name) in (None, ""))
    ]
    if missing:
        raise Refused("Validation failed", {name: f"The {name} field is required." for name in missing})
    return crm.sales.add(_invoice(crm, body))


def change_invoice(crm: Crm, key: int, body: Body) -> None:
    """Partial: what is not named stays. Lines that are named come to those that are there; removed_items go."""
    row = crm.tables.one("invoices", key)
    status = body.get("status")
    if status is not None and str(status) == str(CANCELLED):
        crm.sales.cancel(key)
        return
    if status is not None and str(status) == "1" and row["status"] == CANCELLED:
        crm.sales.uncancel(key)
        return
    if "newitems" not in body and "items" not in body:
        crm.sales.touch(key, {n: v for n, v in _plain(body).items() if n not in ("number", "status", "subtotal")})
        return
    kept = {name: value for name, value in row.items() if value is not None and name not in ("number", "status")}
    wanted = _invoice(crm, {**kept, "number": row["number"], **body})
    removed = body.get("removed_items")
    gone = {str(one) for one in (removed.values() if isinstance(removed, Mapping) else removed or ())}  # type: ignore[attr-defined]
    ids = [str(one["id"]) for one in crm.tables.where("itemable", rel_id=key, rel_type="invoice")]
    stay = [line for identity, line in zip(ids, crm.sales.lines(key), strict=True) if identity not in gone]
    crm.sales.change(key, msgspec.structs.replace(wanted, lines=(*stay, *wanted.lines)))


def add_payment(crm: Crm, body: Body) -> int:
    _require(body, "invoiceid", "amount", "paymentmode")
    return crm.sales.pay(
        _number(body, "invoiceid"),
        _decimal(body, "amount"),
        str(body["paymentmode"]),
        str(body.get("date") or crm.core.today()),
        transaction=str(body.get("transactionid") or ""),
        note=str(body.get("note") or ""),
    )


def change_payment(crm: Crm, key: int, body: Body) -> None:
    allowed = ("amount", "date", "note", "paymentmode", "transactionid", "paymentmethod")
    crm.sales.change_payment(key, {name: value for name, value in _plain(body).items() if name in allowed})


def add_tax(crm: Crm, body: Body) -> int:
    _require(body, "name", "taxrate")
    return crm.people.add_tax(str(body["name"]), _decimal(body, "taxrate"))


def change_tax(crm: Crm, key: int, body: Body) -> None:
    crm.tables.update("taxes", key, _plain(body))


def add_item(crm: Crm, body: Body) -> int:
    _require(body, "description", "rate")
    return crm.people.add_item(_plain(body))


def _invoice(crm: Crm, body: Body) -> InvoiceInput:
    kind = str(body.get("discount_type") or "")
    percent = _decimal(body, "discount_percent")
    fixed = _ZERO if percent else _decimal(body, "discount_total")
    more = {
        name: value
        for name, value in _plain(body).items()
        if name.startswith(("billing_", "shipping_")) or name in ("clientnote", "adminnote", "terms")
    }
    modes = body.get("allowed_payment_modes")
    number = str(body.get("number") or "")
    return InvoiceInput(
        client=_number(body, "clientid"),
        lines=tuple(_lines(body)),
        date=str(body["date"]),
        currency=_number(body, "currency"),
        duedate=str(body["duedate"]) if body.get("duedate") else None,
        discount=Discount(kind, percent, fixed) if kind else Discount(),
        adjustment=_decimal(body, "adjustment") if body.get("adjustment") not in (None, "") else None,
        number=int(number) if number.isdigit() else None,
        draft=str(body.get("save_as_draft") or "") in ("1", "true", "True"),
        subtotal=_decimal(body, "subtotal"),
        total=_decimal(body, "total"),
        more={**more, "allowed_payment_modes": str(modes)},
    )


def _lines(body: Body) -> list[LineInput]:
    given = body["newitems"] if "newitems" in body else body.get("items")
    rows = list(given.values()) if isinstance(given, Mapping) else given if isinstance(given, list) else []
    return [_line(row) for row in rows if isinstance(row, Mapping)]


def _line(row: Mapping[str, object]) -> LineInput:
    fields = dict(row)
    taxes: list[Tax] = []
    named = fields.get("taxname")
    for text in named.values() if isinstance(named, Mapping) else named if isinstance(named, list) else []:
        name, _, rate = str(text).rpartition("|")
        taxes.append(Tax(name, Decimal(rate)))
    shown = fields.get("taxes")
    for one in shown if isinstance(shown, list) else []:
        taxes.append(Tax(str(one["name"]), Decimal(str(one["rate"]))))
    return LineInput(
        str(fields.get("description") or ""),
        _decimal(fields, "qty").quantize(Decimal("0.01")),
        _decimal(fields, "rate").quantize(Decimal("0.01")),
        tuple(taxes),
        str(fields.get("long_description") or ""),
        str(fields.get("unit") or ""),
    )


def _plain(body: Body) -> dict[str, object]:
    return {name: value for name, value in body.items() if isinstance(value, str | int | Decimal) or value is None}


def _require(body: Body, *names: str) -> None:
    missing = [name for name in names if body.get(name) in (None, "")]
    if missing:
        raise Refused("Validation failed", {name: f"The {name} field is required." for name in missing})


def _number(body: Mapping[str, object], name: str) -> int:
    text = str(body.get(name) or "")
    if not text.isdigit():
        raise Refused("Validation failed", {name: f"The {name} field must contain a number."})
    return int(text)


def _decimal(body: Mapping[str, object], name: str) -> Decimal:
    value = body.get(name)
    if value in (None, ""):
        return _ZERO
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Refused("Validation failed", {name: f"The {name} field must contain a number."}) from error
