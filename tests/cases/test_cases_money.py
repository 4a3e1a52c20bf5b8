"""CASES sections 7 and 8: payments, refunds and currencies, in the simulated Xero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cases_world import Books, book_rules
from simulated import METER

from dossiers import line, money, order, payment, refund
from tieout.accounting import Held, Role
from tieout.documents import Dossier, StorePayment
from tieout.records import models
from tieout.rules.settings import Action, MethodRule, StatusRule
from tieout.sync.undo import Undoing

VAT = {"code": "UK20", "percent": "20"}
FIRST = line("24.00", tax="4.00", key="a", quantity="2", **VAT)
SECOND = line("12.00", tax="2.00", key="b", **VAT)


def sale(*payments: StorePayment, **more: Any) -> Dossier:
    about = {name: more.pop(name) for name in ("refunds",) if name in more}
    return Dossier(order=order(FIRST, SECOND, **more), payments=payments, **about)


def due(held: Held) -> Decimal | None:
    return held.amount_due.amount if held.amount_due is not None else None


def test_c76_a_back_fill_dates_payments_as_the_store_did(books: Books) -> None:
    last_year = date(2025, 12, 30)
    books.sync(sale(payment("36.00", date=date(2025, 12, 31)), date=last_year))
    assert books.only(Role.INVOICE).date == last_year
    assert books.only(Role.PAYMENT).date == date(2025, 12, 31)


def test_c77_an_unmapped_method_is_held_and_flows_when_it_is_mapped(books: Books) -> None:
    books.sync(sale(payment("36.00", method="applepay")))
    assert list(books.reasons()) == ["method_unmapped"]
    assert due(books.only(Role.INVOICE)) == 36
    books.set_rules(book_rules(methods=(MethodRule("applepay", "601", "GBP"),), version=2))
    books.storage.replan(books.connection, books.organisation, cause="rules")
    books.sync()
    assert books.reasons() == {}
    assert due(books.only(Role.INVOICE)) == 0


def test_c78_a_payment_that_somebody_entered_in_xero_is_held_and_not_doubled(books: Books) -> None:
    books.sync(sale())
    books.person("pay", number="SO-000000016", account="601", amount="20.00")
    books.sync(sale(payment("36.00")))
    assert list(books.reasons()) == ["payment_exceeds_sale"]
    assert "already" in books.reasons()["payment_exceeds_sale"]
    assert len(books.held(Role.PAYMENT)) == 1


def test_c79_the_payment_of_a_draft_makes_no_call_until_it_is_approved(books: Books) -> None:
    drafts = (StatusRule("order", "complete", Action.DRAFT),)
    books.set_rules(book_rules(statuses=drafts, version=2))
    books.sync(sale(payment("36.00")))
    assert books.only(Role.INVOICE).status == "DRAFT"
    assert books.calls("PUT", "/Payments") == 0
    assert books.states(Role.PAYMENT) == {"waiting": 1}


def test_c82_a_full_refund_of_a_paid_order_ends_with_nothing_open(books: Books) -> None:
    books.sync(sale(payment("36.00")))
    books.sync(sale(payment("36.00"), refunds=(refund(FIRST, SECOND),)))
    assert books.all_posted()
    assert books.only(Role.INVOICE).status == "PAID"
    note = books.only(Role.CREDIT_NOTE)
    assert (note.status, note.remaining_credit) == ("PAID", money("0.00"))
    assert [one.tax_type for one in note.lines] == ["OUTPUT2", "OUTPUT2"]


def test_c81_a_partial_refund_has_lines_and_pays_back_only_its_part(books: Books) -> None:
    part = line("12.00", tax="2.00", key="a", **VAT)
    books.sync(sale(payment("36.00"), refunds=(refund(part),)))
    note = books.only(Role.CREDIT_NOTE)
    assert [str(one.amount) for one in note.lines] == [str(money("12.00"))]
    assert books.only(Role.REFUND_PAYMENT).amount == money("12.00")


@pytest.mark.parametrize("urgency", [10, 50])
def test_c83_every_mode_sends_the_same_bytes(books: Books, urgency: int) -> None:
    """One code path: what a person asks for at once is what the schedule would have sent."""
    sent: list[list[str]] = []
    for key, priority in (("16", urgency), ("17", 100)):
        back = refund(SECOND, key=f"3{key}", order_key=key)
        paid = payment("36.00", key=f"2{key}", order_key=key)
        before = set(models.Call.objects.values_list("pk", flat=True))
        books.save(sale(paid, refunds=(back,), key=key, number=f"0000000{key}"))
        books.plan_due()
        models.Posting.objects.filter(state="queued").update(priority=priority)
        books.finish()
        assert books.all_posted()
        calls = models.Call.objects.exclude(pk__in=before).exclude(role__in=("contact", "item")).order_by("id")
        known = {posting.remote_id: f"the {posting.role}" for posting in books.postings()}
        sent.append([_plain(call.path + call.body, {**known, key: "16"}) for call in calls])
    assert len(sent[0]) == 4
    assert sent[0] == sent[1]


def _plain(text: str, names: dict[str, str]) -> str:
    for before, after in names.items():
        text = text.replace(before, after)
    return text


def test_c84_cancelled_in_each_state_has_its_own_way_back(books: Books) -> None:
    books.sync(sale(state="canceled"))
    assert books.held(Role.INVOICE) == []
    books.sync(sale())
    books.sync(sale(state="canceled"))
    assert books.only(Role.INVOICE).status == "VOIDED"


def test_c87_c131_an_edit_after_payment_is_a_document_of_its_own(books: Books) -> None:
    books.sync(sale(payment("36.00")))
    more = Dossier(order=order(FIRST, line("24.00", tax="4.00", key="b", **VAT)), payments=(payment("36.00"),))
    books.sync(more)
    first, second = sorted(books.held(Role.INVOICE), key=lambda one: one.number)
    assert (first.number, due(first), str(first.total)) == ("SO-000000016", 0, str(money("36.00")))
    assert (second.number[:12], second.number[-1].isalpha(), due(second)) == ("SO-000000016", True, 12)


def test_c91_a_payment_taken_back_in_the_store_is_taken_back_in_xero(books: Books) -> None:
    books.sync(sale(payment("36.00")))
    books.sync(sale())
    assert books.only(Role.PAYMENT).status == "DELETED"
    assert due(books.only(Role.INVOICE)) == 36


def test_c94_a_free_order_is_booked_without_a_payment(books: Books) -> None:
    free = order(line("0.00", discount=money("27.05")), payment_method="free")
    books.sync(Dossier(order=free, payments=(payment("0", method="free"),)))
    assert str(books.only(Role.INVOICE).total) == str(money("0.00"))
    assert books.held(Role.PAYMENT) == []
    assert books.all_posted()


def test_c95_c97_c98_c100_an_order_in_another_currency_keeps_both_amounts_and_the_rate(books: Books) -> None:
    books.house.ledger.enable_currency("USD", METER)
    books.refresh()
    dollars = order(line("13.00", currency="USD"), currency="USD", rate=Decimal("1.30"))
    paid = payment("13.00", currency="USD", base_amount=money("9.87"))
    books.set_rules(book_rules(methods=(MethodRule("card", "601"),), version=2))
    books.sync(Dossier(order=dollars, payments=(paid,)))
    assert books.all_posted(), books.reasons()
    invoice = books.only(Role.INVOICE)
    assert (invoice.currency, invoice.total, due(invoice)) == ("USD", money("13.00", "USD"), 0)
    assert invoice.rate
    [call] = models.Call.objects.filter(role="payment")
    assert '"BankAmount":9.87' in call.body.replace(" ", "")


def test_c96_a_currency_that_is_not_enabled_is_found_before_sending(books: Books) -> None:
    francs = Dossier(order=order(line("13.00", currency="CHF"), currency="CHF"))
    calls = books.calls("PUT")
    books.sync(francs)
    assert list(books.reasons()) == ["currency_not_enabled"]
    assert books.calls("PUT") == calls


def test_c137_c138_a_run_is_undone_and_says_first_what_stays(books: Books) -> None:
    run = books.administration.begin_run("sync", by="test", now=books.clock.now())
    books.save(sale(), sale(payment("36.00"), key="17", number="000000017"))
    books.plan_due(run=run)
    books.finish()
    paid = models.Posting.objects.get(role="payment")
    models.Posting.objects.filter(pk=paid.pk).update(drift="reconciled")
    undoing = Undoing(books.administration, books.clock)
    plan = undoing.plan(run)
    stays = {one.role: one.reason for one in plan.steps if not one.possible or one.action == "keep"}
    assert "unreconcile" in stays["payment"]
    assert "contact" in stays
    models.Posting.objects.filter(pk=paid.pk).update(drift="")
    undoing.queue(undoing.plan(run), by="test")
    books.finish()
    assert {one.status for one in books.held(Role.INVOICE)} == {"VOIDED"}
    assert {one.status for one in books.held(Role.PAYMENT)} == {"DELETED"}
