"""Limits, idempotency, faults, the journal."""

import json

import httpx
import pytest
from xerosim_tools import Caller, invoice

from xerosim.clock import VirtualClock
from xerosim.faults import Fault, Latency
from xerosim.limits import PER_APP_MINUTE
from xerosim.transport import InProcessTransport
from xerosim.world import World


@pytest.fixture
def limited() -> Caller:
    """A caller whose calls are refused beyond the limits."""
    world = World(clock=VirtualClock())
    return Caller(world, world.add_organisation("uk").id)


def test_the_sixty_first_call_of_a_window_is_refused_with_an_empty_body(limited: Caller) -> None:
    statuses = [limited.send("GET", "Organisation").status for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    refused = limited.send("GET", "Organisation")
    assert (refused.body, refused.headers["x-rate-limit-problem"]) == (b"", "minute")
    assert refused.headers["x-minlimit-remaining"] == "0"
    assert "content-type" not in refused.headers
    limited.world.clock.advance(int(refused.headers["retry-after"]))
    assert limited.send("GET", "Organisation").status == 200


def test_every_answer_says_what_is_left_and_refused_writes_count(limited: Caller) -> None:
    first = limited.send("GET", "Organisation")
    second = limited.send("PUT", "Invoices", invoice(DueDate=None))
    assert second.status == 400
    for name in ("x-daylimit-remaining", "x-minlimit-remaining", "x-appminlimit-remaining"):
        assert int(first.headers[name]) - int(second.headers[name]) == 1


def test_the_day_window_of_a_starter_app_holds_a_thousand_calls(limited: Caller) -> None:
    limited.world.set_tier("starter")
    answers = []
    for _ in range(17):
        answers += [limited.send("GET", "Organisation") for _ in range(60)]
        limited.world.clock.advance(60)
    refused = [answer for answer in answers if answer.status == 429]
    assert len(answers) - len(refused) == 1000
    assert refused[0].headers["x-rate-limit-problem"] == "day"
    assert int(refused[0].headers["retry-after"]) > 3600


def test_one_organisations_limit_leaves_another_alone(limited: Caller) -> None:
    other = Caller(limited.world, limited.world.add_organisation("nz").id)
    for _ in range(61):
        limited.send("GET", "Organisation")
    assert other.send("GET", "Organisation").status == 200


def test_the_app_has_a_minute_limit_of_its_own(limited: Caller) -> None:
    limits = limited.world.limits_of(limited.world.app.id)
    limited.send("GET", "Organisation")
    limits._app_minute.used = PER_APP_MINUTE
    assert limited.send("GET", "Organisation").headers["x-rate-limit-problem"] == "appminute"


def test_the_sixth_call_in_flight_is_refused_without_retry_after(limited: Caller) -> None:
    limited.world.faults.latency = Latency(low=1.0, high=1.0)
    answers = [limited.send("GET", "Organisation") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert answers[5].headers["x-rate-limit-problem"] == "concurrent"
    assert "retry-after" not in answers[5].headers
    limited.world.clock.advance(1.01)
    assert limited.send("GET", "Organisation").status == 200
    assert limited.world.journal.worst_concurrency() == 6


@pytest.mark.parametrize("counts", [True, False])
def test_whether_a_refused_call_counts_is_a_switch(limited: Caller, counts: bool) -> None:
    limited.world.switch(count_429_in_day=counts)
    for _ in range(62):
        answer = limited.send("GET", "Organisation")
    assert answer.headers["x-daylimit-remaining"] == str(5000 - (62 if counts else 60))


def test_a_repeated_key_gives_the_first_answer_and_does_nothing(call: Caller) -> None:
    key = {"idempotency-key": "k"}
    once, twice = (call.send("PUT", "Invoices", invoice(), **key) for _ in range(2))
    assert once.body == twice.body
    assert len(call("GET", "Invoices")["Invoices"]) == 1
    assert [one.replayed for one in call.world.journal.calls] == [False, True, False]


def test_a_key_used_for_something_else_is_refused(call: Caller) -> None:
    key = {"idempotency-key": "k"}
    call.send("PUT", "Invoices", invoice(), **key)
    answer = call.send("PUT", "Invoices", invoice(Reference="x"), **key)
    assert answer.status == 400
    assert json.loads(answer.body)["Message"] == "Idempotency Key: k is used with a different request."


def test_a_key_lives_six_minutes_and_at_most_128_characters(call: Caller) -> None:
    key = {"idempotency-key": "k" * 128}
    first = call.send("PUT", "Contacts", {"Name": "A"}, **key)
    call.world.clock.advance(359)
    assert call.send("PUT", "Contacts", {"Name": "A"}, **key).body == first.body
    call.world.clock.advance(2)
    assert call.send("PUT", "Contacts", {"Name": "A"}, **key).status == 400
    assert call.send("PUT", "Contacts", {"Name": "B"}, **{"idempotency-key": "k" * 129}).status == 400


def test_keys_mean_nothing_on_reads(call: Caller) -> None:
    key = {"idempotency-key": "k"}
    assert call.send("GET", "Contacts", **key).status == 200
    assert call.send("GET", "Invoices", **key).status == 200


def test_a_refusal_and_an_internal_error_are_replayed_too(call: Caller) -> None:
    key = {"idempotency-key": "k"}
    call.world.faults.add(Fault(kind="500", when="after"))
    assert call.send("PUT", "Contacts", {"Name": "A"}, **key).status == 500
    assert call.send("PUT", "Contacts", {"Name": "A"}, **key).status == 500
    assert [one["Name"] for one in call("GET", "Contacts")["Contacts"]] == ["A"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["500", "drop", "hang", "503"])
def test_faults_strike_before_or_after_the_change(call: Caller, kind: str, when: str) -> None:
    call.world.faults.add(Fault(kind=kind, when=when, path="/Contacts"))  # type: ignore[arg-type]
    call.send("PUT", "Contacts", {"Name": "A"})
    assert len(call("GET", "Contacts")["Contacts"]) == (1 if when == "after" else 0)


def test_faults_can_be_chosen_by_path_count_and_skip(call: Caller) -> None:
    call.world.faults.add(Fault(kind="minute", path="/Invoices", count=2, skip=1, seconds=26))
    statuses = [call.send("GET", "Invoices").status for _ in range(4)]
    assert statuses == [200, 429, 429, 200]
    assert call.send("GET", "Contacts").status == 200


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("maintenance", 503, b"The Xero API is currently offline for maintenance"),
        ("organisation_offline", 503, b"The Organisation is offline"),
        ("503", 503, b"The Xero API is temporarily unavailable"),
    ],
)
def test_outages_are_plain_text(call: Caller, kind: str, status: int, text: bytes) -> None:
    call.world.faults.add(Fault(kind=kind))  # type: ignore[arg-type]
    answer = call.send("GET", "Contacts")
    assert (answer.status, answer.body) == (status, text)


