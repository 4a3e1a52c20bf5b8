"""Which resource answers which path and method."""

from typing import TYPE_CHECKING, Any

import msgspec

from xerosim.collection import Collection
from xerosim.errors import NotFound, NotImplementedByXero
from xerosim.model import Contact, Document
from xerosim.resources import (
    accounts,
    allocations,
    bank,
    contacts,
    currency,
    documents,
    documents_render,
    items,
    organisations,
    payments,
    pdf,
    rendered,
    tax_rates,
)
from xerosim.resources.context import Context
from xerosim.resources.kinds import CREDIT_NOTE, INVOICE, Kind
from xerosim.resources.listing import id_list, select
from xerosim.routes_more import MORE, child
from xerosim.routing import Answer, Handler, answered, as_answer, read
from xerosim.wire import Request, Response

if TYPE_CHECKING:
    from xerosim.world import World


def dispatch(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
    """Answer a call. parts: the path below api.xro/2.0. Raises Refusal or Invalid."""
    name = parts[0].lower()
    handler = ROUTES.get(name)
    if handler is None:
        raise NotFound
    if len(parts) > 2:
        found = child(world, ctx, COLLECTIONS.get(name, ""), parts, request)
        if found is not None:
            return found
    return handler(world, ctx, parts, request)


def _organisation(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method != "GET":
        raise NotImplementedByXero
    if len(parts) == 2 and parts[1].lower() == "actions":
        return Answer("Actions", organisations.actions(ctx.org))
    if len(parts) == 3 and parts[2].lower() == "cissettings" and parts[1].lower() == ctx.org.id:
        return Answer("CISSettings", [{"CISContractorEnabled": False, "CISSubContractorEnabled": False}])
    if len(parts) > 1:
        raise NotFound
    return Answer("Organisations", [organisations.render(ctx.org)])


def _accounts(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        return read(ctx, ctx.org.accounts, "Account", parts, lambda a: accounts.render(ctx, a))
    if len(parts) == 1 and ctx.method == "PUT":
        return answered(accounts.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(accounts.write_one(ctx, parts[1]))
    if len(parts) == 2 and ctx.method == "DELETE":
        return answered(accounts.delete(ctx, parts[1]))
    raise NotImplementedByXero


def _tax_rates(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        if len(parts) == 2:
            rate = ctx.org.tax_rates.get(parts[1])
            if rate is None:
                raise NotFound
            return Answer("TaxRates", [tax_rates.render(ctx, rate)])
        return read(ctx, ctx.org.tax_rates, "TaxRate", parts, lambda t: tax_rates.render(ctx, t), timed=False)
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(tax_rates.write(ctx))
    raise NotImplementedByXero


def _currencies(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        return read(ctx, ctx.org.currencies, "Currency", parts, currency.render, timed=False)
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(currency.write(ctx))
    raise NotImplementedByXero


def _contacts(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        if len(parts) == 2:
            contact = contacts.find(ctx, parts[1])
            if contact is None:
                raise NotFound
            return Answer("Contacts", [contacts.render(ctx, contact)])
        if len(parts) == 3 and parts[2].lower() == "cissettings" and contacts.find(ctx, parts[1]) is not None:
            return Answer("CISSettings", [{"CISEnabled": False}])
        if len(parts) > 2:
            raise NotFound
        return _list_contacts(ctx)
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(contacts.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(contacts.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _list_contacts(ctx: Context) -> Answer:
    archived, ids = ctx.flag("includeArchived"), id_list(ctx, "IDs")
    term = ctx.query.get("searchterm", "").casefold()

    def keep(contact: Contact) -> bool:
        if not archived and contact.status != "ACTIVE":
            return False
        if ids is not None and contact.id not in ids:
            return False
        return not term or any(
            term in text.casefold()
            for text in (contact.name, contact.first, contact.last, contact.number, contact.email)
        )

    # Most ledgers have no archived contact: then a plain page need not look at every contact.
    plain = ids is None and not term and (archived or ctx.org.contacts.first("archived", True) is None)
    found = ctx.org.contacts if ids is None else ctx.org.contacts.excerpt_of(ids)
    listed = select(ctx, found, "Contact", keep=None if plain else keep, paged_by=("summaryonly",))
    summary = ctx.flag("summaryOnly")
    return as_answer("Contacts", listed, lambda c: contacts.render(ctx, c, summary=summary))


def _items(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
    if ctx.method == "GET":
        if len(parts) == 2:
            item = items.find(ctx.org, parts[1])
            if item is None:
                raise NotFound
            return Answer("Items", [items.render(ctx, item)])
        return read(ctx, ctx.org.items, "Item", parts, lambda i: items.render(ctx, i))
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(items.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(items.write_one(ctx, parts[1]))
    if len(parts) == 2 and ctx.method == "DELETE":
        items.delete(ctx, parts[1])
        return Response(204)
    raise NotImplementedByXero


def _document_route(kind: Kind) -> Handler:
    def handle(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
        as_pdf = pdf.wanted(ctx, parts)
        if len(parts) >= 3 and not as_pdf:
            return _document_child(world, ctx, kind, parts)
        if ctx.method == "GET":
            if len(parts) > 1:
                document = documents.find(ctx, kind, parts[1])
                if document is None:
                    raise NotFound
                if as_pdf:
                    return pdf.answer(document.number)
                return Answer(kind.collection, [documents_render.render(ctx, document)])
            return _list_documents(ctx, kind)
        if len(parts) == 1 and ctx.method in ("PUT", "POST"):
            return answered(documents.write(ctx, kind))
        if len(parts) == 2 and ctx.method == "POST":
            return answered(documents.write_one(ctx, kind, parts[1]))
        raise NotImplementedByXero

    return handle


def _document_child(world: "World", ctx: Context, kind: Kind, parts: list[str]) -> Answer | Response:
    child = parts[2].lower()
    if child == "allocations" and kind.credit:
        return _allocations(ctx, kind.collection, parts)
    if child == "email" and kind is INVOICE and ctx.method == "POST":
        return email(ctx, parts[1])
    if child == "onlineinvoice" and kind is INVOICE and ctx.method == "GET":
        invoice = documents.find(ctx, kind, parts[1])
        if invoice is None or invoice.status in ("DRAFT", "SUBMITTED", "DELETED"):
            raise NotFound
        return Answer("OnlineInvoices", [{"OnlineInvoiceUrl": f"https://in.example.test/{invoice.id}"}])
    raise NotFound


def email(ctx: Context, key: str) -> Response:
    """POST /Invoices/{id}/Email: never from a demo organisation."""
    from xerosim.errors import Invalid

    invoice = documents.find(ctx, INVOICE, key)
    if invoice is None:
        raise NotFound
    if ctx.org.settings.demo or invoice.status not in ("SUBMITTED", "AUTHORISED", "PAID"):
        raise Invalid("The invoice cannot be emailed.")
    ctx.org.invoices.put(msgspec.structs.replace(invoice, sent=True, updated=ctx.now))
    ctx.record("Invoices", invoice.id, "updated", invoice.number)
    return Response(204)


def _allocations(ctx: Context, collection: str, parts: list[str]) -> Answer:
    if len(parts) == 3 and ctx.method in ("PUT", "POST"):
        return answered(allocations.write(ctx, collection, parts[1]))
    if len(parts) == 4 and ctx.method == "DELETE":
        answer = answered(allocations.delete(ctx, collection, parts[1], parts[3]))
        # The published description has the allocation bare, the wire has it in the usual list: give both.
        answer.extra = dict(answer.elements[0])
        return answer
    if len(parts) == 3 and ctx.method == "GET":
        credit = ctx.org.documents[collection].get(parts[1].lower())
        if credit is None:
            raise NotFound
        return Answer("Allocations", allocations.of_credit(ctx, credit))
    raise NotImplementedByXero


def _list_documents(ctx: Context, kind: Kind) -> Answer:
    ids, numbers = id_list(ctx, "IDs"), id_list(ctx, f"{kind.singular}Numbers")
    contact_ids, statuses = id_list(ctx, "ContactIDs"), id_list(ctx, "Statuses")
    term = ctx.query.get("searchterm", "").casefold()
    mine = ctx.flag("createdByMyApp")

    def keep(document: Document) -> bool:
        if ids is not None and document.id not in ids:
            return False
        if numbers is not None and document.number.lower() not in numbers:
            return False
        if contact_ids is not None and document.contact not in contact_ids:
            return False
        if statuses is not None and document.status.lower() not in statuses:
            return False
        if mine and document.app != ctx.app:
            return False
        return not term or term in document.number.casefold() or term in document.reference.casefold()

    plain = not (ids or numbers or contact_ids or statuses or mine or term)
    collection = ctx.org.documents[kind.collection]
    if plain:
        listed = select(ctx, collection, kind.singular, paged_by=("summaryonly", "statuses"))
    else:
        listed = select(
            ctx, _narrow(collection, ids, numbers), kind.singular, keep=keep, paged_by=("summaryonly", "statuses")
        )
    summary = ctx.flag("summaryOnly")
    if listed.paged and not summary and "json" in ctx.headers.get("accept", ""):
        encoded: list[Any] = [rendered.of(ctx, document) for document in listed.values]
        return Answer(kind.collection, encoded, listed.pagination)
    return as_answer(
        kind.collection,
        listed,
        lambda d: documents_render.render(ctx, d, lines=listed.paged, full_contact=False, summary_only=summary),
    )


def _narrow(collection: Collection[Document], ids: set[str] | None, numbers: set[str] | None) -> Collection[Document]:
    """A small collection of what the indexes find, so that a look-up by number does not walk the whole ledger."""
    if ids is None and numbers is None:
        return collection
    wanted = set(ids or ())
    for number in numbers or ():
        wanted.update(document.id for document in collection.by("number", number.casefold()))
    return collection.excerpt_of(wanted)


def _payments(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        return read(ctx, ctx.org.payments, "Payment", parts, lambda p: payments.render(ctx, p), pageable=True)
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(payments.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(payments.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _bank_transactions(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        references = id_list(ctx, "References")
        return read(
            ctx,
            ctx.org.bank_transactions,
            "BankTransaction",
            parts,
            lambda d: bank.render(ctx, d),
            pageable=True,
            keep=(lambda d: d.reference.lower() in references) if references else None,
        )
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(bank.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(bank.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _credit_route(collection: str) -> Handler:
    def handle(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
        if len(parts) >= 3 and parts[2].lower() == "allocations":
            return _allocations(ctx, collection, parts)
        if ctx.method != "GET":
            raise NotImplementedByXero
        references = id_list(ctx, "References")
        return read(
            ctx,
            ctx.org.documents[collection],
            collection[:-1],
            parts,
            lambda d: bank.render_credit(ctx, d),
            pageable=True,
            keep=(lambda d: d.reference.lower() in references) if references else None,
        )

    return handle


ROUTES: dict[str, Handler] = {
    "organisation": _organisation, "organisations": _organisation, "accounts": _accounts, "taxrates": _tax_rates,
    "currencies": _currencies, "contacts": _contacts, "items": _items, "invoices": _document_route(INVOICE),
    "creditnotes": _document_route(CREDIT_NOTE), "payments": _payments, "banktransactions": _bank_transactions,
    **MORE,
    "overpayments": _credit_route("Overpayments"), "prepayments": _credit_route("Prepayments"),
}  # fmt: skip
# Resources that history and attachments can hang on.
COLLECTIONS = {
    name.lower(): name
    for name in (
        "Accounts",
        "BankTransactions",
        "BankTransfers",
        "BatchPayments",
        "Contacts",
        "CreditNotes",
        "Invoices",
        "Items",
        "ManualJournals",
        "Overpayments",
        "Payments",
        "Prepayments",
        "PurchaseOrders",
        "Quotes",
        "RepeatingInvoices",
    )
}
