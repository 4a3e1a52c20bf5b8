"""Transactions that PostgreSQL ends in favour of others are made again."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from records_world import World, invoice_ref

from tieout.errors import RetryLater
from tieout.ports.records import Selection
from tieout.records.sql import Database, persistent


@pytest.fixture
def database(world: World) -> Database:
    if not world.storage._database.is_postgresql:
        pytest.skip("SQLite has one writer: nobody waits for each other")
    return world.storage._database


def test_two_that_wait_for_each_other_both_get_through(database: Database, world: World) -> None:
    world.save_orders([1, 2])
    world.plan()
    first, second = world.posting(invoice_ref(1)).pk, world.posting(invoice_ref(2)).pk
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def move(name: str, one: int, other: int) -> None:
        @persistent
        def both() -> None:
            tries.append(name)
            with database.transaction():
                database.run("UPDATE posting SET attempts=attempts+1 WHERE id=%s", [one])
                if len(tries) <= 2:
                    both_hold_one.wait(10)
                database.run("UPDATE posting SET attempts=attempts+1 WHERE id=%s", [other])

        both()
        connections.close_all()

    threads = [
        threading.Thread(target=move, args=("a", first, second)),
        threading.Thread(target=move, args=("b", second, first)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(tries) == 3
    assert world.posting(invoice_ref(1)).attempts == world.posting(invoice_ref(2)).attempts == 2


def test_what_the_database_took_back_says_so_and_changed_nothing(database: Database, world: World) -> None:
    world.save_orders([1])
    world.plan()

    def fail() -> None:
        with database.transaction():
            database.run("UPDATE posting SET attempts=7")
            database.run("DO $$ BEGIN RAISE EXCEPTION 'taken back' USING ERRCODE='40P01'; END $$")

    with pytest.raises(RetryLater, match="made again") as told:
        fail()
    assert told.value.scope == "lock"
    assert world.posting(invoice_ref(1)).attempts == 0
    assert world.storage.sync_now(Selection(states=("queued",)), world.clock.now()) == 3
