# ruff: noqa: E501 - tables of wire texts, one row a line
"""What an answer means: one row per dialect, and elements tied to postings by marker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from xero_things import (
    CONTACT_ID,
    IDS,
    INVOICE,
    INVOICE_ID,
    NOTE,
    allocation,
    body,
    change,
    contact,
    create,
    credit_note,
    frozen,
    invoice,
    invoice_answer,
    item,
    money,
    overpayment,
    payment,
    uuid,
)

from tieout.accounting import Role
from tieout.ports import Answer, AnswerKind, FrozenCall, Limits, Operation
from tieout.rules.catalogue import Code
from tieout.xero.answers import read_answer
from tieout.xero.codec import ZERO_ID, encode

JSON = {"content-type": "application/json; charset=utf-8"}
ONE = frozen([create("M-1", invoice())])
TWO = frozen([create("M-1", invoice()), create("M-2", invoice("M-2"))])


def answer(
    call: FrozenCall, status: int, data: bytes | Mapping[str, Any] = b"", headers: Mapping[str, str] = JSON
) -> Answer:
    raw = data if isinstance(data, bytes) else encode(data).encode()
    return read_answer(call, status, headers, raw)


def refused(number: str, message: str, **changes: Any) -> dict[str, Any]:
    return {
        "InvoiceID": ZERO_ID,
        "InvoiceNumber": number,
        "HasErrors": True,
        "StatusAttributeString": "ERROR",
        "ValidationErrors": [{"Message": message}],
    } | changes


PROBLEM = {"Type": None, "Title": "Unauthorized", "Status": 401, "Instance": uuid(1), "Extensions": {}}
DIALECTS: list[tuple[str, int, bytes, dict[str, str], AnswerKind, str, str]] = [
    # name, status, body, headers, kind, limit, code
    ("429 minute as recorded", 429, b"", {"x-rate-limit-problem": "minute", "retry-after": "26"}, AnswerKind.RETRY, "minute", ""),
    ("429 day", 429, b"", {"x-rate-limit-problem": "Day", "retry-after": "73451"}, AnswerKind.RETRY, "day", ""),
    ("429 of old days", 429, b"", {"x-rate-limit-problem": "Daily"}, AnswerKind.RETRY, "day", ""),
    ("429 concurrent", 429, b"", {"x-rate-limit-problem": "concurrent"}, AnswerKind.RETRY, "concurrent", ""),
    ("429 appminute", 429, b"", {"x-rate-limit-problem": "appminute"}, AnswerKind.RETRY, "app", ""),
    ("429 app-minute", 429, b"", {"x-rate-limit-problem": "app-minute"}, AnswerKind.RETRY, "app", ""),
    ("429 unnamed, minute used up", 429, b"", {"x-minlimit-remaining": "0"}, AnswerKind.RETRY, "minute", ""),
    ("429 unnamed, day used up", 429, b"", {"x-daylimit-remaining": "0"}, AnswerKind.RETRY, "day", ""),
    ("429 unnamed, app used up", 429, b"", {"x-appminlimit-remaining": "0"}, AnswerKind.RETRY, "app", ""),
    ("429 bare", 429, b"", {}, AnswerKind.RETRY, "concurrent", ""),
    ("401 expired", 401, encode(PROBLEM | {"Detail": "TokenExpired: token expired at 04/09/2023 05:16:59"}).encode(), JSON, AnswerKind.NO_ACCESS, "", "token_expired"),
    ("401 in lower case", 401, b'{"title":"Unauthorized","detail":"AuthenticationUnsuccessful"}', JSON, AnswerKind.NO_ACCESS, "", "token_rejected"),
    ("401 scope", 401, encode(PROBLEM | {"Detail": "AuthorizationUnsuccessful"}).encode(), JSON, AnswerKind.NO_ACCESS, "", "scope_missing"),
    ("401 scope in the header", 401, b"", {"www-authenticate": 'Bearer error="insufficient_scope"'}, AnswerKind.NO_ACCESS, "", "scope_missing"),
    ("401 scope misspelt", 401, b"", {"www-authenticate": 'error="insufficent_scope"'}, AnswerKind.NO_ACCESS, "", "scope_missing"),
    ("401 of old days", 401, b"oauth_problem=token_expired&oauth_problem_advice=x", {}, AnswerKind.NO_ACCESS, "", "token_expired"),
    ("403 disconnected", 403, b'{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful"}', JSON, AnswerKind.NO_ACCESS, "", "disconnected"),
    ("403 permission", 403, b'{"title":"Forbidden","detail":"You may not"}', JSON, AnswerKind.NO_ACCESS, "", "forbidden"),
    ("403 of the edge", 403, b"<html><body>Access denied</body></html>", {"content-type": "text/html"}, AnswerKind.NO_ACCESS, "", "blocked"),
    ("503 maintenance", 503, b"The Xero API is currently offline for maintenance", {"content-type": "text/plain"}, AnswerKind.RETRY, "outage", ""),
    ("503 outage", 503, b"The Xero API is temporarily unavailable", {"content-type": "text/plain"}, AnswerKind.RETRY, "outage", ""),
    ("503 organisation", 503, b"The Organisation is offline", {"content-type": "text/plain"}, AnswerKind.RETRY, "outage", ""),
    ("503 limit of old days", 503, b"oauth_problem=rate%20limit%20exceeded&oauth_problem_advice=wait", {}, AnswerKind.RETRY, "minute", ""),
    ("503 of something else", 503, b"<html>upstream</html>", {"content-type": "text/html"}, AnswerKind.UNKNOWN, "", "html"),
    ("500 JSON", 500, b'{"Message":"An unhandled error with the Xero API occurred."}', JSON, AnswerKind.UNKNOWN, "", ""),
    ("500 cut", 500, b'{"Message":"An unh', JSON, AnswerKind.UNKNOWN, "", ""),
    ("502 HTML", 502, b"<html>Bad gateway</html>", {"content-type": "text/html"}, AnswerKind.UNKNOWN, "", "html"),
    ("504 empty", 504, b"", {}, AnswerKind.UNKNOWN, "", ""),
    ("408", 408, b"", {}, AnswerKind.UNKNOWN, "", ""),
    ("302", 302, b"", {"location": "https://login.example"}, AnswerKind.UNKNOWN, "", ""),
    ("400 key used", 400, b'{"ErrorNumber":10,"Type":"ValidationException","Message":"Idempotency Key: k is used with a different request."}', JSON, AnswerKind.KEY_CONFLICT, "", "ValidationException"),
    ("400 key used, as text", 400, b"Idempotency Key: k is used with a different request.", {"content-type": "text/plain"}, AnswerKind.KEY_CONFLICT, "", ""),
    ("400 whole", 400, b'{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value"}', JSON, AnswerKind.REFUSED_WHOLE, "", "PostDataInvalidException"),
    ("400 whole without elements", 400, b'{"ErrorNumber":10,"Type":"ValidationException","Message":"x","Elements":[]}', JSON, AnswerKind.REFUSED_WHOLE, "", "ValidationException"),
    ("413", 413, b"<html>Request too large</html>", {"content-type": "text/html"}, AnswerKind.REFUSED_WHOLE, "", "html"),
    ("404 empty HTML", 404, b"", {"content-type": "text/html; charset=utf-8"}, AnswerKind.REFUSED_WHOLE, "", ""),
    ("501 XML", 501, b"<ApiException><ErrorNumber>20</ErrorNumber><Type>ApiMethodNotImplementedException</Type><Message>The Api Method called is not implemented</Message></ApiException>", {"content-type": "text/xml"}, AnswerKind.REFUSED_WHOLE, "", "ApiMethodNotImplementedException"),
    ("200 cut", 200, b'{"Id":"1","Status":"OK","Invoices":[{"InvoiceID":', JSON, AnswerKind.UNKNOWN, "", ""),
    ("200 empty", 200, b"", JSON, AnswerKind.UNKNOWN, "", ""),
    ("200 HTML of a proxy", 200, b"<html>Welcome</html>", {"content-type": "text/html"}, AnswerKind.UNKNOWN, "", ""),
    ("200 without a list", 200, b'{"Id":"1","Status":"OK"}', JSON, AnswerKind.UNKNOWN, "", ""),
    ("200 that is a list", 200, b"[]", JSON, AnswerKind.UNKNOWN, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "data", "headers", "kind", "limit", "code"),
    [row[1:] for row in DIALECTS],
    ids=[row[0] for row in DIALECTS],
)
def test_every_dialect_has_its_meaning(
    status: int, data: bytes, headers: dict[str, str], kind: AnswerKind, limit: str, code: str
) -> None:
    got = answer(TWO, status, data, headers)
    assert (got.kind, got.limit, got.code, got.status) == (kind, limit, code, status)
    assert got.elements == ()


def test_waiting_times_come_from_the_answer() -> None:
    assert answer(TWO, 429, headers={"retry-after": "26"}).retry_after == 26
    assert answer(TWO, 429, headers={"x-rate-limit-problem": "concurrent"}).retry_after is None
    dated = {"retry-after": "Sat, 21 Nov 2026 12:01:00 GMT", "date": "Sat, 21 Nov 2026 12:00:30 GMT"}
    assert answer(TWO, 429, headers=dated).retry_after == 30
    assert answer(TWO, 429, headers={"retry-after": "soon", "date": "never"}).retry_after is None
    assert answer(TWO, 503, b"The Organisation is offline").retry_after == 300


def test_limits_are_read_off_every_answer() -> None:
    headers = {"x-daylimit-remaining": "190", "x-minlimit-remaining": "49", "x-appminlimit-remaining": "9998"}
    assert answer(TWO, 500, headers=headers).limits == Limits(190, 49, 9998)
    assert answer(TWO, 500, headers={"x-daylimit-remaining": "many"}).limits == Limits()


def test_a_batch_is_settled_per_element() -> None:
    data = body("Invoices", [invoice_answer("M-1", uuid(1)), refused("M-2", "Invoice # must be unique.")])
    got = answer(TWO, 200, data)
    first, second = got.elements
    assert got.kind is AnswerKind.SETTLED
    assert (first.marker, first.ok, first.remote_id) == ("M-1", True, uuid(1))
    assert first.held is not None
    assert first.held.total == money("23.58")
    assert (second.marker, second.ok, second.remote_id) == ("M-2", False, "")
    assert second.refusals == ("Invoice # must be unique.",)
    assert second.problems[0].code == Code.NUMBER_TAKEN
    assert got.bytes_in == len(data)


def test_elements_are_tied_by_marker_when_their_order_differs() -> None:
    got = answer(TWO, 200, body("Invoices", [invoice_answer("m-2 ", uuid(2)), invoice_answer("M-1", uuid(1))]))
    assert [(one.marker, one.remote_id) for one in got.elements] == [("M-1", uuid(1)), ("M-2", uuid(2))]


def test_an_element_that_is_missing_stays_unknown() -> None:
    got = answer(TWO, 200, body("Invoices", [invoice_answer("M-2", uuid(2))]))
    assert [one.marker for one in got.elements] == ["M-2"]


def test_an_element_of_another_number_is_nobodys() -> None:
    got = answer(TWO, 200, body("Invoices", [invoice_answer("M-1", uuid(1)), invoice_answer("INV-9", uuid(2))]))
    assert [one.marker for one in got.elements] == ["M-1"]
    assert answer(ONE, 200, body("Invoices", [invoice_answer("INV-9", uuid(2))])).elements == ()


def test_an_element_without_its_number_is_tied_by_place_when_all_others_stand_at_theirs() -> None:
    nameless = refused("M-2", "Due date cannot be empty.", InvoiceNumber=None)
    got = answer(TWO, 200, body("Invoices", [invoice_answer("M-1", uuid(1)), nameless]))
    assert [(one.marker, one.ok) for one in got.elements] == [("M-1", True), ("M-2", False)]
    shifted = answer(TWO, 200, body("Invoices", [nameless, invoice_answer("M-1", uuid(1))]))
    assert [one.marker for one in shifted.elements] == ["M-1"]


def test_equal_numbers_in_one_batch_are_tied_in_order() -> None:
    twice = frozen([create("M-1", invoice()), create("M-1", invoice())])
    got = answer(
        twice, 200, body("Invoices", [invoice_answer("M-1", uuid(1)), refused("M-1", "Invoice # must be unique.")])
    )
    assert [one.ok for one in got.elements] == [True, False]


def test_a_zero_id_is_a_failure_even_when_xero_says_ok() -> None:
    call = frozen([create("100007", contact())])
    data = body("Contacts", [{"ContactID": ZERO_ID, "ContactNumber": "100007", "StatusAttributeString": "OK"}])
    (element,) = answer(call, 200, data).elements
    assert not element.ok
    assert "without an id" in element.refusals[0]


def test_messages_of_lines_and_contact_are_collected() -> None:
    element = invoice_answer("M-1", uuid(1), StatusAttributeString=None)
    element["LineItems"][0]["ValidationErrors"] = [{"Message": "Account must be valid."}]
    element["Contact"]["ValidationErrors"] = [{"Message": "Email address must be valid."}]
    (got,) = answer(ONE, 200, body("Invoices", [element])).elements
    assert not got.ok
    assert set(got.refusals) == {"Account must be valid.", "Email address must be valid."}


def test_an_error_without_messages_is_still_a_refusal() -> None:
    (got,) = answer(
        ONE, 200, body("Invoices", [invoice_answer("M-1", uuid(1), StatusAttributeString="ERROR")])
    ).elements
    assert not got.ok
    assert got.refusals


def test_warnings_are_kept_and_do_not_refuse() -> None:
    warned = invoice_answer(
        "M-1", uuid(1), StatusAttributeString="WARNING", Warnings=[{"Message": "Rate looks odd."}]
    )
    (got,) = answer(ONE, 200, body("Invoices", [warned])).elements
    assert got.ok
    assert got.warnings == ("Rate looks odd.",)


def test_a_400_with_elements_refuses_only_those_it_names() -> None:
    data = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred",
            "Elements": [refused("M-2", "Invoice # must be unique.", StatusAttributeString=None)]}  # fmt: skip
    got = answer(TWO, 400, data)
    assert got.kind is AnswerKind.SETTLED
    assert [(one.marker, one.ok) for one in got.elements] == [("M-2", False)]


def test_a_400_in_xml_is_read_the_same() -> None:
    data = b"""<ApiException xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><ErrorNumber>10</ErrorNumber>
    <Type>ValidationException</Type><Message>A validation exception occurred</Message><Elements>
    <DataContractBase xsi:type="Invoice"><ValidationErrors><ValidationError><Message>Invoice # must be unique.</Message>
    </ValidationError></ValidationErrors><InvoiceNumber>M-2</InvoiceNumber><Total>1.00</Total></DataContractBase>
    </Elements></ApiException>"""
    (got,) = answer(TWO, 400, data, {"content-type": "text/xml"}).elements
    assert (got.marker, got.refusals) == ("M-2", ("Invoice # must be unique.",))


def test_xml_that_declares_entities_is_not_parsed() -> None:
    data = b'<!DOCTYPE a [<!ENTITY b "c">]><ApiException><Message>&b;</Message></ApiException>'
    assert answer(TWO, 400, data, {"content-type": "text/xml"}).kind is AnswerKind.REFUSED_WHOLE


@pytest.mark.parametrize("status", [400, 404, 413, 415])
def test_the_only_element_of_a_call_is_refused_itself(status: int) -> None:
    got = answer(ONE, status, b'{"Message":"Something is wrong"}')
    assert got.kind is AnswerKind.SETTLED
    assert (got.elements[0].marker, got.elements[0].ok) == ("M-1", False)
    assert got.elements[0].refusals == ("Something is wrong",)


def test_a_change_is_tied_by_its_id() -> None:
    call = frozen([change(Operation.VOID, f"M-{n}", invoice(f"M-{n}"), uuid(n)) for n in (1, 2)])
    data = body("Invoices", [invoice_answer("M-2", uuid(2), Status="VOIDED"), invoice_answer("M-1", uuid(1).upper())])
    got = answer(call, 200, data)
    assert [(one.marker, one.held.status if one.held else "") for one in got.elements] == [
        ("M-1", "AUTHORISED"),
        ("M-2", "VOIDED"),
    ]


def payment_answer(reference: str, target: dict[str, Any], amount: str, identifier: str) -> dict[str, Any]:
    return {
        "PaymentID": identifier,
        "Reference": reference,
        "Amount": Decimal(amount),
        "Date": "/Date(1795132800000+0000)/",
        "Status": "AUTHORISED",
        "Account": {"AccountID": uuid(77), "Code": "601"},
        "HasValidationErrors": False,
        "StatusAttributeString": "OK",
    } | target


def test_payments_are_tied_by_reference_target_and_amount() -> None:
    call = frozen(
        [
            create("a", payment(INVOICE, "same", "10.00"), IDS),
            create("b", payment(INVOICE, "same", "13.58"), IDS),
            create("c", payment(INVOICE, "other", "1.00"), IDS),
        ]
    )
    target = {"Invoice": {"InvoiceID": INVOICE_ID, "CurrencyCode": "NZD", "AmountDue": Decimal("0.00")}}
    data = body(
        "Payments",
        [
            payment_answer("other", target, "1.0", uuid(3)),
            payment_answer("same", target, "13.58", uuid(2)),
            payment_answer("same", target, "10.00", uuid(1)),
        ],
    )
    got = answer(call, 200, data)
    assert [(one.marker, one.remote_id) for one in got.elements] == [("a", uuid(1)), ("b", uuid(2)), ("c", uuid(3))]
    held = got.elements[0].held
    assert held is not None
    assert (held.amount, held.amount_due, held.target_id) == (money("10.00"), money("0.00"), INVOICE_ID)
    assert (held.account_code, held.role) == ("601", Role.PAYMENT)


def test_a_payment_that_failed_in_a_batch_without_any_flag_is_a_failure() -> None:
    call = frozen([create("a", payment(INVOICE, "a", "10.00"), IDS)])
    data = body("Payments", [{"PaymentID": None, "Reference": "a", "Amount": Decimal("10.00")}])
    assert not answer(call, 200, data).elements[0].ok


def test_a_deleted_payment_is_the_only_one_of_its_call() -> None:
    call = frozen([change(Operation.DELETE, "a", payment(INVOICE), uuid(3), ids=IDS)])
    data = body("Payments", [{"PaymentID": uuid(3), "Reference": "edited", "Status": "DELETED", "Amount": 1}])
    (got,) = answer(call, 200, data).elements
    assert got.ok
    assert got.held is not None
    assert got.held.status == "DELETED"


def test_an_allocation_without_an_id_is_unknown_until_it_was_looked_up() -> None:
    call = frozen([create("x", allocation(), IDS)])
    row = {"Amount": Decimal("20.50"), "Date": "/Date(1551744000000+0000)/", "Invoice": {"InvoiceID": INVOICE_ID},
           "CreditNote": {"CreditNoteID": IDS[NOTE]}, "ValidationErrors": []}  # fmt: skip
    assert answer(call, 200, body("Allocations", [row])).elements == ()
    (got,) = answer(call, 200, body("Allocations", [row | {"AllocationID": uuid(5)}])).elements
    assert got.ok
    assert got.held is not None
    assert (got.held.target_id, got.held.number) == (INVOICE_ID, IDS[NOTE])


def test_a_second_deletion_finds_nothing_and_is_done() -> None:
    call = frozen([change(Operation.DELETE, "x", allocation(), uuid(4), ids=IDS)])
    (got,) = answer(call, 404, headers={"content-type": "text/html"}).elements
    assert got.ok


@pytest.mark.parametrize(("status", "data"), [(204, b""), (200, b'{"Allocations":[{"IsDeleted":true}]}')])
def test_a_deletion_is_settled_by_its_status(status: int, data: bytes) -> None:
    call = frozen([change(Operation.DELETE, "x", allocation(), uuid(4), ids=IDS)])
    (got,) = answer(call, status, data).elements
    assert (got.ok, got.remote_id) == (True, uuid(4))


@pytest.mark.parametrize(
    ("call", "name", "element", "remote"),
    [
        (frozen([create("MUG", item())]), "Items", {"ItemID": uuid(5), "Code": "mug"}, uuid(5)),
        (frozen([create("100007", contact())]), "Contacts", {"ContactID": CONTACT_ID, "ContactNumber": "100007"}, CONTACT_ID),
        (frozen([create("C-1", credit_note())]), "CreditNotes", {"CreditNoteID": uuid(6), "CreditNoteNumber": "C-1"}, uuid(6)),
        (frozen([create("M-1 Op16", overpayment())]), "BankTransactions",
         {"BankTransactionID": uuid(8), "OverpaymentID": uuid(7), "Reference": "M-1 Op16"}, uuid(7)),
    ],
    ids=["item", "contact", "credit note", "overpayment"],
)  # fmt: skip
def test_every_kind_of_object_is_recognised(
    call: FrozenCall, name: str, element: dict[str, Any], remote: str
) -> None:
    (got,) = answer(call, 200, body(name, [element])).elements
    assert (got.ok, got.remote_id) == (True, remote)


def test_an_element_of_unexpected_shape_harms_no_other() -> None:
    broken = invoice_answer("M-2", uuid(2), Total={"amount": 1})
    got = answer(TWO, 200, body("Invoices", [invoice_answer("M-1", uuid(1)), broken]))
    assert [one.marker for one in got.elements] == ["M-1"]


def test_a_huge_amount_leaves_the_element_unknown() -> None:
    got = answer(
        TWO,
        200,
        body("Invoices", [invoice_answer("M-1", uuid(1), Total=Decimal("1e20")), invoice_answer("M-2", uuid(2))]),
    )
    assert [one.marker for one in got.elements] == ["M-2"]


def test_unknown_words_of_xero_are_taken_as_they_are() -> None:
    strange = invoice_answer("M-1", uuid(1), Status="FROZEN", LineAmountTypes="Sometimes", NewMember={"a": [1]})
    (got,) = answer(ONE, 200, body("Invoices", [strange])).elements
    assert got.held is not None
    assert got.held.status == "FROZEN"


def test_evidence_is_bounded_and_without_secrets_or_addresses() -> None:
    failed = refused(
        "M-1", "Email address must be valid.", Contact={"EmailAddress": "anna@example.com"}, Filler="x" * 9000
    )
    (got,) = answer(ONE, 200, body("Invoices", [failed])).elements
    assert "anna@example.com" not in got.evidence
    assert "must be valid" in got.evidence
    assert len(got.evidence) <= 2000
    leaked = answer(ONE, 500, json.dumps({"Message": "Authorization: Bearer abcdefghijkl was wrong"}).encode())
    assert "abcdefghijkl" not in leaked.evidence


def test_evidence_of_a_success_has_no_personal_data() -> None:
    (got,) = answer(ONE, 200, body("Invoices", [invoice_answer("M-1", uuid(1))])).elements
    assert "Anna" not in got.evidence
    assert "23.58" in got.evidence
