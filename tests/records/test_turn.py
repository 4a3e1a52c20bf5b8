"""The turn over the real storage, against a ledger that can be told to misbehave."""

from __future__ import annotations

from records_world import World, order_plan

from tieout.accounting import Role


def test_orders_are_posted_in_order_of_their_dependencies(world: World) -> None:
    world.save_orders(range(1, 8))
    written = world.plan()
    assert written.queued == 21
    world.finish()
    assert world.all_posted()
    assert len(world.ledger.made()) == 21
    assert len(set(world.ledger.made())) == 21
    assert world.states() == {"posted": 21}
    # contacts read once, then one call a role
    assert world.ledger.calls == 3


def test_c62_planning_the_same_again_sends_nothing(world: World) -> None:
    world.save_orders([1, 2])
    world.plan()
    world.finish()
    calls = world.ledger.calls
    world.clock.move(100)
    world.save_orders([1, 2])
    assert not world.storage.due_dossiers(world.connection, 10)
    world.turn()
    assert world.ledger.calls == calls


def test_only_the_order_that_changed_moves(world: World) -> None:
    world.save_orders(range(1, 6))
    world.plan()
    world.finish()
    world.save_orders([3], change="bigger")
    written = world.plan(lambda number: order_plan(number, total="24.00", paid=False))
    assert (written.queued, written.otherwise_booked) == (1, 0)
    world.finish()
    assert world.ledger.made("update") == ["SO-000000003"]
    assert world.all_posted()


def test_c52_one_refused_element_never_hurts_the_others(world: World) -> None:
    world.save_orders(range(1, 31))
    world.plan()
    world.ledger.refuse["SO-000000007"] = "The description field is mandatory for each line item."
    world.finish()
    assert world.states(Role.INVOICE) == {"posted": 29, "held": 1}
    assert world.states(Role.PAYMENT) == {"posted": 29, "queued": 1}
    [held] = [posting for posting in world.postings(Role.INVOICE) if posting.state == "held"]
    assert "The description field is mandatory" in held.reason
