"""Tie-out with its control totals, Xero's own reports and the month-end pack (ACCOUNTING E1, E4, A4, A11, B5, C7)."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from cases_world import Books, PaperStore, book_rules
from simulated import METER

from dossiers import line, means, order, payment, refund
from tieout.accounting import Role
from tieout.documents import Dossier, LineKind
from tieout.errors import NeedsOperator, RetryLater
from tieout.ports.proofs import Period, ProofFigures
from tieout.reconciling import By
from tieout.records import models
from tieout.records.proofs import DjangoProofs
from tieout.sync import proof_results
from tieout.sync.month_end import MonthEnd, gather, month_period
from tieout.sync.plan import Planner
from tieout.sync.proof_budget import NIGHT_DAYS, CountingMeter, night_period, reads
from tieout.sync.proof_results import TiedOut
from tieout.sync.tie_out import Store, TieOut, year_start
from tieout.web.papers import csv_pack, month_end, pdf

D = Decimal
LINE = line("12.00", tax="2.00", code="UK20", percent="20")
MARCH = month_period(date(2026, 3, 1))


def tie(books: Books, period: Period = MARCH, meter: Any = METER) -> TiedOut:
    administration = books.administration
    [connection] = [one for one in administration.connections() if one.id == books.connection]
    planner = Planner(books.storage, books.clock, connection, PaperStore())  # type: ignore[arg-type]
    [assignment] = books.storage.assignments(connection.id)
    store = Store(connection, planner, assignment.rules)
    organisation = administration.organisation(books.organisation)
    ledger = books.house.ledger
    return TieOut(
        books.storage, administration, DjangoProofs(), books.clock, organisation, [store], period
    ).run(ledger, ledger, meter)  # fmt: skip


def account(result: TiedOut, code: str) -> tuple[str, ...]:
    [one] = [one for one in result.accounts if one.code == code]
    return tuple(str(figure) for figure in (one.opening, one.ours_in, one.ours_out, one.others, one.closing))


def test_e01_every_account_of_the_trial_balance_is_explained_by_our_documents(books: Books) -> None:
    sold = Dossier(order(LINE, open=None), payments=(payment("12.00"),), refunds=(refund(LINE),))
    books.sync(sold)
    result = tie(books)
    assert result.differences == ()
    assert {one.others for one in result.accounts} == {D("0.00")}
    assert account(result, "601") == ("0", "12.00", "12.00", "0.00", "0")
    kinds = {one.code: one.kind for one in result.accounts}
    assert (kinds["601"], kinds["610"], kinds["820"]) == ("clearing", "debtors", "tax")


def test_e01_what_others_booked_on_a_clearing_account_stands_apart(books: Books) -> None:
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),)))
    by_hand = {"LineItems": [{"Description": "Payout", "Quantity": 1, "UnitAmount": 7, "AccountCode": "601"}]}
    about = {"Type": "ACCREC", "Contact": {"Name": "Bank"}, "Status": "AUTHORISED", "LineAmountTypes": "NoTax"}
    days = {"Date": "2026-03-20", "DueDate": "2026-03-20"}
    books.person("create", kind="Invoice", document={**about, **days, **by_hand})
    result = tie(books)
    assert account(result, "601") == ("0", "12.00", "0", "-7.00", "5.00")
    assert result.differences == ()


def test_e01_sums_by_day_tax_and_method_have_store_left_out_sent_and_xero(books: Books) -> None:
    books.save(
        Dossier(order(LINE), payments=(payment("12.00"),)),
        Dossier(order(LINE, key="2", number="2", state="pending_payment")),
    )
    books.sync()
    result = tie(books)
    rows = {(row.by, row.kind): row for row in result.sums}
    sales = rows[By.DAY, "sale"]
    assert (sales.store.count, sales.left_out.count, sales.sent.count, sales.ledger.count) == (2, 1, 1, 1)
    assert (sales.store.amount, sales.left_out.amount, sales.ledger.amount) == (D("24.00"), D("12.00"), D("12.00"))
    assert sales.difference == 0
    tax = rows[By.TAX, "tax"]
    assert (tax.key, tax.store.amount, tax.sent.amount, tax.ledger.amount) == (
        "OUTPUT2",
        D("2.00"),
        D("2.00"),
        D("2.00"),
    )
    assert rows[By.METHOD, "payment"].ledger.amount == D("12.00")


def test_e01_an_amount_changed_in_xero_is_a_difference_and_breaks_the_control_total(books: Books) -> None:
    books.sync(Dossier(order(LINE, open=order(LINE).total)))
    changed = {"Description": "Agreed", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "OUTPUT2"}
    books.person("edit", number=books.only(Role.INVOICE).number, changes={"LineItems": [changed]})
    result = tie(books)
    assert {"total", "tax"} <= {one.field for one in result.differences}
    assert "control_differs" in {one.code for one in result.findings}


def test_e01_a_month_judges_its_own_documents_and_not_those_of_the_next(books: Books) -> None:
    april = msgspec.structs.replace(refund(LINE), date=date(2026, 4, 2))
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),), refunds=(april,)))
    march, following = tie(books), tie(books, month_period(date(2026, 4, 1)))
    assert (march.differences, following.differences) == ((), ())
    assert {row.kind for row in march.sums if row.by is By.DAY} == {"sale", "payment"}
    assert {row.kind for row in following.sums if row.by is By.DAY} == {"refund"}
    assert account(following, "601")[0] == "12.00"


def test_e01_without_the_right_to_see_reports_that_is_a_finding_and_no_failure(books: Books) -> None:
    books.sync(Dossier(order(LINE)))
    books.house.world.person(books.house.tenant, lambda context: context.org.change_settings(user_may_report=False))
    result = tie(books)
    assert result.accounts == ()
    assert "reports" in result.reports_refused
    assert [one.code for one in result.findings] == ["reports_refused"]


def test_e01_rounding_above_the_months_limit_is_looked_at(books: Books) -> None:
    odd = order(line("12.00", tax="2.00", code="UK20", percent="20"), total="12.01")
    books.set_rules(book_rules(version=2, rounding_month_limit=D("0.00")))
    books.sync(Dossier(odd))
    result = tie(books)
    assert [(one.what, one.amount) for one in result.lines] == [("rounding", D("0.01"))]
    [finding] = result.findings
    assert finding.code == "rounding_limit"
    assert "0.01 GBP in 2026-03" in finding.sentence


def test_a11_adjustments_of_refunds_are_listed_with_what_a_setting_taxed(books: Books) -> None:
    adjusted = refund(line("1.20", key="adjustment", kind=LineKind.ADJUSTMENT))
    books.set_rules(book_rules(version=2, adjustments_taxed=True))
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),), refunds=(adjusted,)))
    [one] = [one for one in tie(books).lines if one.what == "adjustment"]
    assert (one.amount + one.tax if one.tax else one.amount, one.chosen) in {(D("-1.20"), True), (D("-1.40"), True)}


def test_c07_gift_cards_roll_forward_from_xeros_own_balance(books: Books) -> None:
    card = order(LINE, means=(means("giftcard", "5.00"),))
    books.sync(Dossier(card, payments=(payment("7.00"),)))
    result = tie(books)
    [row] = result.liabilities
    assert (row.account_code, row.redeemed, row.closing, row.ledger, row.others) == (
        "828", D("5.00"), D("-5.00"), D("-5.00"), D("0.00"),
    )  # fmt: skip
    assert [one.code for one in result.findings] == ["liability_negative"]


def test_c88_what_was_granted_by_hand_stands_between_our_figures_and_xeros_balance(books: Books) -> None:
    card = order(LINE, means=(means("giftcard", "5.00"),))
    books.sync(Dossier(card, payments=(payment("7.00"),)))
    granted = {"LineItems": [{"Description": "Granted", "Quantity": 1, "UnitAmount": 9, "AccountCode": "828"}]}
    about = {"Type": "ACCREC", "Contact": {"Name": "Ada"}, "Status": "AUTHORISED", "LineAmountTypes": "NoTax"}
    books.person(
        "create", kind="Invoice", document={**about, **granted, "Date": "2026-03-20", "DueDate": "2026-03-20"}
    )  # fmt: skip
    [row] = tie(books).liabilities
    assert (row.closing, row.ledger, row.others) == (D("-5.00"), D("4.00"), D("9.00"))


def test_b05_a_credit_that_nothing_used_up_is_listed_with_its_age(books: Books) -> None:
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),)))
    books.sync(Dossier(order(LINE, state="canceled"), payments=(payment("12.00"),)))
    tie(books, Period())
    [one] = DjangoProofs().open_credits(books.organisation)
    assert (str(one.remaining), one.order) == ("12.00 GBP", order(LINE).number)


@pytest.mark.parametrize(
    ("day", "year_end", "begin"),
    [
        (date(2026, 3, 31), (31, 3), date(2025, 4, 1)),
        (date(2026, 4, 1), (31, 3), date(2026, 4, 1)),
        (date(2026, 12, 31), (31, 12), date(2026, 1, 1)),
        (date(2024, 2, 29), (28, 2), date(2023, 3, 1)),
        (date(2024, 3, 1), (28, 2), date(2024, 3, 1)),
        (date(2026, 6, 1), (5, 4), date(2026, 4, 6)),
        (date(2026, 6, 1), (0, 0), None),
    ],
)
def test_e01_income_is_counted_from_the_first_day_of_the_financial_year(
    day: date, year_end: tuple[int, int], begin: date | None
) -> None:
    assert year_start(day, year_end) == begin


def test_e04_a_tie_out_costs_what_was_said_and_not_more(books: Books) -> None:
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),)))
    expected = reads(DjangoProofs().dated_count(books.organisation, MARCH))
    meter = CountingMeter(METER)
    before = books.calls("GET")
    tie(books, meter=meter)
    assert meter.count == books.calls("GET") - before
    assert meter.count <= expected


def test_e04_by_night_the_period_shrinks_until_it_fits_its_share_of_the_day() -> None:
    today = date(2026, 11, 21)

    def count(period: Period) -> dict[str, int]:
        assert period.first is not None
        return {"invoice": 10_000 * (today - period.first).days}

    assert night_period(today, 5_000, count)[0].first == today - timedelta(days=NIGHT_DAYS[0])
    assert night_period(today, 1_000, count) == (Period(today - timedelta(days=14), today), 200)
    meter = CountingMeter(METER, calls_max=0)
    with pytest.raises(RetryLater, match="share of 0 calls"):
        meter.open("Invoices", "GET", 0)


def test_e01_a_result_is_kept_whole_with_its_run(books: Books) -> None:
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),)))
    result, proofs, now = tie(books), DjangoProofs(), books.clock.now()
    run = proofs.ask_proof(books.organisation, MARCH, by="ada", now=now)
    assert models.Schedule.objects.get(name="tie_out_asked").due_at == now
    assert [(one.run, one.period, one.by) for one in proofs.asked_proofs()] == [(run, MARCH, "ada")]
    assert proofs.proof_under_way(books.organisation, MARCH) == run
    proofs.tell_proof(run, "3 read from Xero")
    assert proofs.asked_proofs() == []
    proofs.end_proof(run, ProofFigures(3, 0, 0, 0, 9), proof_results.encode(result), read_at=now, now=now)
    assert proofs.latest_proof(books.organisation, MARCH) == run
    assert proofs.latest_proof(books.organisation, Period()) is None
    assert proof_results.decode(proofs.proof_body(run) or b"") == result


def test_e01_a_tie_out_that_was_killed_is_told_as_failed(books: Books) -> None:
    proofs, now = DjangoProofs(), books.clock.now()
    run = proofs.begin_proof(books.organisation, MARCH, by="nightly", now=now)
    assert proofs.end_lost_proofs(now, now) == 0
    assert proofs.end_lost_proofs(now + timedelta(seconds=1), now) == 1
    assert models.Run.objects.get(pk=run).state == "failed"


def pack_of(books: Books, result: TiedOut) -> MonthEnd:
    organisation = books.administration.organisation(books.organisation)
    return gather(
        DjangoProofs(), organisation, [("Harbour <Books>", book_rules())], date(2026, 3, 1),
        run=7, read_at=books.clock.now(), result=result,
    )  # fmt: skip


def test_e01_the_month_end_pack_lists_everything_and_no_cell_runs_in_a_spreadsheet(books: Books) -> None:
    books.save(
        Dossier(order(LINE), payments=(payment("12.00"),)),
        Dossier(order(line("12.00", tax="2.00", code="=cmd()", percent="20"), key="2", number="=2+5")),
    )
    books.sync()
    paper = month_end.paper(pack_of(books, tie(books)), books.clock.now())
    archive = zipfile.ZipFile(io.BytesIO(csv_pack.archive(paper)))
    files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert len(files) == 1 + len(paper.tables)
    [held] = [text for name, text in files.items() if name.endswith("-held.csv")]
    assert "'=2+5" in held
    assert not [
        cell
        for text in files.values()
        for row in text.splitlines()
        for cell in row.split(",")
        if cell[:1] in "=+@" and cell
    ]
    assert csv_pack.archive(paper) == csv_pack.archive(paper)


def test_e01_the_pdf_is_a_pdf_of_the_same_pack_whatever_the_shop_wrote(books: Books) -> None:
    books.sync(Dossier(order(LINE), payments=(payment("12.00"),)))
    paper = month_end.paper(pack_of(books, tie(books)), books.clock.now())
    odd = msgspec.structs.replace(paper, subtitle="<b>Ω & Ж 漢 \x00\x07 " + "x" * 300)
    for one in (paper, odd):
        content = pdf.draw(one)
        assert content.startswith(b"%PDF-")
        assert content == pdf.draw(one)
    assert paper.good
    assert "document" in paper.verdict


def test_the_pdf_of_a_long_month_draws_a_bounded_number_of_rows(books: Books) -> None:
    paper = month_end.paper(pack_of(books, tie(books)), books.clock.now())
    [held] = [table for table in paper.tables if table.name == "held"]
    row = (date(2026, 3, 1), "invoice", "1", None, "", "A cause", "A reason that takes a line or two of the page.")
    long = msgspec.structs.replace(held, rows=[row] * 5_000, marked=frozenset((4_000,)))
    short = msgspec.structs.replace(held, rows=[row] * pdf.ROWS_MAX)
    drawn = [len(pdf.draw(msgspec.structs.replace(paper, tables=(one,)))) for one in (short, long)]
    assert drawn[1] < drawn[0] * 1.1


def test_a_report_that_xero_refuses_is_told_with_its_reason(books: Books) -> None:
    books.house.world.person(books.house.tenant, lambda context: context.org.change_settings(user_may_report=False))
    with pytest.raises(NeedsOperator):
        books.house.ledger.trial_balance(date(2026, 3, 31), METER)


def test_c09_an_implausible_rate_of_xero_is_held_and_let_go_once_it_is_right(books: Books) -> None:
    books.house.ledger.enable_currency("EUR", METER)
    books.refresh()
    foreign = line("12.00", tax="2.00", code="UK20", percent="20", currency="EUR")
    books.sync(Dossier(order(foreign, currency="EUR", rate=D("1.2"))))
    [bill] = [one for one in books.postings() if one.role == "invoice"]
    invoice = books.only(Role.INVOICE)
    books.person("edit", number=invoice.number, changes={"CurrencyRate": 12})
    found = tie(books)
    assert [one.field for one in found.differences] == ["rate"]
    assert books.reasons()["rate_implausible"].endswith("nothing further is booked on it before.")
    books.person("edit", number=invoice.number, changes={"CurrencyRate": D("1.25")})
    assert tie(books).differences == ()
    assert models.Posting.objects.get(pk=bill.pk).state == "posted"
