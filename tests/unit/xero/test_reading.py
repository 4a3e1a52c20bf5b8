# ruff: noqa: E501 - rows of wire data, one a line
"""Reads: settings, pages, and what an error of a read becomes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from xero_things import (
    INVOICE_ID,
    NOTE_ID,
    NOW,
    OVERPAYMENT_ID,
    CountingMeter,
    Script,
    body,
    invoice_answer,
    ledger,
    money,
    reply,
    uuid,
)

from tieout.accounting import Role, TaxComponent
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.http import Lost, NotSent
from tieout.xero.codec import encode


def queries(script: Script) -> list[dict[str, str]]:
    return [{k: v[0] for k, v in parse_qs(urlsplit(one.url).query).items()} for one in script.requests]


def test_the_reference_is_read_in_five_calls() -> None:
    organisation = {
        "OrganisationID": uuid(1),
        "Name": "Demo Company (NZ)",
        "ShortCode": "!1lqVQ",
        "CountryCode": "NZ",
        "Version": "NZ",
        "BaseCurrency": "NZD",
        "Timezone": "NEWZEALANDSTANDARDTIME",
        "PeriodLockDate": "/Date(1254268800000+0000)/",
        "Edition": "BUSINESS",
        "IsDemoCompany": True,
    }
    rate = {
        "TaxType": "TAX001",
        "Name": "GST + PST",
        "EffectiveRate": Decimal("13.3500"),
        "Status": "ACTIVE",
        "ReportTaxType": "OUTPUT",
        "TaxComponents": [{"Name": "PST", "Rate": Decimal("8.0000"), "IsCompound": True}],
        "CanApplyToRevenue": True,
        "CanApplyToExpenses": False,
    }
    account = {"AccountID": uuid(2), "Code": "860", "Name": "Rounding", "Type": "EXPENSE", "Class": "EXPENSE",
               "SystemAccount": "ROUNDING", "EnablePaymentsToAccount": False, "TaxType": "NONE"}  # fmt: skip
    client, script = ledger(
        reply(200, body("Organisations", [organisation])),
        reply(200, body("Actions", [{"Name": "UseMulticurrency", "Status": "ALLOWED"}, {"Name": "X", "Status": "NOT-ALLOWED"}])),
        reply(200, body("Accounts", [account])),
        reply(200, body("TaxRates", [rate])),
        reply(200, body("Currencies", [{"Code": "NZD"}, {"Code": "EUR"}])),
        reply(200, body("TrackingCategories", [
            {"Name": "Region", "Status": "ACTIVE", "Options": [
                {"Name": "North", "Status": "ACTIVE"}, {"Name": "Old", "Status": "ARCHIVED"}]},
            {"Name": "Gone", "Status": "ARCHIVED", "Options": []},
        ])),
    )  # fmt: skip
    got = client.reference(CountingMeter())
    assert [urlsplit(one.url).path.removeprefix("/api.xro/2.0/") for one in script.requests] == [
        "Organisation",
        "Organisation/Actions",
        "Accounts",
        "TaxRates",
        "Currencies",
        "TrackingCategories",
    ]
    facts = got.organisation
    assert (facts.timezone, facts.period_lock_date, facts.is_demo) == ("Pacific/Auckland", dt.date(2009, 9, 30), True)
    assert facts.actions == (("UseMulticurrency", True), ("X", False))
    assert got.accounts[0].system_account == "ROUNDING"
    assert got.tax_rates[0].components == (TaxComponent("PST", Decimal("8.0000"), True),)
    assert (got.tax_rates[0].rate, got.tax_rates[0].for_expenses) == (Decimal("13.3500"), False)
    assert got.currencies == ("NZD", "EUR")
    assert [(one.name, one.options) for one in got.tracking] == [("Region", ("North",))]
    assert got.read_at == NOW


def pages(*sizes: int, total: int | None = None) -> list[Any]:
    replies = []
    number = 0
    for page, size in enumerate(sizes, 1):
        rows = [invoice_answer(f"M-{number + i}", uuid(number + i + 1)) for i in range(size)]
        number += size
        envelope: dict[str, Any] = {"Id": uuid(1), "Status": "OK"}
        if total is not None:
            envelope["pagination"] = {"page": page, "pageSize": 1000, "pageCount": total, "itemCount": 99}
        replies.append(reply(200, encode(envelope | {"Invoices": rows}).encode()))
    return replies


def test_pages_are_read_until_the_count_of_pages_is_reached() -> None:
    client, script = ledger(*pages(3, 2, total=2))
    assert [len(page) for page in client.read(Role.INVOICE, CountingMeter())] == [3, 2]
    assert [one["page"] for one in queries(script)] == ["1", "2"]
    assert queries(script)[0]["pageSize"] == "1000"


def test_without_a_count_a_page_that_is_not_full_is_the_last() -> None:
    client, script = ledger(*pages(3))
    assert [len(page) for page in client.read(Role.INVOICE, CountingMeter())] == [3]
    assert len(script.requests) == 1


def test_a_full_page_without_a_count_asks_for_the_next() -> None:
    client, script = ledger(*pages(1000, 0))
    assert [len(page) for page in client.read(Role.INVOICE, CountingMeter())] == [1000]
    assert len(script.requests) == 2


def test_spans_become_a_filter_and_a_header() -> None:
    client, script = ledger(*pages(1))
    since = dt.datetime(2026, 11, 1, 9, 30, 59, 999, tzinfo=dt.UTC)
    list(
        client.read(
            Role.INVOICE, CountingMeter(), since=since, dated_from=dt.date(2026, 1, 2), dated_to=dt.date(2026, 3, 4)
        )
    )
    assert script.requests[0].headers["If-Modified-Since"] == "2026-11-01T09:30:59"
    assert queries(script)[0]["where"] == (
        'Type=="ACCREC" AND Date>=DateTime(2026,01,02) AND Date<=DateTime(2026,03,04)'
    )


def test_nothing_new_is_an_empty_list() -> None:
    client, _ = ledger(reply(304))
    assert list(client.read(Role.INVOICE, CountingMeter(), since=NOW)) == []


def test_payments_carry_their_own_roles_and_purchases_are_left_out() -> None:
    def row(kind: str, identifier: str, **target: Any) -> dict[str, Any]:
        return {
            "PaymentID": identifier,
            "PaymentType": kind,
            "Amount": Decimal("1.00"),
            "Status": "AUTHORISED",
        } | target

    rows = [
        row("ACCRECPAYMENT", uuid(1), Invoice={"InvoiceID": INVOICE_ID, "CurrencyCode": "EUR"}),
        row("ARCREDITPAYMENT", uuid(2), CreditNote={"CreditNoteID": NOTE_ID}, Invoice={"InvoiceID": uuid(99)}),
        row("AROVERPAYMENTPAYMENT", uuid(3), Overpayment={"OverpaymentID": OVERPAYMENT_ID}),
        row("ACCPAYPAYMENT", uuid(4)),
    ]
    client, _ = ledger(reply(200, body("Payments", rows)), reply(200, body("Payments", rows)))
    (page,) = client.read(Role.PAYMENT, CountingMeter())
    assert [(one.role, one.target_id) for one in page] == [
        (Role.PAYMENT, INVOICE_ID),
        (Role.REFUND_PAYMENT, NOTE_ID),
        (Role.REFUND_PAYMENT, OVERPAYMENT_ID),
    ]
    assert page[0].amount == money("1.00", "EUR")
    assert page[1].amount == money("1.00", "NZD")
    (refunds,) = client.read(Role.REFUND_PAYMENT, CountingMeter())
    assert [one.remote_id for one in refunds] == [uuid(2), uuid(3)]


def test_allocations_are_read_off_credit_notes_and_overpayments() -> None:
    part = {"AllocationID": uuid(5), "Amount": Decimal("2.00"), "Invoice": {"InvoiceID": INVOICE_ID}}
    note = {"CreditNoteID": NOTE_ID, "CurrencyCode": "NZD", "Allocations": [part]}
    paid = {"OverpaymentID": OVERPAYMENT_ID, "CurrencyCode": "NZD", "Allocations": [part | {"AllocationID": uuid(6)}]}
    client, _ = ledger(reply(200, body("CreditNotes", [note])), reply(200, body("Overpayments", [paid])))
    found = [one for page in client.read(Role.ALLOCATION, CountingMeter()) for one in page]
    assert [(one.remote_id, one.number, one.target_id) for one in found] == [
        (uuid(5), NOTE_ID, INVOICE_ID),
        (uuid(6), OVERPAYMENT_ID, INVOICE_ID),
    ]


def test_case_c51_contacts_with_overlong_names_and_archived_ones_are_read() -> None:
    rows = [
        {"ContactID": uuid(1), "Name": "Anna", "ContactNumber": "7", "ContactStatus": "ARCHIVED", "MergedToContactID": uuid(2)},
        {"ContactID": uuid(2), "Name": "A" * 300, "EmailAddress": "a@example.com", "TaxNumber": "GB1"},
    ]  # fmt: skip
    client, script = ledger(reply(200, body("Contacts", rows)))
    ((first, second),) = client.contacts(None, CountingMeter())
    assert (first.status, first.merged_to, first.contact_number) == ("ARCHIVED", uuid(2), "7")
    assert (second.company, len(second.name)) == (True, 300)
    assert queries(script)[0]["includeArchived"] == "true"


def test_items_come_unpaged() -> None:
    client, script = ledger(reply(200, body("Items", [{"ItemID": uuid(1), "Code": "MUG", "Name": "Mug"}])))
    ((one,),) = client.read(Role.ITEM, CountingMeter())
    assert (one.number, one.reference) == ("MUG", "Mug")
    assert "page" not in queries(script)[0]


def test_roles_without_a_list_are_a_fault_of_ours() -> None:
    client, _ = ledger()
    with pytest.raises(ValueError, match="no list"):
        list(client.read(Role.DIFFERENCE, CountingMeter()))


@pytest.mark.parametrize(
    ("failure", "error", "detail"),
    [
        (reply(429, x_rate_limit_problem="day", retry_after="100"), RetryLater, ("day", 100)),
        (reply(503, b"The Organisation is offline"), RetryLater, ("outage", None)),
        (reply(500), RetryLater, ("outage", None)),
        (Lost("timeout"), RetryLater, ("connection", None)),
        (NotSent("no route"), RetryLater, ("connection", None)),
        (reply(403, b'{"Detail":"AuthenticationUnsuccessful"}'), NeedsOperator, ("disconnected", None)),
        (reply(400, b'{"Type":"QueryParseException","Message":"No property"}'), ContractBroken, None),
        (reply(200, b'{"Invoices":['), ContractBroken, None),
        (reply(200, b'{"Invoices":[{"Total":{}}]}'), ContractBroken, None),
    ],
)
def test_a_read_fails_with_what_has_to_be_done(failure: Any, error: type[Exception], detail: Any) -> None:
    client, _ = ledger(failure)
    with pytest.raises(error) as caught:
        list(client.read(Role.INVOICE, CountingMeter()))
    if isinstance(caught.value, RetryLater):
        assert (caught.value.scope, caught.value.after_seconds) == detail
    if isinstance(caught.value, NeedsOperator):
        assert (caught.value.code, None) == detail
