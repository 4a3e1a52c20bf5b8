"""Postings, a scripted transport and small stand-ins for tests of the Xero client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tieout.accounting import (
    Allocation,
    Contact,
    CreditNote,
    Invoice,
    Item,
    LedgerLine,
    LineAmountTypes,
    Overpayment,
    Payment,
    Ref,
    Role,
    Status,
    Totals,
)
from tieout.documents.keys import DocumentKey, DocumentKind
from tieout.http import Reply, Request
from tieout.money import Money
from tieout.ports import FrozenCall, Limits, Operation, Outgoing
from tieout.xero import XeroLedger
from tieout.xero.codec import encode

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def money(text: str, currency: str = "NZD") -> Money:
    return Money(Decimal(text), currency)


def ref(role: Role, key: str, kind: DocumentKind = DocumentKind.ORDER, ordinal: int = 0) -> Ref:
    return Ref(role, DocumentKey(kind, key), ordinal)


CONTACT = ref(Role.CONTACT, "7", DocumentKind.CUSTOMER)
CONTACT_ID = uuid(0xC0)


def line(text: str = "Red mug", **changes: Any) -> LedgerLine:
    fields: dict[str, Any] = {
        "key": "1",
        "description": text,
        "quantity": Decimal(2),
        "unit_amount": Decimal("10.25"),
        "account_code": "200",
        "tax_type": "OUTPUT2",
        "amount": money("20.50"),
        "tax": money("3.08"),
    }
    return LedgerLine(**(fields | changes))


def invoice(number: str = "M-1", **changes: Any) -> Invoice:
    fields: dict[str, Any] = {
        "number": number,
        "reference": f"Order {number}",
        "contact": CONTACT,
        "date": DAY,
        "due_date": DAY,
        "status": Status.AUTHORISED,
        "line_amount_types": LineAmountTypes.EXCLUSIVE,
        "currency": "NZD",
        "lines": (line(),),
        "totals": Totals(money("20.50"), money("3.08"), money("23.58")),
        "url": "https://shop.example/order/1",
    }
    return Invoice(**(fields | changes))


def credit_note(number: str = "C-1", **changes: Any) -> CreditNote:
    fields: dict[str, Any] = {
        "number": number,
        "reference": f"Refund {number}",
        "contact": CONTACT,
        "date": DAY,
        "status": Status.AUTHORISED,
        "line_amount_types": LineAmountTypes.INCLUSIVE,
        "currency": "NZD",
        "lines": (line(),),
        "totals": Totals(money("17.83"), money("2.67"), money("20.50")),
    }
    return CreditNote(**(fields | changes))


def payment(target: Ref, reference: str = "M-1 Po16", amount: str = "23.58", **changes: Any) -> Payment:
    fields: dict[str, Any] = {
        "target": target,
        "account_code": "601",
        "date": DAY,
        "amount": money(amount),
        "reference": reference,
    }
    return Payment(**(fields | changes))


def create(marker: str, payload: Any, ids: Mapping[Ref, str] | None = None, **changes: Any) -> Outgoing:
    return Outgoing(
        marker=marker,
        operation=Operation.CREATE,
        payload=payload,
        ids={CONTACT: CONTACT_ID, **(ids or {})},
        **changes,
    )


def change(operation: Operation, marker: str, payload: Any, remote_id: str, **changes: Any) -> Outgoing:
    ids = {CONTACT: CONTACT_ID, **changes.pop("ids", {})}
    return Outgoing(marker=marker, operation=operation, payload=payload, ids=ids, remote_id=remote_id, **changes)


INVOICE = ref(Role.INVOICE, "1")
NOTE = ref(Role.CREDIT_NOTE, "9", DocumentKind.REFUND)
OVERPAID = ref(Role.OVERPAYMENT, "16", DocumentKind.PAYMENT)
INVOICE_ID, NOTE_ID, OVERPAYMENT_ID = uuid(0x11), uuid(0x12), uuid(0x13)
IDS = {INVOICE: INVOICE_ID, NOTE: NOTE_ID, OVERPAID: OVERPAYMENT_ID}


def overpayment() -> Overpayment:
    return Overpayment(contact=CONTACT, account_code="090", date=DAY, amount=money("5"), reference="M-1 Op16")


def allocation(source: Ref = NOTE) -> Allocation:
    return Allocation(source=source, invoice=INVOICE, amount=money("20.50"), date=DAY)


def contact(number: str = "100007", **changes: Any) -> Contact:
    return Contact(**({"name": "Anna Rua", "contact_number": number, "email": "anna@example.com"} | changes))


def item(code: str = "MUG", **changes: Any) -> Item:
    fields = {"name": "Red mug", "unit_price": Decimal("10.2500"), "account_code": "200", "tax_type": "OUTPUT2"}
    return Item(code=code, **(fields | changes))


def body(name: str, elements: Sequence[Mapping[str, Any]]) -> bytes:
    """An answer with one list."""
    return encode({"Id": uuid(1), "Status": "OK", "DateTimeUTC": "/Date(1789378199100)/", name: elements}).encode()


def invoice_answer(number: str, identifier: str, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "Type": "ACCREC",
        "InvoiceID": identifier,
        "InvoiceNumber": number,
        "Reference": f"Order {number}",
        "Contact": {"ContactID": CONTACT_ID, "Name": "Anna Rua", "EmailAddress": "anna@example.com"},
        "DateString": "2026-11-20T00:00:00",
        "Date": "/Date(1795132800000+0000)/",
        "Status": "AUTHORISED",
        "LineItems": [
            {
                "Description": "Red mug",
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
                "LineAmount": Decimal("20.50"),
                "TaxAmount": Decimal("3.08"),
                "ValidationErrors": [],
            }
        ],
        "SubTotal": Decimal("20.50"),
        "TotalTax": Decimal("3.08"),
        "Total": Decimal("23.58"),
        "AmountDue": Decimal("23.58"),
        "CurrencyCode": "NZD",
        "HasErrors": False,
        "StatusAttributeString": "OK",
        "ValidationErrors": [],
    }
    return fields | changes


class FixedClock:
    def __init__(self, now: dt.datetime = NOW) -> None:
        self.moment = now

    def now(self) -> dt.datetime:
        return self.moment


class Tokens:
    """A keeper whose refreshes give token-2, token-3, …"""

    def __init__(self) -> None:
        self.count = 1

    def access_token(self) -> str:
        return f"token-{self.count}"

    def refresh_after_401(self, refused: str) -> str:
        assert refused == self.access_token()
        self.count += 1
        return self.access_token()


class Script:
    """A transport that answers with prepared replies or failures, and keeps what it was sent."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Reply:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reply(status: int = 200, data: bytes = b"", **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={"content-type": "application/json"} | names, body=data)


class CountingMeter:
    """A meter that notes what was opened and closed."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, str, int]] = []
        self.closed: list[tuple[int, int, int, Limits]] = []

    def open(self, endpoint: str, method: str, bytes_out: int) -> int:
        self.opened.append((endpoint, method, bytes_out))
        return len(self.opened)

    def close(self, request: int, *, status: int, bytes_in: int, limits: Limits) -> None:
        self.closed.append((request, status, bytes_in, limits))


def ledger(*answers: Reply | Exception, tenant: str = TENANT) -> tuple[XeroLedger, Script]:
    script = Script(*answers)
    return XeroLedger(script, Tokens(), FixedClock(), tenant_id=tenant, base_currency="NZD"), script


def frozen(outgoing: Iterable[Outgoing]) -> FrozenCall:
    return ledger()[0].freeze(tuple(outgoing))
