"""ACCOUNTING section E: documents and control totals compared, without planning's own arithmetic."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import small_ledger
from dossiers import book, line, means, money, only, order, payment, plan, refund, share
from tieout.accounting import Held, HeldLine, Ref
from tieout.documents import Dossier, LineKind
from tieout.planning.results import DossierPlan
from tieout.reconciling import (
    PASSED_OVER,
    Booked,
    ControlSheet,
    Difference,
    RollForwardSheet,
    Sent,
    compare_dossier,
    implausible_rate,
)
from tieout.rules.book import RuleBook
from tieout.rules.settings import LockedPeriod, SalesDocuments

D = Decimal
VAT = {"code": "UK20", "percent": "20"}


def booked(planned: DossierPlan) -> Booked:
    return Booked(
        sent=tuple(Sent(p.ref, p.payload, p.marker, not (p.problems or p.waits)) for p in planned.postings),
        sales_documents=planned.sales_documents,
        passed_over=frozenset(s.document for s in planned.skipped if s.code in PASSED_OVER),
    )


def sale(**facts: Any) -> Dossier:
    refunds = facts.pop("refunds", ())
    lines = (line("24.00", tax="4.00", key="a", **VAT), line("12.60", tax="0.60", key="b", code="UK5", percent="5"))
    return Dossier(order(*lines, open=money("0"), **facts), payments=(payment("36.60"),), refunds=refunds)


def compared(
    dossier: Dossier, rule_book: RuleBook | None = None, change: Any = lambda held, planned: held
) -> list[Difference]:
    planned = plan(dossier, rule_book)
    held = change(small_ledger.hold(planned), planned)
    return list(compare_dossier(dossier, booked(planned), held))


def altered(**changes: Any) -> Any:
    """The ledger with its invoice changed."""

    def change(held: dict[Ref, Held], planned: DossierPlan) -> dict[Ref, Held]:
        ref = only(planned, "invoice").ref
        return {**held, ref: msgspec.structs.replace(held[ref], **changes)}

    return change


def test_a_dossier_that_was_posted_as_planned_has_no_difference() -> None:
    back = refund(line("12.00", tax="2.00", key="a", **VAT))
    assert compared(sale(refunds=(back,))) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"total": money("36.61")}, "total"),
        ({"total_tax": money("4.61")}, "tax"),
        ({"currency": "EUR"}, "currency"),
        ({"date": date(2026, 3, 9)}, "date"),
        ({"status": "VOIDED"}, "missing"),
        ({"amount_due": money("1.00")}, "open"),
    ],
)
def test_every_figure_that_moved_in_the_ledger_is_told(changes: dict[str, Any], what: str) -> None:
    found = compared(sale(), change=altered(**changes))
    assert what in [one.what for one in found]
    assert all(one.sentence and not one.chosen for one in found)


def test_a_tax_that_moved_from_one_type_to_another_is_told_per_tax() -> None:
    lines = (
        HeldLine("200", "OUTPUT2", money("24.00"), money("4.60")),
        HeldLine("200", "RROUTPUT", money("12.60"), money("0.00")),
    )
    found = compared(sale(), change=altered(lines=lines))
    assert [(one.what, one.store, one.ledger) for one in found] == [
        ("tax of UK20", "4.00", "4.60"),
        ("tax of UK5", "0.60", "0.00"),
    ]


def test_a_document_that_never_arrived_is_missing() -> None:
    found = compared(sale(), change=lambda held, planned: {})
    assert {one.what for one in found} == {"missing", "paid"}


def test_a_missing_payment_is_told_with_what_the_store_received() -> None:
    def without(held: dict[Ref, Held], planned: DossierPlan) -> dict[Ref, Held]:
        return {ref: entry for ref, entry in held.items() if ref.role != "payment"}

    found = compared(sale(), change=without)
    assert ("paid", "36.60", "0") in [(one.what, one.store, one.ledger) for one in found]


def test_a05_composites_are_compared_as_the_sum_of_their_taxes() -> None:
    both = (share("city", "1", "0.60"), share("transit", "1", "0.59"))
    dossier = Dossier(order(line("61.01", tax="1.19", taxes=both, percent="2"), shows_gross=False))
    assert compared(dossier) == []
    lines = (HeldLine("200", "TAX003", money("59.82"), money("1.20")),)
    found = compared(dossier, change=altered(lines=lines))
    assert [one.what for one in found] == ["tax of city + transit"]


def test_a07_lines_that_count_as_tax_are_part_of_the_stores_tax() -> None:
    taxes = (share("UK20", "20", "2.00"), share("eco", "0", "0.50", fixed=True))
    assert compared(Dossier(order(line("12.50", tax="2.50", taxes=taxes, percent="20")))) == []


def test_a11_tax_in_adjustments_is_shown_as_chosen() -> None:
    back = refund(line("1.20", key="adjustment", kind=LineKind.ADJUSTMENT))
    dossier = sale(refunds=(back,), **{})
    dossier = msgspec.structs.replace(dossier, order=order(line("24.00", tax="4.00", **VAT)), payments=())
    found = compared(dossier, book(adjustments_taxed=True))
    assert [(one.what, one.chosen) for one in found] == [("tax", True)]


def test_b06_a_moved_document_is_compared_on_its_own_date_and_shows_where_it_was_posted() -> None:
    moved = book(books_closed_until=date(2026, 3, 31), locked_period=LockedPeriod.REDATE)
    found = [one for one in compared(sale(), moved) if one.what == "date"]
    assert [one.chosen for one in found] == [True]
    assert "posted in 2026-04" in found[0].sentence


def test_c01_money_that_nobody_saw_is_shown_as_chosen() -> None:
    cheque = msgspec.structs.replace(sale(), payments=(payment("36.60", method="checkmo", offline=True),))
    found = compared(cheque)
    assert [(one.what, one.chosen) for one in found] == [("open", True)]


def test_held_and_waiting_postings_are_no_differences() -> None:
    held = msgspec.structs.replace(sale(), payments=(payment("36.60", method="applepay"),))
    assert compared(held) == []


def test_cancelled_documents_that_are_still_alive_are_told() -> None:
    dossier = sale()
    planned = plan(dossier)
    ref = only(planned, "invoice").ref
    gone = Booked((Sent(ref, None, "SO-000000016"),))
    found = compare_dossier(dossier, gone, {ref: small_ledger.hold(planned)[ref]})
    assert [one.what for one in found] == ["status"]


def test_gift_cards_and_overpayments_are_counted_once() -> None:
    dossier = Dossier(
        order(line("36.60"), means=(means("giftcard", "10.00"),), open=money("0")), payments=(payment("26.60"),)
    )
    assert compared(dossier) == []
    over = Dossier(order(line("36.60"), open=money("0")), payments=(payment("40.00"),))
    assert compared(over) == []


def test_in_invoices_mode_the_orders_own_open_amount_is_not_compared() -> None:
    from dossiers import invoice

    dossier = Dossier(
        order(line("24.00", key="a"), open=money("24.00")),
        invoices=(invoice(line("12.00", key="a")),),
        payments=(payment("12.00"),),
    )
    assert compared(dossier, book(sales_documents=SalesDocuments.INVOICES)) == []


def test_e01_control_totals_add_up_debtors_accounts_and_taxes() -> None:
    sheet = ControlSheet()
    back = refund(line("12.00", tax="2.00", key="a", **VAT))
    for dossier in (sale(), sale(refunds=(back,))):
        planned = plan(dossier)
        sheet.add(dossier, booked(planned), small_ledger.hold(planned))
    found = {one.name: (one.store, one.ledger, one.agrees) for one in sheet.totals()}
    assert found == {
        "account 091": ("61.20", "61.20", True),
        "debtors": ("0", "0.00", True),
        "tax OUTPUT2": ("6.00", "6.00", True),
        "tax RROUTPUT": ("1.20", "1.20", True),
    }


def test_e01_a_missing_payment_shows_in_its_clearing_account_and_in_debtors() -> None:
    dossier, sheet = sale(), ControlSheet()
    planned = plan(dossier)
    held = small_ledger.hold(planned)
    invoice_ref = only(planned, "invoice").ref
    unpaid = msgspec.structs.replace(held[invoice_ref], amount_due=money("36.60"))
    sheet.add(dossier, booked(planned), {invoice_ref: unpaid})
    differing = {one.name: one.difference for one in sheet.totals() if not one.agrees}
    assert differing == {"account 091": "-36.60", "debtors": "36.60"}


def test_e01_rounding_is_a_control_total_of_its_own() -> None:
    dossier, sheet = Dossier(order(line("10.00"), total="10.01")), ControlSheet()
    planned = plan(dossier)
    sheet.add(dossier, booked(planned), small_ledger.hold(planned))
    assert [(one.name, one.ledger) for one in sheet.totals()] == [("rounding", "0.01")]


@pytest.mark.parametrize(
    ("ledger", "store", "odd"),
    [
        ("1.15", "1.15", False),
        ("2.31", "1.15", True),
        ("0.57", "1.15", True),
        ("0", "1.15", True),
        ("2.30", "1.15", False),
    ],
)
def test_c09_a_rate_off_by_more_than_a_factor_of_two_is_implausible(ledger: str, store: str, odd: bool) -> None:
    assert implausible_rate(D(ledger), D(store)) is odd


def test_c07_c88_gift_cards_and_store_credit_roll_forward_by_account() -> None:
    sheet = RollForwardSheet()
    sold = Dossier(order(line("50.00", key="v", kind=LineKind.VOUCHER_SALE), line("5.00", key="b")))
    spent = Dossier(order(line("36.60"), means=(means("giftcard", "20.00"), means("store_credit", "10.00"))))
    back = refund(line("12.00", tax="2.00", key="a", **VAT), means=(means("store_credit", "4.00"),))
    for dossier in (sold, spent, sale(refunds=(back,))):
        sheet.add(dossier, booked(plan(dossier)))
    cards, credit = sheet.rows({("826", "GBP"): D("1.00")})
    assert (cards.account_code, cards.sold, cards.granted, cards.redeemed, cards.closing) == ("825", 50, 0, 20, 30)
    assert (credit.opening, credit.granted, credit.redeemed, credit.closing) == (1, 4, 10, -5)
    assert cards.warning == ""
    assert "5.00 was redeemed" in credit.warning


def test_c07_vouchers_sold_with_tax_are_revenue_and_no_liability() -> None:
    sheet = RollForwardSheet()
    taxed = Dossier(order(line("60.00", tax="10.00", key="v", kind=LineKind.VOUCHER_SALE, **VAT)))
    sheet.add(taxed, booked(plan(taxed)))
    assert sheet.rows() == ()


@pytest.mark.parametrize(("rate", "told"), [("1.1475", []), ("1.30", []), ("0.40", ["rate"]), ("", [])])
def test_c09_an_answered_rate_far_from_the_stores_is_told(rate: str, told: list[str]) -> None:
    dossier = Dossier(order(line("11.68", currency="EUR"), currency="EUR", rate=D("1.1475")))
    planned = plan(dossier)
    sent = msgspec.structs.replace(booked(planned), base_currency="GBP")
    held = altered(rate=rate)(small_ledger.hold(planned), planned)
    assert [one.what for one in compare_dossier(dossier, sent, held)] == told
