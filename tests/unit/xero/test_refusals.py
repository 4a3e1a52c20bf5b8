# ruff: noqa: E501 - tables of wire texts, one row a line
"""Xero's messages and the codes of the catalogue: every row of the table is met by a message on record."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tieout.rules.catalogue import Code
from tieout.xero.refusals import TABLE, explain, explain_one

# Each message is a fact of Xero's interface; the code is our reading of it.
MESSAGES: list[tuple[str, Code, str]] = [
    ("The document date cannot be before the period lock date, currently set at 30-Nov-2018", Code.PERIOD_LOCKED, "lock date"),
    ("The document date cannot be before the end of year lock date, currently set at 30-Nov-2018", Code.PERIOD_LOCKED, "lock date"),
    ("You have reached the limit of invoices you can approve!", Code.XERO_REFUSED, "plan limit"),
    ("Organisation is not subscribed to currency EUR", Code.CURRENCY_NOT_ENABLED, "currency EUR"),
    ("Users Organisation is not subscribed to currency NZD", Code.CURRENCY_NOT_ENABLED, "currency NZD"),
    ("Invoice # must be unique.", Code.NUMBER_TAKEN, "number"),
    ("Price List Item with Code 'abc' already exists", Code.NUMBER_TAKEN, "item abc"),
    ("Price List Item with Code ''abc'' already exists", Code.NUMBER_TAKEN, "item abc"),
    ("The contact name Buzz is already assigned to another contact. The contact name must be unique across all active contacts.", Code.CONTACT_AMBIGUOUS, "contact name"),
    ("The Contact Name already exists. Please enter a different Contact Name.", Code.CONTACT_AMBIGUOUS, "contact name"),
    ("Another contact has this contact number. Please enter a different contact number.", Code.CONTACT_AMBIGUOUS, "contact number"),
    ("The Account Number already exists. Please enter a different Account Number.", Code.CONTACT_AMBIGUOUS, "contact account number"),
    ("The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.", Code.CONTACT_AMBIGUOUS, "archived contact"),
    ("The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes.", Code.CONTACT_AMBIGUOUS, "archived contact"),
    ("A Contact must be specified for this type of transaction", Code.CONTRACT_BROKEN, "contact missing"),
    ("The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber", Code.CONTRACT_BROKEN, "contact missing"),
    ("Email address must be valid.", Code.XERO_REFUSED, "e-mail address"),
    ("Website must be valid.", Code.XERO_REFUSED, "contact website"),
    ("You can only have a maximum of 5 contact persons.", Code.XERO_REFUSED, "contact persons"),
    ("Additional people cannot be added when the primary person has no email address set.", Code.XERO_REFUSED, "contact persons"),
    ("The TaxType code 'OUTPUT' cannot be used with account code '400'.", Code.MAPPING_INVALID, "tax type OUTPUT with account 400"),
    ("The TaxType code GST on Income does not exist or cannot be used for this type of transaction.", Code.MAPPING_INVALID, "tax type GST on Income"),
    ("Tax rate must be Active", Code.MAPPING_INVALID, "tax type"),
    ("Tax rate must be valid.", Code.MAPPING_INVALID, "tax type"),
    ("The TaxType field is mandatory", Code.MAPPING_INVALID, "tax type"),
    ("Account code '200' is not a valid code for this document", Code.MAPPING_INVALID, "account 200"),
    ("Account code '###' has been archived or has been deleted. Each line item must reference a valid account.", Code.MAPPING_INVALID, "account ###"),
    ("Account code ''476'' has been removed as it does not match a recognised account.", Code.MAPPING_INVALID, "account 476"),
    ("Account must be valid.", Code.MAPPING_INVALID, "account"),
    ("Account code must be specified", Code.MAPPING_INVALID, "account"),
    ("Account type is invalid for making a payment to/from.", Code.ACCOUNT_NOT_BANK, "payment account"),
    ("Please enter a unique Name.", Code.NUMBER_TAKEN, "account name"),
    ("Payment amount exceeds the amount outstanding on this document", Code.PAYMENT_EXCEEDS_SALE, "payment amount"),
    ("The invoice you are trying to allocate to has already been paid off", Code.REFUND_EXCEEDS_SALE, "allocation amount"),
    ("Credit Note cannot be allocated as amount is greater than amount outstanding", Code.REFUND_EXCEEDS_SALE, "allocation amount"),
    ("Credit Note cannot be allocated to an incorrect invoice type", Code.XERO_REFUSED, "allocation"),
    ("The line total 666.88 does not match the expected line total 666.93", Code.XERO_ANSWER_DIFFERS, "line total"),
    ("The document total does not equal the sum of the lines.", Code.XERO_ANSWER_DIFFERS, "document total"),
    ("The invoice total does not equal the sum of the lines.", Code.XERO_ANSWER_DIFFERS, "document total"),
    ("The Total for this document must be greater than or equal to zero.", Code.NOT_EXPRESSIBLE, "negative total"),
    ("The quantity value '-1.0000' is invalid. Quantity must not be less than zero.", Code.NOT_EXPRESSIBLE, "negative quantity"),
    ("The discount rate '27.83' is invalid. Discount must not be greater than the line total.", Code.NOT_EXPRESSIBLE, "discount"),
    ("Discounts may not be applied to ACCPAY invoices.", Code.NOT_EXPRESSIBLE, "discount"),
    ("The tax amount cannot be greater than the line amount!", Code.NOT_EXPRESSIBLE, "tax amount"),
    ("Insufficient stock. Items are eligible for backorder.", Code.XERO_REFUSED, "stock"),
    ("This document cannot be edited as it has a payment or credit note allocated to it.", Code.CHANGED_BY_PERSON, "document with payments"),
    ("The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.", Code.CHANGED_BY_PERSON, "document with payments"),
    ("Invoice not of valid status for modification", Code.CHANGED_BY_PERSON, "document status"),
    ("Invoice not of valid status for creation", Code.CHANGED_BY_PERSON, "document status"),
    ("Payments can only be made against Authorised documents", Code.CHANGED_BY_PERSON, "invoice not approved"),
    ("An existing invoice with the specified ID could not be found", Code.SALE_MISSING, "document missing"),
    ("An existing Credit Note with the specified CreditNoteID could not be found", Code.SALE_MISSING, "document missing"),
    ("Invoice could not be found", Code.SALE_MISSING, "document missing"),
    ("The document with the supplied id was not found for this endpoint.", Code.SALE_MISSING, "document missing"),
    ("Payments within a batch cannot be deleted.", Code.CHANGED_BY_PERSON, "payment in a batch"),
    ("This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement.", Code.CHANGED_BY_PERSON, "reconciled"),
    ("One or more line items must be specified", Code.DATA_UNREADABLE, "document incomplete"),
    ("The description field is mandatory for each line item.", Code.DATA_UNREADABLE, "document incomplete"),
    ("Due date cannot be empty.", Code.DATA_UNREADABLE, "document incomplete"),
    ("Error converting value \"NO_TAX\" to type 'LineAmountType'. Path 'Invoices[0]'.", Code.CONTRACT_BROKEN, "request form"),
    ("The string '20100510' is not a valid AllXsd value.", Code.CONTRACT_BROKEN, "request form"),
    ("JSON for post data was invalid,Could not convert string to DateTime", Code.CONTRACT_BROKEN, "request form"),
    ("No data has been processed for this endpoint. This endpoint is expecting Invoice data to be specifed in the request body.", Code.CONTRACT_BROKEN, "request form"),
    ("The element 'CogsAccountCode' was not recognised.", Code.CONTRACT_BROKEN, "request form"),
    ("Xero answered without an id, so nothing was saved", Code.XERO_ANSWER_DIFFERS, "not saved"),
    ("A sentence that nobody has seen yet", Code.XERO_REFUSED, ""),
]  # fmt: skip


@pytest.mark.parametrize(("message", "code", "subject"), MESSAGES, ids=[row[0][:60] for row in MESSAGES])
def test_a_message_has_its_code_and_subject(message: str, code: Code, subject: str) -> None:
    problem = explain_one(message)
    assert (problem.code, problem.subject) == (code, subject)
    assert problem.reason.endswith(f"Xero says: {message}")
    assert "{" not in problem.reason


def test_every_row_of_the_table_is_met_by_a_message() -> None:
    met = {next((row.subject for row in TABLE if row.pattern.search(message)), "") for message, _, _ in MESSAGES}
    assert {row.subject for row in TABLE} <= met


def test_the_same_cause_is_told_once() -> None:
    both = explain(
        [
            "The document date cannot be before the period lock date, currently set at 30-Nov-2018",
            "The document date cannot be before the end of year lock date, currently set at 30-Nov-2018",
        ]
    )
    assert [problem.code for problem in both] == [Code.PERIOD_LOCKED]


def test_lock_dates_without_a_date_still_make_a_sentence() -> None:
    assert "locked up to" not in explain_one("Date is before the period lock date").reason


#: Rows of the list of errors on endpoints that Tieout writes to, whose text is known.
OF_OTHERS = (
    "ContactGroups",
    "ManualJournals,",
    "LinkedTransactions",
    "ExpenseClaims",
    "BrandingThemes",
    "PurchaseOrders",
)


def test_validation_messages_on_record_are_explained(shared: Path) -> None:
    path = shared / "xero" / "errors.csv"
    unexplained = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_ours = "PUT" in row["endpoint"] or "POST" in row["endpoint"]
            of_others = any(name.strip(",") in row["endpoint"] for name in OF_OTHERS)
            known_text = "unconfirmed" not in row["message"] and row["message"]
            if is_ours and not of_others and known_text and row["type/ErrorNumber"].startswith("ValidationException"):
                problem = explain_one(row["message"])
                if not problem.subject:
                    unexplained.append(row["message"])
    assert unexplained == []
