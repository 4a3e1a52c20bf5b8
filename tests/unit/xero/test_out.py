"""Translation out: the exact request for each kind of posting."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from xero_things import (
    CONTACT_ID,
    IDS,
    INVOICE,
    INVOICE_ID,
    NOTE,
    NOTE_ID,
    OVERPAID,
    OVERPAYMENT_ID,
    allocation,
    change,
    contact,
    create,
    credit_note,
    frozen,
    invoice,
    item,
    line,
    money,
    overpayment,
    payment,
    ref,
    uuid,
)

from tieout.accounting import ContactAddress, ContactEntry, LineAmountTypes, Role, Status
from tieout.ports import FrozenCall, Operation
from tieout.xero.out import lane


def sent(call: FrozenCall) -> dict[str, Any]:
    """The only element of a body, numbers as Decimal."""
    (elements,) = json.loads(call.body, parse_float=Decimal).values()
    (element,) = elements
    return dict(element)


def test_case_c61_an_invoice_is_created_with_put_so_that_a_taken_number_is_refused() -> None:
    call = frozen([create("M-1", invoice())])
    assert (call.method, call.path) == ("PUT", "Invoices?summarizeErrors=false&unitdp=4")
    assert call.markers == ("M-1",)
    assert call.role is Role.INVOICE
    assert sent(call) == {
        "Type": "ACCREC",
        "InvoiceNumber": "M-1",
        "Reference": "Order M-1",
        "Contact": {"ContactID": CONTACT_ID},
        "Date": "2026-11-20",
        "DueDate": "2026-11-20",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "NZD",
        "Url": "https://shop.example/order/1",
        "LineItems": [
            {
                "Description": "Red mug",
                "Quantity": 2,
                "UnitAmount": Decimal("10.25"),
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
        ],
    }


def test_a03_tax_amount_is_sent_for_override_lines_only() -> None:
    lines = (line(), line(override=True, tax=money("3.07")))
    plain, override = sent(frozen([create("M-1", invoice(lines=lines))]))["LineItems"]
    assert "TaxAmount" not in plain
    assert override["TaxAmount"] == Decimal("3.07")


def test_an_override_of_zero_tax_is_sent_as_zero() -> None:
    lines = (line(override=True, tax=money("0")),)
    assert sent(frozen([create("M-1", invoice(lines=lines))]))["LineItems"][0]["TaxAmount"] == 0


def test_line_amounts_and_totals_are_left_to_xero() -> None:
    body = frozen([create("M-1", invoice())]).body
    assert not {"LineAmount", "SubTotal", "TotalTax", "Total", "SentToContact"} & set(json.loads(body)["Invoices"][0])
    assert '"LineAmount"' not in body


def test_items_tracking_and_rate_are_sent_where_given() -> None:
    lines = (line(item_code="MUG", tracking=(("Region", "North"),)),)
    element = sent(frozen([create("M-1", invoice(lines=lines, rate=Decimal("0.612300")))]))
    assert element["CurrencyRate"] == Decimal("0.612300")
    assert element["LineItems"][0]["ItemCode"] == "MUG"
    assert element["LineItems"][0]["Tracking"] == [{"Name": "Region", "Option": "North"}]


@pytest.mark.parametrize("url", ["", "shop.example/1", "https://xerography.example/1", "javascript:alert(1)"])
def test_a_link_that_xero_would_refuse_is_left_out(url: str) -> None:
    assert "Url" not in sent(frozen([create("M-1", invoice(url=url))]))


def test_unit_amounts_keep_four_decimals() -> None:
    lines = (line(unit_amount=Decimal("0.3333"), quantity=Decimal("3.0000")),)
    assert '"Quantity":3.0000,"UnitAmount":0.3333' in frozen([create("M-1", invoice(lines=lines))]).body


def test_a_change_names_the_id_and_never_the_number() -> None:
    call = frozen([change(Operation.UPDATE, "M-1", invoice(status=Status.DRAFT), INVOICE_ID)])
    element = sent(call)
    assert (call.method, call.path) == ("POST", "Invoices?summarizeErrors=false&unitdp=4")
    assert element["InvoiceID"] == INVOICE_ID
    assert "InvoiceNumber" not in element
    assert element["Status"] == "DRAFT"


@pytest.mark.parametrize(("operation", "status"), [(Operation.VOID, "VOIDED"), (Operation.DELETE, "DELETED")])
def test_b05_void_and_delete_send_the_id_and_the_status_only(operation: Operation, status: str) -> None:
    assert sent(frozen([change(operation, "M-1", invoice(), INVOICE_ID)])) == {
        "InvoiceID": INVOICE_ID,
        "Status": status,
    }
    assert sent(frozen([change(operation, "C-1", credit_note(), NOTE_ID)])) == {
        "CreditNoteID": NOTE_ID,
        "Status": status,
    }


def test_a_credit_note_carries_no_discount_no_due_date_and_its_own_type() -> None:
    element = sent(frozen([create("C-1", credit_note())]))
    assert element["Type"] == "ACCRECCREDIT"
    assert element["CreditNoteNumber"] == "C-1"
    assert element["LineAmountTypes"] == LineAmountTypes.INCLUSIVE.value
    assert not {"DueDate", "Url", "DiscountRate", "DiscountAmount"} & set(element)


def test_a_payment_of_an_invoice() -> None:
    call = frozen([create("M-1 Po16", payment(INVOICE), IDS)])
    assert (call.method, call.path, call.role) == ("PUT", "Payments?summarizeErrors=false", Role.PAYMENT)
    assert sent(call) == {
        "Invoice": {"InvoiceID": INVOICE_ID},
        "Account": {"Code": "601"},
        "Date": "2026-11-20",
        "Amount": Decimal("23.58"),
        "Reference": "M-1 Po16",
    }


def test_a_refund_payment_names_the_credit_note() -> None:
    call = frozen([create("C-1 B9", payment(NOTE, "C-1 B9"), IDS)])
    assert call.role is Role.REFUND_PAYMENT
    assert sent(call)["CreditNote"] == {"CreditNoteID": NOTE_ID}
    assert "Invoice" not in sent(call)


def test_a_refund_of_an_overpayment_names_the_overpayment() -> None:
    assert sent(frozen([create("x", payment(OVERPAID, "x"), IDS)]))["Overpayment"] == {
        "OverpaymentID": OVERPAYMENT_ID
    }


def test_payments_of_difference_documents_are_told_apart_by_their_role() -> None:
    difference = ref(Role.DIFFERENCE, "5")
    ids = {difference: uuid(5)}
    paid = create("p", payment(difference, "p"), ids, role=Role.PAYMENT)
    refunded = create("p", payment(difference, "p"), ids, role=Role.REFUND_PAYMENT)
    assert sent(frozen([paid]))["Invoice"] == {"InvoiceID": uuid(5)}
    assert sent(frozen([refunded]))["CreditNote"] == {"CreditNoteID": uuid(5)}


def test_c09_bank_amount_and_account_id_are_sent_where_given() -> None:
    payload = payment(INVOICE, bank_amount=money("14.20", "GBP"), account_id=uuid(6))
    element = sent(frozen([create("p", payload, IDS)]))
    assert element["BankAmount"] == Decimal("14.20")
    assert element["Account"] == {"AccountID": uuid(6)}


def test_a_payment_is_deleted_alone_and_never_changed() -> None:
    call = frozen([change(Operation.DELETE, "p", payment(INVOICE), uuid(3), ids=IDS)])
    assert (call.method, call.path, call.body) == ("POST", f"Payments/{uuid(3)}", '{"Status":"DELETED"}')
    with pytest.raises(ValueError, match="only deleted"):
        frozen([change(Operation.UPDATE, "p", payment(INVOICE), uuid(3), ids=IDS)])


def test_c08_an_overpayment_is_a_bank_transaction_without_tax() -> None:
    call = frozen([create("M-1 Op16", overpayment())])
    element = sent(call)
    assert (call.method, call.path) == ("PUT", "BankTransactions?summarizeErrors=false&unitdp=4")
    assert element["Type"] == "RECEIVE-OVERPAYMENT"
    assert element["LineAmountTypes"] == "NoTax"
    assert element["BankAccount"] == {"Code": "090"}
    assert "AccountCode" not in element["LineItems"][0]


@pytest.mark.parametrize(
    ("source", "path"),
    [(NOTE, f"CreditNotes/{NOTE_ID}"), (OVERPAID, f"Overpayments/{OVERPAYMENT_ID}")],
)
def test_an_allocation_goes_below_its_credit(source: Any, path: str) -> None:
    call = frozen([create("a", allocation(source), IDS)])
    assert (call.method, call.path) == ("PUT", f"{path}/Allocations?summarizeErrors=false")
    assert sent(call) == {"Invoice": {"InvoiceID": INVOICE_ID}, "Amount": Decimal("20.50"), "Date": "2026-11-20"}
    gone = frozen([change(Operation.DELETE, "a", allocation(source), uuid(4), ids=IDS)])
    assert (gone.method, gone.path, gone.body) == ("DELETE", f"{path}/Allocations/{uuid(4)}", "")


def test_a_new_contact_is_sent_whole() -> None:
    address = ContactAddress("POBOX", ("1 High St", "Flat 2"), "York", "", "YO1 1AA", "United Kingdom")
    element = sent(frozen([create("100007", contact(phone="123", addresses=(address,)))]))
    assert element["Name"] == "Anna Rua"
    assert element["ContactNumber"] == "100007"
    assert element["Phones"] == [{"PhoneType": "DEFAULT", "PhoneNumber": "123"}]
    assert element["Addresses"] == [
        {
            "AddressType": "POBOX",
            "AddressLine1": "1 High St",
            "AddressLine2": "Flat 2",
            "City": "York",
            "PostalCode": "YO1 1AA",
            "Country": "United Kingdom",
        }
    ]


def test_d03_a_found_contact_gets_only_what_is_empty_there() -> None:
    known = ContactEntry(contact_id=CONTACT_ID, name="A. Rua", email="other@example.com", tax_number="")
    payload = contact(tax_number="GB123", phone="123")
    element = sent(frozen([change(Operation.UPDATE, "100007", payload, CONTACT_ID, known=known)]))
    assert element == {"ContactID": CONTACT_ID, "ContactNumber": "100007", "TaxNumber": "GB123"}


def test_case_c71_of_a_contact_that_nobody_read_nothing_is_changed() -> None:
    assert sent(frozen([change(Operation.UPDATE, "100007", contact(), CONTACT_ID)])) == {"ContactID": CONTACT_ID}


def test_e02_undo_of_a_contact_is_archive() -> None:
    element = sent(frozen([change(Operation.ARCHIVE, "100007", contact(), CONTACT_ID)]))
    assert element == {"ContactID": CONTACT_ID, "ContactStatus": "ARCHIVED"}


def test_d01_an_item_is_made_untracked_and_its_change_leaves_accounts_alone() -> None:
    made = sent(frozen([create("MUG", item(purchase_account_code="310"))]))
    assert made["SalesDetails"] == {"UnitPrice": Decimal("10.2500"), "AccountCode": "200", "TaxType": "OUTPUT2"}
    assert made["PurchaseDetails"] == {"AccountCode": "310"}
    assert not {"InventoryAssetAccountCode", "IsTrackedAsInventory"} & set(made)
    changed = sent(frozen([change(Operation.UPDATE, "MUG", item(), uuid(2))]))
    assert changed == {"ItemID": uuid(2), "Code": "MUG", "Name": "Red mug"}


def test_the_same_postings_give_the_same_bytes() -> None:
    batch = [create(f"M-{n}", invoice(f"M-{n}")) for n in range(50)]
    again = [create(f"M-{n}", invoice(f"M-{n}")) for n in range(50)]
    assert frozen(batch) == frozen(again)
    assert frozen(batch).body.encode() == frozen(again).body.encode()


def test_what_shares_no_lane_shares_no_call() -> None:
    with pytest.raises(ValueError, match="share"):
        frozen([create("M-1", invoice()), change(Operation.VOID, "M-2", invoice("M-2"), uuid(2))])
    with pytest.raises(ValueError, match="share"):
        frozen(
            [
                create("D-1", invoice("D-1"), role=Role.DIFFERENCE),
                create("D-2", credit_note("D-2"), role=Role.DIFFERENCE),
            ]
        )
    assert lane(create("a", allocation(), IDS)) != lane(create("b", allocation(), IDS))


def test_what_has_no_id_cannot_be_changed() -> None:
    for payload in (invoice(), credit_note(), contact(), item()):
        with pytest.raises(ValueError, match="no id"):
            frozen([change(Operation.UPDATE, "M-1", payload, "")])
