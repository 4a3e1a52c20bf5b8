"""What needs a person is asked in one statement, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta

from records_world import World

from tieout.records import models
from tieout.records.attention import AttentionRow, attention


def asked(world: World) -> dict[str, AttentionRow]:
    now = world.clock.now()
    rows = attention(now, now - timedelta(days=30), now - timedelta(days=3), world.storage._database)
    return {row.what: row for row in rows}


def test_a_quiet_installation_tells_only_its_counts(world: World) -> None:
    found = asked(world)
    assert {name: row.count for name, row in found.items()} == {"worker": 1, "held": 0, "drift": 0}
    assert found["worker"].at is None


def test_every_thing_that_needs_a_person_is_told_on_both_databases(world: World) -> None:
    using, now = world.storage._database.alias, world.clock.now()
    world.save_orders([1])
    world.plan()
    models.Posting.objects.using(using).filter(role="invoice").update(state="held")
    models.Installation.objects.using(using).create(name="heartbeat a", value="", changed_at=now - timedelta(hours=1))
    models.Connection.objects.using(using).update(status="refused", status_reason="Wrong key.")
    organisation = models.Organisation.objects.using(using).get()
    models.Organisation.objects.using(using).update(status="no_access", status_reason="Withdrawn.")
    run = models.Run.objects.using(using).create(kind="tie_out", started_at=now, state="done")
    models.Proof.objects.using(using).create(
        run=run, organisation=organisation, dated_from=date(2026, 3, 1), dated_to=date(2026, 3, 31), findings=2
    )
    found = asked(world)
    assert set(found) == {"worker", "organisation", "store", "held", "drift", "proof"}
    assert found["worker"].at == now - timedelta(hours=1)
    assert (found["held"].count, found["organisation"].reason, found["store"].state) == (1, "Withdrawn.", "refused")
    assert (found["proof"].first, found["proof"].last, found["proof"].count) == (
        date(2026, 3, 1), date(2026, 3, 31), -2,
    )  # fmt: skip


def test_of_several_tie_outs_the_newest_is_told(world: World) -> None:
    using, now = world.storage._database.alias, world.clock.now()
    organisation = models.Organisation.objects.using(using).get()
    for differences in (3, 0):
        run = models.Run.objects.using(using).create(kind="tie_out", started_at=now, state="done")
        models.Proof.objects.using(using).create(run=run, organisation=organisation, differences=differences)
    assert "proof" not in asked(world)
    models.Organisation.objects.using(using).update(hold_until=now + timedelta(hours=1), hold_scope="day")
    assert asked(world)["waits"].at == now + timedelta(hours=1)
