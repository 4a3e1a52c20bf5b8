"""Translation out: postings → one exact request. Pure; the same postings give the same bytes.

Creation is PUT, which refuses a number that exists; POST would silently edit the document that has it. Changes
are POST, keyed by Xero's id only.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.accounting import (
    Allocation,
    Contact,
    CreditNote,
    Invoice,
    Item,
    LedgerLine,
    Overpayment,
    Payload,
    Payment,
    Ref,
    Role,
)
from tieout.ports.ledger import FrozenCall, Operation, Outgoing
from tieout.xero import forms
from tieout.xero.codec import date_out, encode, number
from tieout.xero.parties import contact_form, item_form

#: Bodies above this are refused by Xero in practice (its page names 10 MB and, as a practical limit, 3.5 MB).
BODY_BYTES_MAX = 3_500_000

_WITH_PRICES = "summarizeErrors=false&unitdp=4"
_WITHOUT_PRICES = "summarizeErrors=false"
_ONE = Decimal(1)

_PLAIN_ROLES: dict[type, Role] = {
    Contact: Role.CONTACT,
    Item: Role.ITEM,
    Invoice: Role.INVOICE,
    CreditNote: Role.CREDIT_NOTE,
    Overpayment: Role.OVERPAYMENT,
    Allocation: Role.ALLOCATION,
}


def role_of(outgoing: Outgoing) -> Role:
    """The posting's role: as told, else what its payload says."""
    if outgoing.role is not None:
        return outgoing.role
    payload = outgoing.payload
    if isinstance(payload, Payment):
        return Role.PAYMENT if payload.target.role is Role.INVOICE else Role.REFUND_PAYMENT
    return _PLAIN_ROLES[type(payload)]


def collection(payload: Payload) -> str:
    """Xero's endpoint for the kind of object, which is also the key of lists in bodies and answers."""
    match payload:
        case Contact():
            return "Contacts"
        case Item():
            return "Items"
        case Invoice():
            return "Invoices"
        case CreditNote():
            return "CreditNotes"
        case Payment():
            return "Payments"
        case Overpayment():
            return "BankTransactions"
        case Allocation():
            return "Allocations"


def lane(outgoing: Outgoing) -> str:
    """Postings with the same lane may share one call. What goes alone has its marker in the lane."""
    operation = outgoing.operation
    kind = f"{collection(outgoing.payload)} {'change' if operation is Operation.UPDATE else operation.value}"
    alone = (
        isinstance(outgoing.payload, Allocation)
        or (operation is Operation.DELETE and isinstance(outgoing.payload, Payment | Item))
        or (operation is Operation.VOID and isinstance(outgoing.payload, Payment))
    )
    return f"{kind} {outgoing.marker}" if alone else kind


def freeze(outgoing: Sequence[Outgoing]) -> FrozenCall:
    """The request for postings of one lane and one role. Raises ValueError when they cannot share a call."""
    first = outgoing[0]
    if len({(lane(one), role_of(one)) for one in outgoing}) != 1:
        raise ValueError("these postings cannot share one call")
    method, path, body = _request(outgoing)
    return FrozenCall(
        role=role_of(first),
        operation=first.operation,
        method=method,
        path=path,
        body=body,
        markers=tuple(one.marker for one in outgoing),
    )


def _request(outgoing: Sequence[Outgoing]) -> tuple[str, str, str]:
    first = outgoing[0]
    payload, operation = first.payload, first.operation
    endpoint = collection(payload)
    if isinstance(payload, Allocation):
        return _allocation(first, payload)
    if isinstance(payload, Payment) and operation is not Operation.CREATE:
        if operation is Operation.UPDATE:
            raise ValueError("Xero does not let a payment be changed, only deleted")
        path = f"Payments/{_own_id(first)}"
        return "POST", path, encode(forms.PaymentForm(Status="DELETED"))
    if isinstance(payload, Overpayment) and operation is not Operation.CREATE:
        raise ValueError("Xero does not let an overpayment be changed or deleted through its interface")
    if isinstance(payload, Item) and operation in (Operation.DELETE, Operation.VOID):
        return "DELETE", f"Items/{_own_id(first)}", ""
    query = _WITHOUT_PRICES if isinstance(payload, Contact | Payment) else _WITH_PRICES
    method = "PUT" if operation is Operation.CREATE else "POST"
    return method, f"{endpoint}?{query}", encode({endpoint: [_form(one) for one in outgoing]})


def _form(one: Outgoing) -> forms.Form:
    payload = one.payload
    match payload:
        case Invoice():
            return _invoice(one, payload)
        case CreditNote():
            return _credit_note(one, payload)
        case Payment():
            return _payment(one, payload)
        case Overpayment():
            return _overpayment(one, payload)
        case Contact():
            return contact_form(one, payload)
        case Item():
            return item_form(one, payload)
        case Allocation():
            raise AssertionError("allocations have a request of their own")


_FINAL_STATUS = {Operation.VOID: "VOIDED", Operation.DELETE: "DELETED"}


