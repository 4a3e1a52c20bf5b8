"""What a person does in Xero is seen, respected, and never overwritten (ACCOUNTING B10, B11; CASES C123, C128)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from cases_world import Books, book_rules

from dossiers import line, order, payment
from tieout.accounting import Role
from tieout.documents import Dossier, StorePayment
from tieout.records import models
from tieout.records.drifts import decide_drift
from tieout.rules.settings import Action, StatusRule

AGREED = {"Description": "Agreed", "Quantity": 1, "UnitAmount": "10.00", "AccountCode": "200", "TaxType": "OUTPUT2"}


def sale(*payments: StorePayment, total: str = "12.00", **more: Any) -> Dossier:
    one = line(total, tax=str(Decimal(total) / 6), code="UK20", percent="20")
    return Dossier(order=order(one, **more), payments=payments)


def fields(books: Books) -> dict[str, tuple[str, bool]]:
    return {one.field: (one.theirs, one.blocks) for one in models.Drift.objects.filter(decided_at__isnull=True)}


def decide(books: Books, decision: str) -> None:
    drifts = list(models.Drift.objects.values_list("pk", flat=True))
    decide_drift(drifts, decision, by="ada", address="", now=books.clock.now())


def test_c128_b11_an_amount_changed_in_xero_is_shown_and_not_overwritten(books: Books) -> None:
    books.sync(sale())
    books.person("edit", number="SO-000000016", changes={"LineItems": [AGREED]})
    assert books.sweep().changed == 1
    assert fields(books)["total"] == ("10.00 GBP", True)
    books.sync(sale(total="24.00"))
    assert str(books.only(Role.INVOICE).total) == "10.00 GBP"
    assert list(books.reasons()) == ["changed_by_person"]


def test_b11_a_changed_reference_is_shown_and_stops_nothing(books: Books) -> None:
    books.sync(sale())
    books.person("edit", number="SO-000000016", changes={"Reference": "PO 77"})
    books.sweep()
    assert fields(books) == {"reference": ("PO 77", False)}
    books.sync(sale(payment("12.00")))
    assert books.all_posted()


def test_c123_a_person_decides_and_the_decision_holds(books: Books) -> None:
    books.sync(sale())
    books.person("edit", number="SO-000000016", changes={"LineItems": [AGREED]})
    books.sweep()
    decide(books, "accept")
    books.sweep()
    assert fields(books) == {}
    assert {posting.drift for posting in books.postings()} == {""}


def test_c128_restoring_writes_ours_again(books: Books) -> None:
    books.sync(sale())
    books.person("edit", number="SO-000000016", changes={"LineItems": [AGREED]})
    books.sweep()
    decide_drift(
        list(models.Drift.objects.values_list("pk", flat=True)),
        "restore",
        by="ada",
        address="",
        now=books.clock.now(),
    )
    books.finish()
    assert str(books.only(Role.INVOICE).total) == "12.00 GBP"


@pytest.mark.parametrize("action", [Action.DRAFT, Action.SUBMITTED])
def test_b10_c79_approving_in_xero_releases_the_payment(books: Books, action: Action) -> None:
    books.set_rules(book_rules(statuses=(StatusRule("order", "complete", action),), version=2))
    books.sync(sale(payment("12.00")))
    books.sweep()
    assert books.states(Role.PAYMENT) == {"waiting": 1}
    books.person("approve", number="SO-000000016")
    assert books.sweep().moved == 1
    assert books.states(Role.PAYMENT) == {"posted": 1}
    assert books.only(Role.INVOICE).status == "PAID"


def test_b10_a_draft_that_a_person_deleted_is_not_made_again(books: Books) -> None:
    books.set_rules(book_rules(statuses=(StatusRule("order", "complete", Action.DRAFT),), version=2))
    books.sync(sale())
    books.person("delete", number="SO-000000016")
    books.sweep()
    books.sync(sale(total="24.00"))
    assert {one.status for one in books.held(Role.INVOICE)} == {"DELETED"}
    assert "deleted_by_person" in books.reasons()


def test_c80_c10_a_payment_reconciled_in_xero_is_a_problem_with_its_amount(books: Books) -> None:
    books.sync(sale(payment("12.00")))
    [paid] = books.house.organisation.payments.values()
    _reconcile(books, paid.id)
    books.sweep()
    assert "reconciled" in models.Posting.objects.get(role="payment").drift
    books.sync(sale())
    assert "12.00" in books.reasons()["payment_reconciled"]
    assert books.only(Role.PAYMENT).status == "AUTHORISED"


def test_e04_looking_costs_three_calls_where_nobody_did_anything(books: Books) -> None:
    books.sync(*[sale(payment("12.00", key=f"2{n}", order_key=f"{n}"), key=f"{n}", number=f"{n:09}")
                 for n in range(100, 130)])  # fmt: skip
    books.sweep()
    books.clock.move(3_600)
    calls = books.calls()
    swept = books.sweep()
    assert books.calls() - calls == 3
    assert (swept.changed, swept.moved) == (0, 0)
    assert fields(books) == {}


def test_what_tieout_itself_posts_is_no_change_of_a_person(books: Books) -> None:
    untaxed = order(line("10.00"), key="17", number="000000017")
    nothing = order(line("0.00"), key="18", number="000000018", payment_method="free")
    cent_off = order(line("5.00"), key="19", number="000000019", total="5.01", shows_gross=False)
    books.sync(sale(payment("12.00")), *(Dossier(order=one) for one in (untaxed, nothing, cent_off)))
    books.sync(sale(payment("12.00"), total="24.00"))
    assert books.reasons() == {}
    swept = books.sweep()
    assert swept.read >= 6
    assert (swept.changed, fields(books)) == (0, {})


def _reconcile(books: Books, payment_id: str) -> None:
    payments = books.house.organisation.payments
    payments.put(msgspec.structs.replace(payments[payment_id], reconciled=True, updated=books.house.world.now_ms()))
    assert books.only(Role.PAYMENT).is_reconciled


def test_an_edit_of_the_store_that_still_waits_is_no_change_of_a_person(books: Books) -> None:
    books.sync(sale())
    books.save(sale(total="24.00"))
    books.plan_due()
    assert books.states(Role.INVOICE) == {"queued": 1}
    assert books.sweep().changed == 0
    assert fields(books) == {}
    assert str(books.only(Role.INVOICE).total) == "24.00 GBP"


def test_b05_a_document_voided_by_a_person_is_not_made_again_nor_paid(books: Books) -> None:
    books.sync(sale())
    books.person("void", number="SO-000000016")
    books.sweep()
    calls = books.calls("PUT")
    books.sync(sale(payment("12.00")))
    assert books.calls("PUT") == calls
    assert books.held(Role.PAYMENT) == []
    assert books.reasons() != {}
