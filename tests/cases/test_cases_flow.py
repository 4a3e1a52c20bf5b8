"""CASES sections 9 to 11: connections, limits, and work that is stuck elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cases_world import Books, book_rules
from simulated import METER

from dossiers import line, order, payment
from tieout.accounting import Role
from tieout.documents import Dossier, StorePayment
from tieout.records import models
from tieout.rules.settings import Action, Numbering, StatusRule
from tieout.xero.refusals import explain
from xerosim.faults import Fault


def sale(*payments: StorePayment, total: str = "12.00", **more: Any) -> Dossier:
    one = line(total, tax=str(Decimal(total) / 6), code="UK20", percent="20")
    return Dossier(order=order(one, **more), payments=payments)


def many(count: int) -> list[Dossier]:
    numbers = range(100, 100 + count)
    return [
        sale(payment("12.00", key=f"2{n}", order_key=f"{n}"), key=f"{n}", number=f"{n:09}") for n in numbers
    ]  # fmt: skip


def numbers(books: Books) -> list[str]:
    return sorted(one.number for one in books.held(Role.INVOICE))


def test_c107_only_the_organisation_that_a_person_assigned_is_written_to(books: Books) -> None:
    other = books.house.world.add_organisation("uk").settings.id
    books.administration.save_reference(books.add_organisation(), books.house.connect(other).reference(METER))
    models.Mapping.objects.exclude(organisation=books.organisation).delete()
    books.sync(sale(payment("12.00")))
    written = {
        call.tenant for call in books.house.world.journal.calls if call.method in ("PUT", "POST") and call.tenant
    }
    assert written == {books.house.tenant}
    assert list(books.house.connect(other).read(Role.INVOICE, METER)) in ([], [()])


def test_c108_what_a_plan_of_xero_refuses_is_told_in_plain_words_and_can_go_as_a_draft() -> None:
    [problem] = explain(("You have reached the limit of invoices you can approve",))
    assert "Xero plan" in problem.reason
    assert "drafts" in problem.reason


def test_c110_c113_a_refused_minute_is_waited_out_and_not_hammered(books: Books) -> None:
    books.house.world.faults.add(Fault(kind="minute", path="/Invoices", method="PUT", seconds=37))
    books.save(sale())
    books.plan_due()
    books.turn()
    before = books.calls()
    books.clock.move(30)
    assert books.storage.claim("test", books.clock.now(), 90) is None
    assert books.calls() == before
    books.finish()
    assert numbers(books) == ["SO-000000016"]
    assert books.calls("PUT", "/Invoices") == 2
    sent = [one.at for one in books.house.world.journal.calls if one.method == "PUT" and "/Invoices" in one.path]
    assert sent[1] - sent[0] >= 37


def test_c112_a_used_up_day_says_until_when_and_goes_on_by_itself(books: Books) -> None:
    books.house.world.faults.add(Fault(kind="day", path="/Invoices", method="PUT", seconds=66_975))
    books.save(sale())
    books.plan_due()
    started = books.clock.now()
    books.turn()
    held = books.administration.organisation(books.organisation)
    assert held.hold_until is not None
    assert 66_900 < (held.hold_until - started).total_seconds() < 67_100
    assert held.hold_reason
    books.finish()
    assert books.all_posted()


def test_c114_c115_c119_calls_do_not_grow_with_orders_and_nothing_is_downloaded(books: Books) -> None:
    books.sync(*many(40))
    assert books.all_posted()
    assert len(numbers(books)) == 40
    writes, reads = books.calls("PUT"), books.calls("GET", "/Invoices") + books.calls("GET", "/Items")
    assert books.calls("PUT", "/Invoices") == 1
    assert books.calls("PUT", "/Payments") == 1
    assert books.calls("PUT", "/Items") == 1
    # Reading the books for this test is the only reading of invoices there was.
    assert reads == 1
    assert writes < 20


def test_c126_what_can_never_succeed_is_not_sent_again(books: Books) -> None:
    books.person("archive account", code="200")
    books.sync(sale())
    assert books.states(Role.INVOICE) == {"held": 1}
    calls = books.calls()
    for _ in range(3):
        books.clock.move(3_600)
        books.turn()
    assert books.calls() == calls


def test_c102_c109_without_access_work_waits_and_resumes_by_itself(books: Books) -> None:
    books.save(sale())
    books.plan_due()
    models.Organisation.objects.update(status="no_access", status_reason="consent withdrawn")
    assert books.storage.claim("test", books.clock.now(), 90) is None
    assert books.states(Role.INVOICE) == {"queued": 1}
    models.Organisation.objects.update(status="connected", status_reason="")
    books.finish()
    assert numbers(books) == ["SO-000000016"]


def test_c123_c128_what_a_person_edited_in_xero_is_not_overwritten_and_stays_open(books: Books) -> None:
    books.sync(sale())
    [posting] = books.postings(Role.INVOICE)
    models.Posting.objects.filter(pk=posting.pk).update(drift="touched")
    books.sync(sale(total="24.00"))
    assert books.calls("POST", "/Invoices") == 0
    assert list(books.reasons()) == ["changed_by_person"]
    assert "accept or restore" in books.reasons()["changed_by_person"]


def test_c130_c132_a_locked_period_holds_before_anything_is_sent(books: Books) -> None:
    books.set_rules(book_rules(books_closed_until=date(2026, 3, 31), version=2))
    calls = books.calls("PUT")
    books.sync(sale(payment("12.00")))
    assert books.calls("PUT") == calls
    assert "period_locked" in books.reasons()
    books.set_rules(book_rules(version=3))
    books.storage.replan(books.connection, books.organisation, cause="rules")
    books.sync()
    assert books.all_posted()


def test_c133_an_order_tells_everything_itself_though_its_product_is_gone(books: Books) -> None:
    assert not models.Document.objects.filter(kind="product").exists()
    books.sync(sale())
    [document] = books.held(Role.INVOICE)
    assert [(one.description, one.account_code) for one in document.lines] == [("Thing 1", "200")]


@pytest.mark.parametrize("action", [Action.DRAFT, Action.SUBMITTED])
def test_c108_drafts_are_offered_where_invoices_may_not_be_approved(books: Books, action: Action) -> None:
    books.set_rules(book_rules(statuses=(StatusRule("order", "complete", action),), version=2))
    books.sync(sale())
    assert [one.status for one in books.held(Role.INVOICE)] == [action.value.upper()]


def test_c142_the_prefix_may_change_after_the_first_order_and_old_numbers_stay(books: Books) -> None:
    books.sync(sale())
    calls = books.calls()
    books.set_rules(book_rules(numbering=Numbering(order="X-"), version=2))
    books.storage.replan(books.connection, books.organisation, cause="rules")
    reads = books.calls() - calls
    books.plan_due()
    books.finish()
    assert books.calls() - calls == reads
    assert numbers(books) == ["SO-000000016"]
