"""Lost answers, crashes and limits: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from records_world import FakeLedger, World, contact_ref, invoice_ref, order_plan

from tieout.accounting import Role
from tieout.money import Money
from tieout.planning.results import DossierPlan, PlannedPosting
from tieout.ports.ledger import Answer, AnswerKind, FrozenCall, Limits
from tieout.records import models
from tieout.sync.turn import Nothing, send, settle
from tieout.sync.turn.values import SendCall
from tieout.sync.waiting import RecordsMeter

Spoil = Callable[[FrozenCall, Callable[[], Answer]], Answer]


def first(count: int, spoiled: Callable[[Callable[[], Answer]], Answer], role: Role = Role.INVOICE) -> Spoil:
    """Spoil the first calls of a role."""
    left = [count]

    def spoil(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        if call.role is role and left[0]:
            left[0] -= 1
            return spoiled(process)
        return process()

    return spoil


def lost_after(process: Callable[[], Answer]) -> Answer:
    process()
    return Answer(AnswerKind.UNKNOWN, 0, message="the answer was lost")


def lost_before(process: Callable[[], Answer]) -> Answer:
    return Answer(AnswerKind.UNKNOWN, 0, message="the answer was lost")


def failed_after(process: Callable[[], Answer]) -> Answer:
    process()
    return Answer(AnswerKind.UNKNOWN, 500, message="unhandled")


def failed_before(process: Callable[[], Answer]) -> Answer:
    return Answer(AnswerKind.UNKNOWN, 500, message="unhandled")


def limited(process: Callable[[], Answer]) -> Answer:
    return Answer(AnswerKind.RETRY, 429, limit="minute", retry_after=26, limits=Limits(day_remaining=500))


def offline(process: Callable[[], Answer]) -> Answer:
    return Answer(AnswerKind.RETRY, 503, limit="outage", retry_after=300, message="offline for maintenance")


FAULTS = [lost_after, lost_before, failed_after, failed_before, limited, offline]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("role", [Role.CONTACT, Role.INVOICE, Role.PAYMENT])
def test_c60_every_document_is_posted_exactly_once_after(
    world: World, fault: Callable[[Callable[[], Answer]], Answer], times: int, role: Role
) -> None:
    world.save_orders(range(1, 8))
    world.plan()
    world.ledger.spoil = first(times, fault, role)
    world.finish()
    assert world.all_posted()
    assert len(world.ledger.made()) == 21
    assert len(set(world.ledger.made())) == 21


@pytest.mark.parametrize("fault", [lost_after, failed_after])
def test_an_expired_key_is_never_trusted(world: World, fault: Callable[[Callable[[], Answer]], Answer]) -> None:
    world.save_orders(range(1, 8))
    world.plan()
    world.ledger.spoil = first(1, fault)
    world.turn()
    # Xero forgets the key; we come back much later.
    world.ledger.key_life = False
    world.clock.move(3_600)
    world.finish()
    assert world.all_posted()
    assert sorted(world.ledger.made()) == sorted(set(world.ledger.made()))


@pytest.mark.parametrize("boundary", ["after prepare", "after send", "in the next prepare"])
def test_a_crash_at_any_step_loses_and_doubles_nothing(world: World, boundary: str) -> None:
    world.save_orders(range(1, 8))
    world.plan()
    storage, clock = world.storage, world.clock
    crashes = 0
    for _ in range(60):
        claim = storage.claim("victim", clock.now(), 90, organisation=world.organisation)
        assert claim is not None
        step = world.prepare(claim)
        while isinstance(step, SendCall) is False and not isinstance(step, Nothing):
            meter = RecordsMeter(storage, clock, world.organisation, "turn victim")
            outcome = send(storage, world.ledger, step, meter, clock)  # type: ignore[arg-type]
            settle(storage, outcome, clock.now(), 0.5, world.policy)
            step = world.prepare(claim)
        if isinstance(step, Nothing):
            storage.release(claim, step.ask_again, clock.now())
            if step.ask_again is None:
                break
            clock.time = step.ask_again
            continue
        crashes += 1
        if boundary == "after send" or crashes % 2:
            send(storage, world.ledger, step, RecordsMeter(storage, clock, world.organisation, "x"), clock)  # type: ignore[arg-type]
        if boundary == "in the next prepare":
            world.prepare(claim)
        # The process dies here: nothing is settled, the lease runs out.
        clock.move(91)
        if crashes == 5:
            break
    clock.move(91)
    world.finish()
    assert crashes == 5
    assert world.all_posted()
    assert sorted(world.ledger.made()) == sorted(set(world.ledger.made()))
    assert len(world.ledger.made()) == 21


def test_an_edit_while_sending_is_not_lost(world: World) -> None:
    world.save_orders([1])
    world.plan()
    storage, clock = world.storage, world.clock

    def edit_meanwhile(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        answer = process()
        if call.role is Role.INVOICE and call.operation == "create":
            world.save_orders([1], change="while sending")
            world.plan(lambda number: order_plan(number, total="24.00", paid=False))
        return answer

    world.ledger.spoil = edit_meanwhile
    world.finish()
    assert world.ledger.made() == ["G-1", "SO-000000001"]
    assert world.ledger.made("update") == ["SO-000000001"]
    posting = world.posting(invoice_ref(1))
    assert posting.state == "posted"
    assert posting.posted_total_minor == 2400
    assert storage.dossier_facts(world.organisation, [posting.root_id])[posting.root_id].posted
    assert clock.now()


@pytest.mark.parametrize("known_to_planning", [True, False], ids=["known", "not known to planning"])
def test_a_cancel_while_sending_voids_what_was_made(world: World, known_to_planning: bool) -> None:
    """What is under way for the first time is nothing that planning knows of: it only says that it must not be."""
    world.save_orders([1])
    world.plan(lambda number: order_plan(number, paid=False))

    def cancel_meanwhile(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        if call.role is Role.INVOICE and call.operation == "create":
            world.save_orders([1], change="cancelled")
            gone = (PlannedPosting(invoice_ref(1), None, "SO-000000001"),)
            world.plan(lambda number: DossierPlan(gone) if known_to_planning else DossierPlan((), absent=gone))
        return process()

    world.ledger.spoil = cancel_meanwhile
    world.finish()
    assert world.ledger.made("void") == ["SO-000000001"]
    posting = world.posting(invoice_ref(1))
    assert posting.state == "gone"
    assert posting.burnt.split() == ["SO-000000001"]


def test_c84_a_cancel_before_sending_sends_nothing(world: World) -> None:
    world.save_orders([1])
    world.plan()
    world.save_orders([1], change="cancelled")
    world.plan(
        lambda number: DossierPlan(
            (
                PlannedPosting(invoice_ref(number), None, f"SO-{number:09}"),
                PlannedPosting(contact_ref(number), None, f"G-{number}"),
            )
        )
    )
    world.finish()
    assert "SO-000000001" not in world.ledger.made()
    assert "PAY-1" not in world.ledger.made()


def test_an_expired_holder_may_settle_but_not_send(world: World) -> None:
    world.save_orders(range(1, 4))
    world.plan()
    storage, clock = world.storage, world.clock
    old = storage.claim("old", clock.now(), 90, organisation=world.organisation)
    assert old is not None
    meter = RecordsMeter(storage, clock, world.organisation, "turn old")
    settle(storage, send(storage, world.ledger, world.prepare(old), meter, clock), clock.now(), 0.5, world.policy)  # type: ignore[arg-type]
    step = world.prepare(old)
    assert isinstance(step, SendCall)
    clock.move(91)
    new = storage.claim("new", clock.now(), 90, organisation=world.organisation)
    assert new is not None
    lost = world.prepare(old)
    assert isinstance(lost, Nothing)
    assert lost.lost
    assert storage.extend(old, clock.now() + timedelta(seconds=90)) is None
    # A 200 is a fact, whoever brings it.
    settle(storage, send(storage, world.ledger, step, meter, clock), clock.now(), 0.5, world.policy)
    assert world.states(Role.CONTACT) == {"posted": 3}
    storage.release(old, None, clock.now())
    assert isinstance(world.prepare(new), SendCall)


def test_c112_work_waits_for_the_time_that_xero_named(world: World) -> None:
    world.save_orders([1])
    world.plan()
    started = world.clock.now()

    def day_is_over(process: Callable[[], Answer]) -> Answer:
        return Answer(AnswerKind.RETRY, 429, limit="day", retry_after=66_975, limits=Limits(day_remaining=0))

    world.ledger.spoil = first(1, day_is_over)
    nothing = world.turn()
    assert nothing.ask_again is not None
    assert nothing.ask_again - started >= timedelta(seconds=66_975)
    assert world.storage.claim("any", world.clock.now(), 90) is None
    world.finish()
    assert world.all_posted()


def test_c116_a_batch_refused_as_a_whole_is_split(world: World) -> None:
    world.save_orders(range(1, 41))
    world.plan(lambda number: order_plan(number, paid=False))

    def poison(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        if call.role is Role.INVOICE and "SO-000000013" in call.markers:
            return Answer(AnswerKind.REFUSED_WHOLE, 400, message="something in here is wrong")
        return process()

    world.ledger.spoil = poison
    world.finish()
    assert world.states(Role.INVOICE) == {"posted": 39, "held": 1}


def test_c122_a_poisonous_posting_is_set_aside_after_bounded_tries(world: World) -> None:
    world.save_orders([1, 2])
    world.plan(lambda number: order_plan(number, paid=False))

    def crashes_xero(call: FrozenCall, process: Callable[[], Answer]) -> Answer:
        if "SO-000000001" in call.markers:
            return Answer(AnswerKind.UNKNOWN, 500, message="unhandled")
        return process()

    world.ledger.spoil = crashes_xero
    world.finish(hours=24 * 7)
    posting = world.posting(invoice_ref(1))
    assert posting.state == "held"
    assert "set aside" in posting.reason
    assert world.posting(invoice_ref(2)).state == "posted"


def test_what_xero_answers_is_compared_with_what_was_sent(world: World) -> None:
    world.save_orders([1])
    world.plan()

    def shaved(process: Callable[[], Answer]) -> Answer:
        answer = process()
        [element] = answer.elements
        assert element.held is not None
        held = msgspec.structs.replace(element.held, total=Money.of("11.99", "EUR"))
        return msgspec.structs.replace(answer, elements=(msgspec.structs.replace(element, held=held),))

    world.ledger.spoil = first(1, shaved)
    world.finish()
    posting = world.posting(invoice_ref(1))
    assert (posting.state, posting.code) == ("held", "xero_answer_differs")
    assert "11.99" in posting.reason
    assert world.states(Role.PAYMENT) == {"queued": 1}


def test_no_access_waits_until_it_is_connected_again(world: World) -> None:
    world.save_orders([1])
    world.plan()
    world.ledger.spoil = first(1, lambda process: Answer(AnswerKind.NO_ACCESS, 403, message="disconnected"))
    world.turn()
    rows = models.Organisation.objects.using(world.storage._database.alias)
    assert rows.get().status == "no_access"
    assert world.storage.claim("any", world.clock.now() + timedelta(days=1), 90) is None
    rows.update(status="connected", due_at=world.clock.now())
    world.finish()
    assert world.all_posted()


def test_never_more_than_sixty_requests_count_in_any_minute(world: World) -> None:
    world.policy = type(world.policy)(linger_seconds=0, batch=1)
    world.save_orders(range(1, 61))
    world.plan()
    world.finish()
    assert world.all_posted()
    times = sorted(models.Request.objects.using(world.storage._database.alias).values_list("opened_at", flat=True))
    assert len(times) == 181
    worst = max(sum(1 for other in times if one <= other < one + timedelta(seconds=60)) for one in times)
    assert worst <= 60
    assert worst >= 57


def test_fake_ledger_keeps_keys() -> None:
    """The stand-in itself: the same key never makes twice."""
    ledger = FakeLedger()
    call = FrozenCall(role=Role.CONTACT, operation="create", method="PUT", path="contacts", body="[]", markers=())  # type: ignore[arg-type]
    assert ledger.send(call, "k") is ledger.send(call, "k")
