"""The cash basis and published tax returns: other views of the same ledger."""

from decimal import Decimal as D
from typing import Any

from xerosim_tools import Caller, line

from xerosim import cash, ledger
from xerosim.people import DEEDS


def pay(call: Caller, member: str, id: str, amount: str, date: str) -> None:
    body = {member: {f"{member}ID": id}, "Account": {"Code": "090"}, "Amount": amount, "Date": date}
    call("PUT", "Payments", body)


def shown(call: Caller, path: str) -> dict[str, str]:
    """Values of a report's rows by their first cell."""
    found: dict[str, str] = {}

    def walk(rows: Any) -> None:
        for row in rows:
            walk(row.get("Rows", []))
            if row["RowType"] in ("Row", "SummaryRow"):
                found[row["Cells"][0]["Value"]] = row["Cells"][1]["Value"]

    walk(call("GET", path)["Reports"][0]["Rows"])
    return found


def test_income_counts_on_the_cash_basis_as_far_as_it_is_paid(call: Caller) -> None:
    made = call.invoice(LineItems=[line(), line(AccountCode="260", UnitAmount="50.01")])
    span = "fromDate=2026-09-01&toDate=2026-12-31"
    assert shown(call, f"Reports/ProfitAndLoss?{span}&paymentsOnly=true")["Total Income"] == "0.00"
    assert shown(call, f"Reports/ProfitAndLoss?{span}")["Total Income"] == "150.01"
    pay(call, "Invoice", made["InvoiceID"], "60.00", "2026-09-10")
    part = shown(call, f"Reports/ProfitAndLoss?{span}&paymentsOnly=true")
    assert (part["Sales"], part["Total Income"]) == ("33.33", "50.00")
    pay(call, "Invoice", made["InvoiceID"], "120.01", "2026-10-10")
    early = shown(call, "Reports/ProfitAndLoss?fromDate=2026-09-01&toDate=2026-09-30&paymentsOnly=true")
    assert early["Total Income"] == "50.00"
    whole = shown(call, f"Reports/ProfitAndLoss?{span}&paymentsOnly=true")
    assert whole == shown(call, f"Reports/ProfitAndLoss?{span}")


def test_both_bases_agree_when_all_is_settled(call: Caller) -> None:
    sale = call.invoice(LineItems=[line(Quantity=3, UnitAmount="33.33")])
    note = call("PUT", "CreditNotes", {**_note(), "LineItems": [line(UnitAmount="20")]})["CreditNotes"][0]
    part = {"Amount": 24, "Invoice": {"InvoiceID": sale["InvoiceID"]}}
    call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", {"Allocations": [part]})
    pay(call, "Invoice", sale["InvoiceID"], "95.99", "2026-09-20")
    bill = call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2")])
    pay(call, "Invoice", bill["InvoiceID"], "120", "2026-09-21")
    org = call.world.organisations[call.tenant]
    assert cash.balances_at(org, 99_999) == ledger.balances_at(org)
    for entry in cash.entries(org):
        assert sum(line[1] for line in entry.lines) == 0
    refund = call("PUT", "CreditNotes", _note())["CreditNotes"][0]
    assert cash.balances_at(org, 99_999) != ledger.balances_at(org)
    pay(call, "CreditNote", refund["CreditNoteID"], "120", "2026-09-22")
    assert cash.balances_at(org, 99_999) == ledger.balances_at(org)


def _note() -> dict[str, object]:
    return {
        "Type": "ACCRECCREDIT",
        "Contact": {"Name": "Ada Byron"},
        "Date": "2026-09-02",
        "Status": "AUTHORISED",
        "LineItems": [line()],
    }


def test_journals_of_payments_only_carry_the_lines_of_what_was_paid(call: Caller) -> None:
    call.world.set_tier("advanced")
    made = call.invoice()
    assert call("GET", "Journals?paymentsOnly=true")["Journals"] == []
    pay(call, "Invoice", made["InvoiceID"], "60", "2026-09-10")
    (journal,) = call("GET", "Journals?paymentsOnly=true")["Journals"]
    amounts = {one["AccountCode"]: one["NetAmount"] for one in journal["JournalLines"]}
    assert amounts == {"090": D("60.00"), "200": D("-50.00"), "820": D("-10.00")}
    assert len(call("GET", "Journals")["Journals"]) == 2


def test_manual_journals_may_stay_out_of_the_cash_basis(call: Caller) -> None:
    lines = [{"LineAmount": 10, "AccountCode": "404"}, {"LineAmount": -10, "AccountCode": "429"}]
    body = {"Narration": "x", "Date": "2026-09-01", "JournalLines": lines, "Status": "POSTED"}
    call("PUT", "ManualJournals", {**body, "ShowOnCashBasisReports": False})
    org = call.world.organisations[call.tenant]
    assert cash.balances_at(org, 99_999) == {}
    call("PUT", "ManualJournals", body)
    assert len(cash.balances_at(org, 99_999)) == 2


def test_a_published_tax_return_is_listed_read_and_stays(call: Caller) -> None:
    assert call("GET", "Reports")["Reports"] == []
    call.invoice(LineItems=[line(), line(TaxType="ZERORATEDOUTPUT", UnitAmount=7)])
    call.invoice(Type="ACCPAY", LineItems=[line(AccountCode="400", TaxType="INPUT2", UnitAmount=30)])
    period = {"from": "2026-07-01", "to": "2026-09-30"}
    call.world.person(call.tenant, lambda ctx: DEEDS["publish tax return"](ctx, period))
    (listed,) = call("GET", "Reports")["Reports"]
    assert (listed["ReportName"], "Rows" in listed) == ("VAT Return", False)
    read = call("GET", f"Reports/{listed['ReportID']}")["Reports"][0]
    rows = {row["Cells"][0]["Value"]: [cell["Value"] for cell in row["Cells"][1:]] for row in read["Rows"][0]["Rows"]}
    assert rows["Tax payable (refundable)"] == ["", "14.00"]
    assert ["107.00", "20.00"] not in rows.values()
    org = call.world.organisations[call.tenant]
    assert org.balances[org.system_account("GST").id] == -1400
    call.invoice()
    assert call("GET", f"Reports/{listed['ReportID']}")["Reports"][0] == read
    assert call.send("GET", "Reports/11111111-1111-4111-8111-111111111111").status == 404
    narrow = Caller(call.world, call.tenant, frozenset({"accounting.reports.taxreports.read"}))
    assert narrow.send("GET", "Reports").status == 200
    assert narrow.send("GET", "Reports/TrialBalance").status == 401
