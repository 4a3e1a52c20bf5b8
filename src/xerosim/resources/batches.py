"""Batch payments: one bank-side amount for many invoices; deleting the batch deletes its payments."""

import msgspec

from xerosim import dates
from xerosim.errors import Invalid, NotFound
from xerosim.model import Batch
from xerosim.numbers import money
from xerosim.resources import payments
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.locks import check_locks
from xerosim.wire import Json

_TEXTS = {"Reference": 255, "Particulars": 12, "Code": 12, "Details": 18, "Narrative": 18}


def write(ctx: Context) -> Written:
    """PUT creates, POST with an id deletes."""
    return write_each(ctx, "BatchPayments", "BatchPayment", _one, id_field="BatchPaymentID")


def write_one(ctx: Context, id: str) -> Written:
    """POST /{id} deletes."""
    if id.lower() not in ctx.org.batches:
        raise NotFound
    element = {**ctx.elements("BatchPayments", "BatchPayment")[0], "BatchPaymentID": id.lower()}
    return write_each(ctx, "BatchPayments", "BatchPayment", _one, id_field="BatchPaymentID", elements=[element])


def _one(ctx: Context, element: Json, position: int) -> Json:
    id = ctx.text(element, "BatchPaymentID")
    if id:
        return _delete(ctx, element, id.lower())
    org = ctx.org
    problems: list[str] = []
    account = payments.paying_account(ctx, element, problems)
    sent = element.get("Payments")
    parts = [part for part in sent if isinstance(part, dict)] if isinstance(sent, list) else []
    if not parts:
        problems.append("One or more payments must be specified")
    if problems:
        raise Invalid(problems)
    date = ctx.day(element, "Date")
    date = ctx.today if date is None else date
    texts = tuple((name, text) for name, most in _TEXTS.items() if (text := ctx.text(element, name, most)))
    batch_id = org.new_id()
    made = []
    for part in parts:
        part = {"Reference": dict(texts).get("Reference", ""), **part}
        made.append(payments.create(ctx, part, batch=batch_id, account=account, date=date))
    kinds = {payment.type for payment in made}
    if not kinds <= {"ACCRECPAYMENT"} and not kinds <= {"ACCPAYPAYMENT"}:
        raise Invalid("All invoices of a batch payment must be of the same type")
    assert account is not None, "a missing account is a problem above"
    batch = Batch(
        batch_id,
        account.id,
        date,
        "RECBATCH" if "ACCRECPAYMENT" in kinds else "PAYBATCH",
        "AUTHORISED",
        tuple(payment.id for payment in made),
        sum(payment.amount for payment in made),
        texts,
        updated=ctx.now,
    )
    org.batches.put(batch)
    ctx.record("BatchPayments", batch.id, "created")
    return render(ctx, batch)


def _delete(ctx: Context, element: Json, id: str) -> Json:
    batch = ctx.org.batches.get(id)
    if batch is None:
        raise Invalid("Batch payment could not be found")
    status = ctx.choice(element, "Status", ("DELETED", "AUTHORISED"), "BatchPaymentStatus", "BatchPayments[0]")
    if status != "DELETED":
        raise Invalid("Batch payments can only be deleted, not updated.")
    if batch.status == "DELETED":
        raise Invalid("Batch payment has already been deleted.")
    check_locks(ctx, [batch.date])
    for payment_id in batch.payments:
        payments.delete(ctx, ctx.org.payments[payment_id])
    batch = ctx.org.batches.put(msgspec.structs.replace(batch, status="DELETED", updated=ctx.now))
    ctx.record("BatchPayments", batch.id, "updated")
    return render(ctx, batch)


def render(ctx: Context, batch: Batch) -> Json:
    """A batch with its payments."""
    answer: Json = {"Account": {"AccountID": batch.account}, **dict(batch.texts)}
    answer.update(
        {
            "BatchPaymentID": batch.id,
            "DateString": dates.day_text(batch.date),
            "Date": dates.day_ms(batch.date),
            "Payments": [_payment(ctx, id) for id in batch.payments],
            "Type": batch.type,
            "Status": batch.status,
            "TotalAmount": money(batch.total),
            "UpdatedDateUTC": dates.ms(batch.updated),
            "IsReconciled": batch.reconciled,
        }
    )
    return answer


def _payment(ctx: Context, id: str) -> Json:
    payment = ctx.org.payments[id]
    document = payments.document_of(ctx, payment)
    return {
        "PaymentID": payment.id,
        "Invoice": {"InvoiceID": document.id, "InvoiceNumber": document.number, "LineItems": []},
        "Amount": money(payment.amount),
        "BankAmount": money(payment.amount),
    }
