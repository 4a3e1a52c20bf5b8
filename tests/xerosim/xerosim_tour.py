"""One walk through every resource of the simulator, each with what a client does to it."""

from typing import Any

from xerosim_tools import Caller, invoice, line


def tour(call: Caller) -> None:
    """Create, read, change and remove something of every kind."""
    _settings(call)
    _contacts(call)
    _documents(call)
    _money(call)
    _journals(call)
    _offers(call)
    _reports(call)


def _first(answer: Any, plural: str) -> Any:
    return answer[plural][0]


def _settings(call: Caller) -> None:
    call("GET", "Organisation")
    call("GET", "Organisation/Actions")
    for name in ("Users", "BrandingThemes", "Currencies", "TaxRates", "Accounts", "InvoiceReminders/Settings"):
        call("GET", name)
    account = _first(call("PUT", "Accounts", {"Code": "299", "Name": "Tips", "Type": "REVENUE"}), "Accounts")
    call("POST", f"Accounts/{account['AccountID']}", {"Name": "Gratuities"})
    call("GET", f"Accounts/{account['AccountID']}")
    call("DELETE", f"Accounts/{account['AccountID']}")
    rate = {"Name": "OSS France 20%", "ReportTaxType": "MOSSSALES", "TaxComponents": [{"Name": "TVA", "Rate": "20"}]}
    made = _first(call("PUT", "TaxRates", rate), "TaxRates")
    call("POST", "TaxRates", {"Name": made["Name"], "TaxType": made["TaxType"], "Status": "DELETED"})
    call("PUT", "Currencies", {"Code": "EUR"})
    category = _first(call("PUT", "TrackingCategories", {"Name": "Shop"}), "TrackingCategories")
    path = f"TrackingCategories/{category['TrackingCategoryID']}"
    option = _first(call("PUT", f"{path}/Options", {"Options": [{"Name": "Online"}]}), "Options")
    call("POST", f"{path}/Options/{option['TrackingOptionID']}", {"Name": "Web"})
    call("POST", path, {"Name": "Channel"})
    call("GET", path)
    call("GET", "TrackingCategories")
    call("PUT", "Items", {"Items": [{"Code": "TEE", "Name": "Tee", "SalesDetails": {"UnitPrice": "19.99"}}]})
    item = _first(
        call("POST", "Items?unitdp=4", {"Code": "TEE", "PurchaseDetails": {"UnitPrice": "4.1234"}}), "Items"
    )
    call("GET", f"Items/{item['ItemID']}?unitdp=4")
    call("GET", "Items")


def _contacts(call: Caller) -> None:
    person = {"FirstName": "Grace", "EmailAddress": "grace@example.test"}
    full = {
        "Name": "Hopper Ltd",
        "ContactNumber": "C-7",
        "EmailAddress": "office@example.test",
        "ContactPersons": [person],
        "Addresses": [{"AddressType": "POBOX", "AddressLine1": "1 Navy Way", "City": "Arlington", "Country": "USA"}],
        "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "555"}],
        "TaxNumber": "GB1",
    }
    contact = _first(call("PUT", "Contacts", {"Contacts": [full]}), "Contacts")
    path = f"Contacts/{contact['ContactID']}"
    call("POST", path, {"FirstName": "Grace"})
    call("GET", path)
    call("GET", "Contacts/C-7")
    call("GET", "Contacts?page=1&summaryOnly=true")
    group = _first(call("PUT", "ContactGroups", {"Name": "VIP"}), "ContactGroups")
    group_path = f"ContactGroups/{group['ContactGroupID']}"
    call("PUT", f"{group_path}/Contacts", {"Contacts": [{"ContactID": contact["ContactID"]}]})
    call("GET", group_path)
    call("GET", "ContactGroups")
    assert call.send("DELETE", f"{group_path}/Contacts/{contact['ContactID']}").status == 204
    call("POST", group_path, {"Status": "DELETED"})
    call("PUT", f"{path}/History", {"HistoryRecords": [{"Details": "Called"}]})
    call("GET", f"{path}/History")


def _documents(call: Caller) -> None:
    tracked = line(Tracking=[{"Name": "Channel", "Option": "Web"}], ItemCode="TEE")
    made = call.invoice(
        InvoiceNumber="T-1", LineItems=[tracked, {"Description": "thanks"}], Url="https://shop.test/1"
    )
    path = f"Invoices/{made['InvoiceID']}"
    call("GET", path)
    call("GET", "Invoices/T-1")
    call("GET", "Invoices?page=1&pageSize=5")
    call("GET", "Invoices")
    call("GET", "Invoices?summaryOnly=true")
    call("POST", path, {"Reference": "changed"})
    call("POST", f"{path}/Attachments/receipt.txt", b"paid", content_type="text/plain")
    call("GET", f"{path}/Attachments")
    call("PUT", f"{path}/History", {"HistoryRecords": [{"Details": "Sent"}]})
    call("GET", f"{path}/OnlineInvoice")
    call("POST", "Invoices?summarizeErrors=false", {"Invoices": [invoice(), invoice(DueDate=None)]})
    note = {**invoice(Type="ACCRECCREDIT"), "CreditNoteNumber": "T-1-R"}
    credit = _first(call("PUT", "CreditNotes", note), "CreditNotes")
    credit_path = f"CreditNotes/{credit['CreditNoteID']}"
    call(
        "PUT",
        f"{credit_path}/Allocations",
        {"Allocations": [{"Amount": 20, "Invoice": {"InvoiceID": made["InvoiceID"]}}]},
    )
    call("GET", credit_path)
    call("GET", "CreditNotes?page=1")
    allocation = call("GET", credit_path)["CreditNotes"][0]["Allocations"][0]["AllocationID"]
    call("DELETE", f"{credit_path}/Allocations/{allocation}")
    schedule = {
        "Period": 1,
        "Unit": "MONTHLY",
        "DueDate": 10,
        "DueDateType": "OFFOLLOWINGMONTH",
        "StartDate": "2026-10-01",
    }
    repeating = {key: value for key, value in invoice(Status="DRAFT", Schedule=schedule).items() if "Date" not in key}
    call("PUT", "RepeatingInvoices", {"RepeatingInvoices": [repeating]})
    call("GET", "RepeatingInvoices")


