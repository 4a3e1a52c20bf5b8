"""A restored backup: what the lost database had sent since is found, nothing is made twice."""

from __future__ import annotations

from datetime import timedelta

from records_world import World, invoice_ref, order_plan, payment_ref

from tieout.accounting import Role
from tieout.records import models
from tieout.sync.turn import send, settle
from tieout.sync.waiting import RecordsMeter


def restore(world: World) -> None:
    """The tables as of a backup that knew of no posting yet, marked as `tieout restore` does."""
    using = "records"
    models.Dependency.objects.using(using).all().delete()
    models.Call.objects.using(using).all().delete()
    models.Posting.objects.using(using).all().delete()
    models.RemoteContact.objects.using(using).all().delete()
    models.Document.objects.using(using).filter(kind="order").update(planning_due=True)
    models.Organisation.objects.using(using).update(
        catch_up=True, lease_until=None, contacts_read_at=world.clock.now(), due_at=world.clock.now()
    )


def read_stores(world: World) -> None:
    models.Connection.objects.using("records").update(last_read_at=world.clock.now() + timedelta(minutes=1))


def test_everything_that_was_posted_is_found_and_nothing_doubled(world: World) -> None:
    world.save_orders(range(1, 11))
    world.plan()
    world.finish()
    made = list(world.ledger.made())
    restore(world)
    world.plan()
    read_stores(world)
    world.finish()
    assert world.ledger.made() == made
    assert world.all_posted()
    organisation = models.Organisation.objects.using("records").get()
    assert not organisation.catch_up
    [event] = models.Event.objects.using("records").filter(action="catch up", message__startswith="Caught up")
    assert "20 documents" in event.message


def test_what_is_new_is_made_after_it_was_looked_up(world: World) -> None:
    world.save_orders(range(1, 6))
    world.plan()
    world.finish()
    restore(world)
    world.save_orders(range(6, 9))
    world.plan()
    read_stores(world)
    world.finish()
    assert len(world.ledger.made()) == len(set(world.ledger.made())) == 3 * 8
    assert world.all_posted()


def test_a_call_frozen_in_the_backup_is_looked_up_not_sent(world: World) -> None:
    world.save_orders([1, 2, 3])
    world.plan()
    claim = world.storage.claim("lost", world.clock.now(), 90)
    assert claim is not None
    meter = RecordsMeter(world.storage, world.clock, world.organisation, "turn lost")
    outcome = send(world.storage, world.ledger, world.prepare(claim), meter, world.clock)  # type: ignore[arg-type]
    settle(world.storage, outcome, world.clock.now(), 0.5, world.policy)
    step = world.prepare(claim)
    # The backup is taken here. The lost database sends the call, and Xero forgets its key.
    send(world.storage, world.ledger, step, meter, world.clock)  # type: ignore[arg-type]
    world.ledger.keys.clear()
    models.Call.objects.using("records").update(state="open", tries=0, first_sent_at=None)
    models.Organisation.objects.using("records").update(catch_up=True, lease_until=world.clock.now())
    read_stores(world)
    world.finish()
    assert sorted(world.ledger.made()) == sorted(set(world.ledger.made()))
    assert world.all_posted()


def test_catch_up_lasts_until_the_stores_were_read(world: World) -> None:
    world.save_orders([1])
    world.plan()
    models.Organisation.objects.using("records").update(catch_up=True)
    nothing = world.turn()
    assert world.all_posted()
    assert nothing.ask_again is not None
    assert models.Organisation.objects.using("records").get().catch_up
    read_stores(world)
    world.finish()
    assert not models.Organisation.objects.using("records").get().catch_up


def test_a_document_with_other_figures_is_shown_not_overwritten(world: World) -> None:
    world.save_orders([1])
    world.plan()
    world.finish()
    restore(world)
    world.plan(lambda number: order_plan(number, total="36.00"))
    read_stores(world)
    world.finish()
    posting = world.posting(invoice_ref(1))
    assert (posting.state, posting.code) == ("held", "xero_answer_differs")
    assert "12.00 in Xero and 36.00 here" in posting.reason
    assert world.ledger.made("update") == []
    assert world.posting(payment_ref(1)).state == "queued"
    assert world.states(Role.CONTACT) == {"posted": 1}
