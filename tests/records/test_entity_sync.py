"""Sync settings per entity over the real storage: waiting, release, switches, pauses; restarts change nothing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from records_world import START, World, contact_ref, invoice_ref, order_key, order_plan, payment_ref

from tieout.accounting import Role
from tieout.documents import DocumentKind
from tieout.engine.parking import PARKED_PRIORITY, PAUSED_STEP, priority_for
from tieout.errors import ConfigurationWrong
from tieout.ports.entities import EntitySync
from tieout.ports.records import DueDossier, PlanToWrite, Selection
from tieout.ports.schedules import Job
from tieout.records import models
from tieout.rules.entities import Entity, Mode, entity_of
from tieout.sync.entities import EntitySettings, check, next_time


class Anna:
    user = "anna"
    address = "192.0.2.1"


class Runs:
    """The little of Administration that is needed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ended: list[int] = []

    def end_run(self, run: int, *, state: str, totals: object, now: datetime) -> None:
        models.Run.objects.using("records").filter(pk=run).update(state=state, ended_at=now)
        self.ended.append(run)


def settings_of(world: World) -> EntitySettings:
    return EntitySettings(world.storage, Runs(world), world.clock)  # type: ignore[arg-type]


def set_mode(world: World, entity: Entity, mode: Mode, **fields: object) -> EntitySync:
    wanted = EntitySync(world.connection, entity, mode=mode, **fields)  # type: ignore[arg-type]
    return settings_of(world).save(wanted, Anna())


def plan_by_mode(world: World, *, paid: bool = True, total: str = "12.00") -> None:
    """As the planner does: priorities by the entities' modes, unless a person gave another."""
    modes = {one.entity: one for one in world.storage.entity_syncs(world.connection)}
    due = world.storage.due_dossiers(world.connection, 1_000)

    def plan_of(dossier: DueDossier) -> PlanToWrite:
        by_role = {role: priority_for(modes[entity_of(role)].mode, bulk=False, batching=False) for role in Role}
        by_role |= dict.fromkeys((Role.CONTACT, Role.ITEM), by_role[Role.INVOICE])
        wished = dossier.priority
        return PlanToWrite(
            dossier=dossier, organisation=world.organisation, rule_version=1, run=dossier.run,
            plan=order_plan(int(dossier.root.key), paid=paid, total=total),
            priority=100 if wished is None else wished, priorities={} if wished is not None else by_role,
        )  # fmt: skip

    world.storage.write_plans([plan_of(dossier) for dossier in due], due, world.clock.now())


def release_due(world: World) -> list[str]:
    """What a worker does with releases that are due: taken under a lease, given back with their next time."""
    names = []
    while job := world.storage.take_job("worker", world.clock.now(), 60, ["release"]):
        settings_of(world).release(world.connection, job.entity)
        every = timedelta(seconds=job.every_seconds or 0)
        world.storage.finish_job(
            job, due_at=world.clock.now() + every, result="", failed=False, now=world.clock.now()
        )
        names.append(job.entity)
    return names


def test_without_settings_everything_goes_at_once(world: World) -> None:
    assert {(one.sends, one.mode) for one in world.storage.entity_syncs(world.connection)} == {
        (True, Mode.IMMEDIATELY)
    }
    world.save_orders([1])
    plan_by_mode(world)
    world.finish()
    assert world.all_posted()


def test_scheduled_sales_wait_for_their_time_and_take_their_contacts_along(world: World) -> None:
    saved = set_mode(world, Entity.SALES, Mode.SCHEDULED, every_minutes=30)
    assert saved.due_at == START + timedelta(minutes=30)
    world.save_orders(range(1, 11))
    plan_by_mode(world)
    world.turn()
    assert world.ledger.made() == []
    assert {one.entity: one.waiting for one in world.storage.entity_syncs(world.connection)}[Entity.SALES] == 10
    assert release_due(world) == []
    world.clock.move(30 * 60)
    assert release_due(world) == ["sales"]
    world.finish()
    assert world.all_posted()
    # Ten contacts, ten invoices, ten payments, in a call each.
    assert world.ledger.calls == 3


def test_c134_a_changed_mode_loses_nothing_that_is_queued(world: World) -> None:
    world.save_orders([1, 2])
    plan_by_mode(world)
    set_mode(world, Entity.SALES, Mode.MANUAL)
    world.turn()
    assert Role.INVOICE not in {role for role, _ in world.ledger.objects}
    set_mode(world, Entity.SALES, Mode.IMMEDIATELY)
    world.finish()
    assert world.all_posted()


def test_a_late_release_runs_once_and_not_for_every_time_it_missed(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.SCHEDULED, every_minutes=1)
    world.clock.move(24 * 3600)
    assert release_due(world) == ["sales"]
    assert release_due(world) == []


