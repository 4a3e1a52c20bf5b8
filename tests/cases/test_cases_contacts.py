"""Contacts, posted through Tieout's own records and turns into the simulated Xero."""

from __future__ import annotations

from typing import Any

import msgspec
from cases_world import Books
from simulated import METER
from xero_things import change, contact, create

from dossiers import customer, line, order
from tieout.accounting import Role
from tieout.documents import Customer, Dossier
from tieout.ports.ledger import Operation
from tieout.ports.records import Selection
from tieout.records import models

BUYER = customer(email="", tax_number="")


def sale(buyer: Customer = BUYER, **more: Any) -> Dossier:
    return Dossier(order=order(line("12.00", tax="2.00", code="UK20", percent="20"), customer=buyer, **more))


def people(books: Books) -> dict[str, Any]:
    """Contacts by name, as Xero holds them."""
    return {one.name: one for page in books.house.ledger.contacts(None, METER) for one in page}


def bought(books: Books) -> None:
    books.save_customer(BUYER)
    books.sync(sale())


def test_c71_what_people_changed_in_xero_is_not_overwritten_by_the_checkout(books: Books) -> None:
    bought(books)
    [before] = people(books).values()
    theirs = contact("", name="Benjamin Ward", email="ben@home.example", tax_number="")
    known = msgspec.structs.replace(before, email="", tax_number="")
    books.house.post(change(Operation.UPDATE, "7", theirs, before.contact_id, known=known))
    books.clock.move(3_600 * 24 * 3)
    books.save_customer(msgspec.structs.replace(BUYER, email="ben@work.example", tax_number="GB123456789"))
    books.plan_due()
    books.finish()
    [after] = people(books).values()
    assert (after.email, after.tax_number) == ("ben@home.example", "GB123456789")
    assert after.name == before.name
    assert books.all_posted()


def test_c71_where_nothing_is_empty_nothing_is_sent(books: Books) -> None:
    bought(books)
    calls = books.calls("P", "/Contacts")
    books.save_customer(msgspec.structs.replace(BUYER, last_name="Warden", phone="01904 1"))
    books.plan_due()
    assert books.states(Role.CONTACT) == {"queued": 1}
    books.finish()
    assert books.calls("P", "/Contacts") == calls
    assert books.all_posted()
    assert list(people(books)) == ["Ben Ward"]


def test_c71_a_field_that_was_filled_is_known_as_filled(books: Books) -> None:
    bought(books)
    for email in ("ben@work.example", "ben@other.example"):
        books.save_customer(msgspec.structs.replace(BUYER, email=email))
        books.plan_due()
        books.finish()
    [after] = people(books).values()
    assert after.email == "ben@work.example"
    assert books.calls("POST", "/Contacts") == 1


def test_c73_a_document_goes_after_its_contact_which_stops_no_other(books: Books) -> None:
    other = customer(key="8", number="8", first_name="Ann", last_name="Bell", email="ann@example.net")
    books.save(sale(), sale(other, key="17", number="000000017"))
    books.plan_due()
    refused = models.Posting.objects.filter(role="contact", document__key="8")
    assert refused.update(state="held", code="xero_refused", reason="refused") == 1
    books.finish()
    assert [one.number for one in books.held(Role.INVOICE)] == ["SO-000000016"]
    assert books.states(Role.INVOICE) == {"posted": 1, "queued": 1}
    written = [
        call.path for call in books.house.world.journal.calls if call.method in ("PUT", "POST") and call.tenant
    ]
    places = [next(place for place, path in enumerate(written) if name in path) for name in ("Contacts", "Invoices")]
    assert places == sorted(places)


def test_c75_many_contacts_are_read_once_and_looked_up_in_our_own_index(books: Books) -> None:
    for start in range(0, 200, 50):
        names = range(start, start + 50)
        books.house.post(*[create(f"old-{n}", contact(f"old-{n}", name=f"Old {n}", email="")) for n in names])
    sales = [
        sale(customer(key=f"{n}", number=f"{n}", first_name="New", last_name=f"{n}", email=f"{n}@example.net"),
             key=f"{n}", number=f"{n:09}")
        for n in range(100, 160)
    ]  # fmt: skip
    before = books.calls("GET", "/Contacts")
    books.sync(*sales[:40])
    assert books.calls("GET", "/Contacts") - before == 1
    books.sync(*sales[40:])
    assert books.calls("GET", "/Contacts") - before == 1
    assert books.all_posted()
    assert len(people(books)) == 260


def test_c68_two_people_of_one_name_stay_two_contacts_in_xero(books: Books) -> None:
    first = customer(key="8", number="8", first_name="John", last_name="Smith", email="one@example.net")
    second = customer(key="9", number="9", first_name="John", last_name="Smith", email="two@example.net")
    books.sync(sale(first), sale(second, key="17", number="000000017"))
    assert sorted(one.email for one in people(books).values()) == ["one@example.net", "two@example.net"]
    assert len({one.contact_id for one in books.held(Role.INVOICE)}) == 2


def test_c70_a_contact_archived_in_xero_is_asked_about_and_its_orders_go_once_it_is_back(books: Books) -> None:
    bought(books)
    [before] = people(books).values()
    books.person("contact", id=before.contact_id, status="ARCHIVED")
    books.sync(sale(key="17", number="000000017"), sale(key="18", number="000000018"))
    held = [posting for posting in books.postings() if posting.state == "held"]
    assert [(one.code, one.subject) for one in held] == [("contact_ambiguous", held[0].subject)] * 2
    assert "Restore it" in held[0].reason
    books.person("contact", id=before.contact_id, status="ACTIVE")
    books.storage.retry(Selection(states=("held",), code="contact_ambiguous"), books.clock.now())
    books.finish()
    assert len(books.held(Role.INVOICE)) == 3
    assert list(people(books)) == ["Ben Ward"]
