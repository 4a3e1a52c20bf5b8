"""Payments: one document each, never more than is open, deleted but never edited."""

import msgspec

from xerosim import dates, ledger
from xerosim.errors import Invalid, NotFound
from xerosim.model import Document, Payment
from xerosim.model_settings import Account
from xerosim.numbers import money, rate
from xerosim.resources import contacts
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.currency import ONE, day_rate
from xerosim.resources.documents import by_number
from xerosim.resources.documents_render import render as render_document
from xerosim.resources.kinds import CREDIT_NOTE, INVOICE
from xerosim.resources.locks import check_locks
from xerosim.wire import Json

NOT_AUTHORISED = "Payments can only be made against Authorised documents"
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
PAYMENT_TYPES = {
    "ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT", "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT", "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT", "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
}  # fmt: skip
# Member of the body -> (collection, id member, number member)
TARGETS = {
    "Invoice": ("Invoices", "InvoiceID", "InvoiceNumber"),
    "CreditNote": ("CreditNotes", "CreditNoteID", "CreditNoteNumber"),
    "Overpayment": ("Overpayments", "OverpaymentID", ""),
    "Prepayment": ("Prepayments", "PrepaymentID", ""),
}


_CATEGORIES = {
    "Invoices": "INVOICE", "CreditNotes": "CREDITNOTE", "Overpayments": "OVERPAYMENT", "Prepayments": "PREPAYMENT",
}  # fmt: skip


def write(ctx: Context) -> Written:
    """PUT creates many, POST one (a POST that names a PaymentID deletes it)."""
    return write_each(ctx, "Payments", "Payment", _one, id_field="PaymentID", error_flag="HasValidationErrors")


def write_one(ctx: Context, id: str) -> Written:
    """POST /Payments/{id} deletes."""
    if id.lower() not in ctx.org.payments:
        raise NotFound
    element = {**ctx.elements("Payments", "Payment")[0], "PaymentID": id.lower()}
    return write_each(
        ctx, "Payments", "Payment", _one, id_field="PaymentID", error_flag="HasValidationErrors", elements=[element]
    )


def _one(ctx: Context, element: Json, position: int) -> Json:
    id = ctx.text(element, "PaymentID")
    if id:
        return _delete(ctx, element, id.lower())
    return render(ctx, create(ctx, element), written=True)


def create(
    ctx: Context, element: Json, batch: str = "", account: Account | None = None, date: int | None = None
) -> Payment:
    """Make a payment. Raises Invalid with all that is wrong."""
    org = ctx.org
    problems: list[str] = []
    account = account or paying_account(ctx, element, problems)
    document = target(ctx, element)
    if document is None:
        raise Invalid([*problems, "Invoice could not be found"])
    amount = _amount(ctx, element, document, problems)
    if date is None:
        date = ctx.day(element, "Date")
        date = ctx.today if date is None else date
    if date < document.date and ctx.switches.payment_before_document == "refuse":
        problems.append("Payment date cannot be before the date of the document")
    reference = ctx.text(element, "Reference", 255) or ""
    if account is not None and account.currency and account.type == "BANK":
        allowed = {document.currency, org.settings.currency}
        if account.currency not in allowed:
            problems.append("Account currency does not match the currency of the document or the base currency")
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    assert account is not None, "a missing account is a problem above"
    _check_locks(ctx, date)
    payment = Payment(
        org.new_id(),
        document.id,
        PAYMENT_TYPES[document.type],
        account.id,
        date,
        amount,
        _rate(ctx, element, document),
        reference,
        reconciled=bool(ctx.boolean(element, "IsReconciled")),
        batch=batch,
        bank_amount=ctx.number(element, "BankAmount"),
        updated=ctx.now,
    )
    ledger.post_payment(org, payment, document, ctx.now, ctx.switches.rate_is_foreign_per_base)
    org.payments.put(payment)
    settle(ctx, document, paid=amount, date=date)
    ctx.record("Payments", payment.id, "created", reference)
    if ctx.switches.invoice_webhook_on_payment:
        ctx.event(_CATEGORIES[document.collection], "UPDATE", document.id)
    return payment


def _amount(ctx: Context, element: Json, document: Document, problems: list[str]) -> int:
    """Cents to pay, which must be open on an approved document."""
    amount = ctx.number(element, "Amount")
    if amount is None or amount <= 0:
        problems.append("Payment amount must be greater than zero")
        amount = 0
    if document.status != "AUTHORISED":
        problems.append(NOT_AUTHORISED)
    if amount > document.due_amount:
        problems.append(TOO_MUCH)
    return amount


def _rate(ctx: Context, element: Json, document: Document) -> int:
    """The currency rate of a payment: as sent, else the day's; one in the base currency."""
    base = ctx.org.settings.currency
    if document.currency == base:
        return ONE
    sent = ctx.number(element, "CurrencyRate", 10)
    return sent if sent and sent > 0 else day_rate(base, document.currency, ctx.switches.rate_is_foreign_per_base)


def _check_locks(ctx: Context, date: int) -> None:
    """Lock dates, in the words for payments."""
    noun = ctx.switches.payment_lock_date_noun
    try:
        check_locks(ctx, [date])
    except Invalid as refusal:
        raise Invalid([m.replace("document", noun, 1) for m in refusal.messages]) from refusal


def settle(ctx: Context, document: Document, *, paid: int = 0, credited: int = 0, date: int = 0) -> Document:
    """Move what is paid or credited on a document; PAID when nothing is open, AUTHORISED again when something is."""
    collection = ctx.org.documents[document.collection]
    document = msgspec.structs.replace(
        collection[document.id], paid=document.paid + paid, credited=document.credited + credited, updated=ctx.now
    )
    assert 0 <= document.due_amount <= document.total, "a document is never settled below zero or above its total"
    if document.due_amount == 0:
        document = msgspec.structs.replace(document, status="PAID", fully_paid=max(date, document.fully_paid or date))
    else:
        document = msgspec.structs.replace(document, status="AUTHORISED", fully_paid=None)
    return collection.put(document)