def _money(call: Caller) -> None:
    made = call.invoice(InvoiceNumber="T-2")
    target = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": "20.00"}
    payment = _first(call("PUT", "Payments", {"Payments": [target]}), "Payments")
    call("GET", f"Payments/{payment['PaymentID']}")
    call("GET", "Payments?page=1")
    call("GET", f"Invoices/{made['InvoiceID']}")
    call("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    part = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Amount": "20.00"}
    batch = {"Account": {"Code": "090"}, "Date": "2026-09-02", "Payments": [part]}
    made_batch = _first(call("PUT", "BatchPayments", {"BatchPayments": [batch]}), "BatchPayments")
    call("GET", "BatchPayments")
    call("POST", f"BatchPayments/{made_batch['BatchPaymentID']}", {"Status": "DELETED"})
    for kind in ("RECEIVE", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT", "SPEND"):
        lines = [line(TaxType="NONE", AccountCode="404" if kind == "SPEND" else "200")]
        if kind.endswith("OVERPAYMENT"):
            lines = [{"Description": "too much", "LineAmount": "10.00"}]
        body = {"Type": kind, "Contact": {"Name": "Ada Byron"}, "BankAccount": {"Code": "090"}, "LineItems": lines}
        transaction = _first(call("PUT", "BankTransactions", {"BankTransactions": [body]}), "BankTransactions")
    call("GET", f"BankTransactions/{transaction['BankTransactionID']}")
    call("POST", f"BankTransactions/{transaction['BankTransactionID']}", {"Reference": "fee"})
    call("GET", "BankTransactions?page=1")
    for plural, id_field in (("Overpayments", "OverpaymentID"), ("Prepayments", "PrepaymentID")):
        credit = _first(call("GET", f"{plural}?page=1"), plural)
        part = {"Allocations": [{"Amount": 5, "Invoice": {"InvoiceID": made["InvoiceID"]}}]}
        call("PUT", f"{plural}/{credit[id_field]}/Allocations", part)
        call("GET", f"{plural}/{credit[id_field]}")
    transfer = {"FromBankAccount": {"Code": "090"}, "ToBankAccount": {"Code": "091"}, "Amount": "3.00"}
    call("PUT", "BankTransfers", {"BankTransfers": [transfer]})
    call("GET", "BankTransfers")


def _journals(call: Caller) -> None:
    lines = [{"LineAmount": 10, "AccountCode": "404"}, {"LineAmount": -10, "AccountCode": "429"}]
    made = call("PUT", "ManualJournals", {"Narration": "Fees", "JournalLines": lines, "Status": "POSTED"})
    path = f"ManualJournals/{made['ManualJournals'][0]['ManualJournalID']}"
    call("GET", path)
    call("GET", "ManualJournals?page=1")
    call("POST", path, {"Narration": "Card fees"})
    call.world.set_tier("advanced")
    call("GET", "Journals?offset=1")


def _offers(call: Caller) -> None:
    quote = {"Contact": {"Name": "Ada Byron"}, "Date": "2026-09-01", "LineItems": [line()], "Title": "Offer"}
    made = _first(call("PUT", "Quotes", {"Quotes": [quote]}), "Quotes")
    call(
        "POST",
        f"Quotes/{made['QuoteID']}",
        {"Status": "SENT", "Contact": {"Name": "Ada Byron"}, "Date": "2026-09-01"},
    )
    call("GET", "Quotes")
    call("GET", f"Quotes/{made['QuoteID']}")
    order = {"Contact": {"Name": "Ada Byron"}, "LineItems": [line(AccountCode="400", TaxType="INPUT2")]}
    made = _first(call("PUT", "PurchaseOrders", {"PurchaseOrders": [order]}), "PurchaseOrders")
    call("POST", f"PurchaseOrders/{made['PurchaseOrderID']}", {"Status": "AUTHORISED"})
    call("GET", "PurchaseOrders?page=1")
    bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    linked = {"SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"]}
    made = _first(call("PUT", "LinkedTransactions", linked), "LinkedTransactions")
    call("GET", "LinkedTransactions")
    assert call.send("DELETE", f"LinkedTransactions/{made['LinkedTransactionID']}").status == 204


def _reports(call: Caller) -> None:
    contact = _first(call("GET", "Contacts"), "Contacts")["ContactID"]
    for name in (
        "TrialBalance",
        "ProfitAndLoss",
        "BalanceSheet",
        "BankSummary",
        "ExecutiveSummary",
        "BudgetSummary",
        f"AgedReceivablesByContact?contactID={contact}",
        f"AgedPayablesByContact?contactID={contact}",
    ):
        call("GET", f"Reports/{name}")
