"""Lists: pages, filters, order, what changed since; XML; refusals of queries; contacts and settings."""

import json
from decimal import Decimal as D
from xml.etree import ElementTree

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.wire import Request


def numbers(call: Caller, query: str) -> list[str]:
    return [one["InvoiceNumber"] for one in call("GET", f"Invoices?{query}")["Invoices"]]


@pytest.fixture
def filled(call: Caller) -> Caller:
    """Five invoices A to E of rising totals, C a draft, E of another customer."""
    for position, number in enumerate("ABCDE"):
        call.world.clock.advance(60)
        call.invoice(
            InvoiceNumber=number, Status="DRAFT" if number == "C" else "AUTHORISED", Reference=f"r{position}",
            Contact={"Name": "Ørsted & Søn" if number == "E" else "Ada Byron"},
            LineItems=[line(UnitAmount=str(position + 1), TaxType="NONE")], Date=f"2026-09-0{position + 1}",
        )  # fmt: skip
    return call


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('InvoiceNumber=="B"', "B"),
        ('InvoiceNumber=="A" OR InvoiceNumber=="D"', "AD"),
        ('Type=="ACCREC" AND Status=="DRAFT"', "C"),
        ('Type=="ACCREC" && (Status=="DRAFT" || Total>=5)', "CE"),
        ("Total>2.5 AND Total<=4.00", "CD"),
        ("Date>=DateTime(2026,09,02) AND Date<DateTime(2026, 9, 4)", "BC"),
        ('Date==DateTime.Parse("2026-09-05")', "E"),
        ('Contact.Name=="orsted & son"', ""),
        ('Contact.Name=="ADA byron" AND Status!="DRAFT"', "ABD"),
        ('Reference.Contains("R1")', "B"),
        ('Reference.StartsWith("r") AND !(Status=="DRAFT")', "ABDE"),
        ("SentToContact==false", "ABCDE"),
        ("FullyPaidOnDate==null", "ABCDE"),
        ('InvoiceNumber!=null AND InvoiceNumber.ToLower()=="c"', "C"),
    ],
)
def test_where_understands_the_documented_grammar(filled: Caller, where: str, expected: str) -> None:
    from urllib.parse import quote

    assert "".join(numbers(filled, f"where={quote(where)}")) == expected


def test_where_finds_by_guid(filled: Caller) -> None:
    made = filled("GET", "Invoices/D")["Invoices"][0]
    assert numbers(filled, f'where=InvoiceID==guid("{made["InvoiceID"]}")') == ["D"]
    contact = made["Contact"]["ContactID"].upper()
    assert numbers(filled, f'where=Contact.ContactID==guid("{contact}")&order=Date DESC') == ["D", "C", "B", "A"]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ('hi=="x"', "No property or field 'hi' exists in type 'Invoice' (at index 0)"),
        ("InvoiceNumber=='abc'", "Character literal must contain exactly one character"),
        ('InvoiceNumber=="a" AND', "Expression expected"),
        ("Total==", "Expression expected"),
        ('(Status=="DRAFT"', "')' expected"),
        ('Total=="a"', "incompatible with operand types"),
        ("Status", "Expression of type 'Boolean' expected"),
        ('Status=="DRAFT" §', "Syntax error"),
        ("Date==DateTime(2026,13,45)", "No applicable constructor"),
    ],
)
def test_bad_filters_draw_a_query_parse_exception(filled: Caller, where: str, message: str) -> None:
    answer = filled.send("GET", f"Invoices?where={where}")
    body = json.loads(answer.body)
    assert (answer.status, body["ErrorNumber"], body["Type"]) == (400, 16, "QueryParseException")
    assert message in body["Message"]