def target(ctx: Context, element: Json) -> Document | None:
    """The one document a payment names."""
    for member, (collection, id_member, number_member) in TARGETS.items():
        nested = element.get(member)
        sources: list[Json] = [nested] if isinstance(nested, dict) else []
        sources.append(element)
        for source in sources:
            id = source.get(id_member)
            if isinstance(id, str) and id:
                return ctx.org.documents[collection].get(id.lower())
            number = source.get(number_member) if number_member else None
            if isinstance(number, str) and number:
                return by_number(ctx, INVOICE if member == "Invoice" else CREDIT_NOTE, number)
    return None


def paying_account(ctx: Context, element: Json, problems: list[str]) -> Account | None:
    """The account a payment names: a bank account or one that payments are enabled for."""
    sent = element.get("Account")
    source = sent if isinstance(sent, dict) else element
    id, code = ctx.text(source, "AccountID"), ctx.text(source, "Code")
    account = ctx.org.accounts.get(id.lower()) if id else ctx.org.account_by_code(code) if code else None
    if account is None:
        problems.append("Account could not be found" if id or code else "You must specify an Account")
        return None
    if account.status != "ACTIVE":
        problems.append(f"The account {account.code or account.name} has been archived or deleted.")
    elif account.type != "BANK" and not account.payments:
        problems.append("Account type is invalid for making a payment to/from.")
    return account


def _delete(ctx: Context, element: Json, id: str) -> Json:
    payment = ctx.org.payments.get(id)
    if payment is None:
        raise Invalid("Payment could not be found")
    status = ctx.choice(element, "Status", ("DELETED", "AUTHORISED"), "PaymentStatus", "Payments[0]")
    stored = render(ctx, payment)
    if status != "DELETED":
        raise Invalid("Payments can only be deleted, not updated.", stored=stored)
    if payment.status == "DELETED":
        raise Invalid("Payment has already been deleted.", stored=stored)
    if payment.batch:
        raise Invalid("Payments within a batch cannot be deleted.", stored=stored)
    if payment.reconciled:
        raise Invalid(ctx.switches.reconciled_payment_message, stored=stored)
    check_locks(ctx, [payment.date])
    return render(ctx, delete(ctx, payment), written=True)


def delete(ctx: Context, payment: Payment) -> Payment:
    """Take a payment back; its document opens again."""
    org = ctx.org
    ledger.reverse(org, payment.id, ctx.now)
    payment = org.payments.put(msgspec.structs.replace(payment, status="DELETED", updated=ctx.now))
    document = document_of(ctx, payment)
    settle(ctx, document, paid=-payment.amount)
    ctx.record("Payments", payment.id, "updated", payment.reference)
    return payment


def document_of(ctx: Context, payment: Payment) -> Document:
    """The document a payment settles."""
    for collection, _, _ in TARGETS.values():
        document = ctx.org.documents[collection].get(payment.document)
        if document is not None:
            return document
    raise AssertionError(f"payment {payment.id} has no document")


def render(ctx: Context, payment: Payment, *, written: bool = False) -> Json:
    """A payment; write answers echo the whole document."""
    org = ctx.org
    account = org.accounts[payment.account]
    document = document_of(ctx, payment)
    shown: Json = {"AccountID": account.id}
    if account.code:
        shown["Code"] = account.code
    if written:
        shown["Name"] = account.name
    answer: Json = {
        "PaymentID": payment.id,
        "BatchPaymentID": payment.batch or None,
        "Date": dates.day_ms(payment.date),
        "BankAmount": money(payment.bank_amount if payment.bank_amount is not None else payment.amount),
        "Amount": money(payment.amount),
        "Reference": payment.reference,
        "CurrencyRate": rate(payment.rate),
        "PaymentType": payment.type,
        "Status": payment.status,
        "UpdatedDateUTC": dates.ms(payment.updated),
        "UpdatedDateUTCString": dates.utc_text(payment.updated),
        "HasAccount": True,
        "IsReconciled": payment.reconciled,
        "Account": shown,
    }
    if not payment.batch:
        del answer["BatchPaymentID"]
    member = {"Invoices": "Invoice", "CreditNotes": "CreditNote", "Overpayments": "Overpayment"}.get(
        document.collection, "Prepayment"
    )
    answer[member] = _document(ctx, document, written)
    answer["HasValidationErrors"] = False
    return answer


def _document(ctx: Context, document: Document, written: bool) -> Json:
    if document.collection in ("Invoices", "CreditNotes"):
        if written:
            return render_document(ctx, document, full_contact=False)
        names = TARGETS["Invoice" if document.collection == "Invoices" else "CreditNote"]
        stub: Json = {"Type": document.type, names[1]: document.id, names[2]: document.number}
        if document.collection == "Invoices":
            stub.update({"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": []})
            stub["IsDiscounted"] = document.discounted
        stub["HasErrors"] = False
        stub["Contact"] = contacts.stub(ctx.org.contacts.get(document.contact))
        stub["LineItems"] = []
        stub["CurrencyCode"] = document.currency
        return stub
    id_member = "OverpaymentID" if document.collection == "Overpayments" else "PrepaymentID"
    return {
        id_member: document.id,
        "Type": document.type,
        "Contact": contacts.stub(ctx.org.contacts.get(document.contact)),
        "LineItems": [],
        "CurrencyCode": document.currency,
    }
