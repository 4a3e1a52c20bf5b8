"""What a person does to the queue, at any moment of a posting's life."""

from __future__ import annotations

from records_world import World, contact_ref, invoice_ref, order_plan, payment_ref

from tieout.accounting import Role
from tieout.errors import Problem
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports.records import Selection
from tieout.records import models


def held_plan(number: int) -> DossierPlan:
    problem = Problem("tax_unmapped", "The tax VAT 20 is not mapped.", "tax VAT 20")
    plan = order_plan(number)
    contact, invoice, payment = plan.postings
    return DossierPlan(
        (
            contact,
            PlannedPosting(invoice.ref, None, invoice.marker, problems=(problem,)),
            PlannedPosting(payment.ref, payment.payload, payment.marker, depends_on=payment.depends_on),
        )
    )


def test_sync_now_takes_what_it_needs_along_and_goes_first(world: World) -> None:
    world.save_orders(range(1, 60))
    world.plan(priority=200)
    document = world.posting(invoice_ref(40)).document_id
    assert world.storage.sync_now(Selection(documents=(document,)), world.clock.now()) == 2
    world.turn(steps=1_000)
    assert world.ledger.made()[0] == "G-40"
    assert world.ledger.made().index("SO-000000040") < world.ledger.made().index("SO-000000001")


def test_removed_postings_stay_until_the_document_changes(world: World) -> None:
    world.save_orders([1, 2])
    world.plan()
    removed = Selection(postings=(world.posting(invoice_ref(1)).id, world.posting(payment_ref(1)).id))
    assert world.storage.remove(removed, world.clock.now()) == 2
    world.finish()
    assert "SO-000000001" not in world.ledger.made()
    world.save_orders([1], change="edited")
    world.plan(lambda number: order_plan(number, total="24.00"))
    world.finish()
    assert world.ledger.made().count("SO-000000001") == 1
    assert world.all_posted()


def test_c121_a_refused_posting_stays_in_the_queue_with_its_reason_and_retry_sends_it(world: World) -> None:
    world.save_orders([1])
    world.plan()
    world.ledger.refuse["SO-000000001"] = "Account code '200' has been archived"
    world.finish()
    held = world.posting(invoice_ref(1))
    assert held.state == "held"
    assert "archived" in held.reason
    world.ledger.refuse.clear()
    assert world.storage.retry(Selection(states=("held",), code=held.code), world.clock.now()) == 1
    world.finish()
    assert world.all_posted()


def test_retry_of_what_could_not_be_planned_plans_it_again(world: World) -> None:
    world.save_orders([1])
    world.plan(held_plan)
    assert world.posting(invoice_ref(1)).state == "held"
    world.finish()
    assert world.states() == {"posted": 1, "held": 1, "queued": 1}
    assert not world.storage.due_dossiers(world.connection, 10)
    world.storage.retry(Selection(postings=(world.posting(invoice_ref(1)).id,)), world.clock.now())
    [due] = world.storage.due_dossiers(world.connection, 10)
    assert due.cause == "rules"
    world.plan()
    world.finish()
    assert world.all_posted()


def test_a_mapped_tax_releases_what_it_held(world: World) -> None:
    world.save_orders([1, 2, 3])
    world.plan(lambda number: held_plan(number) if number < 3 else order_plan(number))
    world.finish()
    assert world.storage.replan(world.connection, world.organisation, cause="rules") == 2
    world.plan(rule_version=2)
    world.finish()
    assert world.all_posted()


def test_never_send_holds_through_edits_until_it_is_taken_back(world: World) -> None:
    world.save_orders([1])
    world.plan()
    document = world.posting(invoice_ref(1)).document_id
    assert world.storage.never_send([document], "test order", world.clock.now()) == 1
    world.save_orders([1], change="edited")
    world.plan(lambda number: order_plan(number, total="24.00"))
    world.finish()
    assert world.states(Role.INVOICE) == {"removed": 1}
    assert world.ledger.made() == ["G-1"]
    world.storage.send_again([document], world.clock.now())
    world.plan(lambda number: order_plan(number, total="24.00"))
    world.finish()
    assert world.all_posted()


def test_move_to_front_goes_before_earlier_work(world: World) -> None:
    world.save_orders(range(1, 5))
    world.plan()
    contact = world.posting(contact_ref(4)).id
    assert world.storage.move_to_front(Selection(postings=(contact,)), world.clock.now()) == 1
    world.turn()
    assert world.ledger.made()[0] == "G-4"


def test_an_empty_selection_means_nothing(world: World) -> None:
    world.save_orders([1])
    world.plan()
    assert world.storage.remove(Selection(), world.clock.now()) == 0


def test_add_all_plans_what_is_not_posted(world: World) -> None:
    world.save_orders([1, 2])
    world.plan(lambda number: DossierPlan(()))
    assert world.storage.add(world.connection, [], world.clock.now()) == 2
    world.plan()
    world.finish()
    assert world.all_posted()
    assert world.storage.add(world.connection, [], world.clock.now()) == 0


def test_documents_show_the_state_of_their_postings(world: World) -> None:
    world.save_orders([1])
    rows = models.Document.objects.using(world.storage._database.alias)
    world.plan()
    assert rows.get(kind="order").sync_state == "queued"
    world.finish()
    assert rows.get(kind="order").sync_state == "posted"
    assert rows.get(kind="customer").sync_state == "posted"
