"""ACCOUNTING section C and CASES sections 7 and 8: payments, refunds, currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import small_ledger
from dossiers import (
    ROLES,
    book,
    codes,
    invoice,
    line,
    means,
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
    rules,
    share,
    skip_codes,
)
from tieout.accounting import Allocation, CreditNote, Invoice, Overpayment, Payment, Ref, Role
from tieout.documents import DocumentKey, DocumentKind, Dossier, Line, LineKind, StorePayment, Unreadable
from tieout.errors import Problem
from tieout.planning.results import DossierPlan
from tieout.rules.settings import LockedPeriod, MethodRule, SalesDocuments

D = Decimal
VAT = {"code": "UK20", "percent": "20"}


def two() -> tuple[Line, Line]:
    return line("24.00", tax="4.00", key="a", **VAT), line("12.00", tax="2.00", key="b", **VAT)


def dossier(*payments: StorePayment, **facts: Any) -> Dossier:
    more = {name: facts.pop(name) for name in ("refunds", "invoices", "unreadable") if name in facts}
    return Dossier(order(*two(), **facts), payments=payments, **more)


def paid_into(planned: DossierPlan) -> dict[str, str]:
    return {
        p.payload.account_code: str(p.payload.amount.amount)
        for p in planned.postings
        if isinstance(p.payload, Payment) and p.ref.role is Role.PAYMENT
    }


def test_c01_offline_methods_post_no_payment_until_the_operator_says_money_was_seen() -> None:
    cheque = dossier(payment("36.00", method="checkmo", offline=True))
    planned = plan(cheque)
    assert (roles(planned), skip_codes(planned)) == (["invoice"], ["money_not_seen"])
    seen = book(methods=(MethodRule("checkmo", "094", offline=True, money_seen=True),))
    assert paid_into(plan(cheque, seen)) == {"094": "36.00"}


def test_c01_what_the_store_calls_offline_is_believed_even_without_a_rule() -> None:
    assert skip_codes(plan(dossier(payment("36.00", offline=True)))) == ["money_not_seen"]


def test_c02_c76_payments_carry_their_real_date_and_never_todays() -> None:
    planned = plan(dossier(payment("36.00", date=date(2025, 12, 31))))
    assert only(planned, "payment").payload.date == date(2025, 12, 31)  # type: ignore[union-attr]


def test_c03_c63_an_ordinary_bank_account_needs_a_confirmation() -> None:
    bank = book(methods=(MethodRule("card", "090"),))
    assert codes(plan(dossier(payment("36.00")), bank)) == ["mapping_invalid"]
    confirmed = book(methods=(MethodRule("card", "090", bank_confirmed=True),))
    assert codes(plan(dossier(payment("36.00")), confirmed)) == []


def test_c03_an_account_that_takes_no_payments_is_held() -> None:
    assert codes(plan(dossier(payment("36.00")), book(methods=(MethodRule("card", "200"),)))) == ["mapping_invalid"]


def test_c77_a_method_without_account_holds_its_payment_and_not_the_invoice() -> None:
    planned = plan(dossier(payment("36.00", method="applepay")))
    assert only(planned, "invoice").problems == ()
    assert [str(p.code) for p in only(planned, "payment").problems] == ["method_unmapped"]


def test_a_method_that_others_bring_is_passed_over_and_counts_as_paid() -> None:
    feed = book(methods=(MethodRule("card", "091", skip=True), MethodRule("back", "091")))
    back = refund(two()[1], method="back")
    planned = plan(dossier(payment("36.00"), refunds=(back,)), feed)
    assert skip_codes(planned) == ["method_skipped"]
    assert roles(planned) == ["invoice", "credit_note", "refund_payment"]


def test_c94_a_payment_of_zero_is_skipped_with_a_note() -> None:
    assert skip_codes(plan(dossier(payment("0")))) == ["zero_payment"]


def test_c04_c90_payments_come_before_credits_are_allocated() -> None:
    back = refund(two()[1], money_moved=False, method="checkmo")
    planned = plan(dossier(payment("24.00"), refunds=(back,)))
    allocation = only(planned, "allocation")
    assert isinstance(allocation.payload, Allocation)
    assert allocation.payload.amount.amount == D("12.00")
    assert only(planned, "payment").ref in allocation.depends_on
    small_ledger.hold(planned)


def test_c04_a_held_payment_makes_the_allocation_wait_but_not_the_credit_note() -> None:
    back = refund(two()[1], money_moved=False)
    planned = plan(dossier(payment("24.00", method="applepay"), refunds=(back,)))
    assert only(planned, "credit_note").waits == ""
    assert "held" in only(planned, "allocation").waits


def test_c04_what_is_open_goes_by_the_stores_payments_and_not_by_xero() -> None:
    back = refund(two()[1])
    planned = plan(dossier(payment("36.00", method="applepay"), refunds=(back,)))
    assert roles(planned) == ["invoice", "payment", "credit_note", "refund_payment"]


def test_c05_c82_a_refund_of_a_paid_order_is_a_credit_note_and_money_back() -> None:
    planned = plan(dossier(payment("36.00"), refunds=(refund(*two()),)))
    assert roles(planned) == ["invoice", "payment", "credit_note", "refund_payment"]
    back = only(planned, "refund_payment").payload
    assert isinstance(back, Payment)
    assert (back.target.role, back.account_code, back.amount.amount, back.date) == (
        Role.CREDIT_NOTE,
        "091",
        D("36.00"),
        date(2026, 3, 20),
    )
    small_ledger.hold(planned)


def test_c05_a_refund_of_an_unpaid_order_is_allocated_and_no_money_moves() -> None:
    planned = plan(dossier(refunds=(refund(*two(), money_moved=False),)))
    assert roles(planned) == ["invoice", "credit_note", "allocation"]


def test_c05_an_offline_refund_of_an_undeclared_method_leaves_the_credit_open() -> None:
    seen = (MethodRule("card", "091"), MethodRule("checkmo", "094", offline=True))
    back = refund(two()[1], method="checkmo", money_moved=False)
    planned = plan(dossier(payment("36.00"), refunds=(back,)), book(methods=seen))
    assert roles(planned) == ["invoice", "payment", "credit_note"]
    declared = book(methods=(seen[0], MethodRule("checkmo", "094", offline=True, money_seen=True)))
    planned = plan(dossier(payment("36.00"), refunds=(back,)), declared)
    assert only(planned, "refund_payment").payload.account_code == "094"  # type: ignore[union-attr]


def test_c05_c85_money_goes_back_by_the_refunds_own_method() -> None:
    back = refund(two()[1], means=(means("store_credit", "5.00"),))
    planned = plan(dossier(payment("36.00"), refunds=(back,)))
    out = [p.payload for p in planned.postings if p.ref.role is Role.REFUND_PAYMENT]
    assert [(o.account_code, str(o.amount.amount)) for o in out] == [("826", "5.00"), ("091", "7.00")]  # type: ignore[union-attr]


def test_c05_an_order_level_refund_takes_the_oldest_open_invoice_first() -> None:
    first, second = two()
    both = (invoice(first, key="21", state="open"), invoice(second, key="22", state="open"))
    back = refund(line("30.00", tax="5.00", key="a", **VAT), money_moved=False)
    planned = plan(dossier(invoices=both, refunds=(back,)), book(sales_documents=SalesDocuments.INVOICES))
    allocated = [(p.payload.invoice.document.key, str(p.payload.amount.amount))  # type: ignore[union-attr]
                 for p in planned.postings if isinstance(p.payload, Allocation)]  # fmt: skip
    assert allocated == [("21", "24.00"), ("22", "6.00")]


def test_c05_a_refund_of_one_invoice_never_touches_another() -> None:
    first, second = two()
    both = (invoice(first, key="21", state="open"), invoice(second, key="22", state="paid"))
    back = refund(second, invoice_key="22")
    planned = plan(
        dossier(payment("12.00", key="22"), invoices=both, refunds=(back,)),
        book(sales_documents=SalesDocuments.INVOICES),
    )
    assert "allocation" not in roles(planned)
    assert only(planned, "refund_payment").payload.amount.amount == D("12.00")  # type: ignore[union-attr]


def test_c06_gift_cards_and_store_credit_pay_from_their_liability_accounts() -> None:
    planned = plan(dossier(payment("20.00"), means=(means("giftcard", "10.00"), means("customer_balance", "6.00"))))
    assert paid_into(planned) == {"825": "10.00", "826": "6.00", "091": "20.00"}
    assert len({p.marker for p in planned.postings}) == len(planned.postings)
    small_ledger.hold(planned)


def test_c89_a_gift_card_without_account_is_held_and_never_falls_to_another_account() -> None:
    bare = book(accounts=msgspec.structs.replace(ROLES, gift_cards="", bank="091"))
    assert codes(plan(dossier(means=(means("giftcard", "10.00"),)), bare)) == ["method_unmapped"]


def test_c06_a_voucher_sold_without_tax_is_a_liability_and_with_tax_revenue() -> None:
    untaxed = line("50.00", kind=LineKind.VOUCHER_SALE)
    taxed = line("50.00", tax="8.33", kind=LineKind.VOUCHER_SALE, **VAT)
    for sold, account, tax_type in ((untaxed, "825", "NONE"), (taxed, "200", "OUTPUT2")):
        document = small_ledger.check(only(plan(Dossier(order(sold))), "invoice").payload)
        assert (document.lines[0].account_code, document.lines[0].tax_type) == (account, tax_type)


def test_c08_c78_an_overpayment_is_split_off_into_an_account_of_type_bank() -> None:
    planned = plan(dossier(payment("40.00")))
    assert paid_into(planned) == {"091": "36.00"}
    excess = only(planned, "overpayment").payload
    assert isinstance(excess, Overpayment)
    assert (excess.account_code, excess.amount.amount) == ("091", D("4.00"))
    again = plan(dossier(payment("40.00")), posted=post(planned))
    assert {(p.ref, p.payload) for p in again.postings} == {(p.ref, p.payload) for p in planned.postings}


def test_c08_otherwise_the_payment_is_held_and_never_cut() -> None:
    seen = book(methods=(MethodRule("card", "094"),))
    planned = plan(dossier(payment("40.00")), seen)
    posting = only(planned, "payment")
    assert [str(p.code) for p in posting.problems] == ["account_not_bank"]
    assert "type BANK" in posting.problems[0].reason
    assert posting.payload is None


def euro(**facts: Any) -> Dossier:
    sale = order(line("11.68", currency="EUR"), currency="EUR", rate=D("1.1475"), **facts)
    return Dossier(sale, payments=(payment("11.68", currency="EUR", base_amount=money("10.23")),))


def test_c09_an_account_in_the_documents_currency_takes_the_amount_as_it_is() -> None:
    payload = only(plan(euro()), "payment").payload
    assert isinstance(payload, Payment)
    assert (payload.account_code, payload.bank_amount) == ("092", None)


def test_c09_c95_c99_c100_another_accounts_currency_takes_what_the_gateway_captured() -> None:
    base = book(methods=(MethodRule("card", "091"),))
    payload = only(plan(euro(), base), "payment").payload
    assert isinstance(payload, Payment)
    assert payload.bank_amount == money("10.23")
    untold = msgspec.structs.replace(euro(), payments=(payment("11.68", currency="EUR"),))
    assert codes(plan(untold, base)) == ["bank_amount_missing"]


def test_c09_a_captured_amount_in_a_third_currency_is_no_bank_amount() -> None:
    base = book(methods=(MethodRule("card", "091"),))
    third = msgspec.structs.replace(
        euro(), payments=(payment("11.68", currency="EUR", base_amount=money("12.90", "USD")),)
    )
    assert codes(plan(third, base)) == ["bank_amount_missing"]


def test_c09_c98_the_shops_rate_is_sent_only_where_chosen_and_both_bases_agree() -> None:
    def rate_of(dossier: Dossier, **chosen: Any) -> Decimal | None:
        document = only(plan(dossier, book(**chosen)), "invoice").payload
        assert isinstance(document, Invoice)
        return document.rate

    assert rate_of(euro()) is None
    assert rate_of(euro(), send_shop_rate=True) == D("1.147500")
    assert rate_of(euro(base_currency="USD"), send_shop_rate=True) is None


def test_c09_a_credit_note_repeats_its_invoices_rate() -> None:
    sale = euro()
    first = plan(sale)
    posted = post(first, {only(first, "invoice").ref: {"rate": D("1.163")}})
    back = msgspec.structs.replace(sale, refunds=(refund(line("11.68", currency="EUR"), currency="EUR"),))
    note = only(plan(back, posted=posted), "credit_note").payload
    assert isinstance(note, CreditNote)
    assert note.rate == D("1.163")


def test_c10_c91_a_payment_before_its_sale_waits() -> None:
    posting = only(plan(dossier(payment("36.00"), state="pending_payment")), "payment")
    assert "waits" in posting.waits
    assert posting.problems == ()


def test_c10_a_payment_of_a_sale_that_is_not_booked_is_listed() -> None:
    assert skip_codes(plan(dossier(payment("36.00"), state="canceled"))) == ["cancelled_unsent", "sale_missing"]


def test_c10_a_payment_reversed_in_the_store_is_taken_back() -> None:
    posted = post(plan(dossier(payment("36.00"))))
    posting = only(plan(dossier(), posted=posted), "payment")
    assert (posting.payload, posting.problems) == (None, ())


def test_c10_c80_a_reconciled_payment_is_a_problem_with_its_amount() -> None:
    first = plan(dossier(payment("36.00")))
    posted = post(first, {only(first, "payment").ref: {"reconciled": True}})
    posting = only(plan(dossier(), posted=posted), "payment")
    assert [str(p.code) for p in posting.problems] == ["payment_reconciled"]
    assert "36.00" in posting.problems[0].reason


def test_c10_what_cannot_be_read_proves_no_payment_gone() -> None:
    first = plan(dossier(payment("36.00")))
    broken = Unreadable(DocumentKey(DocumentKind.INVOICE, "21"), "21", (Problem("data_unreadable", "odd"),))
    again = plan(dossier(unreadable=(broken,)), posted=post(first))
    assert only(again, "payment").payload == only(first, "payment").payload
    assert codes(again) == ["data_unreadable"]


def test_several_payments_of_one_order_have_markers_of_their_own() -> None:
    planned = plan(dossier(payment("24.00", key="21"), payment("12.00", key="22", reference="txn 9")))
    markers = [p.marker for p in planned.postings if p.ref.role is Role.PAYMENT]
    assert markers == ["SO-000000016 Pi21", "SO-000000016 Pi22 txn 9"]


def test_in_invoices_mode_each_store_invoice_has_its_own_payment() -> None:
    first, second = two()
    both = (invoice(first, key="21"), invoice(second, key="22"))
    planned = plan(
        dossier(payment("24.00", key="21"), payment("12.00", key="22"), invoices=both),
        book(sales_documents=SalesDocuments.INVOICES),
    )
    targets = [p.payload.target.document.key for p in planned.postings if isinstance(p.payload, Payment)]
    assert targets == ["21", "22"]


def test_in_invoices_mode_a_payment_of_the_order_settles_its_invoices_oldest_first() -> None:
    first, second = two()
    both = (invoice(first, key="21"), invoice(second, key="22"))
    whole = payment("36.00", invoice_key="", document=DocumentKey(DocumentKind.PAYMENT, "5"))
    planned = plan(dossier(whole, invoices=both), book(sales_documents=SalesDocuments.INVOICES))
    parts = [(p.payload.target.document.key, str(p.payload.amount.amount))  # type: ignore[union-attr]
             for p in planned.postings if p.ref.role is Role.PAYMENT]  # fmt: skip
    assert parts == [("21", "24.00"), ("22", "12.00")]


def test_c81_a_partial_refund_has_its_own_lines() -> None:
    part = line("12.00", tax="2.00", key="a", **VAT)
    note = small_ledger.check(only(plan(dossier(payment("36.00"), refunds=(refund(part),))), "credit_note").payload)
    assert [(one.key, str(one.amount.amount)) for one in note.lines] == [("a", "12.00")]


def test_c86_an_exchange_is_a_credit_and_a_sale_with_one_settlement() -> None:
    planned = plan(
        dossier(payment("30.00"), refunds=(refund(line("6.00", tax="1.00", key="b", **VAT), money_moved=False),))
    )
    assert roles(planned) == ["invoice", "payment", "credit_note", "allocation"]
    held = small_ledger.hold(planned)
    assert held[only(planned, "invoice").ref].amount_due == money("0.00")


def test_refunds_beyond_the_sale_are_held() -> None:
    twice = (refund(*two(), key="31"), refund(two()[1], key="32"))
    planned = plan(dossier(payment("36.00"), refunds=twice))
    assert codes(planned) == ["refund_exceeds_sale"]
    assert roles(planned) == ["invoice", "payment", "credit_note", "refund_payment"]


def test_a_refund_of_a_held_sale_is_held_with_it() -> None:
    planned = plan(Dossier(order(line("12.00", tax="2.00", code="odd", percent="20")), refunds=(refund(two()[1]),)))
    assert codes(planned) == ["tax_unmapped", "sale_held"]


def test_a_refund_of_a_waiting_sale_waits() -> None:
    assert skip_codes(plan(dossier(state="new", refunds=(refund(two()[1]),)))) == ["state_waits", "state_waits"]


def test_a_refund_taken_back_before_it_was_sent_books_nothing() -> None:
    planned = plan(dossier(refunds=(refund(two()[1], state="cancelled"),)))
    assert skip_codes(planned) == ["cancelled_unsent"]


def test_a_posted_refund_that_the_store_took_back_is_taken_back() -> None:
    first = plan(dossier(refunds=(refund(two()[1], money_moved=False),)))
    again = plan(dossier(refunds=(refund(two()[1], state="cancelled"),)), posted=post(first))
    assert only(again, "credit_note").payload is None


def test_a_refund_deleted_by_a_person_is_not_made_again() -> None:
    first = plan(dossier(refunds=(refund(two()[1], money_moved=False),)))
    posted = post(first, {only(first, "credit_note").ref: {"deleted_by_person": True, "status": "DELETED"}})
    again = plan(dossier(refunds=(refund(two()[1], money_moved=False),)), posted=posted)
    assert "deleted_by_person" in codes(again)


def test_a_refund_payment_in_a_closed_period_is_held_or_moved() -> None:
    sale = dossier(payment("36.00"), refunds=(refund(*two()),))
    posted = tuple(p for p in post(plan(sale)) if p.ref.role in (Role.INVOICE, Role.PAYMENT, Role.CREDIT_NOTE))
    closed = book(books_closed_until=date(2026, 3, 31))
    assert codes(plan(sale, closed, posted=posted)) == ["period_locked"]
    moved = book(books_closed_until=date(2026, 3, 31), locked_period=LockedPeriod.REDATE)
    assert only(plan(sale, moved, posted=posted), "refund_payment").payload.date == date(2026, 4, 1)  # type: ignore[union-attr]


def test_c56_planning_goes_by_our_links_whatever_the_age() -> None:
    sale = dossier(date=date(2019, 1, 1))
    posted = post(plan(sale))
    later = plan(dossier(payment("36.00"), date=date(2019, 1, 1)), posted=posted)
    assert only(later, "payment").payload.target == posted[0].ref  # type: ignore[union-attr]


def test_c64_every_renewal_has_its_own_identity() -> None:
    first, second = (
        plan(Dossier(order(*two(), key="1", number="1"))),
        plan(Dossier(order(*two(), key="2", number="2"))),
    )
    assert only(first, "invoice").ref != only(second, "invoice").ref
    assert only(first, "invoice").marker != only(second, "invoice").marker


def test_c65_a_voided_document_is_not_repeated_beside_itself() -> None:
    posted = post(plan(dossier()), status="VOIDED")
    planned = plan(dossier(), posted=posted)
    assert roles(planned) == ["invoice"]


@pytest.mark.parametrize("invoices_mode", [False, True])
def test_composite_refunds_repeat_the_composite(invoices_mode: bool) -> None:
    both = (share("city", "1", "0.33", "USD"), share("transit", "1", "0.33", "USD"))
    sold = line("33.91", tax="0.66", taxes=both, currency="USD", percent="2")
    sale = Dossier(
        order(sold, currency="USD", shows_gross=False),
        invoices=(invoice(sold, currency="USD"),),
        refunds=(refund(sold, currency="USD"),),
        payments=(payment("33.91", currency="USD"),),
    )
    mode = SalesDocuments.INVOICES if invoices_mode else SalesDocuments.ORDERS
    planned = plan(sale, book(sales_documents=mode))
    assert codes(planned) == []
    assert [one.tax_type for one in only(planned, "credit_note").payload.lines] == ["TAX003"]  # type: ignore[union-attr]
    small_ledger.hold(planned)


def test_c92_a_negative_remainder_never_becomes_a_negative_payment() -> None:
    planned = plan(dossier(payment("36.00"), refunds=(refund(*two()),)))
    assert all(p.payload.amount.amount > 0 for p in planned.postings if isinstance(p.payload, Payment))


def test_the_default_bank_is_used_only_where_it_is_no_ordinary_bank_account() -> None:
    clearing = book(accounts=msgspec.structs.replace(ROLES, bank="094"), methods=())
    assert paid_into(plan(dossier(payment("36.00")), clearing)) == {"094": "36.00"}
    ordinary = book(accounts=msgspec.structs.replace(ROLES, bank="090"), methods=())
    assert codes(plan(dossier(payment("36.00")), ordinary)) == ["mapping_invalid"]


def test_euro_organisations_work_alike() -> None:
    ledger = reference(organisation=organisation(country="IE", version="GLOBAL", base_currency="EUR"))
    assert codes(plan(euro(), book(ledger, zero_rules=rules().zero_rules))) == []


def test_references_are_refs_of_the_stores_documents() -> None:
    planned = plan(dossier(payment("36.00")))
    assert only(planned, "payment").ref == Ref(Role.PAYMENT, DocumentKey(DocumentKind.INVOICE, "21"))


def test_c10_money_received_before_any_store_invoice_is_listed() -> None:
    planned = plan(dossier(payment("36.00")), book(sales_documents=SalesDocuments.INVOICES))
    assert skip_codes(planned) == ["sale_missing", "other_sales_document"]


def test_payments_of_endless_numbers_still_have_markers_of_their_own() -> None:
    numbers = ["9" * 200 + "1", "9" * 200 + "2"]
    markers = {only(plan(dossier(payment("36.00"), number=number)), "payment").marker for number in numbers}
    assert len(markers) == 2
    assert all(len(marker) <= 118 for marker in markers)


def test_a_document_without_a_readable_number_is_held() -> None:
    assert codes(plan(dossier(number=" \x00"))) == ["data_unreadable"]
    assert codes(plan(dossier(payment("36.00"), refunds=(refund(two()[1], number=""),)))) == ["data_unreadable"]


def test_c08_a_payment_that_grew_beyond_its_sale_keeps_what_is_posted() -> None:
    seen = book(methods=(MethodRule("card", "094"),))
    posted = post(plan(dossier(payment("36.00")), seen))
    planned = plan(dossier(payment("40.00")), seen, posted=posted)
    assert only(planned, "payment").payload == posted[1].payload
    assert only(planned, "payment").problems == ()
    assert [str(p.code) for p in only(planned, "overpayment").problems] == ["account_not_bank"]


def test_a_gift_card_beyond_what_is_open_is_held() -> None:
    posted = post(plan(dossier(payment("36.00"))))
    planned = plan(dossier(payment("36.00"), means=(means("giftcard", "5.00"),)), posted=posted)
    assert codes(planned) == ["payment_exceeds_sale"]
    small_ledger.hold(planned)


def test_c01_c04_money_seen_after_a_refund_was_allocated_takes_the_allocation_back_first() -> None:
    unseen = (MethodRule("checkmo", "094", offline=True),)
    declared = (MethodRule("checkmo", "094", offline=True, money_seen=True),)
    back = refund(two()[1], method="checkmo", money_moved=False)
    sale = dossier(payment("36.00", method="checkmo", offline=True), refunds=(back,))
    first = plan(sale, book(methods=unseen))
    assert roles(first) == ["invoice", "credit_note", "allocation"]
    then = plan(sale, book(methods=declared), posted=post(first))
    allocation = only(then, "allocation")
    assert (allocation.payload, allocation.problems) == (None, ())
    assert allocation.ref in only(then, "payment").depends_on
    assert only(then, "payment").payload.amount.amount == D("36.00")  # type: ignore[union-attr]
    assert only(then, "refund_payment").payload.amount.amount == D("12.00")  # type: ignore[union-attr]
    small_ledger.hold(then)


def test_b07_a_refund_that_changed_is_edited_in_place_until_it_is_used() -> None:
    seen = book(methods=(MethodRule("card", "091"), MethodRule("checkmo", "094", offline=True)))
    paid = (payment("36.00"),)
    smaller = refund(line("6.00", tax="1.00", key="b", **VAT), money_moved=False, method="checkmo")
    larger = refund(two()[1], money_moved=False, method="checkmo")
    posted = post(plan(dossier(*paid, refunds=(smaller,)), seen))
    edited = only(plan(dossier(*paid, refunds=(larger,)), seen, posted=posted), "credit_note")
    assert edited.problems == ()
    assert small_ledger.check(edited.payload).totals.total == money("12.00")
    used = post(plan(dossier(refunds=(smaller,)), seen))
    kept = only(plan(dossier(refunds=(larger,)), seen, posted=used), "credit_note")
    assert [str(problem.code) for problem in kept.problems] == ["data_contradictory"]
    assert kept.payload.totals.total == money("6.00")  # type: ignore[union-attr]


def test_c08_an_overpayment_that_grows_gets_a_second_part() -> None:
    first = plan(dossier(payment("40.00")))
    more = plan(dossier(payment("41.00")), posted=post(first))
    excess = [str(p.payload.amount.amount) for p in more.postings if isinstance(p.payload, Overpayment)]
    assert excess == ["4.00", "1.00"]
    assert len({p.ref for p in more.postings}) == len({p.marker for p in more.postings}) == len(more.postings)
