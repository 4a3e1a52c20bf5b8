"""Undoing and what is never said to Xero (ACCOUNTING B3, C3, E2; CASES section 12)."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases_world import Books, book_rules

from dossiers import line, order, payment, refund
from tieout.accounting import Role
from tieout.documents import Dossier, StorePayment
from tieout.records import models
from tieout.rules.settings import Action, StatusRule
from tieout.sync.undo import Undoing, UndoPlan
from xerosim.dates import day_of

LINE = line("12.00", tax="2.00", code="UK20", percent="20")


def sale(*payments: StorePayment, **more: Any) -> Dossier:
    about = {name: more.pop(name) for name in ("refunds",) if name in more}
    return Dossier(order=order(LINE, **more), payments=payments, **about)


def synced(books: Books, *dossiers: Dossier) -> int:
    run = books.administration.begin_run("sync", by="test", now=books.clock.now())
    books.save(*dossiers)
    books.plan_due(run=run)
    books.finish()
    return run


def plan_of(books: Books, run: int) -> UndoPlan:
    return Undoing(books.administration, books.clock).plan(run)


def undo(books: Books, run: int) -> None:
    undoing = Undoing(books.administration, books.clock)
    undoing.queue(undoing.plan(run), by="test")
    books.finish()


def test_e02_in_a_closed_period_nothing_is_voided_and_the_plan_says_why(books: Books) -> None:
    run = synced(books, sale())
    lock = day_of("2026-03-31")
    books.house.world.person(books.house.tenant, lambda context: context.org.change_settings(period_lock=lock))
    books.refresh()
    [step] = [one for one in plan_of(books, run).steps if one.role == "invoice"]
    assert not step.possible
    assert "closed period" in step.reason
    calls = books.calls("POST")
    undo(books, run)
    assert books.calls("POST") == calls
    assert books.only(Role.INVOICE).status == "AUTHORISED"


def test_e02_drafts_are_deleted_and_contacts_and_items_are_kept(books: Books) -> None:
    books.set_rules(book_rules(statuses=(StatusRule("order", "complete", Action.DRAFT),), version=2))
    run = synced(books, sale())
    kept = {one.role: one.action for one in plan_of(books, run).steps}
    assert kept == {"invoice": "delete", "contact": "keep", "item": "keep"}
    undo(books, run)
    assert books.only(Role.INVOICE).status == "DELETED"


def test_e02_a_refunded_and_paid_sale_is_taken_back_in_the_order_that_xero_bears(books: Books) -> None:
    run = synced(books, sale(payment("12.00"), refunds=(refund(LINE),)))
    assert all(one.possible for one in plan_of(books, run).steps)
    undo(books, run)
    assert books.reasons() == {}
    assert books.only(Role.INVOICE).status == "VOIDED"
    assert books.only(Role.CREDIT_NOTE).status == "VOIDED"


def test_e02_an_undone_run_is_undone_once(books: Books) -> None:
    run = synced(books, sale())
    undo(books, run)
    assert plan_of(books, run).actions() == {}


def test_b03_c03_customers_are_sent_nothing_and_the_bank_is_never_said_to_agree(books: Books) -> None:
    synced(books, sale(payment("12.00"), refunds=(refund(LINE),)))
    bodies = [call.body for call in models.Call.objects.all()]
    assert len(bodies) >= 5
    assert not [body for body in bodies if "SentToContact" in body or "IsReconciled" in body]


def test_b03_documents_carry_their_dates_explicitly(books: Books) -> None:
    synced(books, sale(date=date(2026, 2, 28)))
    [body] = [call.body for call in models.Call.objects.filter(role="invoice")]
    assert '"Date":"2026-02-28"' in body.replace(" ", "")
    assert books.only(Role.INVOICE).due_date == date(2026, 2, 28)


def test_b01_a_second_connection_to_the_same_shop_does_not_book_a_sale_again(books: Books) -> None:
    synced(books, sale())
    again = models.Connection.objects.create(kind="paper", name="The same shop", created_at=books.clock.now())
    books.connection = again.pk
    books.set_rules(book_rules(version=1))
    books.sync(sale())
    assert [str(one.total) for one in books.held(Role.INVOICE)] == ["12.00 GBP"]
    assert list(books.reasons()) == ["number_taken"]
