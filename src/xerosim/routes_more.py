"""Routes of the resources that surround the main path."""

from typing import TYPE_CHECKING, Any

import msgspec

from xerosim.errors import Invalid, NotFound, NotImplementedByXero
from xerosim.resources import (
    batches,
    generic,
    groups,
    journals,
    notes,
    offers,
    pdf,
    reports,
    tax_returns,
    tracking,
    transfers,
)
from xerosim.resources.context import Context, Written
from xerosim.resources.listing import day_range, select, whole_number
from xerosim.routing import Answer, Handler, answered, as_answer, one_of, read
from xerosim.wire import Request, Response

if TYPE_CHECKING:
    from xerosim.world import World


def _tracking(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    method, size = ctx.method, len(parts)
    options = size >= 3 and parts[2].lower() == "options"
    if method == "GET" and size <= 2:
        archived = ctx.flag("includeArchived")
        return read(
            ctx,
            ctx.org.tracking,
            "TrackingCategory",
            parts,
            tracking.render,
            timed=False,
            keep=lambda category: archived or category.status == "ACTIVE",
        )
    written: Written | None = None
    if size == 1 and method == "PUT":
        written = tracking.write(ctx)
    elif size == 2 and method == "POST":
        written = tracking.write_one(ctx, parts[1])
    elif size == 2 and method == "DELETE":
        written = tracking.delete(ctx, parts[1])
    elif options and size == 3 and method in ("PUT", "POST"):
        written = tracking.write_options(ctx, parts[1])
    elif options and size == 4 and method == "POST":
        written = tracking.write_option(ctx, parts[1], parts[3])
    elif options and size == 4 and method == "DELETE":
        written = tracking.delete_option(ctx, parts[1], parts[3])
    if written is None:
        raise NotImplementedByXero
    return answered(written)


def _groups(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
    method, size = ctx.method, len(parts)
    if method == "GET" and size == 2:
        return Answer("ContactGroups", [groups.render(ctx.org, groups.find(ctx.org, parts[1]), full=True)])
    if method == "GET" and size == 1:
        return read(
            ctx,
            ctx.org.groups,
            "ContactGroup",
            parts,
            lambda group: groups.render(ctx.org, group),
            timed=False,
            keep=lambda group: group.status == "ACTIVE",
        )
    if size == 1 and method in ("PUT", "POST"):
        return answered(groups.write(ctx))
    if size == 2 and method == "POST":
        return answered(groups.write_one(ctx, parts[1]))
    if size == 3 and method == "PUT" and parts[2].lower() == "contacts":
        return answered(groups.add_contacts(ctx, parts[1]))
    if method == "DELETE" and size in (3, 4) and parts[2].lower() == "contacts":
        groups.remove_contacts(ctx, parts[1], parts[3] if size == 4 else None)
        return Response(204)
    raise NotImplementedByXero


def _themes(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if len(parts) == 3 and parts[2].lower() == "paymentservices":
        theme = one_of(ctx.org.themes, parts[1])
        if ctx.method == "GET":
            services = [generic.find(ctx, generic.SERVICE, id) for id in theme.services]
            return Answer("PaymentServices", [generic.render(ctx, service) for service in services])
        if ctx.method in ("PUT", "POST"):
            found = []
            for element in ctx.elements("PaymentServices", "PaymentService"):
                id = str(element.get("PaymentServiceID", "")).lower()
                value = ctx.org.generics.get(id)
                if value is None:
                    raise Invalid("Payment service could not be found")
                found.append(value)
            ctx.org.themes.put(msgspec.structs.replace(theme, services=tuple(value.id for value in found)))
            return Answer("PaymentServices", [generic.render(ctx, value) for value in found])
    if ctx.method != "GET":
        raise NotImplementedByXero
    return read(ctx, ctx.org.themes, "BrandingTheme", parts, groups.render_theme, timed=False)


def _offer(offer: offers.Offer, pageable: bool) -> Handler:
    def handle(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
        if ctx.method == "GET":
            as_pdf = pdf.wanted(ctx, parts)
            if len(parts) > 1:
                document = offers.find(ctx, offer, parts[1])
                if document is None or (len(parts) > 2 and not as_pdf):
                    raise NotFound
                if as_pdf:
                    return pdf.answer(document.number)
                return Answer(offer.collection, [offers.render(ctx, document)])
            return _offers(ctx, offer, pageable)
        if len(parts) == 1 and ctx.method in ("PUT", "POST"):
            return answered(offers.write(ctx, offer))
        if len(parts) == 2 and ctx.method == "POST":
            return answered(offers.write_one(ctx, offer, parts[1]))
        raise NotImplementedByXero

    return handle


def _offers(ctx: Context, offer: offers.Offer, pageable: bool) -> Answer:
    status, number = ctx.query.get("status", "").upper(), ctx.query.get("quotenumber", "").casefold()
    contact = ctx.query.get("contactid", "").lower()
    date, end = day_range(ctx, "date"), day_range(ctx, "expirydate")

    def keep(document: Any) -> bool:
        return (
            (not status or document.status == status)
            and (not number or document.number.casefold() == number)
            and (not contact or document.contact == contact)
            and date(document.date)
            and end(document.due)
        )

    listed = select(ctx, ctx.org.documents[offer.collection], offer.singular, keep=keep)
    answer = as_answer(offer.collection, listed, lambda document: offers.render(ctx, document))
    if not pageable:
        answer.pagination = None
        answer.extra = {"SummarizeErrors": False}
    return answer


def _batches(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        return read(ctx, ctx.org.batches, "BatchPayment", parts, lambda value: batches.render(ctx, value))
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(batches.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(batches.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _transfers(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        every = ctx.flag("includeDeleted")
        return read(
            ctx,
            ctx.org.transfers,
            "BankTransfer",
            parts,
            lambda value: transfers.render(ctx, value),
            keep=lambda value: every or value.status != "DELETED",
        )
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(transfers.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(transfers.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _manual(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method == "GET":
        paged = "page" in ctx.query or "pagesize" in ctx.query or len(parts) == 2
        return read(
            ctx,
            ctx.org.manual_journals,
            "ManualJournal",
            parts,
            lambda value: journals.render(ctx, value, lines=paged),
            pageable=True,
        )
    if len(parts) == 1 and ctx.method in ("PUT", "POST"):
        return answered(journals.write(ctx))
    if len(parts) == 2 and ctx.method == "POST":
        return answered(journals.write_one(ctx, parts[1]))
    raise NotImplementedByXero


def _journals(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method != "GET":
        raise NotImplementedByXero
    if len(parts) == 2:
        return Answer("Journals", [journals.render_entry(ctx, journals.find_entry(ctx, parts[1]))])
    return Answer("Journals", journals.list_entries(ctx))


def _users(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method != "GET":
        raise NotImplementedByXero
    from xerosim.dates import ms

    users = [
        {
            "UserID": user.id,
            "EmailAddress": user.email,
            "FirstName": user.first,
            "LastName": user.last,
            "UpdatedDateUTC": ms(ctx.org.settings.created),
            "IsSubscriber": True,
            "OrganisationRole": "FINANCIALADVISER",
        }
        for user in world.identity.users.values()
        if len(parts) == 1 or user.id == parts[1].lower()
    ]
    if not users:
        raise NotFound
    return Answer("Users", [dict(user) for user in users])


def _reports(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method != "GET":
        raise NotImplementedByXero
    if len(parts) == 1:
        reports.check_permission(ctx)
        return Answer("Reports", tax_returns.listed(ctx))
    return Answer("Reports", [reports.report(ctx, parts[1])])


def _generic(shape: generic.Shape, deletable: bool = False) -> Handler:
    def handle(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer | Response:
        if ctx.method == "GET":
            if len(parts) == 2:
                return Answer(shape.collection, [generic.render(ctx, generic.find(ctx, shape, parts[1]))])
            found = generic.listed(ctx, shape)
            if "page" in ctx.query:
                start = (whole_number(ctx, "page", 1) - 1) * 100
                found = found[start : start + 100]
            return Answer(shape.collection, found)
        if len(parts) == 1 and ctx.method in ("PUT", "POST"):
            return answered(generic.write(ctx, shape))
        if len(parts) == 2 and ctx.method == "POST":
            return answered(generic.write_one(ctx, shape, parts[1]))
        if len(parts) == 2 and ctx.method == "DELETE" and deletable:
            generic.delete(ctx, shape, parts[1])
            return Response(204)
        raise NotImplementedByXero

    return handle


def _reminders(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    return Answer("InvoiceReminders", [{"Enabled": False}])


def _budgets(world: "World", ctx: Context, parts: list[str], request: Request) -> Answer:
    if ctx.method != "GET":
        raise NotImplementedByXero
    if len(parts) > 1:
        raise NotFound
    return Answer("Budgets", [])


def child(
    world: "World", ctx: Context, collection: str, parts: list[str], request: Request
) -> Answer | Response | None:
    """History and attachments of any document; None for anything else."""
    name = parts[2].lower() if len(parts) > 2 else ""
    if name == "history" and len(parts) == 3:
        return answered(notes.history(ctx, collection, parts[1]))
    if name == "attachments":
        answer = notes.attachments(ctx, collection, parts, request)
        return answer if isinstance(answer, Response) else answered(answer)
    return None


MORE: dict[str, Handler] = {
    "trackingcategories": _tracking,
    "contactgroups": _groups,
    "brandingthemes": _themes,
    "quotes": _offer(offers.QUOTE, False),
    "purchaseorders": _offer(offers.ORDER, True),
    "batchpayments": _batches,
    "banktransfers": _transfers,
    "manualjournals": _manual,
    "journals": _journals,
    "users": _users,
    "reports": _reports,
    "repeatinginvoices": _generic(generic.REPEATING),
    "linkedtransactions": _generic(generic.LINKED, deletable=True),
    "paymentservices": _generic(generic.SERVICE),
    "invoicereminders": _reminders,
    "budgets": _budgets,
}
