"""Allocations: part of a credit note, overpayment or prepayment settles part of an invoice."""

from xerosim import ledger
from xerosim.errors import Invalid, NoDataProcessed, NotFound
from xerosim.model import Allocation, Document
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.documents import by_number
from xerosim.resources.documents_render import render_allocation
from xerosim.resources.kinds import INVOICE
from xerosim.resources.locks import check_locks
from xerosim.resources.payments import settle
from xerosim.wire import Json, elements_of

NOUNS = {"CreditNotes": "Credit Note", "Overpayments": "Overpayment", "Prepayments": "Prepayment"}


def write(ctx: Context, collection: str, id: str) -> Written:
    """PUT /{CreditNotes|Overpayments|Prepayments}/{id}/Allocations."""
    credit = ctx.org.documents[collection].get(id.lower())
    if credit is None:
        if collection == "CreditNotes":
            raise Invalid("An existing Credit Note with the specified CreditNoteID could not be found")
        raise NotFound
    elements = elements_of(ctx.body, "Allocations", "Allocation")
    if not elements or not all("Amount" in e or "AppliedAmount" in e or "Invoice" in e for e in elements):
        raise NoDataProcessed("Allocation")
    return write_each(
        ctx,
        "Allocations",
        "Allocation",
        lambda c, e, p: _one(c, collection, id.lower(), e),
        id_field="AllocationID",
        error_flag="HasErrors",
        elements=elements,
    )


def _one(ctx: Context, collection: str, credit_id: str, element: Json) -> Json:
    org = ctx.org
    credit = org.documents[collection][credit_id]
    noun = NOUNS[collection]
    # JSON knows Amount only: an AppliedAmount counts as nothing.
    amount = ctx.number(element, "Amount") or 0
    invoice = _invoice(ctx, element)
    if invoice is None:
        raise Invalid("Invoice could not be found")
    sales_credit = credit.type in ("ACCRECCREDIT", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT")
    if (invoice.type == "ACCREC") != sales_credit:
        raise Invalid(f"{noun} cannot be allocated to an incorrect invoice type")
    if credit.status == "PAID":
        raise Invalid(f"{noun} cannot be allocated as amount is greater than amount outstanding")
    if credit.status != "AUTHORISED":
        raise Invalid(f"{noun} must be authorised before it can be allocated")
    if invoice.status == "PAID":
        raise Invalid("The invoice you are trying to allocate to has already been paid off")
    if invoice.status != "AUTHORISED":
        raise Invalid("The invoice you are trying to allocate to must be authorised")
    if invoice.contact != credit.contact:
        raise Invalid(f"{noun} cannot be allocated to an invoice of another contact")
    if invoice.currency != credit.currency:
        raise Invalid(f"{noun} cannot be allocated to an invoice of another currency")
    if amount <= 0:
        raise Invalid("The amount to allocate must be greater than zero")
    if amount > invoice.due_amount or amount > credit.due_amount:
        raise Invalid(f"{noun} cannot be allocated as amount is greater than amount outstanding")
    date = max(credit.date, invoice.date)
    sent = ctx.day(element, "Date")
    if sent is not None and sent > date:
        date = sent
    check_locks(ctx, [date])
    allocation = Allocation(org.new_id(), credit.id, invoice.id, amount, date, ctx.now)
    ledger.post_allocation(
        org, allocation.id, credit, invoice, amount, date, ctx.now, ctx.switches.rate_is_foreign_per_base
    )
    org.allocations.put(allocation)
    settle(ctx, credit, credited=amount, date=date)
    settle(ctx, invoice, credited=amount, date=date)
    ctx.record("Allocations", allocation.id, "created", invoice.number)
    ctx.event("INVOICE", "UPDATE", invoice.id)
    answer = render_allocation(ctx, allocation)
    answer["StatusAttributeString"] = "OK"
    return answer


def _invoice(ctx: Context, element: Json) -> Document | None:
    sent = element.get("Invoice")
    if not isinstance(sent, dict):
        return None
    id, number = ctx.text(sent, "InvoiceID"), ctx.text(sent, "InvoiceNumber")
    if id:
        return ctx.org.invoices.get(id.lower())
    return by_number(ctx, INVOICE, number) if number else None


def delete(ctx: Context, collection: str, id: str, allocation_id: str) -> Written:
    """DELETE .../Allocations/{id}: the credit and the invoice open again."""
    org = ctx.org
    allocation = org.allocations.get(allocation_id.lower())
    if allocation is None or allocation.credit != id.lower():
        raise NotFound
    check_locks(ctx, [allocation.date])
    ledger.reverse(org, allocation.id, ctx.now)
    answer = render_allocation(ctx, allocation)
    org.allocations.remove(allocation.id)
    settle(ctx, org.documents[collection][allocation.credit], credited=-allocation.amount)
    settle(ctx, org.invoices[allocation.invoice], credited=-allocation.amount)
    ctx.record("Allocations", allocation.id, "updated")
    answer["IsDeleted"] = True
    return Written("Allocations", [answer])


def of_credit(ctx: Context, credit: Document) -> list[Json]:
    """All allocations of a credit."""
    return [render_allocation(ctx, allocation) for allocation in ctx.org.allocations.by("credit", credit.id)]