def _invoice(one: Outgoing, payload: Invoice) -> forms.InvoiceForm:
    if one.operation in _FINAL_STATUS:
        return forms.InvoiceForm(InvoiceID=_own_id(one), Status=_FINAL_STATUS[one.operation])
    create = one.operation is Operation.CREATE
    return forms.InvoiceForm(
        InvoiceID=None if create else _own_id(one),
        Type="ACCREC",
        InvoiceNumber=payload.number if create else None,
        Reference=payload.reference,
        Contact=forms.ContactStub(one.ids[payload.contact]),
        Date=date_out(payload.date),
        DueDate=date_out(payload.due_date),
        Status=payload.status.value,
        LineAmountTypes=payload.line_amount_types.value,
        CurrencyCode=payload.currency,
        CurrencyRate=None if payload.rate is None else number(payload.rate),
        Url=_url(payload.url),
        LineItems=_lines(payload.lines),
    )


def _url(address: str) -> str | None:
    """The link back to the store; left out where Xero would refuse the document for it.

    Xero wants an absolute web address without its own name in it.
    """
    folded = address.lower()
    return address if folded.startswith(("https://", "http://")) and "xero" not in folded else None


def _credit_note(one: Outgoing, payload: CreditNote) -> forms.CreditNoteForm:
    if one.operation in _FINAL_STATUS:
        return forms.CreditNoteForm(CreditNoteID=_own_id(one), Status=_FINAL_STATUS[one.operation])
    create = one.operation is Operation.CREATE
    return forms.CreditNoteForm(
        CreditNoteID=None if create else _own_id(one),
        Type="ACCRECCREDIT",
        CreditNoteNumber=payload.number if create else None,
        Reference=payload.reference,
        Contact=forms.ContactStub(one.ids[payload.contact]),
        Date=date_out(payload.date),
        Status=payload.status.value,
        LineAmountTypes=payload.line_amount_types.value,
        CurrencyCode=payload.currency,
        CurrencyRate=None if payload.rate is None else number(payload.rate),
        LineItems=_lines(payload.lines),
    )


def _lines(lines: Sequence[LedgerLine]) -> tuple[forms.LineForm, ...]:
    return tuple(
        forms.LineForm(
            line.description,
            number(line.quantity),
            number(line.unit_amount),
            line.account_code or None,
            line.tax_type or None,
            number(line.tax.amount) if line.override else None,
            line.item_code or None,
            tuple(forms.TrackingForm(name, option) for name, option in line.tracking) if line.tracking else (),
        )
        for line in lines
    )


def _account(account_id: str, code: str) -> forms.AccountStub:
    """By id where known: some bank accounts have no code."""
    return forms.AccountStub(AccountID=account_id) if account_id else forms.AccountStub(Code=code)


def _payment(one: Outgoing, payload: Payment) -> forms.PaymentForm:
    target, target_id = payload.target, one.ids[payload.target]
    is_refund = target.role is Role.CREDIT_NOTE or (
        target.role is Role.DIFFERENCE and role_of(one) is Role.REFUND_PAYMENT
    )
    is_overpaid = target.role is Role.OVERPAYMENT
    return forms.PaymentForm(
        Invoice=None if is_refund or is_overpaid else forms.InvoiceStub(target_id),
        CreditNote=forms.CreditNoteStub(target_id) if is_refund else None,
        Overpayment=forms.OverpaymentStub(target_id) if is_overpaid else None,
        Account=_account(payload.account_id, payload.account_code),
        Date=date_out(payload.date),
        Amount=number(payload.amount.amount),
        BankAmount=None if payload.bank_amount is None else number(payload.bank_amount.amount),
        Reference=payload.reference,
    )


def _overpayment(one: Outgoing, payload: Overpayment) -> forms.BankTransactionForm:
    amount = number(payload.amount.amount)
    return forms.BankTransactionForm(
        Type="RECEIVE-OVERPAYMENT",
        Reference=payload.reference,
        Contact=forms.ContactStub(one.ids[payload.contact]),
        BankAccount=_account(payload.account_id, payload.account_code),
        Date=date_out(payload.date),
        Status="AUTHORISED",
        LineAmountTypes="NoTax",
        CurrencyCode=payload.amount.currency,
        LineItems=(forms.LineForm(payload.reference or "Overpayment", _ONE, amount),),
    )


def credit_path(source: Ref, source_id: str) -> str:
    """Path of the credit that is allocated."""
    return f"{'Overpayments' if source.role is Role.OVERPAYMENT else 'CreditNotes'}/{source_id}/Allocations"


def _allocation(one: Outgoing, payload: Allocation) -> tuple[str, str, str]:
    path = credit_path(payload.source, one.ids[payload.source])
    if one.operation in _FINAL_STATUS:
        return "DELETE", f"{path}/{_own_id(one)}", ""
    if one.operation is not Operation.CREATE:
        raise ValueError("Xero does not let an allocation be changed, only deleted")
    form = forms.AllocationForm(
        Invoice=forms.InvoiceStub(one.ids[payload.invoice]),
        Amount=number(payload.amount.amount),
        Date=date_out(payload.date),
    )
    return "PUT", f"{path}?{_WITHOUT_PRICES}", encode({"Allocations": [form]})


def _own_id(one: Outgoing) -> str:
    if not one.remote_id:
        raise ValueError(f"{one.marker} has no id in the ledger; it cannot be changed")
    return one.remote_id
