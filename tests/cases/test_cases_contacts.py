"""Contacts, posted through Tieout's own records and turns into the simulated Xero."""

from __future__ import annotations

from typing import Any

import msgspec
from cases_world import Books
from simulated import METER
from xero_things import change, contact

from dossiers import customer, line, order
from tieout.accounting import Role
from tieout.documents import Customer, Dossier
from tieout.ports.ledger import Operation

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