def test_pages_are_full_and_unpaged_lists_are_summaries(filled: Caller) -> None:
    page = filled("GET", "Invoices?page=1&pageSize=2")
    assert list(page)[:5] == ["Id", "Status", "ProviderName", "DateTimeUTC", "pagination"]
    assert page["pagination"] == {"page": 1, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert page["Invoices"][0]["LineItems"]
    assert numbers(filled, "page=3&pageSize=2") == ["E"]
    assert numbers(filled, "page=9") == []
    assert filled("GET", "Invoices?page=1&pageSize=99999")["pagination"]["pageSize"] == 1000
    unpaged = filled("GET", "Invoices")
    assert "pagination" not in unpaged
    assert unpaged["Invoices"][0]["LineItems"] == []


def test_a_changed_document_moves_to_the_end_of_the_default_order(filled: Caller) -> None:
    filled.world.clock.advance(5)
    filled("POST", "Invoices/B", {"Reference": "x"})
    assert "".join(numbers(filled, "page=1")) == "ACDEB"
    assert "".join(numbers(filled, "page=1&order=InvoiceNumber DESC")) == "EDCBA"


def test_changes_of_one_moment_come_in_order_of_id_on_every_page(call: Caller) -> None:
    made = [call.invoice()["InvoiceID"] for _ in range(7)]
    call.world.clock.advance(1)
    late = call.invoice()["InvoiceID"]
    wanted = [*sorted(made), late]
    assert wanted[:7] != made, "made in order of id by chance: the test would show nothing"
    pages = [call("GET", f"Invoices?page={page}&pageSize=3")["Invoices"] for page in (1, 2, 3)]
    assert [[one["InvoiceID"] for one in page] for page in pages] == [wanted[:3], wanted[3:6], wanted[6:]]
    assert [one["InvoiceID"] for one in call("GET", "Invoices")["Invoices"]] == wanted
    assert call("GET", "Invoices?page=4&pageSize=3")["Invoices"] == []


def test_lists_by_parameter(filled: Caller) -> None:
    id = filled("GET", "Invoices/A")["Invoices"][0]["InvoiceID"]
    assert numbers(filled, f"IDs={id}") == ["A"]
    assert "".join(numbers(filled, "InvoiceNumbers=B,d")) == "BD"
    answer = filled("GET", "Invoices?Statuses=DRAFT")
    assert [one["InvoiceNumber"] for one in answer["Invoices"]] == ["C"]
    assert "pagination" in answer
    assert numbers(filled, "searchTerm=r3") == ["D"]
    summary = filled("GET", "Invoices?summaryOnly=true")["Invoices"][0]
    assert "Payments" not in summary
    assert "HasAttachments" not in summary


@pytest.mark.parametrize(("inclusive", "expected"), [(True, "DE"), (False, "E")])
def test_if_modified_since_is_a_header_in_seconds(filled: Caller, inclusive: bool, expected: str) -> None:
    filled.world.switch(modified_since_inclusive=inclusive)
    moment = "2026-09-21T14:17:20"
    found = filled("GET", "Invoices", if_modified_since=moment)["Invoices"]
    assert "".join(one["InvoiceNumber"] for one in found) == expected
    assert len(filled("GET", f"Invoices?If-Modified-Since={moment}")["Invoices"]) == 5
    assert filled("GET", "Invoices", if_modified_since="2027-01-01T00:00:00")["Invoices"] == []
    filled.world.switch(modified_since_304=True)
    assert filled.send("GET", "Invoices", if_modified_since="2027-01-01T00:00:00").status == 304


def test_archived_contacts_hide_and_refuse_edits(call: Caller) -> None:
    id = call("PUT", "Contacts", {"Name": "Ada"})["Contacts"][0]["ContactID"]
    assert call("POST", f"Contacts/{id}", {"ContactStatus": "ARCHIVED"})["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    assert call("GET", "Contacts")["Contacts"] == []
    assert len(call("GET", "Contacts?includeArchived=true")["Contacts"]) == 1
    words = (
        "The specified contact details matched an archived contact. "
        "Archived contacts cannot currently be edited via the API."
    )
    assert call.refused("POST", f"Contacts/{id}", {"FirstName": "x"}) == [words]
    assert call.refused("PUT", "Invoices", invoice(Contact={"ContactID": id})) == [
        "The contact with the specified contact details has been archived. "
        "The contact must be un-archived before creating new invoices or credit notes."
    ]
    assert call("PUT", "Contacts", {"Name": "ADA"})["Contacts"][0]["ContactID"] != id


def test_contact_names_are_unique_without_case(call: Caller) -> None:
    call("PUT", "Contacts", {"Name": "Ada Byron", "ContactNumber": "1", "AccountNumber": "A"})
    assert call.refused("PUT", "Contacts", {"Name": "ADA BYRON"}) == [
        "The contact name ADA BYRON is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    ]
    assert call.refused("PUT", "Contacts", {"Name": "B", "ContactNumber": "1"}) == [
        "Another contact has this contact number. Please enter a different contact number."
    ]
    assert call.refused("PUT", "Contacts", {"Name": "B", "AccountNumber": "A"}) == [
        "The Account Number already exists. Please enter a different Account Number."
    ]
    again = call("POST", "Contacts", {"Name": "ada byron", "FirstName": "Ada"})["Contacts"][0]
    assert (again["ContactNumber"], again["FirstName"]) == ("1", "Ada")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"EmailAddress": "a b@c.de"}, "Email address must be valid."),
        ({"Website": "example.test"}, "Website must be valid."),
        (
            {"ContactPersons": [{"FirstName": "x"}]},
            "Additional people cannot be added when the primary person has no email address set.",
        ),
        (
            {"EmailAddress": "a@b.cd", "ContactPersons": [{"FirstName": str(n)} for n in range(6)]},
            "You can only have a maximum of 5 contact persons.",
        ),
    ],
)
def test_contacts_are_refused_in_xeros_words(call: Caller, change: dict[str, object], message: str) -> None:
    assert message in call.refused("PUT", "Contacts", {"Name": "A", **change})