def test_a_release_that_died_is_taken_up_again(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.SCHEDULED, every_minutes=30)
    world.save_orders([1])
    plan_by_mode(world)
    world.clock.move(1_800)
    assert world.storage.take_job("dead", world.clock.now(), 60, ["release"]) is not None
    world.clock.move(61)
    assert release_due(world) == ["sales"]
    world.finish()
    assert world.all_posted()


def test_a_time_set_anew_is_not_overwritten_by_a_release_under_way(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.SCHEDULED, every_minutes=1)
    world.clock.move(60)
    job = world.storage.take_job("worker", world.clock.now(), 60, ["release"])
    assert isinstance(job, Job)
    saved = set_mode(world, Entity.SALES, Mode.SCHEDULED, cron="0 6 * * *")
    world.storage.finish_job(job, due_at=START, result="", failed=False, now=world.clock.now())
    assert settings_of(world).list(world.connection)[2].due_at == saved.due_at == datetime(2026, 3, 3, 6, tzinfo=UTC)


def test_manual_work_goes_by_sync_now_only_with_its_contact(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.MANUAL)
    world.save_orders([1, 2])
    plan_by_mode(world, paid=False)
    world.storage.sync_now(Selection(postings=(world.posting(invoice_ref(2)).pk,)), world.clock.now())
    world.finish()
    assert sorted(world.ledger.made()) == ["G-2", "SO-000000002"]


def test_a_contact_of_manual_customers_goes_along_with_an_invoice(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.MANUAL)
    world.save_orders([1])
    plan_by_mode(world, paid=False)
    set_mode(world, Entity.CUSTOMERS, Mode.MANUAL)
    set_mode(world, Entity.SALES, Mode.IMMEDIATELY)
    world.save_orders([2])
    due = world.storage.due_dossiers(world.connection, 10)
    shared = [PlanToWrite(d, world.organisation, order_plan(2, contact=1, paid=False), 1, priority=50) for d in due]
    world.storage.write_plans(shared, due, world.clock.now())
    world.finish()
    assert world.all_posted()


def test_add_to_queue_frees_what_waits_and_is_a_run_with_an_end(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.MANUAL)
    world.save_orders([1, 2, 3])
    plan_by_mode(world, paid=False)
    run = models.Run.objects.using("records").create(kind="add", started_at=START, started_by="anna").pk
    world.storage.add(world.connection, [DocumentKind.ORDER], world.clock.now(), run=run)
    settings = settings_of(world)
    expected = settings.forecasts()[0]
    assert (expected.run, expected.open, expected.calls) == (run, 3, 1)
    assert expected.ends_at is not None
    assert settings.watch_runs() == 0
    world.finish()
    assert world.all_posted()
    assert settings.watch_runs() == 1
    assert settings.forecasts() == []


def test_added_documents_are_planned_as_such_whatever_the_mode(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.MANUAL)
    world.save_orders([1])
    run = models.Run.objects.using("records").create(kind="add", started_at=START, started_by="anna").pk
    world.storage.add(world.connection, [], world.clock.now(), run=run)
    assert settings_of(world).forecasts()[0].unplanned == 1
    plan_by_mode(world, paid=False)
    assert world.posting(invoice_ref(1)).run_id == run
    world.finish()
    assert world.all_posted()
    # The wish is used up: the next change waits again.
    world.save_orders([1], change="dearer")
    plan_by_mode(world, paid=False, total="13.00")
    world.turn()
    assert world.posting(invoice_ref(1)).priority == PARKED_PRIORITY


def test_a_paused_run_leaves_nothing_and_goes_on_where_it_was(world: World) -> None:
    world.save_orders(range(1, 6))
    run = models.Run.objects.using("records").create(kind="add", started_at=START, started_by="anna").pk
    world.storage.add(world.connection, [], world.clock.now(), run=run)
    plan_by_mode(world)
    settings = settings_of(world)
    settings.pause_run(run, Anna())
    world.turn()
    assert world.ledger.made() == []
    assert world.posting(payment_ref(1)).priority == 200 + PAUSED_STEP
    assert settings.watch_runs() == 0
    settings.resume_run(run, Anna())
    world.finish()
    assert world.all_posted()
    actions = models.Audit.objects.using("records").values_list("action", flat=True)
    assert list(actions.order_by("id")) == ["pause run", "resume run"]


