"""Bank transactions, and the overpayments and prepayments they make."""

import msgspec

from xerosim import dates, ledger
from xerosim.arithmetic import EXCLUSIVE, NO_TAX, totals
from xerosim.errors import Invalid, NotFound
from xerosim.model import Document
from xerosim.model_settings import Account
from xerosim.numbers import RATE, money, rate
from xerosim.resources import contacts, stock
from xerosim.resources.context import Context, Written, write_each
from xerosim.resources.currency import rate_for
from xerosim.resources.documents_build import TOTALS_DIFFER
from xerosim.resources.documents_render import render_allocation
from xerosim.resources.lines import LINE_TYPES, Manner, Parsed, parse_lines
from xerosim.resources.lines_render import render_line
from xerosim.resources.locks import check_locks, locked
from xerosim.wire import Json

TYPES = (
    "RECEIVE", "SPEND", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT",
    "RECEIVE-TRANSFER", "SPEND-TRANSFER",
)  # fmt: skip
CREDITS = {"OVERPAYMENT": "Overpayments", "PREPAYMENT": "Prepayments"}
RECONCILED = "This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement."


def write(ctx: Context) -> Written:
    return write_each(ctx, "BankTransactions", "BankTransaction", _one, id_field="BankTransactionID")


def write_one(ctx: Context, id: str) -> Written:
    """POST /BankTransactions/{id}."""
    if id.lower() not in ctx.org.bank_transactions:
        raise NotFound
    element = {**ctx.elements("BankTransactions", "BankTransaction")[0], "BankTransactionID": id.lower()}
    return write_each(
        ctx, "BankTransactions", "BankTransaction", _one, id_field="BankTransactionID", elements=[element]
    )


def _one(ctx: Context, element: Json, position: int) -> Json:
    path = f"BankTransactions[{position}]"
    id = ctx.text(element, "BankTransactionID")
    old = None
    if id:
        old = ctx.org.bank_transactions.get(id.lower())
        if old is None:
            raise Invalid("An existing Bank Transaction with the specified BankTransactionID could not be found")
        if old.reconciled:
            raise Invalid(RECONCILED)
        if old.status == "DELETED":
            raise Invalid("Bank Transaction not of valid status for modification")
        if (
            ctx.choice(element, "Status", ("AUTHORISED", "DELETED", "VOIDED"), "BankTransactionStatus", path)
            == "DELETED"
        ):
            return render(ctx, _delete(ctx, old))
        if old.type not in ("RECEIVE", "SPEND"):
            raise Invalid("Bank Transaction not of valid status for modification")
    document, parsed = _build(ctx, element, old, path)
    if old is not None:
        ledger.reverse(ctx.org, old.id, ctx.now)
        stock.move_back(ctx, old)
    ledger.post_document(ctx.org, document, ctx.now, ctx.switches.rate_is_foreign_per_base)
    stock.move(ctx, document)
    ctx.org.bank_transactions.put(document)
    ctx.record("BankTransactions", document.id, "updated" if old else "created", document.reference)
    kind = document.type.partition("-")[2]
    credit_id = ""
    if kind in CREDITS:
        credit = msgspec.structs.replace(
            document, id=ctx.org.new_id(), collection=CREDITS[kind], texts=(("Bank", document.id),)
        )
        ctx.org.documents[CREDITS[kind]].put(credit)
        ctx.record(CREDITS[kind], credit.id, "created", document.reference)
        ctx.event(kind, "CREATE", credit.id)
        credit_id = credit.id
        ctx.org.bank_transactions.put(msgspec.structs.replace(document, texts=((kind, credit_id),)))
    answer = render(ctx, ctx.org.bank_transactions[document.id])
    if parsed.warnings:
        answer["Warnings"] = [{"Message": message} for message in parsed.warnings]
    return answer


def _build(ctx: Context, element: Json, old: Document | None, path: str) -> tuple[Document, Parsed]:
    """A body as a bank transaction. Raises Invalid with all messages."""
    org = ctx.org
    problems: list[str] = []
    type_ = ctx.choice(element, "Type", TYPES, "BankTransactionType", path) or (old.type if old else None)
    if type_ is None:
        raise Invalid("Type is a required field")
    if type_.endswith("TRANSFER"):
        raise Invalid("Bank transfers can not be made through bank transactions.")
    bank = _bank(ctx, element, old, problems)
    contact_id = old.contact if old else ""
    if old is None or isinstance(element.get("Contact"), dict):
        try:
            contact_id = contacts.resolve(ctx, element.get("Contact"), "BankTransaction").id
        except Invalid as refusal:
            problems += refusal.messages
    line_types, parsed = _lines(ctx, element, old, type_, path)
    problems += parsed.problems
    if not parsed.lines:
        problems.append("One or more line items must be specified")
    date = ctx.day(element, "Date")
    date = date if date is not None else old.date if old else ctx.today
    currency = (ctx.text(element, "CurrencyCode") or (bank.currency if bank else "") or org.settings.currency).upper()
    if currency not in org.currencies:
        problems.append(f"Organisation is not subscribed to currency {currency}")
    sub_total, total_tax, total = totals(parsed.lines, line_types)
    problems += _totals(ctx, element, total)
    problems += locked(ctx, [date] + ([old.date] if old else []))
    if problems:
        raise Invalid(list(dict.fromkeys(problems)))
    assert bank is not None, "a missing bank account is a problem above"
    blank = Document(
        org.new_id(), "BankTransactions", type_, "AUTHORISED", contact_id, date, None, "", "", currency, 10**RATE,
        line_types, (), 0, 0, 0, ctx.now, app=ctx.app,
    )  # fmt: skip
    base = old or blank
    reference, url = ctx.text(element, "Reference", 255), ctx.text(element, "Url")
    return msgspec.structs.replace(
        blank,
        id=base.id,
        reference=base.reference if reference is None else reference,
        rate=rate_for(ctx, currency, element, old.rate if old else None),
        lines=tuple(parsed.lines),
        sub_total=sub_total,
        total_tax=total_tax,
        total=total,
        url=url or base.url,
        bank=bank.id,
        reconciled=bool(ctx.boolean(element, "IsReconciled")),
        attachments=base.attachments,
    ), parsed


