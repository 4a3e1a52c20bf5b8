"""Payments, allocations, overpayments, batches, transfers, currencies: what they do to documents and books."""

from decimal import Decimal as D
from typing import Any

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.people import DEEDS


def pay(invoice_id: str, amount: object, **members: object) -> dict[str, object]:
    return {
        "Invoice": {"InvoiceID": invoice_id},
        "Account": {"Code": "090"},
        "Amount": amount,
        "Date": "2026-09-05",
        **members,
    }


def credit(call: Caller, **members: object) -> Any:
    body = {**invoice(Type="ACCRECCREDIT"), **members}
    return call("PUT", "CreditNotes", body)["CreditNotes"][0]


def test_a_full_payment_turns_an_invoice_paid_on_its_date(call: Caller) -> None:
    made = call.invoice()
    payment = call("PUT", "Payments", pay(made["InvoiceID"], "120.00"))["Payments"][0]
    assert (payment["PaymentType"], payment["Status"]) == ("ACCRECPAYMENT", "AUTHORISED")
    assert payment["Invoice"]["Status"] == "PAID"
    read = call("GET", f"Invoices/{made['InvoiceID']}")["Invoices"][0]
    assert (read["AmountPaid"], read["AmountDue"], read["FullyPaidOnDate"]) == (
        D("120.00"),
        D("0.00"),
        payment["Date"],
    )
    assert call.balances() == {"090": 12000, "200": -10000, "820": -2000}


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ({"Amount": "120.01"}, ["Payment amount exceeds the amount outstanding on this document"]),
        ({"Account": {"Code": "200"}}, ["Account type is invalid for making a payment to/from."]),
        ({"Invoice": {"InvoiceNumber": "nope"}}, ["Invoice could not be found"]),
    ],
)
def test_payments_are_refused_in_xeros_words(call: Caller, change: dict[str, object], messages: list[str]) -> None:
    made = call.invoice()
    assert call.refused("PUT", "Payments", {**pay(made["InvoiceID"], "1"), **change}) == messages


def test_paying_a_draft_or_a_paid_invoice_is_refused(call: Caller) -> None:
    draft = call.invoice(Status="DRAFT")
    assert call.refused("PUT", "Payments", pay(draft["InvoiceID"], 1)) == [
        "Payments can only be made against Authorised documents"
    ]
    paid = call.invoice()
    call("PUT", "Payments", pay(paid["InvoiceID"], 120))
    assert call.refused("PUT", "Payments", pay(paid["InvoiceID"], 1)) == [
        "Payments can only be made against Authorised documents",
        "Payment amount exceeds the amount outstanding on this document",
    ]


def test_an_account_with_payments_enabled_can_be_paid_into(call: Caller) -> None:
    call(
        "PUT",
        "Accounts",
        {"Code": "621", "Name": "Card clearing", "Type": "CURRENT", "EnablePaymentsToAccount": True},
    )
    made = call.invoice()
    call("PUT", "Payments", pay(made["InvoiceID"], 120, Account={"Code": "621"}))
    assert call.balances()["621"] == 12000


def test_deleting_a_payment_opens_the_invoice_again(call: Caller) -> None:
    made = call.invoice()
    id = call("PUT", "Payments", pay(made["InvoiceID"], 120))["Payments"][0]["PaymentID"]
    assert call("POST", f"Payments/{id}", {"Status": "DELETED"})["Payments"][0]["Status"] == "DELETED"
    read = call("GET", f"Invoices/{made['InvoiceID']}")["Invoices"][0]
    assert (read["Status"], read["AmountDue"], read["Payments"]) == ("AUTHORISED", D("120.00"), [])
    assert call("GET", f"Payments/{id}")["Payments"][0]["Status"] == "DELETED"
    assert call.balances() == {"200": -10000, "610": 12000, "820": -2000}
    assert call.refused("POST", f"Payments/{id}", {"Amount": 1})


def test_reconciled_and_batched_payments_stay(call: Caller) -> None:
    one, two = call.invoice(), call.invoice()
    id = call("PUT", "Payments", pay(one["InvoiceID"], 10, IsReconciled=True))["Payments"][0]["PaymentID"]
    assert call.refused("POST", f"Payments/{id}", {"Status": "DELETED"})
    parts = [{"Invoice": {"InvoiceID": made["InvoiceID"]}, "Amount": 10} for made in (one, two)]
    batch = call("PUT", "BatchPayments", {"Account": {"Code": "090"}, "Payments": parts})["BatchPayments"][0]
    assert batch["TotalAmount"] == D("20.00")
    id = batch["Payments"][0]["PaymentID"]
    assert call.refused("POST", f"Payments/{id}", {"Status": "DELETED"}) == [
        "Payments within a batch cannot be deleted."
    ]
    call("POST", f"BatchPayments/{batch['BatchPaymentID']}", {"Status": "DELETED"})
    assert call.balances()["090"] == 1000


