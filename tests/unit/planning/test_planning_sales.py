"""ACCOUNTING section B: what is booked when, under which number, and how it is undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import small_ledger
from dossiers import (
    DAY,
    book,
    cancellation,
    codes,
    invoice,
    line,
    money,
    only,
    order,
    organisation,
    payment,
    plan,
    post,
    reference,
    refund,
    roles,
    skip_codes,
)
from tieout.accounting import Allocation, CreditNote, Invoice, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Line, LineKind
from tieout.planning.results import DossierPlan
from tieout.rules.settings import Action, LockedPeriod, MethodRule, SalesDocuments, StatusRule

D = Decimal
VAT = {"code": "UK20", "percent": "20"}
ORDER = Ref(Role.INVOICE, DocumentKey(DocumentKind.ORDER, "16"))


def lines() -> tuple[Line, ...]:
    return (line("24.00", tax="4.00", quantity="2", key="a", **VAT), line("12.00", tax="2.00", key="b", **VAT))


def unpaid(**facts: Any) -> Dossier:
    return Dossier(order(*lines(), **facts))


def paid(**facts: Any) -> Dossier:
    return Dossier(order(*lines(), **facts), payments=(payment("36.00"),))


def same(first: DossierPlan, second: DossierPlan) -> bool:
    return {(p.ref, p.payload) for p in first.postings} == {(p.ref, p.payload) for p in second.postings}


def restated(dossier: Dossier, **changes: Any) -> Dossier:
    return msgspec.structs.replace(dossier, order=msgspec.structs.replace(dossier.order, **changes))


def test_b01_orders_mode_books_the_order_and_not_its_store_invoices() -> None:
    planned = plan(Dossier(order(*lines()), invoices=(invoice(*lines()),)))
    assert roles(planned) == ["invoice"]
    assert skip_codes(planned) == ["other_sales_document"]
    assert planned.sales_documents == "orders"


def test_b01_invoices_mode_books_each_store_invoice_and_not_the_order() -> None:
    first, second = lines()
    dossier = Dossier(order(first, second), invoices=(invoice(first, key="21"), invoice(second, key="22")))
    planned = plan(dossier, book(sales_documents=SalesDocuments.INVOICES))
    assert [p.marker for p in planned.postings] == ["SI-000000021", "SI-000000022"]
    assert skip_codes(planned) == ["other_sales_document"]


def test_b01_c40_a_partial_store_invoice_has_only_its_own_lines_and_quantities() -> None:
    part = line("12.00", tax="2.00", quantity="1", key="a", **VAT)
    dossier = Dossier(order(*lines()), invoices=(invoice(part),))
    document = small_ledger.check(
        only(plan(dossier, book(sales_documents=SalesDocuments.INVOICES)), "invoice").payload
    )
    assert [(one.key, one.quantity) for one in document.lines] == [("a", D(1))]


def test_b01_a_later_switch_never_books_a_sale_twice() -> None:
    dossier = Dossier(order(*lines()), invoices=(invoice(*lines()),))
    posted = post(plan(dossier))
    switched = plan(dossier, book(sales_documents=SalesDocuments.INVOICES), posted=posted, sales_documents="orders")
    assert [p.ref for p in switched.postings] == [ORDER]


@pytest.mark.parametrize("state", ["new", "pending_payment", "payment_review", "holded"])
def test_b02_states_before_the_sale_wait(state: str) -> None:
    planned = plan(unpaid(state=state))
    assert (roles(planned), skip_codes(planned)) == ([], ["state_waits"])


@pytest.mark.parametrize("state", ["processing", "complete", "closed", "2", "3", "5", "15"])
def test_b02_confirmed_states_are_posted_authorised(state: str) -> None:
    document = only(plan(unpaid(state=state)), "invoice").payload
    assert document.status.value == "AUTHORISED"  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["canceled", "7", "8", "10", "14", "16"])
def test_b02_c84_cancelled_before_it_was_sent_books_nothing(state: str) -> None:
    planned = plan(unpaid(state=state))
    assert (roles(planned), skip_codes(planned)) == ([], ["cancelled_unsent"])
    # It may be under way just now: then it is taken back.
    [absent] = planned.absent
    assert (absent.ref.role.value, absent.payload, absent.marker[:3]) == ("invoice", None, "SO-")


@pytest.mark.parametrize(("state", "code"), [("11", "state_asks"), ("13", "state_asks"), ("odd", "state_unknown")])
def test_b02_odd_states_are_asked(state: str, code: str) -> None:
    assert codes(plan(unpaid(state=state))) == [code]


@pytest.mark.parametrize("action", [Action.DRAFT, Action.SUBMITTED])
def test_b02_every_state_is_a_setting(action: Action) -> None:
    rule_book = book(statuses=(StatusRule("order", "new", action), StatusRule("order", "complete", Action.SKIP)))
    assert only(plan(unpaid(state="new"), rule_book), "invoice").payload.status.value == action.value  # type: ignore[union-attr]
    assert skip_codes(plan(unpaid(state="complete"), rule_book)) == ["state_skipped"]


@pytest.mark.parametrize(("state", "expected"), [("open", ["invoice"]), ("paid", ["invoice"]), ("cancelled", [])])
def test_b02_store_invoices_have_states_of_their_own(state: str, expected: list[str]) -> None:
    dossier = Dossier(order(*lines(), state="new"), invoices=(invoice(*lines(), state=state),))
    assert roles(plan(dossier, book(sales_documents=SalesDocuments.INVOICES))) == expected


def test_b02_a_posted_order_that_is_put_on_hold_stays_as_it_is() -> None:
    posted = post(plan(unpaid()))
    assert only(plan(unpaid(state="holded"), posted=posted), "invoice").payload == posted[0].payload


def test_b03_the_accounting_date_is_the_documents_own() -> None:
    document = only(plan(unpaid()), "invoice").payload
    assert isinstance(document, Invoice)
    assert (document.date, document.due_date) == (DAY, DAY)


def test_b03_offline_methods_have_days_to_pay() -> None:
    document = only(plan(unpaid(payment_method="checkmo")), "invoice").payload
    assert isinstance(document, Invoice)
    assert document.due_date == date(2026, 3, 24)


def half_cancelled() -> Dossier:
    part = line("12.00", tax="2.00", quantity="1", key="a", **VAT)
    sale = order(*lines(), cancellation=cancellation(part), open=money("0"))
    return Dossier(sale, payments=(payment("24.00"),))


def test_b04_a_cancelled_part_becomes_our_own_credit_note_on_the_whole_invoice() -> None:
    planned = plan(half_cancelled())
    assert roles(planned) == ["invoice", "difference", "payment", "allocation"]
    note = small_ledger.check(only(planned, "difference").payload)
    assert isinstance(note, CreditNote)
    assert (note.number, note.date, note.totals.total.amount) == ("SO-000000016A", date(2026, 3, 15), D("12.00"))
    allocation = only(planned, "allocation").payload
    assert isinstance(allocation, Allocation)
    assert (allocation.invoice, allocation.amount.amount) == (ORDER, D("12.00"))


def test_b04_planning_again_keeps_the_cancellation_as_posted() -> None:
    first = plan(half_cancelled())
    assert same(first, plan(half_cancelled(), posted=post(first)))


def test_b04_in_invoices_mode_a_cancelled_rest_needs_nothing() -> None:
    kept = line("24.00", tax="4.00", key="a", **VAT)
    dossier = Dossier(half_cancelled().order, invoices=(invoice(kept),))
    assert roles(plan(dossier, book(sales_documents=SalesDocuments.INVOICES))) == ["invoice"]


def test_b05_an_unpaid_sale_in_an_open_period_is_voided() -> None:
    posted = post(plan(unpaid()))
    posting = only(plan(unpaid(state="canceled"), posted=posted), "invoice")
    assert posting.payload is None
    assert posting.problems == ()


def test_b05_a_draft_is_deleted_even_in_a_closed_period() -> None:
    posted = post(plan(unpaid()), status="DRAFT")
    closed = book(books_closed_until=date(2026, 3, 31))
    assert only(plan(unpaid(state="canceled"), closed, posted=posted), "invoice").payload is None


def test_b05_a_sale_in_a_closed_period_is_credited_at_the_cancellation() -> None:
    posted = post(plan(unpaid()))
    closed = book(books_closed_until=date(2026, 3, 31))
    planned = plan(unpaid(state="canceled"), closed, posted=posted)
    note = small_ledger.check(only(planned, "difference").payload)
    assert isinstance(note, CreditNote)
    assert (note.totals.total.amount, note.number, note.date) == (D("36.00"), "SO-000000016A", date(2026, 11, 21))
    assert only(planned, "allocation").payload.amount.amount == D("36.00")  # type: ignore[union-attr]


def test_b05_c82_a_paid_sale_is_credited_and_the_credit_stays_open() -> None:
    first = plan(paid())
    planned = plan(restated(paid(), state="canceled"), posted=post(first))
    assert roles(planned) == ["invoice", "difference", "payment"]
    assert only(planned, "difference").payload.totals.total.amount == D("36.00")  # type: ignore[union-attr]


def test_b05_planning_again_after_the_credit_adds_no_second_one() -> None:
    cancelled = restated(paid(), state="canceled")
    first = plan(cancelled, posted=post(plan(paid())))
    assert same(first, plan(cancelled, posted=post(first)))


def test_b05_what_the_store_refunded_is_not_credited_twice() -> None:
    whole = msgspec.structs.replace(paid(), refunds=(refund(*lines()),))
    posted = post(plan(whole))
    planned = plan(restated(whole, state="canceled"), posted=posted)
    assert "difference" not in roles(planned)


def test_b05_a_voided_sale_stays_voided() -> None:
    posted = post(plan(unpaid()), status="VOIDED")
    planned = plan(unpaid(state="canceled"), posted=posted)
    assert (roles(planned), skip_codes(planned)) == ([], ["cancelled_unsent"])


def test_b06_a_document_in_a_closed_period_is_held_by_default() -> None:
    assert codes(plan(unpaid(), book(books_closed_until=date(2026, 3, 10)))) == ["period_locked"]
    assert codes(plan(unpaid(), book(books_closed_until=date(2026, 3, 9)))) == []


@pytest.mark.parametrize("lock", ["period_lock_date", "end_of_year_lock_date"])
def test_b06_c130_the_strictest_of_xeros_lock_dates_counts_for_drafts_too(lock: str) -> None:
    ledger = reference(organisation=organisation(**{lock: date(2026, 3, 31)}))
    drafts = book(ledger, statuses=(StatusRule("order", "complete", Action.DRAFT),))
    assert codes(plan(unpaid(), drafts)) == ["period_locked"]


def test_b06_by_setting_a_document_moves_to_the_first_open_day_and_keeps_its_date_in_the_reference() -> None:
    rule_book = book(books_closed_until=date(2026, 3, 31), locked_period=LockedPeriod.REDATE)
    planned = plan(paid(), rule_book)
    posting = only(planned, "invoice")
    document = posting.payload
    assert isinstance(document, Invoice)
    assert (document.date, posting.redated_to) == (date(2026, 4, 1), date(2026, 4, 1))
    assert "dated 2026-03-10" in document.reference
    assert any("Moved from 2026-03-10" in note for note in posting.notes)


def test_b06_a_payment_moves_only_if_its_own_date_is_locked() -> None:
    rule_book = book(books_closed_until=date(2026, 3, 10), locked_period=LockedPeriod.REDATE)
    planned = plan(paid(), rule_book)
    assert only(planned, "invoice").payload.date == date(2026, 3, 11)  # type: ignore[union-attr]
    assert only(planned, "payment").payload.date == date(2026, 3, 11)  # type: ignore[union-attr]
    assert only(planned, "payment").redated_to is None


def test_b06_a_credit_note_never_precedes_its_moved_invoice() -> None:
    rule_book = book(books_closed_until=date(2026, 3, 31), locked_period=LockedPeriod.REDATE)
    posted = post(plan(unpaid(), rule_book))
    dossier = Dossier(unpaid().order, refunds=(refund(lines()[1], date=date(2026, 3, 20)),))
    planned = plan(dossier, book(), posted=posted)
    assert only(planned, "credit_note").payload.date == date(2026, 4, 1)  # type: ignore[union-attr]


def test_b06_a_posted_document_is_kept_when_its_period_is_closed_later() -> None:
    posted = post(plan(paid()))
    closed = book(books_closed_until=date(2026, 12, 31))
    assert same(plan(paid()), plan(paid(), closed, posted=posted))
    assert codes(plan(paid(), closed, posted=posted)) == []


def changed(dossier: Dossier, *new: Line) -> Dossier:
    restated_order = order(*new, state=dossier.order.state)
    return msgspec.structs.replace(dossier, order=restated_order)


def test_b07_an_unpaid_untouched_document_is_edited_in_place() -> None:
    posted = post(plan(unpaid()))
    more = changed(unpaid(), *lines(), line("6.00", tax="1.00", key="c", **VAT))
    planned = plan(more, posted=posted)
    posting = only(planned, "invoice")
    document = small_ledger.check(posting.payload)
    assert roles(planned) == ["invoice"]
    assert (document.number, document.totals.total.amount) == ("SO-000000016", D("42.00"))


def test_b07_c87_c131_a_paid_document_gets_a_difference_invoice_for_more() -> None:
    posted = post(plan(paid()))
    more = changed(paid(), *lines(), line("6.00", tax="1.00", key="c", **VAT))
    planned = plan(more, posted=posted)
    extra = small_ledger.check(only(planned, "difference").payload)
    assert isinstance(extra, Invoice)
    assert (extra.number, extra.totals.total.amount, extra.totals.total_tax.amount) == (
        "SO-000000016B",
        D("6.00"),
        D("1.00"),
    )
    assert only(planned, "invoice").payload == posted[0].payload
    assert same(planned, plan(more, posted=post(planned)))


def test_b07_a_paid_document_gets_a_difference_credit_note_for_less_per_line_and_tax_type() -> None:
    posted = post(plan(paid()))
    less = changed(paid(), line("12.00", tax="2.00", key="a", **VAT), lines()[1])
    planned = plan(less, posted=posted)
    note = small_ledger.check(only(planned, "difference").payload)
    assert isinstance(note, CreditNote)
    assert [(one.key, one.amount.amount, one.tax_type) for one in note.lines] == [("a", D("12.00"), "OUTPUT2")]
    assert roles(planned) == ["invoice", "difference", "payment"]


def test_b07_a_document_in_a_closed_period_is_not_edited() -> None:
    posted = post(plan(unpaid()))
    more = changed(unpaid(), *lines(), line("6.00", tax="1.00", key="c", **VAT))
    planned = plan(more, book(books_closed_until=date(2026, 3, 31)), posted=posted)
    assert only(planned, "difference").payload.date == date(2026, 11, 21)  # type: ignore[union-attr]


def test_b07_a_changed_mapping_moves_nothing_that_is_posted() -> None:
    posted = post(plan(paid()))
    other = book(accounts=book().rules.accounts.__class__(sales="201", shipping="260"))
    assert same(plan(paid()), plan(paid(), other, posted=posted))


def test_b07_c62_an_unchanged_document_keeps_the_payload_that_was_sent() -> None:
    first = plan(paid())
    again = plan(restated(paid(), status="a new label", url="https://shop.example/moved"), posted=post(first))
    assert same(first, again)


def test_b08_c58_numbers_are_prefix_by_kind_and_the_stores_number() -> None:
    dossier = Dossier(order(*lines()), refunds=(refund(lines()[1]),), payments=(payment("36.00"),))
    planned = plan(dossier)
    assert only(planned, "invoice").marker == "SO-000000016"
    assert only(planned, "credit_note").marker == "CM-000000031"


def test_b08_c61_a_burnt_number_gets_a_marker_in_the_prefix() -> None:
    planned = plan(unpaid(), burnt_numbers=frozenset({"SO-000000016"}))
    assert only(planned, "invoice").marker == "SO-R-000000016"
    again = plan(unpaid(), burnt_numbers=frozenset({"SO-000000016", "SO-R-000000016"}))
    assert only(again, "invoice").marker == "SO-R2-000000016"


def test_b08_a_sale_taken_up_again_after_voiding_has_a_new_number() -> None:
    posted = post(plan(unpaid()), status="VOIDED")
    assert only(plan(unpaid(), posted=posted), "invoice").marker == "SO-R-000000016"


def test_b08_documents_of_our_own_making_end_in_a_letter() -> None:
    for planned in (plan(half_cancelled()), plan(restated(paid(), state="canceled"), posted=post(plan(paid())))):
        assert only(planned, "difference").marker[-1].isalpha()


def test_b09_a_sale_before_the_start_date_is_not_sent_nor_are_its_payments() -> None:
    planned = plan(paid(), book(start_date=date(2026, 3, 11)))
    assert (roles(planned), skip_codes(planned)) == ([], ["before_start_date", "before_start_date"])


def test_b09_a_refund_of_an_older_sale_stands_alone_with_its_refund_payment() -> None:
    dossier = Dossier(order(*lines()), refunds=(refund(lines()[1]),), payments=(payment("36.00"),))
    planned = plan(dossier, book(start_date=date(2026, 3, 15)))
    assert roles(planned) == ["credit_note", "refund_payment"]
    small_ledger.check(only(planned, "credit_note").payload)


def test_b09_an_adopted_older_sale_goes_on() -> None:
    posted = post(plan(unpaid()))
    planned = plan(paid(), book(start_date=date(2026, 6, 1)), posted=posted)
    assert roles(planned) == ["invoice", "payment"]


def drafted(**facts: Any) -> DossierPlan:
    rule_book = book(statuses=(StatusRule("order", "complete", Action.DRAFT),))
    dossier = Dossier(order(*lines(), **facts), payments=(payment("36.00"),), refunds=(refund(lines()[1]),))
    return plan(dossier, rule_book)


def test_b10_c79_what_hangs_on_a_draft_waits_for_approval_without_failing() -> None:
    planned = drafted()
    waiting = {p.ref.role.value for p in planned.postings if p.waits}
    assert waiting == {"payment", "credit_note", "refund_payment"}
    assert codes(planned) == []


def test_b10_approval_in_xero_releases_the_payment() -> None:
    drafts = book(statuses=(StatusRule("order", "complete", Action.DRAFT),))
    posted = post(plan(paid(), drafts))
    approved = tuple(msgspec.structs.replace(one, status="AUTHORISED") for one in posted)
    assert only(plan(paid(), drafts, posted=posted), "payment").waits
    assert only(plan(paid(), drafts, posted=approved), "payment").waits == ""


def test_b10_nothing_is_approved_by_a_later_state_of_the_store() -> None:
    drafts = book(statuses=(StatusRule("order", "new", Action.DRAFT),))
    posted = post(plan(unpaid(state="new"), drafts))
    later = only(plan(unpaid(state="complete"), drafts, posted=posted), "invoice")
    assert later.payload.status.value == "DRAFT"  # type: ignore[union-attr]


def test_b10_a_draft_that_a_person_deleted_is_never_made_again() -> None:
    posted = post(plan(unpaid()), {ORDER: {"deleted_by_person": True, "status": "DELETED"}})
    planned = plan(paid(), posted=posted)
    assert set(codes(planned)) == {"deleted_by_person", "sale_held"}


def test_b11_a_document_changed_by_a_person_blocks_money_but_not_itself() -> None:
    posted = post(plan(unpaid()), {ORDER: {"touched": True}})
    planned = plan(paid(), posted=posted)
    assert only(planned, "invoice").problems == ()
    assert [str(p.code) for p in only(planned, "payment").problems] == ["changed_by_person"]


def test_b11_a_touched_document_is_never_edited_over() -> None:
    posted = post(plan(unpaid()), {ORDER: {"touched": True}})
    more = changed(unpaid(), *lines(), line("6.00", tax="1.00", key="c", **VAT))
    planned = plan(more, posted=posted)
    assert only(planned, "invoice").payload == posted[0].payload
    assert codes(planned) == ["changed_by_person"]


def test_b12_a_total_of_zero_is_posted_authorised_without_a_payment() -> None:
    free = order(line("0.00", discount=money("27.05")), payment_method="free")
    planned = plan(Dossier(free, payments=(payment("0"),)))
    assert roles(planned) == ["invoice"]
    assert skip_codes(planned) == ["zero_payment"]
    assert only(planned, "invoice").payload.status.value == "AUTHORISED"  # type: ignore[union-attr]


def test_b12_a_net_negative_sale_is_a_credit_note_under_the_same_number_rule() -> None:
    back = order(line("-24.00", tax="-4.00", key="a", **VAT), line("6.00", tax="1.00", key="b", **VAT))
    posting = only(plan(Dossier(back)), "credit_note")
    note = small_ledger.check(posting.payload)
    assert (note.number, note.totals.total.amount) == ("SO-000000016", D("18.00"))


def test_another_store_view_is_skipped_whole() -> None:
    from tieout.rules.settings import StoreViewRule

    other = book(store_views=(StoreViewRule("default", assigned=False),))
    planned = plan(Dossier(order(*lines()), payments=(payment("36.00"),), refunds=(refund(lines()[1]),)), other)
    assert roles(planned) == []
    assert set(skip_codes(planned)) == {"other_store_view"}


def test_a_dossier_reports_all_its_problems_at_once() -> None:
    bad = order(
        line("12.00", tax="2.00", code="odd", percent="20", currency="CHF"),
        line("3.60", key="s", currency="CHF", kind=LineKind.SHIPPING),
        currency="CHF",
    )
    found = codes(plan(Dossier(bad), book(accounts=book().rules.accounts.__class__(sales="200"))))
    assert set(found) == {"currency_not_enabled", "tax_unmapped", "account_unmapped"}


def test_c96_c97_the_orders_own_currency_is_sent_and_must_be_switched_on() -> None:
    euro = order(line("10.00", currency="EUR"), currency="EUR")
    assert only(plan(Dossier(euro)), "invoice").payload.currency == "EUR"  # type: ignore[union-attr]
    assert codes(plan(Dossier(euro), book(reference(currencies=("GBP",))))) == ["currency_not_enabled"]


def test_the_invoice_links_back_to_the_store() -> None:
    assert only(plan(unpaid()), "invoice").payload.url == "https://shop.example/order/16"  # type: ignore[union-attr]


def test_the_same_facts_give_the_same_plan() -> None:
    assert plan(paid()) == plan(paid())


def test_methods_rules_do_not_matter_to_an_unpaid_sale() -> None:
    assert codes(plan(unpaid(), book(methods=(MethodRule("other", "091"),)))) == []


def test_payment_payloads_point_at_the_sale() -> None:
    payload = only(plan(paid()), "payment").payload
    assert isinstance(payload, Payment)
    assert payload.target == ORDER
