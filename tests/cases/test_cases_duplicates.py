"""CASES section 5: documents that are made twice, or looked for under another number."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from cases_world import Books, book_rules
from django.db import IntegrityError, transaction
from simulated import invoice_of, to
from xero_things import create

from dossiers import line, order, payment
from tieout.accounting import Role
from tieout.documents import Dossier, StorePayment
from tieout.records import models
from tieout.rules.settings import Numbering
from xerosim.faults import Fault


def sale(*payments: StorePayment, total: str = "12.00", **more: object) -> Dossier:
    one = line(total, tax=str(Decimal(total) / 6), code="UK20", percent="20")
    return Dossier(order=order(one, **more), payments=payments)  # type: ignore[arg-type]


def numbers(books: Books) -> list[str]:
    return sorted(one.number for one in books.held(Role.INVOICE))


def test_c57_one_document_of_the_store_can_never_have_two_postings_of_a_role(books: Books) -> None:
    books.sync(sale())
    [posting] = books.postings(Role.INVOICE)
    twin = models.Posting.objects.get(pk=posting.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    document = models.Document.objects.get(pk=posting.document_id)
    document.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        document.save(force_insert=True)


def test_c58_a_new_prefix_neither_sends_again_nor_loses_what_was_sent_under_the_old_one(books: Books) -> None:
    books.sync(sale())
    changed = msgspec.structs.replace(Numbering(), order="WEB-")
    books.set_rules(book_rules(numbering=changed, version=2))
    books.sync(sale(payment("12.00")), sale(key="17", number="000000017"))
    assert numbers(books) == ["SO-000000016", "WEB-000000017"]
    paid = next(one for one in books.held(Role.INVOICE) if one.number == "SO-000000016")
    assert paid.amount_due is not None
    assert paid.amount_due.amount == 0


def test_c59_while_nobody_knows_whether_it_is_there_nothing_is_created(books: Books) -> None:
    faults = books.house.world.faults
    faults.add(Fault(kind="500", when="after", method="PUT", path="/Invoices"))
    faults.add(Fault(kind="502", method="GET", path="/Invoices", count=4))
    books.save(sale())
    books.plan_due()
    for _ in range(3):
        books.clock.move(30)
        books.turn()
    assert books.calls("PUT", "/Invoices") == 1
    assert books.states(Role.INVOICE) == {"sending": 1}
    books.finish()
    assert books.calls("PUT", "/Invoices") == 1
    assert numbers(books) == ["SO-000000016"]
    assert books.all_posted()


def test_c61_a_number_that_somebody_else_used_is_held_with_the_way_out(books: Books) -> None:
    buyer = books.house.contact_id()
    theirs = books.house.post(create("SO-000000016", invoice_of(books.house, "SO-000000016", "99.00"), to(buyer)))
    books.sync(sale(), sale(key="17", number="000000017"))
    assert numbers(books) == ["SO-000000016", "SO-000000017"]
    assert list(books.reasons()) == ["number_taken"]
    assert "prefix" in books.reasons()["number_taken"]
    stranger = next(one for one in books.held(Role.INVOICE) if one.number == "SO-000000016")
    assert stranger.remote_id == theirs[0].remote_id
    assert stranger.total is not None
    assert str(stranger.total.amount) == "118.80"


def test_c66_two_events_of_one_order_and_two_workers_make_one_invoice(books: Books) -> None:
    books.save(sale())
    books.save(sale(payment("12.00")))
    books.plan_due()
    first = books.storage.claim("one", books.clock.now(), 90, organisation=books.organisation)
    second = books.storage.claim("two", books.clock.now(), 90, organisation=books.organisation)
    assert first is not None
    assert second is None
    books.storage.release(first, books.clock.now(), books.clock.now())
    books.finish()
    books.plan_due()
    books.finish()
    assert numbers(books) == ["SO-000000016"]
    assert len(books.held(Role.PAYMENT)) == 1


def test_c62_an_edit_of_what_is_not_booked_sends_nothing(books: Books) -> None:
    books.sync(sale())
    calls = books.calls()
    books.sync(sale(payment_title="Card ending 42"))
    assert books.calls() == calls


def test_c65_an_edited_order_is_edited_in_place_and_leaves_no_void_behind(books: Books) -> None:
    books.sync(sale())
    before = books.only(Role.INVOICE)
    books.sync(sale(total="24.00"))
    after = books.only(Role.INVOICE)
    assert after.remote_id == before.remote_id
    assert after.status == "AUTHORISED"
    assert after.total is not None
    assert str(after.total.amount) == "24.00"


def test_c64_renewals_of_one_subscription_are_documents_of_their_own(books: Books) -> None:
    books.sync(sale(), sale(key="17", number="000000017"), sale(key="18", number="000000018"))
    assert len(numbers(books)) == 3