def test_contact_slots_are_always_filled_and_customers_become_customers(call: Caller) -> None:
    made = call("PUT", "Contacts", {"Name": "Ada", "IsCustomer": True})["Contacts"][0]
    assert [one["AddressType"] for one in made["Addresses"]] == ["STREET", "POBOX"]
    assert [one["PhoneType"] for one in made["Phones"]] == ["DEFAULT", "DDI", "FAX", "MOBILE"]
    assert made["IsCustomer"] is False
    call.world.clock.advance(60)
    call.invoice(Contact={"ContactID": made["ContactID"]})
    read = call("GET", f"Contacts/{made['ContactID']}")["Contacts"][0]
    assert (read["IsCustomer"], read["UpdatedDateUTC"]) == (True, made["UpdatedDateUTC"])


def test_item_codes_are_unique_and_fill_lines(call: Caller) -> None:
    details = {"UnitPrice": "19.99", "AccountCode": "200", "TaxType": "RROUTPUT"}
    call("PUT", "Items", {"Code": "TEE", "Name": "Tee", "Description": "A tee", "SalesDetails": details})
    assert call.refused("PUT", "Items", {"Code": "tee"}) == ["Price List Item with Code 'tee' already exists"]
    made = call.invoice(LineItems=[{"ItemCode": "TEE", "Quantity": 2}])
    filled_line = made["LineItems"][0]
    assert (filled_line["Description"], filled_line["TaxType"], filled_line["LineAmount"]) == (
        "A tee",
        "RROUTPUT",
        D("39.98"),
    )


def test_account_names_are_unique_even_among_archived_ones(call: Caller) -> None:
    made = call("PUT", "Accounts", {"Code": "299", "Name": "Tips", "Type": "REVENUE"})["Accounts"][0]
    call("POST", f"Accounts/{made['AccountID']}", {"Status": "ARCHIVED"})
    assert call.refused("PUT", "Accounts", {"Code": "298", "Name": "tips", "Type": "REVENUE"}) == [
        "Please enter a unique Name."
    ]
    words = "Account code '299' has been archived or has been deleted. Each line item must reference a valid account."
    assert words in call.refused("PUT", "Invoices", invoice(LineItems=[line(AccountCode="299")]))


def test_compound_tax_rates_have_an_effective_rate(call: Caller) -> None:
    parts = [{"Name": "GST", "Rate": 5}, {"Name": "PST", "Rate": 9.5, "IsCompound": True}]
    made = call("PUT", "TaxRates", {"Name": "QC", "ReportTaxType": "OUTPUT", "TaxComponents": parts})["TaxRates"][0]
    assert (made["TaxType"], made["EffectiveRate"]) == ("TAX001", D("14.9750"))
    assert call.invoice(LineItems=[line(TaxType="TAX001")])["TotalTax"] == D("14.98")
    assert call.refused("POST", "TaxRates", {"TaxType": "OUTPUT2", "Name": "x", "TaxComponents": parts})


def test_without_accept_the_answer_is_xml(call: Caller) -> None:
    made = call.invoice()
    headers = {name: value for name, value in call.headers.items() if name != "accept"}
    answer = call.world.handle(Request("GET", f"/api.xro/2.0/Invoices/{made['InvoiceID']}", headers))
    root = ElementTree.fromstring(answer.body)
    assert answer.headers["content-type"].startswith("text/xml")
    assert root.findtext("Invoices/Invoice/LineItems/LineItem/LineAmount") == "100.00"
    assert root.findtext("Invoices/Invoice/Date") == "2026-09-01T00:00:00"
    bad = call.world.handle(
        Request("PUT", "/api.xro/2.0/Invoices", headers, json.dumps(invoice(DueDate=None)).encode())
    )
    root = ElementTree.fromstring(bad.body)
    message = root.findtext("Elements/DataContractBase/ValidationErrors/ValidationError/Message")
    assert (root.tag, message) == ("ApiException", "Due date cannot be empty.")