def _lines(ctx: Context, element: Json, old: Document | None, type_: str, path: str) -> tuple[str, Parsed]:
    """LineAmountTypes and lines; an overpayment's lines go to receivables or payables, without tax."""
    over = type_.endswith("OVERPAYMENT")
    line_types = ctx.choice(element, "LineAmountTypes", LINE_TYPES, "LineAmountType", path)
    line_types = NO_TAX if over else line_types or (old.line_types if old else EXCLUSIVE)
    control = "DEBTORS" if type_.startswith("RECEIVE") else "CREDITORS"
    manner = Manner(
        approving=not over,
        line_types=line_types,
        sales=type_.startswith("RECEIVE"),
        discounts=False,
        fixed_account=ctx.org.system_account(control).id if over else "",
    )
    if old is not None and "LineItems" not in element:
        return line_types, Parsed(list(old.lines), [], [])
    return line_types, parse_lines(ctx, element.get("LineItems"), old.lines if old else (), manner)


def _totals(ctx: Context, element: Json, total: int) -> list[str]:
    """What is wrong with the total, be it sent or computed."""
    problems = []
    sent = ctx.number(element, "Total")
    if sent is not None and sent != total and ctx.switches.check_sent_totals:
        problems.append(TOTALS_DIFFER)
    if total <= 0:
        problems.append("The Total for this document must be greater than or equal to zero.")
    return problems


def _bank(ctx: Context, element: Json, old: Document | None, problems: list[str]) -> Account | None:
    sent = element.get("BankAccount")
    if not isinstance(sent, dict):
        if old is not None:
            return ctx.org.accounts[old.bank]
        problems.append("A BankAccount must be specified")
        return None
    id, code = ctx.text(sent, "AccountID"), ctx.text(sent, "Code")
    account = ctx.org.accounts.get(id.lower()) if id else ctx.org.account_by_code(code) if code else None
    if account is None or account.type != "BANK" or account.status != "ACTIVE":
        problems.append("Invalid Bank Account")
    return account


def _delete(ctx: Context, old: Document) -> Document:
    check_locks(ctx, [old.date])
    for kind, collection in CREDITS.items():
        id = dict(old.texts).get(kind)
        if id:
            credit = ctx.org.documents[collection][id]
            if credit.credited or credit.paid:
                raise Invalid("This document cannot be edited as it has a payment or credit note allocated to it.")
            ctx.org.documents[collection].put(msgspec.structs.replace(credit, status="VOIDED", updated=ctx.now))
    ledger.reverse(ctx.org, old.id, ctx.now)
    stock.move_back(ctx, old)
    ctx.record("BankTransactions", old.id, "updated", old.reference)
    return ctx.org.bank_transactions.put(msgspec.structs.replace(old, status="DELETED", updated=ctx.now))


def render(ctx: Context, document: Document, *, lines: bool = True) -> Json:
    """A bank transaction."""
    bank = ctx.org.accounts[document.bank]
    answer: Json = {
        "BankTransactionID": document.id,
        "BankAccount": {"AccountID": bank.id, "Code": bank.code, "Name": bank.name},
        "Type": document.type,
        "Reference": document.reference,
        "IsReconciled": document.reconciled,
        "HasAttachments": document.attachments,
    }
    for kind, collection in CREDITS.items():
        id = dict(document.texts).get(kind)
        if id:
            answer[collection[:-1] + "ID"] = id
    if document.url:
        answer["Url"] = document.url
    answer["CurrencyRate"] = rate(document.rate)
    answer["Contact"] = contacts.stub(ctx.org.contacts.get(document.contact))
    _body(ctx, document, answer, lines)
    return answer


def render_credit(ctx: Context, document: Document, *, lines: bool = True) -> Json:
    """An overpayment or prepayment."""
    id_member = "OverpaymentID" if document.collection == "Overpayments" else "PrepaymentID"
    answer: Json = {
        id_member: document.id,
        "ID": document.id,
        "Type": document.type,
        "Reference": document.reference,
        "CurrencyRate": rate(document.rate),
        "RemainingCredit": money(document.due_amount),
        "Allocations": [render_allocation(ctx, a) for a in ctx.org.allocations.by("credit", document.id)],
        "Payments": [
            {"PaymentID": p.id, "Date": dates.day_ms(p.date), "Amount": money(p.amount), "Reference": p.reference}
            for p in ctx.org.payments.by("document", document.id)
            if p.status == "AUTHORISED"
        ],
        "AppliedAmount": money(document.credited),
        "HasAttachments": document.attachments,
        "Contact": contacts.stub(ctx.org.contacts.get(document.contact)),
    }
    _body(ctx, document, answer, lines)
    return answer


def _body(ctx: Context, document: Document, answer: Json, lines: bool) -> None:
    answer.update(
        {
            "DateString": dates.day_text(document.date),
            "Date": dates.day_ms(document.date),
            "Status": document.status,
            "LineAmountTypes": document.line_types,
            "LineItems": [render_line(ctx, line, written=False) for line in document.lines] if lines else [],
            "SubTotal": money(document.sub_total),
            "TotalTax": money(document.total_tax),
            "Total": money(document.total),
            "UpdatedDateUTC": dates.ms(document.updated),
            "CurrencyCode": document.currency,
        }
    )
