"""Over HTTP: the command, the control API, broken connections."""

import json
import time

import httpx
import pytest
from xerosim_tools import Caller, invoice

from xerosim.faults import Fault, Latency
from xerosim.process import start_process
from xerosim.server import start_background
from xerosim.wire import Request
from xerosim.world import World


def test_the_command_starts_quickly_and_serves_a_custom_connection() -> None:
    started = time.monotonic()
    with start_process("--region", "uk", "--organisations", "2", "--seed", "5", "--unlimited") as running:
        assert time.monotonic() - started < 5  # a shared machine; alone it takes well under two seconds
        assert len(running.organisations) == 2
        org = running.organisations[1]
        with httpx.Client(base_url=running.url) as client:
            issued = client.post(
                "/connect/token",
                data={"grant_type": "client_credentials", "scope": "accounting.contacts"},
                auth=(org["client_id"], org["client_secret"]),
            ).json()
            headers = {"authorization": f"Bearer {issued['access_token']}", "accept": "application/json"}
            made = client.put("/api.xro/2.0/Contacts", json={"Name": "Ada"}, headers=headers)
            assert made.json()["Contacts"][0]["Name"] == "Ada"
        statistics = running.control("GET", "statistics", tenant=org["tenant"])
        assert isinstance(statistics, dict)
        assert statistics["created"] == {"Contacts": 1}


def test_connections_break_as_ordered(call: Caller) -> None:
    world = call.world
    with start_background(world) as server, httpx.Client(base_url=server.url, headers=call.headers) as client:
        for kind in ("drop", "cut"):
            world.faults.add(Fault(kind=kind, seconds=0.01))  # type: ignore[arg-type]
            with pytest.raises(httpx.TransportError):
                client.get("/api.xro/2.0/Contacts")
        world.faults.add(Fault(kind="hang", seconds=0.05))
        with pytest.raises(httpx.TransportError):
            client.get("/api.xro/2.0/Contacts")
        assert client.get("/api.xro/2.0/Contacts").status_code == 200


def control(world: World, method: str, name: str, body: object = None) -> tuple[int, object]:
    content = b"" if body is None else json.dumps(body).encode()
    answer = world.handle(Request(method, f"/__sim__/{name}", {}, content))
    return answer.status, json.loads(answer.body)


def test_the_control_api_adds_organisations_and_sets_lock_dates(call: Caller) -> None:
    status, made = control(call.world, "POST", "organisations", {"region": "nz", "name": "Kiwi"})
    assert (status, made["name"]) == (200, "Kiwi")  # type: ignore[index]
    assert control(call.world, "POST", "settings", {"tenant": call.tenant, "period_lock": "2026-09-01"})[0] == 200
    assert "period lock date" in call.refused("PUT", "Invoices", invoice())[0]
    assert control(call.world, "POST", "settings", {"tenant": call.tenant, "period_lock": None})[0] == 200
    assert call.invoice()["Status"] == "AUTHORISED"
    assert control(call.world, "POST", "settings", {"tenant": call.tenant, "id": "x"})[0] == 400


def test_the_control_api_acts_as_a_person(call: Caller) -> None:
    call.invoice(InvoiceNumber="W-1")
    assert control(call.world, "POST", "person", {"do": "pay", "number": "W-1", "amount": "20"})[0] == 200
    assert control(call.world, "POST", "person", {"do": "archive account", "code": "260"})[0] == 200
    status, body = control(call.world, "POST", "person", {"do": "void", "number": "W-1"})
    assert status == 400
    assert "payments or credit notes" in body["error"]  # type: ignore[index]
    assert control(call.world, "POST", "person", {"do": "unpay", "number": "W-1"})[0] == 200
    assert control(call.world, "POST", "person", {"do": "void", "number": "W-1"})[0] == 200
    assert control(call.world, "POST", "person", {"do": "dance"})[0] == 400
    status, rows = control(call.world, "GET", "trial-balance")
    assert (status, rows) == (200, [])


def test_the_control_api_revokes_disconnects_and_reconnects(call: Caller) -> None:
    assert control(call.world, "POST", "disconnect", {})[1] == {"connections_removed": 2}
    assert call.send("GET", "Organisation").status == 403
    control(call.world, "POST", "reconnect", {})
    assert call.send("GET", "Organisation").status == 200
    control(call.world, "POST", "revoke", {"refresh": True})
    assert call.send("GET", "Organisation").status == 401


def test_the_control_api_steers_faults_latency_clock_and_limits(call: Caller) -> None:
    world = call.world
    assert control(world, "POST", "faults", {"kind": "500", "count": 1})[1] == {"standing": 1}
    assert call.send("GET", "Organisation").status == 500
    assert control(world, "POST", "faults", {"kind": "earthquake"})[0] == 400
    assert control(world, "POST", "faults", {"clear": True})[1] == {"standing": 0}
    control(world, "POST", "latency", {"low": 0.5, "high": 0.5})
    assert world.faults.latency == Latency(low=0.5, high=0.5)
    before = world.clock.now()
    control(world, "POST", "clock", {"advance": 60})
    assert world.clock.now() == before + 60
    assert control(world, "POST", "tier", {"tier": "starter"})[1] == {"tier": "starter"}
    assert control(world, "POST", "limits", {"enforced": True})[0] == 200
    assert control(world, "POST", "switches", {"emoji": "strip"})[1]["emoji"] == "strip"  # type: ignore[index]
    assert control(world, "GET", "journal")[0] == 200
    assert control(world, "GET", "world")[0] == 200
    assert set(control(world, "GET", "ledger")[1]) >= {"Organisation", "Accounts", "Invoices"}  # type: ignore[call-overload]


def test_the_control_api_is_not_reachable_through_xeros_paths(call: Caller) -> None:
    assert call.send("GET", "__sim__/world").status == 404
    assert call.send("GET", "../../__sim__/world").status == 404
    assert control(call.world, "GET", "nothing")[0] == 404


def test_webhooks_are_subscribed_through_the_control_api(call: Caller) -> None:
    status, made = control(
        call.world, "POST", "webhooks", {"url": "http://localhost:1/hook", "categories": ["INVOICE"]}
    )
    assert (status, made["status"]) == (200, "intent")  # type: ignore[index]
    assert len(control(call.world, "GET", "webhooks")[1]) == 1  # type: ignore[arg-type]