def test_a_credit_note_is_allocated_and_taken_back(call: Caller) -> None:
    made, note = call.invoice(), credit(call)
    path = f"CreditNotes/{note['CreditNoteID']}"
    call("PUT", f"{path}/Allocations", {"Amount": 60.5, "Invoice": {"InvoiceID": made["InvoiceID"]}})
    read = call("GET", f"Invoices/{made['InvoiceID']}")["Invoices"][0]
    assert (read["AmountCredited"], read["AmountPaid"], read["AmountDue"]) == (D("60.50"), D("0.00"), D("59.50"))
    held = call("GET", path)["CreditNotes"][0]
    assert held["RemainingCredit"] == D("59.50")
    call("DELETE", f"{path}/Allocations/{held['Allocations'][0]['AllocationID']}")
    assert call("GET", path)["CreditNotes"][0]["RemainingCredit"] == D("120.00")


def test_allocations_are_refused_in_xeros_words(call: Caller) -> None:
    made, note = call.invoice(), credit(call)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    target = {"Invoice": {"InvoiceID": made["InvoiceID"]}}
    too_much = "Credit Note cannot be allocated as amount is greater than amount outstanding"
    assert call.refused("PUT", path, {"Allocations": [{"Amount": "120.01", **target}]}) == [too_much]
    assert call.refused("PUT", path, {"Allocations": [{"AppliedAmount": 5, **target}]})
    wrong = call.send("PUT", path, {"Amounts": []})
    assert b'"ErrorNumber":17' in wrong.body
    bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    messages = call.refused("PUT", path, {"Amount": 1, "Invoice": {"InvoiceID": bill["InvoiceID"]}})
    assert messages[0].startswith("Credit Note cannot be allocated to an incorrect invoice t")
    call("PUT", "Payments", pay(made["InvoiceID"], 120))
    assert call.refused("PUT", path, {"Amount": 1, **target}) == [
        "The invoice you are trying to allocate to has already been paid off"
    ]
    unknown = "CreditNotes/11111111-1111-4111-8111-111111111111/Allocations"
    assert call.refused("PUT", unknown, {"Amount": 1, **target}) == [
        "An existing Credit Note with the specified CreditNoteID could not be found"
    ]


