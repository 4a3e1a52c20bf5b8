"""The job that works off the inbox, where a side cannot be asked just now."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from api_tools import HandClock

from tieout.config import inbox
from tieout.config.wiring import Wiring
from tieout.ports.schedules import Job
from tieout.ports.webhooks import LedgerEvent
from tieout.records.models import Connection, Inbox, Organisation, Schedule
from web_records import Shop

JOB = Job(1, "inbox", "inbox", 1)


@pytest.fixture
def pull(shop: Shop, clock: HandClock) -> Schedule:
    """The store's pull, due in an hour."""
    name = f"pull:{shop.connection.pk}"
    return Schedule.objects.create(name=name, job="pull", due_at=clock.now() + timedelta(hours=1))


def work(wired: Wiring, source: str, body: str) -> str:
    wired.records.keep_calls(source, [("1", body)], wired.clock.now())
    assert inbox.handle(wired, JOB, lambda: False) == "1 calls handled"
    return Inbox.objects.get().result


def store_called(wired: Wiring, shop: Shop) -> str:
    return work(wired, f"store:{shop.connection.pk}", '{"kind": "order", "id": 104}')


@pytest.mark.parametrize("status", ["paused", "refused"])
def test_a_store_that_waits_for_a_person_is_not_read(status: str, shop: Shop, wired: Wiring) -> None:
    Connection.objects.update(status=status, context=b"{}")
    assert store_called(wired, shop).startswith("left out: the store is paused or waits for a person")


def test_a_store_that_was_never_read_is_pulled_at_once(
    shop: Shop, wired: Wiring, pull: Schedule, clock: HandClock
) -> None:
    assert store_called(wired, shop) == "read with the first pull"
    pull.refresh_from_db()
    assert pull.due_at == clock.now()


def test_a_store_that_did_not_answer_lately_keeps_its_pause(
    shop: Shop, wired: Wiring, pull: Schedule, clock: HandClock
) -> None:
    later = clock.now() + timedelta(minutes=5)
    Connection.objects.update(not_before=later, context=b"{}")
    assert store_called(wired, shop).startswith("left to the next pull")
    pull.refresh_from_db()
    assert pull.due_at > later


@pytest.mark.parametrize("change", [{"status": "disconnected"}, {"status": "no_access"}, {"removed_at": True}])
def test_events_of_an_organisation_without_access_are_left_out(
    change: dict[str, object], shop: Shop, wired: Wiring, clock: HandClock
) -> None:
    Organisation.objects.update(**{name: clock.now() if value is True else value for name, value in change.items()})
    event = LedgerEvent("t-1", "INVOICE", "11111111-2222", "UPDATE", clock.now())
    assert work(wired, "xero", msgspec.json.encode(event).decode()) == "left out: the organisation is not connected"


def test_a_limit_of_xero_leaves_it_to_the_hourly_look(shop: Shop, wired: Wiring, clock: HandClock) -> None:
    Organisation.objects.update(day_remaining=0, day_remaining_at=clock.now(), hold_scope="day",
                                hold_until=clock.now() + timedelta(hours=3))  # fmt: skip
    event = LedgerEvent("t-1", "INVOICE", "11111111-2222", "UPDATE", clock.now() + timedelta(hours=1))
    assert work(wired, "xero", msgspec.json.encode(event).decode()).startswith("left to the hourly look")
