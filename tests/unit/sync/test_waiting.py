"""The meter counts before each request; the patient one waits for its slot, up to a bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tieout.errors import RetryLater
from tieout.ports import Limits
from tieout.ports.administration import NewOrganisation
from tieout.records.administration import DjangoAdministration
from tieout.records.models import Request
from tieout.records.storage import Storage
from tieout.sync.waiting import PatientMeter, RecordsMeter

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class HandClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def skip_to(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@pytest.fixture
def organisation() -> int:
    new = NewOrganisation("tenant", "Books", "app", "client", "", "custom", "")
    return DjangoAdministration().add_organisation(new, START)


def _use(meter: RecordsMeter | PatientMeter, times: int) -> None:
    for _ in range(times):
        meter.close(meter.open("Invoices", "GET", 0), status=200, bytes_in=10, limits=Limits())


def test_c110_the_sixty_first_call_of_a_minute_is_not_made(organisation: int) -> None:
    clock = HandClock()
    meter = RecordsMeter(Storage(), clock, organisation, "test")
    _use(meter, 60)
    with pytest.raises(RetryLater) as caught:
        meter.open("Invoices", "GET", 0)
    assert caught.value.not_before == START + timedelta(seconds=60)
    assert (meter.count, Request.objects.count()) == (60, 60)


def test_a_call_counts_until_a_minute_after_it_ended(organisation: int) -> None:
    clock = HandClock()
    meter = RecordsMeter(Storage(), clock, organisation, "test")
    _use(meter, 59)
    request = meter.open("Invoices", "GET", 0)
    clock.moment += timedelta(seconds=40)
    meter.close(request, status=200, bytes_in=1, limits=Limits())
    clock.moment = START + timedelta(seconds=61)
    _use(meter, 59)
    with pytest.raises(RetryLater):
        meter.open("Invoices", "GET", 0)


def test_the_patient_meter_waits_for_its_slot(organisation: int) -> None:
    clock = HandClock()
    meter = PatientMeter(RecordsMeter(Storage(), clock, organisation, "test"), clock, clock.skip_to)
    _use(meter, 61)
    assert clock.moment >= START + timedelta(seconds=60)


def test_patience_has_a_bound(organisation: int) -> None:
    clock = HandClock()
    inner = RecordsMeter(Storage(), clock, organisation, "test")
    meter = PatientMeter(inner, clock, clock.skip_to, timedelta(seconds=5))
    _use(meter, 60)
    with pytest.raises(RetryLater):
        meter.open("Invoices", "GET", 0)
    assert clock.moment == START
