"""Repeating invoices issue what comes due, and costs linked to invoices show how far they are billed."""

import datetime as dt
from typing import Any

import pytest
from xerosim_tools import Caller, invoice, line

from xerosim.dates import day_of, iso_day
from xerosim.people import DEEDS
from xerosim.resources.repeating import due_day, occurrence


def later(call: Caller, days: int) -> None:
    """Time passes; the caller takes a new token."""
    call.world.clock.advance(days * 86_400.0)
    call.headers["authorization"] = f"Bearer {call.world.token()['access_token']}"


def template(call: Caller, *, status: str = "AUTHORISED", **schedule: object) -> Any:
    """A template from today on; the world's clock begins on 21 September 2026."""
    members = {
        "Period": 1,
        "Unit": "MONTHLY",
        "DueDate": 10,
        "DueDateType": "OFFOLLOWINGMONTH",
        "StartDate": "2026-09-30",
    }
    body = invoice(Status=status, Schedule={**members, **schedule}, Reference="rent", Date=None, DueDate=None)
    return call("PUT", "RepeatingInvoices", body)["RepeatingInvoices"][0]


def issued(call: Caller) -> list[tuple[str, str, str]]:
    found = call("GET", "Invoices?page=1&order=Date")["Invoices"]
    return [(one["DateString"][:10], one["DueDateString"][:10], one["Status"]) for one in found]


def test_invoices_are_issued_on_their_days_as_time_passes(call: Caller) -> None:
    made = template(call)
    assert issued(call) == []
    later(call, 10)
    assert issued(call) == [("2026-09-30", "2026-10-10", "AUTHORISED")]
    later(call, 65)
    assert issued(call)[1:] == [
        ("2026-10-30", "2026-11-10", "AUTHORISED"),
        ("2026-11-30", "2026-12-10", "AUTHORISED"),
    ]
    one = call("GET", "Invoices?page=1")["Invoices"][0]
    assert (one["RepeatingInvoiceID"], one["Reference"], one["Total"]) == (made["RepeatingInvoiceID"], "rent", 120)
    assert call.balances()["610"] == 36000
    now = call("GET", f"RepeatingInvoices/{made['RepeatingInvoiceID']}")["RepeatingInvoices"][0]
    assert iso_day(day_of(now["Schedule"]["NextScheduledDate"])) == "2026-12-30"


def test_drafts_ends_and_deleted_templates(call: Caller) -> None:
    template(call, status="DRAFT", EndDate="2026-10-31")
    gone = template(call)
    call("POST", f"RepeatingInvoices/{gone['RepeatingInvoiceID']}", {"Status": "DELETED"})
    later(call, 200)
    assert [(day, status) for day, _, status in issued(call)] == [("2026-09-30", "DRAFT"), ("2026-10-30", "DRAFT")]


def test_a_template_that_starts_in_the_past_issues_nothing_for_it(call: Caller) -> None:
    made = template(call, Unit="WEEKLY", Period=2, StartDate="2026-09-01")
    assert iso_day(day_of(made["Schedule"]["NextScheduledDate"])) == "2026-09-29"


def test_a_day_that_cannot_be_invoiced_passes(call: Caller) -> None:
    template(call)
    call.world.person(call.tenant, lambda ctx: DEEDS["archive account"](ctx, {"code": "200"}))
    later(call, 10)
    assert issued(call) == []
    call.world.person(call.tenant, lambda ctx: DEEDS["archive account"](ctx, {"code": "200", "status": "ACTIVE"}))
    later(call, 31)
    assert [day for day, _, _ in issued(call)] == ["2026-10-30"]


def test_the_ledger_and_a_moved_clock_know_what_came_due(call: Caller) -> None:
    template(call)
    later(call, 10)
    assert len(call.world.ledger(call.tenant)["Invoices"]) == 1  # type: ignore[arg-type]


def _day(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("due", "kind", "expected"),
    [
        (14, "DAYSAFTERBILLDATE", "2026-02-14"),
        (5, "DAYSAFTERBILLMONTH", "2026-03-05"),
        (31, "OFCURRENTMONTH", "2026-01-31"),
        (31, "OFFOLLOWINGMONTH", "2026-02-28"),
    ],
)
def test_due_days(due: int, kind: str, expected: str) -> None:
    # The second counts from the end of the month of the bill: five days after 28 February for a bill of February.
    date = "2026-02-03" if kind == "DAYSAFTERBILLMONTH" else "2026-01-31"
    assert iso_day(due_day(_day(date), due, kind)) == expected


def test_months_that_are_short_do_not_shift_the_schedule() -> None:
    days = [iso_day(occurrence(_day("2026-01-31"), "MONTHLY", 1, number)) for number in range(4)]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_linked_cost_follows_its_bill_and_its_invoice(call: Caller) -> None:
    bill = call.invoice(Type="ACCPAY", Status="DRAFT", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    source = {"SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"]}
    link = call("PUT", "LinkedTransactions", source)["LinkedTransactions"][0]
    path = f"LinkedTransactions/{link['LinkedTransactionID']}"

    def status() -> str:
        text: str = call("GET", path)["LinkedTransactions"][0]["Status"]
        return text

    assert status() == "DRAFT"
    call("POST", f"Invoices/{bill['InvoiceID']}", {"Status": "AUTHORISED"})
    assert status() == "APPROVED"
    sale = call.invoice(Status="DRAFT")
    target = {"ContactID": sale["Contact"]["ContactID"], "TargetTransactionID": sale["InvoiceID"]}
    call("POST", path, {**target, "TargetLineItemID": sale["LineItems"][0]["LineItemID"]})
    assert status() == "ONDRAFT"
    assert call("GET", "LinkedTransactions?Status=ONDRAFT")["LinkedTransactions"][0]["Status"] == "ONDRAFT"
    call("POST", f"Invoices/{sale['InvoiceID']}", {"Status": "AUTHORISED"})
    assert status() == "BILLED"
    call("POST", f"Invoices/{sale['InvoiceID']}", {"Status": "VOIDED"})
    assert status() == "APPROVED"
    call("POST", f"Invoices/{bill['InvoiceID']}", {"Status": "VOIDED"})
    assert status() == "VOIDED"


def test_links_name_lines_that_exist_and_invoices_that_can_be_billed(call: Caller) -> None:
    bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    sale = call.invoice()
    source = {"SourceTransactionID": bill["InvoiceID"], "SourceLineItemID": bill["LineItems"][0]["LineItemID"]}
    to_bill = {**source, "TargetTransactionID": bill["InvoiceID"]}
    assert call.refused("PUT", "LinkedTransactions", to_bill) == [
        "The TargetTransactionID is not a sales invoice that can be billed"
    ]
    to_line = {**source, "TargetTransactionID": sale["InvoiceID"], "TargetLineItemID": bill["InvoiceID"]}
    assert call.refused("PUT", "LinkedTransactions", to_line) == [
        "The TargetLineItemID and TargetTransactionID do not match"
    ]
    from_sale = {"SourceTransactionID": sale["InvoiceID"], "SourceLineItemID": sale["LineItems"][0]["LineItemID"]}
    assert call.refused("PUT", "LinkedTransactions", from_sale) == [
        "The SourceLineItemID and SourceTransactionID do not match"
    ]
