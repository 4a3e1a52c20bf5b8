"""Every row of the list of known errors is drawn from the simulator, with its status and its words, or left out."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import xerosim_refusals as r
from xerosim_tools import Caller, invoice, line

from xerosim.resources import listing
from xerosim.wire import Response

SHARED = Path(os.environ.get("TIEOUT_SHARED") or Path(__file__).resolve().parents[3] / "shared")
ERRORS = SHARED / "xero" / "errors.csv"
#: Row: status, words of the answer, and how it is drawn. Rows count from 1 in the list.
ROWS: dict[int, tuple[int, str, r.Draw]] = {
    1: (400, "The contact name ADA is already assigned to another contact.",
        r.after(r.put("Contacts", Name="Ada"), r.put("Contacts", Name="ADA"))),
    3: (400, "Another contact has this contact number.",
        r.after(r.put("Contacts", Name="A", ContactNumber="7"), r.put("Contacts", Name="B", ContactNumber="7"))),
    4: (400, "The Account Number already exists.",
        r.after(r.put("Contacts", Name="A", AccountNumber="7"), r.put("Contacts", Name="B", AccountNumber="7"))),
    5: (400, "matched an archived contact. Archived contacts cannot currently be edited via the API.",
        r.after(r.put("Contacts", Name="A", ContactNumber="7", ContactStatus="ARCHIVED"),
                lambda call: call.send("POST", "Contacts/7", {"FirstName": "x"}))),
    6: (400, "has been archived. The contact must be un-archived before creating new invoices or credit notes.",
        r.after(r.put("Contacts", Name="A", ContactNumber="7", ContactStatus="ARCHIVED"),
                r.bad(Contact={"ContactNumber": "7"}))),
    7: (400, "Email address must be valid.", r.put("Contacts", Name="A", EmailAddress="jürgen@example.test")),
    8: (400, "Website must be valid.", r.website),
    9: (400, "Additional people cannot be added when the primary person has no email address set.",
        r.put("Contacts", Name="A", ContactPersons=[{"FirstName": "B"}])),
    10: (400, "You can only have a maximum of 5 contact persons.",
         r.put("Contacts", Name="A", EmailAddress="a@b.test", ContactPersons=[{"FirstName": "B"}] * 6)),
    11: (400, "must contain at least 1 of the following elements to identify the contact", r.bad(Contact={})),
    12: (400, "A Contact must be specified for this type of transaction", r.bad(Contact=None)),
    13: (400, "You've reached the limit of 100 contact groups.",
         r.put("ContactGroups", ContactGroups=[{"Name": f"G{n}"} for n in range(101)])),
    14: (400, "Please enter a unique Name.", r.put("Accounts", Code="299", Name="Sales", Type="REVENUE")),
    15: (400, "Price List Item with Code 'abc' already exists",
         r.after(r.put("Items", Code="abc"), r.put("Items", Code="abc"))),
    16: (400, "Insufficient stock. Items are eligible for backorder.", r.oversold),
    17: (400, "Invoice # must be unique.", r.after(r.bad(InvoiceNumber="7"), r.bad(InvoiceNumber="7"))),
    18: (400, "Invoice not of valid status for modification", r.changed(Status="DELETED")),
    19: (400, "Invoice not of valid status for creation", r.bad(Status="PAID")),
    20: (400, "This document cannot be edited as it has a payment or credit note allocated to it.",
         r.changed(pay=True, LineItems=[line(UnitAmount=1)])),
    21: (400, "The status DRAFT cannot be applied to the invoice because it has payments or credit notes allocated",
         r.changed(pay=True, Status="DRAFT")),
    22: (400, "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated",
         r.changed(pay=True, Status="VOIDED")),
    23: (400, "An existing invoice with the specified ID could not be found",
         lambda call: call.send("POST", "Invoices", {"InvoiceID": r.UNKNOWN})),
    24: (400, "One or more line items must be specified", r.bad(LineItems=[])),
    25: (400, "The description field is mandatory for each line item.", r.bad_line(Description=None)),
    26: (400, "Account code must be specified", r.bad_line(AccountCode=None)),
    27: (400, "The TaxType field is mandatory", r.bad_line(AccountCode=None, TaxType=None)),
    28: (400, "Account code '090' is not a valid code for this document", r.bad_line(AccountCode="090")),
    29: (400, "Account code '200' has been archived or has been deleted.",
         r.after(lambda call: r.deed(call, "archive account", code="200"), r.bad())),
    30: (200, "Account code '476' has been removed as it does not match a recognised account.",
         r.bad(Status="DRAFT", LineItems=[line(AccountCode="476")])),
    33: (400, "Tax rate must be Active",
         r.after(lambda call: r.deed(call, "archive tax rate", tax_type="OUTPUT2"), r.bad())),
    34: (400, "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
         r.bad_line(TaxType="GST on Income")),
    35: (400, "The TaxType code 'OUTPUT2' cannot be used with account code '400'.", r.bad_line(AccountCode="400")),
    36: (400, "The line total 666.88 does not match the expected line total 666.93",
         r.bad_line(Quantity=1, UnitAmount="666.93", LineAmount="666.88")),
    37: (400, "The document total does not equal the sum of the lines.", r.bad(Total="1.00")),
    39: (400, "The Total for this document must be greater than or equal to zero.", r.bad_line(UnitAmount=-1)),
    40: (400, "The quantity value '-1.0000' is invalid. Quantity must not be less than zero.",
         r.bad_line(Quantity=-1)),
    41: (400, "The discount rate '127.83' is invalid. Discount must not be greater than the line total.",
         r.bad_line(DiscountRate="127.83")),
    42: (400, "Discounts may not be applied to ACCPAY invoices.",
         r.bad(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2", DiscountRate=10)])),
    43: (400, "The tax amount cannot be greater than the line amount!",
         r.bad(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2", TaxAmount=101)])),
    44: (400, "Due date cannot be empty.", r.bad(DueDate=None)),
    45: (400, "The document date cannot be before the period lock date, currently set at 30-Sep-2026",
         r.locked(period_lock="2026-09-30")),
    46: (400, "The document date cannot be before the end of year lock date, currently set at 30-Sep-2026",
         r.locked(year_end_lock="2026-09-30")),
    47: (400, "You have reached the limit of invoices you can approve",
         r.after(r.settings(approve_limit=1), r.after(r.bad(), r.bad()))),
    48: (400, "Organisation is not subscribed to currency EUR", r.bad(CurrencyCode="EUR")),
    50: (400, "The invoice cannot be emailed.",
         lambda call: call.send("POST", f"Invoices/{call.invoice()['InvoiceID']}/Email", {})),
    51: (400, "The invoice you are trying to allocate to has already been paid off", r.allocated(paid_off=True)),
    52: (400, "Credit Note cannot be allocated as amount is greater than amount outstanding", r.allocated(500)),
    53: (400, "Credit Note cannot be allocated to an incorrect invoice t",
         r.allocated(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])),
    54: (400, "This endpoint is expecting Allocation data to be specifed in the request body.",
         r.allocated(member="AppliedAmount")),
    55: (400, "An existing Credit Note with the specified CreditNoteID could not be found",
         lambda call: call.send("POST", "CreditNotes", {"CreditNoteID": r.UNKNOWN})),
    56: (400, "This document cannot be edited as it has a payment or credit note allocated to it.", r.edited_note),
    57: (400, "Payment amount exceeds the amount outstanding on this document", r.paid(Amount=121)),
    58: (400, "Payments can only be made against Authorised documents", r.not_approved),
    59: (400, "Invoice could not be found", r.paid(Invoice={"InvoiceID": r.UNKNOWN})),
    60: (400, "Account type is invalid for making a payment to/from.", r.paid(Account={"Code": "200"})),
    61: (400, "Payments within a batch cannot be deleted.", r.unpaid(batch=True)),
    62: (400, "reconciled", r.unpaid(batch=False)),
    63: (400, "This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement.",
         r.reconciled),
    64: (400, "The total debits (100.00) must equal total credits (-10.00)", r.journal("100", "-10")),
    65: (400, "The SourceLineItemID and SourceTransactionID do not match", r.linked(contact=False)),
    66: (400, "The ContactID and the TargetTransaction ContactID do not match", r.linked(contact=True)),
    67: (400, "The document with the supplied id was not found for this endpoint.",
         r.put(f"Invoices/{r.UNKNOWN}/History", HistoryRecords=[{"Details": "x"}])),
    68: (400, "Payment service could not be found", r.of_theme),
    70: (400, "Deleted PurchaseOrders cannot be updated", r.order(deleted=True)),
    71: (400, "Order number must be unique", r.order(deleted=False)),
    72: (400, "The file name contains invalid characters.", r.attached),
    73: (400, "Error converting value \\\"NO_TAX\\\" to type 'Xero.API.Library..LineAmountType'. "
              "Path 'ManualJournals[0].LineAmountTypes'.", r.journal("1", "-1", LineAmountTypes="NO_TAX")),
    74: (400, "The string '20100510' is not a valid AllXsd value.",
         lambda call: call.send("PUT", "Invoices", b"<Invoices><Invoice><Type>ACCREC</Type><Date>20100510</Date>"
                                b"</Invoice></Invoices>", content_type="text/xml")),
    76: (400, "JSON for post data was invalid,Could not convert string to DateTime", r.bad(Date="soon")),
    77: (400, "This endpoint is expecting Invoice data to be specifed in the request body.",
         r.put("Invoices", Contacts=[{"Name": "A"}])),
    78: (400, "No property or field 'hi' exists in type 'Invoice' (at index 0)", r.get("Invoices?where=hi==1")),
    79: (400, "Character literal must contain exactly one character", r.get("Invoices?where=Status=='abc'")),
    80: (400, "HighVolumeException", r.get("Invoices?where=Total>1")),
    81: (400, "Idempotency Key: k is used with a different request.", r.key_used_twice),
    82: (500, "", r.faulty("500")),
    83: (501, "The Api Method called is not implemented", lambda call: call.send("POST", "Organisation", {})),
    84: (401, "TokenExpired: token expired at ",
         r.after(lambda call: call.world.clock.advance(1801), r.get("Organisation"))),
    85: (401, "AuthenticationUnsuccessful", r.get("Organisation", authorization="Bearer x")),
    86: (401, "AuthorizationUnsuccessful", r.narrow("Invoices", "accounting.contacts")),
    87: (401, "AuthorizationUnsuccessful", r.get("Journals")),
    88: (403, "AuthenticationUnsuccessful", r.get("Organisation", xero_tenant_id=r.UNKNOWN)),
    89: (403, "Forbidden", r.after(r.settings(user_may_report=False), r.get("Reports/TrialBalance"))),
    90: (403, "AuthenticationUnsuccessful", r.connection),
    91: (400, '{"error":"invalid_grant"}', r.token),
    92: (400, "invalid_scope", r.consent),
    93: (429, "minute", r.limited(61)),
    94: (429, "day", r.limited(1001, tier="starter", step=61)),
    95: (429, "concurrent", r.crowded),
    96: (429, "appminute", r.busy_app),
    97: (404, "", r.get(f"Invoices/{r.UNKNOWN}")),
    99: (415, "", lambda call: call.send("PUT", "Contacts", b"x", content_type="image/png")),
    100: (500, "An unhandled error with the Xero API occurred.", r.faulty("500")),
    101: (503, "The Xero API is currently offline for maintenance", r.faulty("maintenance")),
    102: (503, "The Xero API is temporarily unavailable", r.faulty("503")),
    103: (503, "The Organisation is offline", r.faulty("organisation_offline")),
}  # fmt: skip
LEFT_OUT = {
    2: "older wording of row 1",
    31: "wording of another validation path for row 28",
    32: "wording of another validation path for row 34",
    38: "older wording of row 37",
    49: "older wording of row 48",
    69: "expense claims and receipts are retired and not simulated",
    75: "unknown XML elements are ignored, as unknown JSON members are",
    98: "of the edge network: TLS and header conditions",
    104: "OAuth 1 is gone",
}
PROBLEMS = {93, 94, 95, 96}


@pytest.mark.parametrize("row", ROWS)
def test_a_known_refusal_is_drawn(call: Caller, row: int, monkeypatch: pytest.MonkeyPatch) -> None:
    status, words, draw = ROWS[row]
    if row == 80:
        monkeypatch.setattr(listing, "HIGH_VOLUME", 0)
        call.invoice()
    answer = draw(call)
    assert answer.status == status, answer.body
    if row in PROBLEMS:
        assert (answer.headers["x-rate-limit-problem"], answer.body) == (words, b"")
        assert ("retry-after" in answer.headers) == (words != "concurrent")
    elif status in (404, 415):
        assert answer.body == b""
    else:
        assert words in answer.body.decode(), answer.body
    if row == 86:
        assert "insufficient_scope" in answer.headers["www-authenticate"]


@pytest.mark.skipif(not ERRORS.exists(), reason=f"the list of errors is not at {ERRORS}; set TIEOUT_SHARED")
def test_every_row_of_the_list_is_drawn_or_left_out() -> None:
    with ERRORS.open(newline="") as file:
        rows = dict(enumerate(csv.DictReader(file), 1))
    assert set(ROWS) | set(LEFT_OUT) == set(rows)
    assert not set(ROWS) & set(LEFT_OUT)
    for number, (status, _, _) in ROWS.items():
        known = rows[number]["status"]
        assert str(status) in known or (number == 30 and "Warning" in known) or number == 92, (number, known)


DIALECTS: dict[str, tuple[Callable[[Caller], Response], str, str]] = {
    "validation": (lambda call: call.send("PUT", "Invoices", invoice(DueDate=None)), "application/json", "Elements"),
    "problem": (r.get("Organisation", authorization="Bearer x"), "application/json", "Instance"),
    "plain text": (r.faulty("maintenance"), "text/plain", "offline"),
    "oauth": (r.token, "application/json", "invalid_grant"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_errors_speak_four_dialects(call: Caller, name: str) -> None:
    draw, kind, word = DIALECTS[name]
    answer = draw(call)
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert word in answer.body.decode()
