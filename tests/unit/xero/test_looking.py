"""Look-ups by our markers, one test per row of the table in docs/xero.md."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from xero_things import (
    IDS,
    INVOICE,
    INVOICE_ID,
    NOTE,
    NOTE_ID,
    OVERPAID,
    OVERPAYMENT_ID,
    CountingMeter,
    Script,
    allocation,
    body,
    create,
    credit_note,
    invoice,
    invoice_answer,
    ledger,
    reply,
    uuid,
)

from tieout.accounting import Role
from tieout.errors import TieoutError

NONE: dict[str, str] = {}


def query(script: Script, index: int = 0) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(script.requests[index].url).query).items()}


def test_invoices_are_found_by_a_list_of_numbers() -> None:
    client, script = ledger(reply(200, body("Invoices", [invoice_answer("m-1", uuid(1))])))
    found = client.look_up(Role.INVOICE, ["M-1", "M-2"], NONE, CountingMeter())
    assert {marker: one.remote_id for marker, one in found.items()} == {"M-1": uuid(1)}
    assert query(script)["InvoiceNumbers"] == "M-1,M-2"
    assert found["M-1"].lines


def test_a_bill_with_the_same_number_is_not_ours() -> None:
    client, _ = ledger(reply(200, body("Invoices", [invoice_answer("M-1", uuid(1), Type="ACCPAY")])))
    assert client.look_up(Role.INVOICE, ["M-1"], NONE, CountingMeter()) == {}


def test_a_number_with_a_comma_goes_by_filter() -> None:
    client, script = ledger(reply(200, body("Invoices", [invoice_answer("M,1", uuid(1))])))
    assert set(client.look_up(Role.INVOICE, ["M,1"], NONE, CountingMeter())) == {"M,1"}
    assert query(script)["where"] == 'InvoiceNumber=="M,1"'


def test_quotes_in_markers_cannot_break_a_filter() -> None:
    client, script = ledger(reply(200, body("CreditNotes", [])))
    client.look_up(Role.CREDIT_NOTE, ['C"1\\'], NONE, CountingMeter())
    assert query(script)["where"] == 'CreditNoteNumber=="C\\"1\\\\"'


def test_long_lists_are_split_so_that_addresses_stay_short() -> None:
    markers = [f"SHOP-{'0' * 40}-{n}" for n in range(100)]
    client, script = ledger(*[reply(200, body("Invoices", [])) for _ in range(10)])
    meter = CountingMeter()
    client.look_up(Role.INVOICE, markers, NONE, meter)
    assert all(len(one.url) < 2048 for one in script.requests)
    asked = [
        number for one in range(len(script.requests)) for number in query(script, one)["InvoiceNumbers"].split(",")
    ]
    assert asked == markers
    assert len(meter.opened) == len(script.requests) < 10


def test_what_lives_is_preferred_to_what_is_void() -> None:
    rows = [
        invoice_answer("M-1", uuid(1), Status="VOIDED"),
        invoice_answer("M-1", uuid(2)),
        invoice_answer("M-1", uuid(3), Status="DELETED"),
    ]
    client, _ = ledger(reply(200, body("Invoices", rows)))
    assert client.look_up(Role.INVOICE, ["M-1"], NONE, CountingMeter())["M-1"].remote_id == uuid(2)


def test_a_void_is_seen_by_its_status() -> None:
    client, _ = ledger(reply(200, body("Invoices", [invoice_answer("M-1", uuid(1), Status="VOIDED")])))
    assert client.look_up(Role.INVOICE, ["M-1"], NONE, CountingMeter())["M-1"].status == "VOIDED"


def test_credit_notes_are_found_by_a_filter_of_numbers() -> None:
    rows = [{"Type": "ACCRECCREDIT", "CreditNoteID": NOTE_ID, "CreditNoteNumber": "C-2", "Status": "AUTHORISED"}]
    client, script = ledger(reply(200, body("CreditNotes", rows)))
    found = client.look_up(Role.CREDIT_NOTE, ["C-1", "C-2"], NONE, CountingMeter())
    assert {marker: one.remote_id for marker, one in found.items()} == {"C-2": NOTE_ID}
    assert query(script)["where"] == 'CreditNoteNumber=="C-1" OR CreditNoteNumber=="C-2"'


def test_difference_documents_are_looked_for_among_their_kind() -> None:
    client, script = ledger(
        reply(200, body("Invoices", [invoice_answer("D-1", uuid(1))])),
        reply(200, body("CreditNotes", [{"CreditNoteID": uuid(2), "CreditNoteNumber": "D-2"}])),
    )
    hints = {
        "D-1": client.hint(create("D-1", invoice("D-1"), role=Role.DIFFERENCE)),
        "D-2": client.hint(create("D-2", credit_note("D-2"), role=Role.DIFFERENCE)),
    }
    found = client.look_up(Role.DIFFERENCE, ["D-1", "D-2"], hints, CountingMeter())
    assert {marker: (one.remote_id, one.role) for marker, one in found.items()} == {
        "D-1": (uuid(1), Role.DIFFERENCE),
        "D-2": (uuid(2), Role.DIFFERENCE),
    }
    assert len(script.requests) == 2


def test_contacts_are_found_by_number_archived_ones_too() -> None:
    rows = [{"ContactID": uuid(1), "ContactNumber": "100007", "ContactStatus": "ARCHIVED"}]
    client, script = ledger(reply(200, body("Contacts", rows)))
    found = client.look_up(Role.CONTACT, ["100007"], NONE, CountingMeter())
    assert found["100007"].status == "ARCHIVED"
    assert query(script)["where"] == 'ContactNumber=="100007"'
    assert query(script)["includeArchived"] == "true"


def test_a_few_items_are_found_by_filter_and_many_in_the_whole_list() -> None:
    rows = [{"ItemID": uuid(1), "Code": "mug"}]
    client, script = ledger(reply(200, body("Items", rows)), reply(200, body("Items", rows)))
    assert set(client.look_up(Role.ITEM, ["MUG"], NONE, CountingMeter())) == {"MUG"}
    many = ["MUG", *(f"CUP-{n}" for n in range(50))]
    assert set(client.look_up(Role.ITEM, many, NONE, CountingMeter())) == {"MUG"}
    assert query(script)["where"] == 'Code=="MUG"'
    assert "where" not in query(script, 1)


def paid(reference: str, target: str, identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "PaymentID": identifier,
        "Reference": reference,
        "Amount": Decimal("1.00"),
        "Status": "AUTHORISED",
        "Invoice": {"InvoiceID": target},
    } | changes


def test_payments_are_found_through_their_invoice_and_their_reference() -> None:
    rows = [
        paid("M-1 P1", INVOICE_ID, uuid(1), Status="DELETED"),
        paid("M-1 P1", INVOICE_ID, uuid(2)),
        paid("typed by a person", INVOICE_ID, uuid(3)),
        paid("M-1 P2", uuid(99), uuid(4)),
    ]
    client, script = ledger(reply(200, body("Payments", rows)))
    hints = {"M-1 P1": INVOICE_ID, "M-1 P2": INVOICE_ID}
    found = client.look_up(Role.PAYMENT, ["M-1 P1", "M-1 P2"], hints, CountingMeter())
    assert {marker: one.remote_id for marker, one in found.items()} == {"M-1 P1": uuid(2)}
    assert query(script)["where"] == f'Invoice.InvoiceID==guid("{INVOICE_ID}")'


def test_a_payment_without_a_hint_is_looked_for_by_reference_alone() -> None:
    client, script = ledger(reply(200, body("Payments", [paid("M-1 P1", INVOICE_ID, uuid(1))])))
    assert set(client.look_up(Role.PAYMENT, ["M-1 P1"], NONE, CountingMeter())) == {"M-1 P1"}
    assert query(script)["where"] == 'Reference=="M-1 P1"'


@pytest.mark.parametrize("target", [{"CreditNote": {"CreditNoteID": NOTE_ID}}, {"Invoice": {"InvoiceID": NOTE_ID}}])
def test_refund_payments_are_found_by_reference_and_belong_to_their_note(target: dict[str, Any]) -> None:
    row = paid("C-1 B9", "", uuid(1)) | {"Invoice": None} | target
    client, _ = ledger(reply(200, body("Payments", [row])), reply(200, body("Payments", [row])))
    found = client.look_up(Role.REFUND_PAYMENT, ["C-1 B9"], {"C-1 B9": NOTE_ID}, CountingMeter())
    assert found["C-1 B9"].remote_id == uuid(1)
    other = client.look_up(Role.REFUND_PAYMENT, ["C-1 B9"], {"C-1 B9": uuid(98)}, CountingMeter())
    assert other == {}


def test_overpayments_are_found_by_reference() -> None:
    rows = [
        {"OverpaymentID": OVERPAYMENT_ID, "Reference": "M-1 O1", "Status": "AUTHORISED", "Total": Decimal("5.00")}
    ]
    client, script = ledger(reply(200, body("Overpayments", rows)))
    assert client.look_up(Role.OVERPAYMENT, ["M-1 O1"], NONE, CountingMeter())["M-1 O1"].remote_id == OVERPAYMENT_ID
    assert query(script)["where"] == 'Reference=="M-1 O1"'


@pytest.mark.parametrize(
    ("source", "name", "credit"),
    [(NOTE, "CreditNotes", {"CreditNoteID": NOTE_ID}), (OVERPAID, "Overpayments", {"OverpaymentID": OVERPAYMENT_ID})],
)
def test_allocations_are_found_in_the_credit_they_belong_to(source: Any, name: str, credit: dict[str, Any]) -> None:
    parts = [
        {"AllocationID": uuid(1), "Amount": Decimal("1.00"), "Invoice": {"InvoiceID": uuid(99)}},
        {"AllocationID": uuid(2), "Amount": Decimal("20.50"), "Invoice": {"InvoiceID": INVOICE_ID}},
        {"AllocationID": uuid(3), "Amount": Decimal("9.00"), "Invoice": {"InvoiceID": INVOICE_ID}, "IsDeleted": True},
    ]
    client, script = ledger(reply(200, body(name, [credit | {"Allocations": parts}])))
    hint = client.hint(create("a", allocation(source), IDS))
    found = client.look_up(Role.ALLOCATION, ["a"], {"a": hint}, CountingMeter())
    assert found["a"].remote_id == uuid(2)
    assert urlsplit(script.requests[0].url).path.endswith(f"/{name}/{IDS[source]}")


def test_an_allocation_of_a_credit_that_is_gone_is_not_held() -> None:
    client, _ = ledger(reply(404))
    hint = client.hint(create("a", allocation(), IDS))
    assert client.look_up(Role.ALLOCATION, ["a"], {"a": hint}, CountingMeter()) == {}
    assert hint.endswith(IDS[INVOICE])


def test_every_role_says_how_many_markers_a_call_takes() -> None:
    client, _ = ledger()
    assert all(client.lookup_size(role) > 0 for role in Role)


TOO_MANY = reply(400, b'{"ErrorNumber":51,"Type":"HighVolumeException","Message":"Too many rows"}')


@pytest.mark.parametrize(
    ("role", "name", "row"),
    [
        (Role.CONTACT, "Contacts", {"ContactID": uuid(1), "ContactNumber": "A/7"}),
        (Role.CREDIT_NOTE, "CreditNotes", {"CreditNoteID": uuid(1), "CreditNoteNumber": "A/7"}),
    ],
)
def test_organisations_too_large_for_a_filter_are_asked_one_by_one(
    role: Role, name: str, row: dict[str, Any]
) -> None:
    client, script = ledger(TOO_MANY, reply(200, body(name, [row])), reply(404))
    assert set(client.look_up(role, ["A/7", "B"], NONE, CountingMeter())) == {"A/7"}
    assert [urlsplit(one.url).path.rpartition("/")[2] for one in script.requests[1:]] == ["A%2F7", "B"]


@pytest.mark.parametrize("answer", [reply(500), reply(429), reply(200, b'{"Invoices":[')])
def test_case_c59_a_look_up_that_fails_never_says_that_nothing_is_there(answer: Any) -> None:
    client, _ = ledger(answer)
    with pytest.raises(TieoutError):
        client.look_up(Role.INVOICE, ["M-1"], NONE, CountingMeter())
