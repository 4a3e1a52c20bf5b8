"""Writing invoices and credit notes: upsert keys, status machine, checks, and the books behind them."""

import msgspec

from xerosim import ledger
from xerosim.arithmetic import EXCLUSIVE
from xerosim.errors import Invalid, NotFound
from xerosim.model import Contact, Document
from xerosim.numbers import RATE
from xerosim.resources import contacts, stock
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.documents_build import Change, build
from xerosim.resources.documents_render import render
from xerosim.resources.kinds import APPROVED, MOVES, SALES_TYPES, STATUSES, Kind
from xerosim.resources.locks import check_locks
from xerosim.wire import Json

NOT_FOR_CHANGE = "{} not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."


def write(ctx: Context, kind: Kind) -> Written:
    """PUT and POST of a collection."""
    return write_each(
        ctx, kind.collection, kind.singular, lambda c, e, p: _one(c, kind, e, p, None), id_field=kind.id_field
    )


def write_one(ctx: Context, kind: Kind, key: str) -> Written:
    """POST /{collection}/{id}."""
    existing = find(ctx, kind, key)
    if existing is None:
        raise NotFound
    elements = ctx.elements(kind.collection, kind.singular)[:1]
    return write_each(
        ctx,
        kind.collection,
        kind.singular,
        lambda c, e, p: _one(c, kind, e, p, existing),
        id_field=kind.id_field,
        elements=elements,
    )


def find(ctx: Context, kind: Kind, key: str) -> Document | None:
    """A document by id or by a unique number."""
    collection = ctx.org.documents[kind.collection]
    return collection.get(key.lower()) or by_number(ctx, kind, key)


def by_number(ctx: Context, kind: Kind, number: str) -> Document | None:
    """A document of a type whose numbers are unique."""
    for document in ctx.org.documents[kind.collection].by("number", number.casefold()):
        if document.type in kind.unique:
            return document
    return None


def _one(ctx: Context, kind: Kind, element: Json, position: int, existing: Document | None) -> Json:
    path = f"{kind.collection}[{position}]"
    if existing is None:
        existing = _match(ctx, kind, element, path)
    else:
        # The value may have changed since the path was looked up (an earlier element of the batch).
        existing = ctx.org.documents[kind.collection][existing.id]
    if existing is not None:
        try:
            document, warnings = _change(ctx, kind, element, existing, path)
        except Invalid as refusal:
            refusal.stored = refusal.stored or render(ctx, existing, full_contact=False)
            raise
    else:
        document, warnings = _create(ctx, kind, element, path)
    answer = render(ctx, document, written=True)
    if warnings:
        answer["Warnings"] = [{"Message": message} for message in warnings]
    return answer


def _match(ctx: Context, kind: Kind, element: Json, path: str) -> Document | None:
    collection = ctx.org.documents[kind.collection]
    id = ctx.text(element, kind.id_field)
    if id:
        found = collection.get(id.lower())
        if found is None:
            raise Invalid(kind.unknown)
        if ctx.creating:
            raise Invalid(f"{kind.singular} # must be unique.")
        return found
    number = ctx.text(element, kind.number_field)
    type_ = ctx.choice(element, "Type", kind.types, f"{kind.singular}Type", path) or kind.types[0]
    if not number or type_ not in kind.unique:
        return None
    found = by_number(ctx, kind, number)
    if found is not None and ctx.creating:
        raise Invalid(f"{kind.singular} # must be unique." if not kind.credit else "Credit note # must be unique.")
    return found


def _create(ctx: Context, kind: Kind, element: Json, path: str) -> tuple[Document, list[str]]:
    org = ctx.org
    type_ = ctx.choice(element, "Type", kind.types, f"{kind.singular}Type", path)
    if type_ is None:
        if not kind.credit:
            raise Invalid("Type is a required field")
        type_ = kind.types[0]
    status = ctx.choice(element, "Status", STATUSES, "InvoiceStatus", path) or "DRAFT"
    if status not in ("DRAFT", "SUBMITTED", "AUTHORISED"):
        raise Invalid(f"{kind.singular} not of valid status for creation")
    number = ctx.text(element, kind.number_field, 255)
    if not number:
        number = _automatic_number(ctx, kind) if type_ in kind.unique else ""
    problems: list[str] = []
    contact = None
    try:
        contact = contacts.resolve(ctx, element.get("Contact"), kind.singular)
    except Invalid as refusal:
        problems += refusal.messages
    blank = Document(
        org.new_id(),
        kind.collection,
        type_,
        "",
        contact.id if contact else "",
        ctx.today,
        None,
        number,
        "",
        org.settings.currency,
        10**RATE,
        EXCLUSIVE,
        (),
        0,
        0,
        0,
        ctx.now,
        app=ctx.app,
    )
    document, warnings = build(ctx, Change(kind, element, blank, status, path, problems))
    _record(ctx, kind, document, None, contact)
    return org.documents[kind.collection][document.id], warnings


