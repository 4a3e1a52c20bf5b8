"""Before a document is overwritten or ended in the ledger it is looked at: a person may have been there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from records_world import World, invoice_ref, order_plan

from tieout.accounting import Role
from tieout.money import Money
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports.ledger import Answer, AnswerKind, FrozenCall
from tieout.ports.records import Selection
from tieout.records import models
from tieout.records.drifts import decide_drift
from tieout.sync.turn import send, settle
from tieout.sync.turn.values import Answered, SendCall
from tieout.sync.waiting import RecordsMeter

MARKER = "SO-000000001"
_VOID = DossierPlan((PlannedPosting(invoice_ref(1), None, MARKER),))
_UPDATE = order_plan(1, total="24.00", paid=False)


def _posted(world: World) -> None:
    world.save_orders([1])
    world.plan(lambda number: order_plan(number, paid=False))
    world.finish()


def _change_by_hand(world: World, total: str = "9.00") -> None:
    held = world.ledger.objects[Role.INVOICE, MARKER]
    changed = msgspec.structs.replace(held, total=Money(Decimal(total), "EUR"))
    world.ledger.objects[Role.INVOICE, MARKER] = changed


def _change_in_the_shop(world: World, plan: DossierPlan) -> None:
    world.save_orders([1], change="changed")
    world.plan(lambda number: plan)


def _writes(world: World) -> list[tuple[str, str]]:
    return [entry for entry in world.ledger.journal if entry[0] in ("update", "void")]


def _open_drifts(world: World) -> list[int]:
    rows = models.Drift.objects.using(world.storage._database.alias).filter(decided_at__isnull=True)
    return list(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("plan", [_UPDATE, _VOID], ids=["update", "void"])
def test_c128_what_a_person_changed_since_the_sweep_is_held_and_not_overwritten(
    world: World, plan: DossierPlan
) -> None:
    _posted(world)
    world.clock.move(600)
    _change_by_hand(world)
    _change_in_the_shop(world, plan)
    world.finish()
    posting = world.posting(invoice_ref(1))
    assert (posting.state, posting.code) == ("held", "changed_by_person")
    assert "12.00 EUR → 9.00 EUR" in posting.reason
    using = world.storage._database.alias
    assert [one.field for one in models.Drift.objects.using(using).filter(blocks=True)] == ["total"]
    assert _writes(world) == []


@pytest.mark.parametrize("plan", [_UPDATE, _VOID], ids=["update", "void"])
def test_c128_what_a_person_restores_goes_as_the_shop_wants_it(world: World, plan: DossierPlan) -> None:
    _posted(world)
    world.clock.move(600)
    _change_by_hand(world)
    _change_in_the_shop(world, plan)
    world.finish()
    using = world.storage._database.alias
    decide_drift(_open_drifts(world), "restore", by="anna", address="", now=world.clock.now(), using=using)
    world.finish()
    assert _writes(world) == [("update" if plan is _UPDATE else "void", MARKER)]
    assert world.posting(invoice_ref(1)).state == ("posted" if plan is _UPDATE else "gone")


def test_what_a_person_accepted_stays_until_somebody_presses_retry(world: World) -> None:
    _posted(world)
    world.clock.move(600)
    _change_by_hand(world)
    _change_in_the_shop(world, _UPDATE)
    world.finish()
    using = world.storage._database.alias
    decide_drift(_open_drifts(world), "accept", by="anna", address="", now=world.clock.now(), using=using)
    world.finish()
    assert world.posting(invoice_ref(1)).state == "held"
    world.storage.retry(Selection(states=("held",)), world.clock.now())
    world.finish()
    assert _writes(world) == [("update", MARKER)]


def test_nothing_is_looked_at_that_was_answered_a_moment_ago(world: World) -> None:
    _posted(world)
    before = _requests(world)
    world.clock.move(60)
    _change_in_the_shop(world, _UPDATE)
    world.finish()
    assert (_requests(world) - before, _writes(world)) == (1, [("update", MARKER)])


def test_looking_costs_one_call_for_many_documents(world: World) -> None:
    world.save_orders([1, 2, 3])
    world.plan(lambda number: order_plan(number, paid=False))
    world.finish()
    before = _requests(world)
    world.clock.move(600)
    world.save_orders([1, 2, 3], change="changed")
    world.plan(lambda number: order_plan(number, total="24.00", paid=False))
    world.finish()
    assert (len(_writes(world)), _requests(world) - before) == (3, 2)


def test_a_change_of_ours_whose_answer_was_lost_is_nobodys_change(world: World) -> None:
    """The invoice is as the lost call left it, not as we sent it before: that was no person."""
    _posted(world)
    models.Posting.objects.using(world.storage._database.alias).filter(role="invoice").update(posted_digest="unsure")
    world.clock.move(600)
    _change_by_hand(world, "24.00")
    held = world.ledger.objects[Role.INVOICE, MARKER]
    assert world.storage.posted_objects(world.organisation, [held]) == []
    _change_in_the_shop(world, order_plan(1, total="36.00", paid=False))
    world.finish()
    assert world.posting(invoice_ref(1)).state == "posted"


@pytest.mark.parametrize("by_a_person", [False, True], ids=["ours", "a person's"])
def test_a_change_whose_answer_was_lost_is_looked_at_before_it_is_sent_again(world: World, by_a_person: bool) -> None:
    _posted(world)
    world.clock.move(60)
    _change_in_the_shop(world, _UPDATE)

    def lost(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        process()
        world.ledger.spoil = None
        if by_a_person:
            _change_by_hand(world)
        return Answer(AnswerKind.UNKNOWN, 500, message="unhandled")

    world.ledger.spoil = lost
    world.finish()
    assert world.posting(invoice_ref(1)).state == ("held" if by_a_person else "posted")
    assert len(_writes(world)) == 1


def test_c60_a_call_that_was_prepared_too_long_ago_is_not_sent(world: World) -> None:
    """The machine slept in between: another worker may have sent it, and its key proves nothing any more."""
    world.save_orders([1])
    world.plan(lambda number: order_plan(number, paid=False))
    claim = world.storage.claim("late", world.clock.now(), 90, organisation=world.organisation)
    assert claim is not None
    meter = RecordsMeter(world.storage, world.clock, world.organisation, "turn late")
    read = send(world.storage, world.ledger, world.prepare(claim), meter, world.clock)  # type: ignore[arg-type]
    settle(world.storage, read, world.clock.now(), 0.5, world.policy)
    step = world.prepare(claim)
    assert isinstance(step, SendCall)
    world.clock.move(timedelta(minutes=5).total_seconds())
    sent = world.ledger.calls
    outcome = send(world.storage, world.ledger, step, meter, world.clock)  # type: ignore[arg-type]
    assert isinstance(outcome, Answered)
    assert (outcome.answer.kind, world.ledger.calls) == (AnswerKind.UNKNOWN, sent)


def _requests(world: World) -> int:
    return models.Request.objects.using(world.storage._database.alias).count()
