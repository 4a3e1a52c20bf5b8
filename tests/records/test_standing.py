"""What is derived in SQL equals what the engine says in Python."""

from __future__ import annotations

from itertools import product

from records_world import World, contact_ref, invoice_ref, payment_ref

from tieout.accounting import Role
from tieout.engine.actions import counts_as_there
from tieout.engine.states import PostingState, SyncState
from tieout.records import models
from tieout.records.standing import refresh_documents, refresh_unmet


def test_open_dependencies_are_counted_as_the_engine_counts_them(world: World) -> None:
    world.save_orders([1])
    world.plan()
    database = world.storage._database
    invoice, payment = world.posting(invoice_ref(1)), world.posting(payment_ref(1))
    contact = world.posting(contact_ref(1))
    for needs, waits in ((contact, invoice), (invoice, payment)):
        for state, remote_id in product(PostingState, ("", "x")):
            rows = models.Posting.objects.using("records").filter(id=needs.id)
            rows.update(state=state.value, remote_id=remote_id)
            refresh_unmet(database, [waits.id])
            there = counts_as_there(role=Role(needs.role), state=state, remote_id=remote_id, remote_status="")
            assert models.Posting.objects.using("records").get(id=waits.id).unmet == int(not there), (needs, state)


def test_a_documents_state_is_the_first_that_applies(world: World) -> None:
    world.save_orders([1])
    world.plan()
    database = world.storage._database
    invoice, payment = world.posting(invoice_ref(1)), world.posting(payment_ref(1))
    order = [SyncState.HELD, SyncState.SENDING, SyncState.QUEUED, SyncState.WAITING, SyncState.REMOVED]
    order += [SyncState.POSTED]
    rows = models.Posting.objects.using("records")
    for position, first in enumerate(order):
        for other in order[position:]:
            rows.filter(id=invoice.id).update(state=other.value)
            rows.filter(id=payment.id).update(state=first.value)
            refresh_documents(database, [invoice.document_id])
            found = models.Document.objects.using("records").get(id=invoice.document_id).sync_state
            assert found == first.value


def test_a_document_without_postings_shows_why_it_was_skipped(world: World) -> None:
    world.save_orders([1])
    rows = models.Document.objects.using("records").filter(kind="order")
    refresh_documents(world.storage._database, [rows.get().id])
    assert rows.get().sync_state == "received"
    rows.update(skipped_code="state_waits")
    refresh_documents(world.storage._database, [rows.get().id])
    assert rows.get().sync_state == "skipped"