def test_a_paused_store_keeps_its_queue_and_others_go_on(world: World) -> None:
    world.save_orders([1])
    plan_by_mode(world)
    mine = models.Connection.objects.using("records").filter(pk=world.connection)
    mine.update(status="paused")
    world.storage.follow_pauses(world.clock.now())
    world.turn()
    assert world.ledger.made() == []
    mine.update(status="new")
    assert world.storage.follow_pauses(world.clock.now()) == 3
    assert world.storage.follow_pauses(world.clock.now()) == 0
    world.finish()
    assert world.all_posted()


def test_switched_off_sales_are_planned_again_and_pending_changes_stay_put(world: World) -> None:
    world.save_orders([1])
    plan_by_mode(world, paid=False)
    world.finish()
    world.save_orders([1], change="dearer")
    plan_by_mode(world, paid=False, total="13.00")
    saved = set_mode(world, Entity.SALES, Mode.IMMEDIATELY, enabled=False)
    assert not saved.sends
    assert [one.root for one in world.storage.due_dossiers(world.connection, 10)] == [order_key(1)]
    world.turn()
    assert world.posting(invoice_ref(1)).posted_total_minor == 1200
    set_mode(world, Entity.SALES, Mode.IMMEDIATELY)
    world.finish()
    assert world.posting(invoice_ref(1)).posted_total_minor == 1300


def test_an_edit_of_what_was_released_does_not_wait_again(world: World) -> None:
    set_mode(world, Entity.SALES, Mode.SCHEDULED)
    world.save_orders([1])
    plan_by_mode(world)
    world.storage.release_entities(world.connection, [Entity.SALES], world.clock.now())
    world.save_orders([1], change="dearer")
    plan_by_mode(world, total="13.00")
    world.finish()
    assert world.posting(invoice_ref(1)).posted_total_minor == 1300
    assert world.posting(contact_ref(1)).state == "posted"


def test_changes_are_audited_with_before_and_after(world: World) -> None:
    set_mode(world, Entity.PAYMENTS, Mode.SCHEDULED, every_minutes=15)
    set_mode(world, Entity.PAYMENTS, Mode.SCHEDULED, every_minutes=15)
    row = models.Audit.objects.using("records").get()
    assert (row.user, row.address, row.subject) == ("anna", "192.0.2.1", "payments")
    assert '"immediately"' in row.before
    assert '"every_minutes":15' in row.after


def test_immediate_work_is_collected_when_the_day_would_not_do_and_says_why(world: World) -> None:
    using = models.Call.objects.using("records")
    for number in itertools.islice(itertools.count(1), 120):
        using.create(
            organisation_id=world.organisation, role="invoice", operation="create", method="PUT", path="Invoices",
            idempotency_key=str(number), postings="[]", markers="[]", count=1, priority=50, state="done",
            frozen_at=START, settled_at=START - timedelta(minutes=number % 50),
        )  # fmt: skip
    settings = settings_of(world)
    assert "950 are left" in settings.watch_pace(world.organisation, 10)
    sales = next(one for one in settings.list(world.connection) if one.entity is Entity.SALES)
    assert "changes are collected" in sales.batching
    assert priority_for(sales.mode, bulk=False, batching=bool(sales.batching)) == PARKED_PRIORITY
    world.clock.move(3_600)
    assert settings.watch_pace(world.organisation, 10) == ""
    assert settings.list(world.connection)[2].batching == ""


@pytest.mark.parametrize("field", [{"every_minutes": 0}, {"cron": "every day"}, {"cron": "0 0 31 2 *"}])
def test_what_never_comes_is_refused_with_an_example(field: dict[str, object]) -> None:
    wanted = msgspec.structs.replace(EntitySync(1, Entity.SALES, mode=Mode.SCHEDULED), **field)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationWrong, match="example"):
        check(wanted)


def test_a_cron_expression_is_read_in_utc() -> None:
    wanted = EntitySync(1, Entity.SALES, mode=Mode.SCHEDULED, cron="30 6 * * 1-5")
    assert next_time(wanted, datetime(2026, 3, 6, 7, tzinfo=UTC)) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def test_what_people_ask_for_is_planned_before_changes_and_those_before_what_was_added_in_bulk(world: World) -> None:
    world.save_orders(range(1, 8))
    world.storage.add(world.connection, [], world.clock.now(), run=None)
    world.save_orders([8, 9])
    world.storage.sync_now(Selection(documents=(models.Document.objects.using("records").get(key="9").pk,)), START)
    due = world.storage.due_dossiers(world.connection, 10)
    assert [dossier.root.key for dossier in due] == ["9", "8"]
    world.storage.write_plans([], due, world.clock.now())
    due = world.storage.due_dossiers(world.connection, 10)
    assert [dossier.root.key for dossier in due] == [str(number) for number in range(1, 8)]
    assert {dossier.priority for dossier in due} == {200}
