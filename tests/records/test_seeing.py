"""What people did in the ledger, kept beside our postings, on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from records_world import World, invoice_ref

from tieout.accounting import Role
from tieout.money import Money
from tieout.ports.seeing import Difference, Update
from tieout.records import models


def test_a_change_of_a_person_is_kept_once_and_its_dossier_is_planned_again(world: World) -> None:
    world.save_orders([1, 2])
    world.plan()
    world.finish()
    held = msgspec.structs.replace(
        world.ledger.objects[Role.INVOICE, "SO-000000001"], total=Money(Decimal("9.00"), "EUR")
    )
    [ours] = world.storage.posted_objects(world.organisation, [held])
    assert (ours.remote_id, ours.remote_status, ours.drift) == (held.remote_id, "AUTHORISED", ())
    found = Difference(ours.id, "total", "12.00 EUR", "9.00 EUR", True)
    for _ in range(2):
        world.storage.note_seen([Update(ours.id, "AUTHORISED", ("touched",))], [found], world.clock.now())
    using = world.storage._database.alias
    assert [(one.field, one.theirs) for one in models.Drift.objects.using(using).all()] == [("total", "9.00 EUR")]
    assert world.posting(invoice_ref(1)).drift == "touched"
    [due] = world.storage.due_dossiers(world.connection, 10)
    assert (due.root.key, due.cause) == ("1", "rules")


def test_what_a_person_accepted_is_told_with_the_posting(world: World) -> None:
    world.save_orders([1])
    world.plan()
    world.finish()
    held = world.ledger.objects[Role.INVOICE, "SO-000000001"]
    [ours] = world.storage.posted_objects(world.organisation, [held])
    world.storage.note_seen([], [Difference(ours.id, "total", "12.00 EUR", "9.00 EUR", True)], world.clock.now())
    rows = models.Drift.objects.using(world.storage._database.alias)
    rows.update(decided_at=world.clock.now(), decision="accept")
    [again] = world.storage.posted_objects(world.organisation, [held])
    assert again.settled == {("total", "9.00 EUR")}
