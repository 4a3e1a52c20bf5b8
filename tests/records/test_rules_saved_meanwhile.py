"""Rules that somebody saves while documents are planned by those before."""

from __future__ import annotations

from records_world import World

from tieout.records import models


def save_next_version(world: World) -> None:
    """As saving does: the next version is in force, and what waits is due again."""
    rows = models.Mapping.objects.using("records")
    row = rows.get(connection=world.connection, organisation=world.organisation, current=True)
    rows.filter(pk=row.pk).update(current=False)
    rows.create(
        connection_id=world.connection, organisation_id=world.organisation, version=row.version + 1,
        rules=row.rules, created_at=world.clock.now(),
    )  # fmt: skip
    world.storage.replan(world.connection, world.organisation, cause="rules")


def test_plans_by_older_rules_are_not_written_and_stay_due(world: World) -> None:
    world.save_orders([1, 2])
    save_next_version(world)
    written = world.plan(rule_version=1)
    assert (written.outdated, written.queued) == (2, 0)
    assert world.postings() == []
    assert len(world.storage.due_dossiers(world.connection, 10)) == 2
    assert world.plan(rule_version=2).queued > 0
    assert world.storage.due_dossiers(world.connection, 10) == []