def test_a_refund_pays_a_credit_note_out(call: Caller) -> None:
    note = credit(call)
    refund = {"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Account": {"Code": "090"}, "Amount": 120}
    payment = call("PUT", "Payments", {"Payments": [refund]})["Payments"][0]
    assert payment["PaymentType"] == "ARCREDITPAYMENT"
    assert call("GET", f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["Status"] == "PAID"
    assert call.balances() == {"090": -12000, "200": 10000, "820": 2000}


def test_an_overpayment_is_made_by_a_bank_transaction_and_allocated_or_refunded(call: Caller) -> None:
    made = call.invoice()
    contact = {"ContactID": made["Contact"]["ContactID"]}
    body = {
        "Type": "RECEIVE-OVERPAYMENT", "Contact": contact, "BankAccount": {"Code": "090"}, "Reference": "over",
        "LineAmountTypes": "NoTax", "LineItems": [{"Description": "too much", "LineAmount": "30.00"}],
    }  # fmt: skip
    transaction = call("PUT", "BankTransactions", {"BankTransactions": [body]})["BankTransactions"][0]
    id = transaction["OverpaymentID"]
    assert call.balances()["610"] == 9000
    part = {"Amount": 10, "Invoice": {"InvoiceID": made["InvoiceID"]}}
    call("PUT", f"Overpayments/{id}/Allocations", {"Allocations": [part]})
    refund = {"Overpayment": {"OverpaymentID": id}, "Account": {"Code": "090"}, "Amount": "20"}
    assert call("PUT", "Payments", refund)["Payments"][0]["PaymentType"] == "AROVERPAYMENTPAYMENT"
    assert call("GET", f"Overpayments/{id}")["Overpayments"][0]["Status"] == "PAID"
    assert call("GET", f"Invoices/{made['InvoiceID']}")["Invoices"][0]["AmountCredited"] == D("10.00")
    assert call.refused("PUT", "Payments", refund)[0] == "Payments can only be made against Authorised documents"
    assert call.balances()["610"] == 11000


def test_reconciled_bank_transactions_cannot_be_edited(call: Caller) -> None:
    body = {
        "Type": "SPEND", "Contact": {"Name": "Bank"}, "BankAccount": {"Code": "090"}, "IsReconciled": True,
        "LineItems": [line(AccountCode="404", TaxType="NONE", UnitAmount="3")],
    }  # fmt: skip
    made = call("PUT", "BankTransactions", body)["BankTransactions"][0]
    assert call.balances() == {"090": -300, "404": 300}
    assert call.refused("POST", f"BankTransactions/{made['BankTransactionID']}", {"Reference": "x"}) == [
        "This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement."
    ]


def test_a_foreign_invoice_paid_at_another_rate_books_the_gain(call: Caller) -> None:
    call("PUT", "Currencies", {"Code": "EUR"})
    made = call.invoice(CurrencyCode="EUR", CurrencyRate="1.20", LineItems=[line(UnitAmount="100", TaxType="NONE")])
    assert made["CurrencyRate"] == D("1.200000")
    assert call.balances() == {"200": -8333, "610": 8333}
    call("PUT", "Payments", pay(made["InvoiceID"], "100.00", CurrencyRate="1.25"))
    assert call.balances() == {"090": 8000, "200": -8333, "499": 333}


def test_a_foreign_invoice_of_odd_lines_leaves_nothing_on_receivables_when_paid(call: Caller) -> None:
    call("PUT", "Currencies", {"Code": "EUR"})
    lines = [line(UnitAmount=amount) for amount in ("0.05", "0.05", "0.05", "33.33")]
    made = call.invoice(CurrencyCode="EUR", CurrencyRate="1.17", LineItems=lines)
    for amount in ("10.01", str(made["Total"] - D("10.01"))):
        call("PUT", "Payments", pay(made["InvoiceID"], amount, CurrencyRate="1.17"))
    assert "610" not in call.balances()


def test_the_direction_of_the_currency_rate_is_a_switch(call: Caller) -> None:
    call.world.switch(rate_is_foreign_per_base=False)
    call("PUT", "Currencies", {"Code": "EUR"})
    call.invoice(CurrencyCode="EUR", CurrencyRate="0.80", LineItems=[line(TaxType="NONE")])
    assert call.balances() == {"200": -8000, "610": 8000}


def test_money_moves_between_bank_accounts(call: Caller) -> None:
    body = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}, "Amount": "5.00"}
    made = call("PUT", "BankTransfers", body)["BankTransfers"][0]
    assert call.balances() == {"090": -500, "091": 500}
    call("POST", f"BankTransfers/{made['BankTransferID']}", {"Status": "DELETED"})
    assert call.balances() == {}


def test_manual_journals_must_net_to_zero(call: Caller) -> None:
    lines = [{"LineAmount": 100, "AccountCode": "404"}, {"LineAmount": -10, "AccountCode": "429"}]
    assert call.refused("PUT", "ManualJournals", {"Narration": "x", "JournalLines": lines}) == [
        "The total debits (100.00) must equal total credits (-10.00)"
    ]
    lines[1]["LineAmount"] = -100
    call("PUT", "ManualJournals", {"Narration": "x", "JournalLines": lines, "Status": "POSTED"})
    assert call.balances() == {"404": 10000, "429": -10000}


def test_the_trial_balance_is_what_the_ledger_says(call: Caller) -> None:
    made = call.invoice()
    call("PUT", "Payments", pay(made["InvoiceID"], 20))
    rows = call("GET", "Reports/TrialBalance?date=2026-12-31")["Reports"][0]["Rows"]
    found = {}
    for section in rows[1:-1]:
        for row in section["Rows"]:
            name, debit, credit_side = (cell["Value"] for cell in row["Cells"][:3])
            found[name] = D(debit or 0) - D(credit_side or 0)
    assert found == {
        "Sales (200)": D("-100.00"), "Business Bank Account (090)": D("20.00"),
        "Accounts Receivable (610)": D("100.00"), "VAT (820)": D("-20.00"),
    }  # fmt: skip
    before = call("GET", "Reports/TrialBalance?date=2026-08-31")["Reports"][0]["Rows"]
    assert len(before) == 2


@pytest.mark.parametrize("deed", ["void", "pay", "edit"])
def test_a_person_acts_without_calls_or_limits(call: Caller, deed: str) -> None:
    call.invoice(InvoiceNumber="W-1")
    calls = len(call.world.journal.calls)
    members = {"number": "W-1", "changes": {"Reference": "by hand"}}
    call.world.person(call.tenant, lambda ctx: DEEDS[deed](ctx, members))
    read = call("GET", "Invoices/W-1")["Invoices"][0]
    expected = {"void": ("VOIDED", ""), "pay": ("PAID", ""), "edit": ("AUTHORISED", "by hand")}[deed]
    assert (read["Status"], read["Reference"]) == expected
    assert len(call.world.journal.calls) == calls + 1
    assert call.world.journal.made[-1].call == 0
