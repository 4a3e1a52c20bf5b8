"""Refusals in more than one form, with what leads to them."""

import json

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.resources import listing


def test_an_unknown_enumeration_value_names_its_type_and_path(call: Caller) -> None:
    lines = [{"LineAmount": 1, "AccountCode": "404"}, {"LineAmount": -1, "AccountCode": "404"}]
    body = {"ManualJournals": [{"Narration": "x", "LineAmountTypes": "NO_TAX", "JournalLines": lines}]}
    answer = json.loads(call.send("PUT", "ManualJournals", body).body)
    assert (answer["ErrorNumber"], answer["Type"]) == (14, "PostDataInvalidException")
    assert answer["Message"] == (
        "Error converting value \"NO_TAX\" to type 'Xero.API.Library..LineAmountType'. "
        "Path 'ManualJournals[0].LineAmountTypes'."
    )


def test_the_hundred_and_first_contact_group_is_refused(call: Caller) -> None:
    call("PUT", "ContactGroups", {"ContactGroups": [{"Name": f"G{n}"} for n in range(100)]})
    assert call.refused("PUT", "ContactGroups", {"Name": "G"}) == ["You've reached the limit of 100 contact groups."]


def test_history_of_unknown_documents_is_refused(call: Caller) -> None:
    path = "Invoices/11111111-1111-4111-8111-111111111111/History"
    assert call.refused("PUT", path, {"HistoryRecords": [{"Details": "x"}]}) == [
        "The document with the supplied id was not found for this endpoint."
    ]


def test_unknown_payment_services_are_refused(call: Caller) -> None:
    theme = call("GET", "BrandingThemes")["BrandingThemes"][0]["BrandingThemeID"]
    body = {"PaymentServiceID": "11111111-1111-4111-8111-111111111111"}
    assert call.refused("PUT", f"BrandingThemes/{theme}/PaymentServices", body) == [
        "Payment service could not be found"
    ]


def test_linked_transactions_must_match(call: Caller) -> None:
    bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    sale = call.invoice(Contact={"Name": "Grace"})
    source = {"SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"]}
    assert call.refused("PUT", "LinkedTransactions", {**source, "SourceLineItemID": "x"}) == [
        "The SourceLineItemID and SourceTransactionID do not match"
    ]
    body = {**source, "ContactID": bill["Contact"]["ContactID"], "TargetTransactionID": sale["InvoiceID"]}
    assert call.refused("PUT", "LinkedTransactions", body) == [
        "The ContactID and the TargetTransaction ContactID do not match"
    ]


def test_numbers_of_purchase_orders_stay_taken(call: Caller) -> None:
    body = {
        "Contact": {"Name": "A"},
        "PurchaseOrderNumber": "PO-1",
        "LineItems": [line(AccountCode="400", TaxType="INPUT2")],
    }
    made = call("PUT", "PurchaseOrders", body)["PurchaseOrders"][0]
    assert call.refused("PUT", "PurchaseOrders", body) == ["Order number must be unique"]
    call("POST", f"PurchaseOrders/{made['PurchaseOrderID']}", {"Status": "DELETED"})
    assert call.refused("POST", "PurchaseOrders", body) == [
        "PurchaseOrder status change is invalid",
        "Deleted PurchaseOrders cannot be updated",
    ]


def test_tracked_stock_cannot_be_oversold_unless_backordered(call: Caller) -> None:
    item = {
        "Code": "TRK", "InventoryAssetAccountCode": "630",
        "PurchaseDetails": {"UnitPrice": 4, "COGSAccountCode": "310"}, "SalesDetails": {"AccountCode": "200"},
    }  # fmt: skip
    call("PUT", "Items", item)
    bought = line(ItemCode="TRK", Quantity=3, AccountCode="310", TaxType="INPUT2")
    call.invoice(Type="ACCPAY", LineItems=[bought])
    sale = invoice(LineItems=[line(ItemCode="TRK", Quantity=2)])
    made = call("PUT", "Invoices", sale)["Invoices"][0]
    assert call("GET", "Items/TRK")["Items"][0]["QuantityOnHand"] == 1
    assert call.refused("PUT", "Invoices", sale) == ["Insufficient stock. Items are eligible for backorder."]
    call("POST", f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    assert call("GET", "Items/TRK")["Items"][0]["QuantityOnHand"] == 3
    for _ in range(2):
        call("PUT", "Invoices?allowBackorders=true", sale)
    assert call("GET", "Items/TRK")["Items"][0]["QuantityOnHand"] == -1


def test_archived_tax_rates_are_refused(call: Caller) -> None:
    from xerosim.people import DEEDS

    call.world.person(call.tenant, lambda ctx: DEEDS["archive tax rate"](ctx, {"tax_type": "OUTPUT2"}))
    assert "Tax rate must be Active" in call.refused("PUT", "Invoices", invoice())


def test_a_paid_invoice_cannot_go_back_to_draft(call: Caller) -> None:
    id = call.invoice()["InvoiceID"]
    call("PUT", "Payments", {"Invoice": {"InvoiceID": id}, "Account": {"Code": "090"}, "Amount": 1})
    assert call.refused("POST", f"Invoices/{id}", {"Status": "DRAFT"}) == [
        "The status DRAFT cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]


def test_reads_of_too_many_rows_need_an_optimised_filter(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "HIGH_VOLUME", 1)
    call.invoice()
    call.invoice()
    for query in ("", "?where=Total>1"):
        answer = call.send("GET", f"Invoices{query}")
        assert b'"ErrorNumber":51' in answer.body
        assert b'"Type":"HighVolumeException"' in answer.body
    assert call.send("GET", "Invoices?page=1").status == 200


@pytest.mark.parametrize("name", ["a:b.txt", "a%3Cb.txt", "a%2Ab"])
def test_file_names_with_special_characters_are_refused(call: Caller, name: str) -> None:
    id = call.invoice()["InvoiceID"]
    assert call.send("PUT", f"Invoices/{id}/Attachments/{name}", b"x", content_type="text/plain").status == 400


def test_journals_need_a_higher_tier_and_reports_a_permission(call: Caller) -> None:
    assert call.send("GET", "Journals").status == 401
    call.world.set_tier("advanced")
    assert call.send("GET", "Journals").status == 200
    org = call.world.organisations[call.tenant]
    call.world.person(call.tenant, lambda ctx: org.change_settings(user_may_report=False))
    assert call.send("GET", "Reports/TrialBalance").status == 403
