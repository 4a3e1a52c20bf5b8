"""The store's answer is lost, or the process dies: at no boundary is anything lost or made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from paper_crm import PaperWriter, invoice_entry

from tieout.documents.entries import CustomerEntry, EntryKind, Person
from tieout.errors import NeedsOperator, OutcomeUnknown, RetryLater
from tieout.ports.writing import StoreWrite
from tieout.records import models

if TYPE_CHECKING:
    from two_way_world import TwoWay

pytestmark = pytest.mark.django_db

#: Where the process dies: before and after the request, then at each of our own steps behind it.
BOUNDARIES = ("before", "after", "current", "keep", "agree", "done")


class Killed(BaseException):
    """As kill -9: nothing of ours catches it."""


def _kill_at(world: TwoWay, boundary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tieout.records.inward_storage import InwardStorage
    from tieout.sync.inward.agreeing import Agreeing

    left = [1]

    def die(*args: object, **kwargs: object) -> None:
        if left[0]:
            left[0] -= 1
            raise Killed

    def before(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def wrapped(*args: object, **kwargs: object) -> object:
            die()
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, wrapped)

    if boundary in ("before", "after"):
        world.crm.fault = lambda moment, write: die() if moment == boundary else None
    elif boundary == "current":
        before(PaperWriter, "current")
    else:
        before({"keep": Agreeing, "agree": Agreeing, "done": InwardStorage}[boundary], boundary)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_at_any_boundary_nothing_is_lost_or_doubled(
    world: TwoWay, boundary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd", EmailAddress="books@harbour.example")
    world.invoice_in_xero("INV-100", contact, "100.00")
    with monkeypatch.context() as patched:
        _kill_at(world, boundary, patched)
        with pytest.raises(Killed):
            world.back()
    sent = world.ledger_writes()
    # What the store has by now is read and planned before anybody looked up what happened.
    world.outward()
    for _ in range(3):
        world.clock.move(120)
        world.both()
    assert [one.name for one in world.crm.of(EntryKind.CUSTOMER)] == ["Harbour Ltd"]
    assert [one.number for one in world.crm.of(EntryKind.INVOICE)] == ["INV-100"]
    assert [one.number for one in world.invoices_in_xero()] == ["INV-100"]
    assert world.ledger_writes() == sent


def test_a_lost_answer_is_looked_up_after_a_while_and_never_repeated_blindly(world: TwoWay) -> None:
    world.begin()
    world.contact_in_xero("Harbour Ltd")
    lost = [1]

    def fault(moment: str, write: StoreWrite) -> None:
        if moment == "after" and lost[0]:
            lost[0] -= 1
            raise OutcomeUnknown("the answer was lost")

    world.crm.fault = fault
    assert world.back().unknown == 1
    assert world.back_states().get("unknown") == 1
    assert world.writes() == 1
    world.clock.move(120)
    world.back()
    assert world.writes() == 1
    assert "unknown" not in world.back_states()


def test_a_store_that_is_busy_is_asked_later_and_one_that_refuses_access_waits_for_a_person(world: TwoWay) -> None:
    world.begin()
    world.contact_in_xero("Harbour Ltd")

    def busy(moment: str, write: StoreWrite) -> None:
        if moment == "before":
            raise RetryLater("the store is busy", scope="outage", after_seconds=300)

    def refuses(moment: str, write: StoreWrite) -> None:
        if moment == "before":
            raise NeedsOperator("the token is wrong", code="store_refused", scope="connection")

    world.crm.fault = busy
    assert world.back().later is not None
    assert world.back_states()["queued"] == 1
    world.clock.move(400)
    world.crm.fault = refuses
    assert world.back().failures == ("the token is wrong",)
    world.crm.fault = lambda moment, write: None
    world.back()
    assert world.writes() == 1


def test_what_the_store_refuses_is_held_with_its_words_and_goes_by_sync_again(world: TwoWay) -> None:
    world.begin()
    world.crm.refuse["customer"] = "The field phone is too long."
    world.contact_in_xero("Harbour Ltd")
    world.back()
    [row] = world.brought(EntryKind.CUSTOMER)
    assert (row.state, row.code, row.reason) == ("held", "store_refused", "The field phone is too long.")
    world.crm.refuse.clear()
    world.back()
    assert world.writes() == 0
    assert world.inward.sync_again([row.pk], world.clock.now()) == 1
    world.back()
    assert [one.name for one in world.crm.of(EntryKind.CUSTOMER)] == ["Harbour Ltd"]


def test_c73_an_invoice_comes_after_its_customer_also_when_that_one_is_old(world: TwoWay) -> None:
    contact = world.contact_in_xero("Old Customer Ltd")
    world.clock.move(7200)
    world.begin()
    world.invoice_in_xero("INV-100", contact, "100.00")
    world.back()
    [customer] = world.crm.of(EntryKind.CUSTOMER)
    [invoice] = world.crm.of(EntryKind.INVOICE)
    assert customer.name == "Old Customer Ltd"
    assert world.crm.entry(EntryKind.CUSTOMER, invoice.customer_key).name == "Old Customer Ltd"


def test_nothing_changed_costs_one_conditional_read_a_list_and_no_write(world: TwoWay) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd")
    world.invoice_in_xero("INV-100", contact, "100.00")
    world.both()
    world.clock.move(3600)
    world.back()
    reads, writes, asked = world.calls("GET"), world.writes(), world.crm.reads
    world.clock.move(3600)
    world.back()
    assert world.calls("GET") - reads == 3
    assert (world.writes(), world.crm.reads) == (writes, asked)


def test_a_customer_that_both_sides_have_is_linked_by_its_address_and_not_made_twice(world: TwoWay) -> None:
    world.begin()
    world.crm.add(CustomerEntry("Harbour Limited", people=(Person("A", "B", "books@harbour.example"),)))
    world.pull()
    world.contact_in_xero("Harbour Ltd", EmailAddress="books@harbour.example")
    world.back()
    assert len(world.crm.of(EntryKind.CUSTOMER)) == 1
    [row] = world.brought(EntryKind.CUSTOMER)
    assert (row.state, row.origin) == ("synchronised", "store")


def test_a_change_of_the_store_goes_to_xero_under_the_number_that_it_has_there(world: TwoWay) -> None:
    world.begin()
    contact = world.contact_in_xero("Harbour Ltd")
    world.invoice_in_xero("INV-100", contact, "100.00")
    world.both()
    [key] = world.crm.tables[EntryKind.INVOICE]
    new = invoice_entry("x", "x", "140.00")
    world.crm.edit(EntryKind.INVOICE, key, lines=new.lines, net=new.net, tax=new.tax, total=new.total)
    world.both()
    [held] = world.invoices_in_xero()
    assert (held.number, held.total.amount) == ("INV-100", 168)
    assert models.Posting.objects.get(role="invoice").origin == "ledger"
