"""Alarms: said before a connection dies of disuse, and when nobody works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tieout.ports.alarms import ConsentState
from tieout.ports.schedules import Heartbeat
from tieout.sync.alarms import alarms

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Records:
    def __init__(self, consent: ConsentState | None, beat: timedelta | None = timedelta(seconds=5)) -> None:
        self._consents = [] if consent is None else [consent]
        self._beats = [] if beat is None else [Heartbeat("host:1", NOW - beat)]

    def consents(self) -> list[ConsentState]:
        return self._consents

    def heartbeats(self) -> list[Heartbeat]:
        return self._beats


def consent(unused_days: float, status: str = "connected", *, ends: bool = True) -> ConsentState:
    renewed = NOW - timedelta(days=unused_days)
    return ConsentState(1, ("Books Ltd",), status, renewed, renewed + timedelta(days=60) if ends else None)


def codes(records: Records) -> list[str]:
    return [alarm.code for alarm in alarms(records, NOW)]


def test_all_is_well_with_a_worker_and_a_connection_in_use() -> None:
    assert codes(Records(consent(0.5))) == []


def test_c105_a_connection_that_nobody_uses_is_told_long_before_its_sixty_days_end() -> None:
    assert codes(Records(consent(29))) == []
    told = alarms(Records(consent(31)), NOW)[0]
    assert told.code == "consent_ends"
    assert "Books Ltd" in told.sentence
    assert "ends in 29 days" in told.sentence
    assert "Let a worker run" in told.advice


def test_c105_a_worker_that_stopped_is_told() -> None:
    told = alarms(Records(consent(0), timedelta(minutes=3)), NOW)[0]
    assert (told.code, told.since) == ("worker_silent", NOW - timedelta(minutes=3))
    assert "2026-11-21 11:57 UTC" in told.sentence
    assert codes(Records(consent(0), None)) == ["worker_silent"]


def test_a_connection_that_was_withdrawn_is_told_until_it_is_made_again() -> None:
    assert codes(Records(consent(0, "withdrawn"))) == ["consent_gone"]


def test_an_app_that_logs_in_by_itself_has_no_end() -> None:
    assert codes(Records(consent(100, ends=False))) == []


def test_before_anything_is_connected_nobody_has_to_work() -> None:
    assert codes(Records(None, None)) == []