def test_xml_bodies_are_understood(call: Caller) -> None:
    body = b"<Contacts><Contact><Name>Ada &amp; Co</Name></Contact></Contacts>"
    answer = call.send("PUT", "Contacts", body, content_type="text/xml")
    assert json.loads(answer.body)["Contacts"][0]["Name"] == "Ada & Co"


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"{", 14),
        (b'{"Invoices":[{"Type":"SALE"}]}', 14),
        (b'{"Invoices":[{"Type":"ACCREC","LineAmountTypes":"NO_TAX"}]}', 14),
        (b'{"Invoices":[{"Type":"ACCREC","Contact":{"Name":"A"},"Date":"20100510"}]}', 14),
        (b'{"Contacts":[{"Name":"A"}]}', 17),
        (b"{}", 17),
        (b"", 17),
        (b"[]", 17),
    ],
)
def test_bodies_that_make_no_sense_are_refused(call: Caller, body: bytes, number: int) -> None:
    answer = call.send("PUT", "Invoices", body)
    assert (answer.status, json.loads(answer.body)["ErrorNumber"]) == (400, number)


def test_methods_and_media_types_that_xero_lacks(call: Caller) -> None:
    answer = call.send("POST", "Organisation", {})
    assert (answer.status, json.loads(answer.body)["ErrorNumber"]) == (501, 20)
    assert call.send("PUT", "Invoices", b"x", content_type="image/png").status == 415
    assert call.send("PUT", "Invoices", b"x" * 3_600_000).status == 413


def test_the_plan_limit_counts_the_months_approved_invoices(call: Caller) -> None:
    org = call.world.organisations[call.tenant]
    call.world.person(call.tenant, lambda ctx: org.change_settings(approve_limit=1))
    call.invoice()
    assert call.refused("PUT", "Invoices", invoice()) == ["You have reached the limit of invoices you can approve"]
    assert call.invoice(Status="DRAFT")["Status"] == "DRAFT"
    assert call.invoice(Date="2026-10-01")["Status"] == "AUTHORISED"


def test_the_date_defaults_to_today_in_the_organisations_time_zone(call: Caller) -> None:
    world = call.world
    tenants = (call.tenant, world.add_organisation("nz").id)
    world.clock.advance(8 * 3600)
    draft = {**invoice(Date=None, Status="DRAFT"), "LineItems": []}
    here, there = (Caller(world, tenant)("PUT", "Invoices", draft)["Invoices"][0] for tenant in tenants)
    assert (here["DateString"][:10], there["DateString"][:10]) == ("2026-09-21", "2026-09-22")


def test_pages_of_a_standing_clock_stay_in_order_without_sorting_anew(call: Caller) -> None:
    def page(number: int) -> list[str]:
        return [one["InvoiceID"] for one in call("GET", f"Invoices?page={number}&pageSize=4")["Invoices"]]

    body = {"Invoices": [invoice(InvoiceNumber=f"P-{n}") for n in range(9)]}
    ids = sorted(one["InvoiceID"] for one in call("PUT", "Invoices", body)["Invoices"])
    assert page(1) + page(2) + page(3) == ids
    late = call.invoice(InvoiceNumber="P-late")["InvoiceID"]
    assert page(1) + page(2) + page(3) == sorted([*ids, late])
    call.world.clock.advance(5)
    call("POST", f"Invoices/{ids[0]}", {"Reference": "moved"})
    assert page(1) + page(2) + page(3) == [*sorted([*ids[1:], late]), ids[0]]
    call.refused("PUT", "Invoices", {"Invoices": [invoice(InvoiceNumber="P-1")]})
    assert page(1) + page(2) + page(3) == [*sorted([*ids[1:], late]), ids[0]]


def test_offers_are_listed_by_day_and_credits_by_reference(call: Caller) -> None:
    for day in (1, 5, 9):
        quote = {"Contact": {"Name": "Ada"}, "Date": f"2026-09-0{day}", "ExpiryDate": f"2026-10-0{day}"}
        call("PUT", "Quotes", {**quote, "LineItems": [line()], "QuoteNumber": f"Q{day}"})
    found = call("GET", "Quotes?DateFrom=2026-09-02&DateTo=2026-09-09")["Quotes"]
    assert [one["QuoteNumber"] for one in found] == ["Q5", "Q9"]
    assert len(call("GET", "Quotes?ExpiryDateTo=2026-10-01")["Quotes"]) == 1
    assert call.send("GET", "Quotes?DateFrom=soon").status == 400
    over = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"Name": "Ada"}, "BankAccount": {"Code": "090"}}
    for reference in ("A", "B"):
        lines = [{"Description": "too much", "LineAmount": 1}]
        call("PUT", "BankTransactions", {**over, "LineItems": lines, "Reference": reference})
    assert [one["Reference"] for one in call("GET", "Overpayments?references=B")["Overpayments"]] == ["B"]
