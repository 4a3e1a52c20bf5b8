"""Invoices: arithmetic, upsert keys, status machine, messages."""

from decimal import Decimal as D

import pytest
from xerosim_tools import Caller, invoice, line


def test_exclusive_tax_is_rounded_per_line_and_summed(call: Caller) -> None:
    lines = [line(UnitAmount=amount) for amount in ("25.06", "25.61", "25.63")]
    made = call.invoice(LineItems=lines)
    assert [one["TaxAmount"] for one in made["LineItems"]] == [D("5.01"), D("5.12"), D("5.13")]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (D("76.30"), D("15.26"), D("91.56"))


def test_inclusive_tax_is_taken_out_of_each_line(call: Caller) -> None:
    made = call.invoice(LineAmountTypes="Inclusive", LineItems=[line(UnitAmount="19.99"), line(UnitAmount="19.99")])
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (D("33.32"), D("6.66"), D("39.98"))


def test_untaxed_documents_get_the_tax_type_none(call: Caller) -> None:
    made = call.invoice(LineAmountTypes="NoTax", LineItems=[line(TaxAmount="5.00")])
    assert made["LineItems"][0]["TaxType"] == "NONE"
    assert (made["TotalTax"], made["Total"]) == (D("0.00"), D("100.00"))


def test_amounts_are_written_with_fixed_decimals(call: Caller) -> None:
    body = call.send("PUT", "Invoices", invoice()).body
    for text in (b'"UnitAmount":100.00', b'"Quantity":1.0000', b'"CurrencyRate":1.000000', b'"AmountPaid":0.00'):
        assert text in body


def test_unit_amounts_keep_four_decimals_only_with_unitdp(call: Caller) -> None:
    fine = call("PUT", "Invoices?unitdp=4", invoice(LineItems=[line(Quantity=3, UnitAmount="0.3333")]))["Invoices"][0]
    assert (fine["LineItems"][0]["UnitAmount"], fine["SubTotal"]) == (D("0.3333"), D("1.00"))
    coarse = call.invoice(LineItems=[line(Quantity=3, UnitAmount="0.3333")])
    assert (coarse["LineItems"][0]["UnitAmount"], coarse["SubTotal"]) == (D("0.33"), D("0.99"))
    read = call("GET", f"Invoices/{fine['InvoiceID']}")["Invoices"][0]
    assert read["LineItems"][0]["UnitAmount"] == D("0.33")


def test_a_sent_tax_amount_overrides_the_computed_one(call: Caller) -> None:
    assert call.invoice(LineItems=[line(TaxAmount="20.01")])["Total"] == D("120.01")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"LineItems": [line(LineAmount="99.99")]},
            "The line total 99.99 does not match the expected line total 100.00",
        ),
        ({"Total": "1.00"}, "The document total does not equal the sum of the lines."),
        ({"DueDate": None}, "Due date cannot be empty."),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"LineItems": [line(Description="")]}, "The description field is mandatory for each line item."),
        ({"LineItems": [line(AccountCode=None)]}, "Account code must be specified"),
        ({"LineItems": [line(AccountCode=None, TaxType=None)]}, "The TaxType field is mandatory"),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code for this document"),
        ({"LineItems": [line(AccountCode="610")]}, "Account code '610' is not a valid code for this document"),
        ({"LineItems": [line(AccountCode="820")]}, "Account code '820' is not a valid code for this document"),
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code for this document"),
        (
            {"LineItems": [line(TaxType="INPUT2")]},
            "The TaxType code 'INPUT2' cannot be used with account code '200'.",
        ),
        (
            {"LineItems": [line(TaxType="20% (VAT on Income)")]},
            "The TaxType code 20% (VAT on Income) does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"LineItems": [line(UnitAmount="-1.00")]},
            "The Total for this document must be greater than or equal to zero.",
        ),
        (
            {"LineItems": [line(Quantity="-1")]},
            "The quantity value '-1.0000' is invalid. Quantity must not be less than zero.",
        ),
        (
            {"LineItems": [line(DiscountRate="127.83")]},
            "The discount rate '127.83' is invalid. Discount must not be greater than the line total.",
        ),
        (
            {"Type": "ACCPAY", "LineItems": [line(TaxType="INPUT2", AccountCode="400", DiscountRate=5)]},
            "Discounts may not be applied to ACCPAY invoices.",
        ),
        (
            {"Type": "ACCPAY", "LineItems": [line(TaxType="INPUT2", AccountCode="400", TaxAmount="101")]},
            "The tax amount cannot be greater than the line amount!",
        ),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
        ({"Status": "VOIDED"}, "Invoice not of valid status for creation"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        (
            {"Contact": {}},
            "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, "
            "ContactNumber",
        ),
        ({"Contact": {"Name": "x", "EmailAddress": "jürgen@example.test"}}, "Email address must be valid."),
        ({"Url": "https://my.xero.com/x"}, "Url must be a valid absolute url"),
        (
            {"InvoiceID": "11111111-1111-4111-8111-111111111111"},
            "An existing invoice with the specified ID could not be found",
        ),
    ],
)
def test_refusals_have_the_words_of_xero(call: Caller, change: dict[str, object], message: str) -> None:
    assert message in call.refused("PUT", "Invoices", invoice(**change))
    assert call("GET", "Invoices")["Invoices"] == []
    assert call("GET", "Contacts")["Contacts"] == []