def _automatic_number(ctx: Context, kind: Kind) -> str:
    while True:
        number = f"{kind.prefix}-{ctx.org.next_number(kind.collection):04d}"
        if by_number(ctx, kind, number) is None:
            return number


def _change(ctx: Context, kind: Kind, element: Json, old: Document, path: str) -> tuple[Document, list[str]]:
    status = ctx.choice(element, "Status", STATUSES, "InvoiceStatus", path) or old.status
    settled = bool(old.paid or old.credited)
    if status not in MOVES[old.status]:
        if settled and old.status == "AUTHORISED" and status in ("DRAFT", "SUBMITTED"):
            raise Invalid(
                f"The status {status} cannot be applied to the invoice because it has payments "
                "or credit notes allocated to it."
            )
        raise Invalid(NOT_FOR_CHANGE.format(kind.singular if not kind.credit else "Credit note"))
    if status == "VOIDED":
        if settled:
            raise Invalid(
                "The status VOIDED cannot be applied to the invoice because it has payments "
                "or credit notes allocated to it."
            )
        check_locks(ctx, [old.date])
    problems: list[str] = []
    if status in ("VOIDED", "DELETED"):
        document = msgspec.structs.replace(old, status=status, updated=ctx.now)
        _record(ctx, kind, document, old, None)
        return document, []
    contact_id = old.contact
    if isinstance(element.get("Contact"), dict) and element["Contact"]:
        try:
            contact_id = contacts.resolve(ctx, element["Contact"], kind.singular).id
        except Invalid as refusal:
            problems += refusal.messages
    base = msgspec.structs.replace(old, contact=contact_id, updated=ctx.now)
    number = ctx.text(element, kind.number_field, 255)
    if number and number != old.number:
        if old.type in kind.unique:
            holder = by_number(ctx, kind, number)
            if holder is not None and holder.id != old.id:
                problems.append(f"{kind.singular} # must be unique.")
        base = msgspec.structs.replace(base, number=number)
    document, warnings = build(ctx, Change(kind, element, base, status, path, problems, old))
    if settled and _amounts(document) != _amounts(old):
        raise Invalid(HAS_PAYMENTS)
    _record(ctx, kind, document, old, None)
    return ctx.org.documents[kind.collection][document.id], warnings


def _amounts(document: Document) -> object:
    return (
        document.currency,
        document.rate,
        document.line_types,
        document.date,
        document.total,
        document.total_tax,
        [
            (line.quantity, line.unit_amount, line.line_amount, line.tax_amount, line.tax_type)
            for line in document.lines
        ],
    )


def _record(ctx: Context, kind: Kind, document: Document, old: Document | None, contact: Contact | None) -> None:
    """Put a checked document into the books."""
    org = ctx.org
    was, now = old is not None and old.status in APPROVED, document.status in APPROVED
    if was and old is not None and (not now or _books(old) != _books(document)):
        ledger.reverse(org, document.id, ctx.now)
        stock.move_back(ctx, old)
        was = False
    if now and not was:
        ledger.post_document(org, document, ctx.now, ctx.switches.rate_is_foreign_per_base)
        stock.move(ctx, document)
    if now and document.total == 0 and ctx.switches.zero_total_becomes_paid:
        document = msgspec.structs.replace(document, status="PAID", fully_paid=document.date)
    org.documents[kind.collection].put(document)
    ctx.record(kind.collection, document.id, "created" if old is None else "updated", document.number)
    if kind.category:
        ctx.event(kind.category, "CREATE" if old is None else "UPDATE", document.id)
    if now:
        party = contact or org.contacts[document.contact]
        flag = "customer" if document.type in SALES_TYPES else "supplier"
        if not getattr(party, flag):
            # The contact's own UpdatedDateUTC does not move.
            org.contacts.put(msgspec.structs.replace(org.contacts[party.id], **{flag: True}))


def _books(document: Document | None) -> object:
    """What of a document the ledger depends on."""
    if document is None:
        return None
    return (
        document.date,
        document.rate,
        document.line_types,
        document.rounding,
        document.number,
        [
            (line.account, line.line_amount, line.tax_amount, line.tax_type, line.item_code, line.quantity)
            for line in document.lines
        ],
    )
