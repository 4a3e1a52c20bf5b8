"""Invoices and credit notes as Xero prints them."""

from xerosim import dates
from xerosim.model import Allocation, Document, Payment
from xerosim.numbers import money, rate
from xerosim.resources import contacts
from xerosim.resources.context import Context
from xerosim.resources.lines_render import render_line
from xerosim.wire import Json

FULL, SUMMARY = "full", "summary"


def render(
    ctx: Context, document: Document, *, written: bool = False, lines: bool = True, full_contact: bool = True,
    summary_only: bool = False,
) -> Json:  # fmt: skip
    """One document. lines: with its lines (paged and single reads); summary_only: the summaryOnly=true form."""
    if document.collection == "CreditNotes":
        return _credit_note(ctx, document, written, lines, full_contact)
    org = ctx.org
    answer: Json = {
        "Type": document.type,
        "InvoiceID": document.id,
        "InvoiceNumber": document.number,
        "Reference": document.reference,
    }
    if not summary_only:
        answer["Payments"] = (
            [
                _payment(payment)
                for payment in org.payments.by("document", document.id)
                if payment.status == "AUTHORISED"
            ]
            if document.paid
            else []
        )
    notes, over, pre = _credits(ctx, document)
    answer["CreditNotes"] = notes
    answer["Prepayments"] = pre
    answer["Overpayments"] = over
    due = document.due_amount
    if document.status == "VOIDED" and not ctx.switches.void_keeps_amount_due:
        due = 0
    answer["AmountDue"] = money(due)
    answer["AmountPaid"] = money(document.paid)
    answer["AmountCredited"] = money(document.credited)
    if document.url:
        answer["Url"] = document.url
    answer["SentToContact"] = document.sent
    answer["CurrencyRate"] = rate(document.rate)
    answer["IsDiscounted"] = document.discounted
    if not summary_only:
        answer["HasAttachments"] = document.attachments
    answer["HasErrors"] = False
    if document.expected is not None:
        answer["ExpectedPaymentDateString"] = dates.day_text(document.expected)
        answer["ExpectedPaymentDate"] = dates.day_ms(document.expected)
    if document.planned is not None:
        answer["PlannedPaymentDateString"] = dates.day_text(document.planned)
        answer["PlannedPaymentDate"] = dates.day_ms(document.planned)
    _contact(ctx, document, answer, full_contact)
    _dates(document, answer)
    if document.branding:
        answer["BrandingThemeID"] = document.branding
    answer.update(document.texts)
    _amounts(ctx, document, answer, written, lines and not summary_only)
    return answer


def _credit_note(ctx: Context, document: Document, written: bool, lines: bool, full_contact: bool) -> Json:
    answer: Json = {
        "CreditNoteID": document.id,
        "CreditNoteNumber": document.number,
        "Payments": [
            _payment(payment)
            for payment in ctx.org.payments.by("document", document.id)
            if payment.status == "AUTHORISED"
        ],
        "ID": document.id,
    }
    answer.update(
        {
            "HasErrors": False,
            "CurrencyRate": rate(document.rate),
            "Type": document.type,
            "Reference": document.reference,
            "SentToContact": document.sent,
            "RemainingCredit": money(document.due_amount),
            "Allocations": [render_allocation(ctx, a) for a in ctx.org.allocations.by("credit", document.id)],
            "HasAttachments": document.attachments,
        }
    )
    if document.branding:
        answer["BrandingThemeID"] = document.branding
    _contact(ctx, document, answer, full_contact)
    _dates(document, answer)
    _amounts(ctx, document, answer, written, lines)
    return answer


def _contact(ctx: Context, document: Document, answer: Json, full: bool) -> None:
    contact = ctx.org.contacts.get(document.contact)
    if contact is not None:
        answer["Contact"] = contacts.render(ctx, contact, nested=True) if full else contacts.stub(contact)


def _dates(document: Document, answer: Json) -> None:
    answer["DateString"] = dates.day_text(document.date)
    answer["Date"] = dates.day_ms(document.date)
    if document.due is not None:
        answer["DueDateString"] = dates.day_text(document.due)
        answer["DueDate"] = dates.day_ms(document.due)


def _amounts(ctx: Context, document: Document, answer: Json, written: bool, lines: bool) -> None:
    answer["Status"] = document.status
    answer["LineAmountTypes"] = document.line_types
    answer["LineItems"] = [render_line(ctx, line, written=written) for line in document.lines] if lines else []
    answer["SubTotal"] = money(document.sub_total)
    answer["TotalTax"] = money(document.total_tax)
    answer["Total"] = money(document.total)
    if document.rounding:
        answer["RoundingAmount"] = money(document.rounding)
    answer["UpdatedDateUTC"] = dates.ms(document.updated)
    answer["UpdatedDateUTCString"] = dates.utc_text(document.updated)
    answer["CurrencyCode"] = document.currency
    if document.fully_paid is not None:
        answer["FullyPaidOnDate"] = dates.day_ms(document.fully_paid)


def _payment(payment: Payment) -> Json:
    return {
        "PaymentID": payment.id,
        "Date": dates.day_ms(payment.date),
        "Amount": money(payment.amount),
        "Reference": payment.reference,
        "CurrencyRate": rate(payment.rate),
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _credits(ctx: Context, document: Document) -> tuple[list[Json], list[Json], list[Json]]:
    notes: list[Json] = []
    over: list[Json] = []
    pre: list[Json] = []
    if document.credited:
        for allocation in ctx.org.allocations.by("invoice", document.id):
            credit = credit_of(ctx, allocation)
            shown: Json = {"AppliedAmount": money(allocation.amount), "Date": dates.day_ms(allocation.date)}
            if credit.collection == "CreditNotes":
                notes.append({"CreditNoteID": credit.id, "CreditNoteNumber": credit.number, "ID": credit.id, **shown})
            elif credit.collection == "Overpayments":
                over.append({"OverpaymentID": credit.id, "ID": credit.id, **shown})
            else:
                pre.append({"PrepaymentID": credit.id, "ID": credit.id, **shown})
    return notes, over, pre


def credit_of(ctx: Context, allocation: Allocation) -> Document:
    """The credit note, overpayment or prepayment of an allocation."""
    for name in ("CreditNotes", "Overpayments", "Prepayments"):
        found = ctx.org.documents[name].get(allocation.credit)
        if found is not None:
            return found
    raise AssertionError(f"allocation {allocation.id} has no credit")


def render_allocation(ctx: Context, allocation: Allocation) -> Json:
    """An allocation with a stub of its invoice."""
    invoice = ctx.org.invoices[allocation.invoice]
    return {
        "AllocationID": allocation.id,
        "Amount": money(allocation.amount),
        "Date": dates.day_ms(allocation.date),
        "Invoice": {
            "InvoiceID": invoice.id,
            "InvoiceNumber": invoice.number,
            "LineItems": [],
            "Type": invoice.type,
            "Payments": [],
            "CreditNotes": [],
            "Prepayments": [],
            "Overpayments": [],
            "IsDiscounted": False,
            "HasErrors": False,
        },
        "IsDeleted": False,
    }