def test_chance_is_seeded() -> None:
    def run() -> list[int]:
        world = World(clock=VirtualClock(), seed=7)
        call = Caller(world, world.add_organisation("uk").id)
        world.faults.add(Fault(kind="500", count=None, probability=0.5))
        return [call.send("GET", "Contacts").status for _ in range(30)]

    assert run() == run()
    assert set(run()) == {200, 500}


def test_the_transport_breaks_connections_and_moves_the_virtual_clock(call: Caller) -> None:
    world = call.world
    client = httpx.Client(
        transport=InProcessTransport(world),
        base_url="https://api.xero.com/api.xro/2.0",
        headers=call.headers,
        timeout=20,
    )
    world.faults.add(Fault(kind="drop"))
    with pytest.raises(httpx.ReadError):
        client.get("/Contacts")
    world.faults.add(Fault(kind="cut"))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/Contacts")
    before = world.clock.now()
    world.faults.add(Fault(kind="hang", seconds=300))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/Contacts")
    assert world.clock.now() - before == pytest.approx(20)
    world.faults.add(Fault(kind="slow", seconds=3))
    client.get("/Contacts")
    assert world.clock.now() - before == pytest.approx(23)
    client.close()


def test_the_journal_knows_the_worst_rolling_minute(limited: Caller) -> None:
    world = limited.world
    for _ in range(40):
        limited.send("GET", "Organisation")
    world.clock.advance(59)
    for _ in range(20):
        limited.send("GET", "Organisation")
    assert world.journal.worst_minute(limited.tenant) == 60
    world.clock.advance(1.5)
    limited.send("PUT", "Contacts", {"Name": "A"})
    assert world.journal.worst_minute(limited.tenant) == 60
    call = world.journal.calls[-1]
    assert (call.method, call.status, call.created, call.tenant) == ("PUT", 200, 1, limited.tenant)
    assert world.journal.statistics(limited.tenant)["created"] == {"Contacts": 1}