def test_a_number_is_an_upsert_key_on_post_and_a_clash_on_put(call: Caller) -> None:
    first = call.invoice(InvoiceNumber="W-1")
    again = call("POST", "Invoices", invoice(InvoiceNumber="W-1", Reference="new"))["Invoices"][0]
    assert (again["InvoiceID"], again["Reference"]) == (first["InvoiceID"], "new")
    assert call.refused("PUT", "Invoices", invoice(InvoiceNumber="W-1")) == ["Invoice # must be unique."]
    assert call.balances() == {"200": -10000, "610": 12000, "820": -2000}


def test_numbers_of_bills_need_not_be_unique(call: Caller) -> None:
    for _ in range(2):
        call.invoice(Type="ACCPAY", InvoiceNumber="B-1", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    assert len(call("GET", "Invoices?InvoiceNumbers=B-1")["Invoices"]) == 2


def test_an_approved_invoice_cannot_be_deleted_but_voided(call: Caller) -> None:
    id = call.invoice()["InvoiceID"]
    assert call.refused("POST", f"Invoices/{id}", {"Status": "DELETED"}) == [
        "Invoice not of valid status for modification"
    ]
    voided = call("POST", f"Invoices/{id}", {"InvoiceID": id, "Status": "VOIDED"})["Invoices"][0]
    assert (voided["Status"], voided["AmountDue"]) == ("VOIDED", D("120.00"))
    assert call.balances() == {}
    assert call.refused("POST", f"Invoices/{id}", {"Reference": "x"}) == [
        "Invoice not of valid status for modification"
    ]


def test_a_draft_accepts_what_approval_refuses(call: Caller) -> None:
    draft = call.invoice(
        Status="DRAFT", DueDate=None, LineItems=[{"Description": "text only"}, line(AccountCode="xyz")]
    )
    assert draft["Warnings"] == [
        {"Message": "Account code 'xyz' has been removed as it does not match a recognised account."}
    ]
    assert call.balances() == {}
    assert "Due date cannot be empty." in call.refused(
        "POST", f"Invoices/{draft['InvoiceID']}", {"Status": "AUTHORISED"}
    )


def test_lines_are_keyed_by_their_id_on_update(call: Caller) -> None:
    made = call.invoice(LineItems=[line(), line(UnitAmount="50")])
    kept = made["LineItems"][0]["LineItemID"]
    changed = call(
        "POST",
        f"Invoices/{made['InvoiceID']}",
        {"LineItems": [{"LineItemID": kept, "Quantity": 2}, line(UnitAmount="7")]},
    )["Invoices"][0]
    assert [(one["LineItemID"] == kept, one["LineAmount"]) for one in changed["LineItems"]] == [
        (True, D("200.00")),
        (False, D("7.00")),
    ]
    assert call.balances()["200"] == -20700


def test_amounts_of_a_part_paid_invoice_cannot_change_but_its_reference_can(call: Caller) -> None:
    id = call.invoice()["InvoiceID"]
    call("PUT", "Payments", {"Invoice": {"InvoiceID": id}, "Account": {"Code": "090"}, "Amount": "20.00"})
    assert call.refused("POST", f"Invoices/{id}", {"LineItems": [line(UnitAmount="1")]}) == [
        "This document cannot be edited as it has a payment or credit note allocated to it."
    ]
    assert call.refused("POST", f"Invoices/{id}", {"Status": "VOIDED"}) == [
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]
    assert call("POST", f"Invoices/{id}", {"Reference": "R"})["Invoices"][0]["Reference"] == "R"


def test_separate_errors_answer_per_element_in_order(call: Caller) -> None:
    body = {
        "Invoices": [invoice(InvoiceNumber="A"), invoice(InvoiceNumber="B", DueDate=None), invoice(InvoiceNumber="C")]
    }
    answer = call("PUT", "Invoices?summarizeErrors=false", body)["Invoices"]
    assert [(one["InvoiceNumber"], one["StatusAttributeString"]) for one in answer] == [
        ("A", "OK"),
        ("B", "ERROR"),
        ("C", "OK"),
    ]
    assert answer[1]["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert answer[1]["HasErrors"] is True
    assert "StatusAttributeString" not in call("PUT", "Invoices", invoice())["Invoices"][0]


@pytest.mark.parametrize("saves", [False, True])
def test_good_elements_of_a_refused_batch_follow_the_switch(call: Caller, saves: bool) -> None:
    call.world.switch(summarised_batch_saves_good_elements=saves)
    call.refused(
        "PUT", "Invoices", {"Invoices": [invoice(InvoiceNumber="A"), invoice(InvoiceNumber="B", DueDate=None)]}
    )
    assert [one["InvoiceNumber"] for one in call("GET", "Invoices")["Invoices"]] == (["A"] if saves else [])


@pytest.mark.parametrize("becomes", [True, False])
def test_a_zero_total_follows_the_switch(call: Caller, becomes: bool) -> None:
    call.world.switch(zero_total_becomes_paid=becomes)
    made = call.invoice(LineItems=[line(UnitAmount="0")])
    assert made["Status"] == ("PAID" if becomes else "AUTHORISED")


def test_a_rounding_amount_counts_when_all_totals_are_sent(call: Caller) -> None:
    made = call.invoice(SubTotal="100.00", TotalTax="20.00", Total="120.01", RoundingAmount="0.01")
    assert made["Total"] == D("120.01")
    assert call.balances()["860"] == -1
    kept = call("POST", f"Invoices/{made['InvoiceID']}", {"Reference": "R"})["Invoices"][0]
    assert (kept["Total"], kept["RoundingAmount"]) == (D("120.01"), D("0.01"))
    assert call.refused(
        "PUT", "Invoices", invoice(SubTotal="100", TotalTax="20", Total="120.5", RoundingAmount="0.5")
    )


def test_an_unknown_id_is_an_empty_html_404(call: Caller) -> None:
    for method in ("GET", "POST"):
        response = call.send(method, "Invoices/11111111-1111-4111-8111-111111111111", {"Status": "VOIDED"})
        assert (response.status, response.headers["content-type"], response.body) == (
            404,
            "text/html; charset=utf-8",
            b"",
        )


def test_lock_dates_refuse_what_is_dated_on_or_before_them(call: Caller) -> None:
    org = call.world.organisations[call.tenant]
    call.world.person(call.tenant, lambda ctx: org.change_settings(period_lock=20697, year_end_lock=20697))
    messages = call.refused("PUT", "Invoices", invoice(Date="2026-09-01"))
    assert messages == [
        "The document date cannot be before the end of year lock date, currently set at 01-Sep-2026",
        "The document date cannot be before the period lock date, currently set at 01-Sep-2026",
    ]
    assert call.invoice(Date="2026-09-02")["Status"] == "AUTHORISED"
    assert call.invoice(Date="2026-09-01", Status="DRAFT")["Status"] == "DRAFT"
