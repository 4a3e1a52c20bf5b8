"""A walk through all resources, judged by Xero's published files; and proof that the judge sees what is wrong."""

import json
from typing import Any

import httpx
import pytest
from xerosim_tools import Caller
from xerosim_tour import tour

from contract import described
from contract.every_answer import Folder
from xerosim import recording
from xerosim.process import start_process
from xerosim.webhooks import Webhooks
from xerosim.wire import Request, Response, encode
from xerosim.world import World


class Judged(Caller):
    """Judges every exchange, without leaving out those that were seen before."""

    exchanges = 0

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        response = super().send(method, path, body, **headers)
        content = body if isinstance(body, bytes) else b""
        target = f"/api.xro/2.0/{path}"
        wrong = described.misfit(Request(method, target, self.headers, content), response)
        assert wrong is None, wrong
        twin = Request(method, target, {**self.headers, "accept": "application/xml"})
        if method == "GET":
            wrong = described.misfit(twin, self.world.handle(twin))
            assert wrong is None, wrong
        self.exchanges += 1
        return response


@pytest.mark.parametrize("region", ["uk", "nz"])
def test_every_answer_of_the_tour_fits_in_json_and_in_xml(world: World, region: str) -> None:
    call = Judged(world, world.add_organisation(region).id)
    tour(call)
    assert call.exchanges > 100


def _answer(call: Caller, path: str) -> tuple[Request, Any]:
    request = Request("GET", f"/api.xro/2.0/{path}", call.headers)
    return request, json.loads(call.world.handle(request).body)


def _judged(request: Request, answer: object, status: int = 200) -> str | None:
    return described.misfit(request, Response(status, {"content-type": "application/json"}, encode(answer)))


def test_the_judge_sees_a_wrong_kind_a_wrong_status_and_an_unknown_address(call: Caller) -> None:
    call.invoice(InvoiceNumber="T-1")
    request, answer = _answer(call, "Invoices/T-1")
    assert _judged(request, answer) is None
    answer["Invoices"][0]["Total"] = "many"
    assert "is not of type" in str(_judged(request, answer))
    assert "not in the file" in str(_judged(request, answer, 201))
    elsewhere = Request("GET", "/api.xro/2.0/Beans", call.headers)
    assert "not in the file" in str(_judged(elsewhere, answer))


def test_the_judge_reads_xml_with_the_types_of_the_file(call: Caller) -> None:
    call.invoice(InvoiceNumber="T-1")
    request = Request("GET", "/api.xro/2.0/Invoices/T-1", {**call.headers, "accept": "text/xml"})
    response = call.world.handle(request)
    assert described.misfit(request, response) is None
    response.body = response.body.replace(b"<Total>120.00</Total>", b"<Total>many</Total>")
    assert "many" in str(described.misfit(request, response))
    response.body = b"<Response>"
    assert "no XML" in str(described.misfit(request, response))


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (401, "application/json", b'{"Title":"Forbidden","Status":401}'),
        (404, "application/json", b"{}"),
        (429, "", b""),
    ],
)
def test_the_judge_knows_the_dialects_of_refusals(call: Caller, status: int, kind: str, body: bytes) -> None:
    request = Request("GET", "/api.xro/2.0/Invoices", call.headers)
    assert "dialect" in str(described.misfit(request, Response(status, {"content-type": kind}, body)))


def test_the_judge_wants_documented_tokens_connections_and_webhooks(call: Caller) -> None:
    token = Request("POST", "/connect/token")
    issued = call.world.token()
    assert _judged(token, issued) is None
    assert "not a documented member" in str(_judged(token, {**issued, "shoe_size": 42}))
    seen = Request("GET", "/connections", call.headers)
    connections = json.loads(call.world.handle(seen).body)
    assert _judged(seen, connections) is None
    assert _judged(seen, [{**connections[0], "tenantId": 7}]) is not None
    event = {"resourceUrl": "https://x.test", "resourceId": call.tenant, "tenantId": call.tenant}
    assert "required property" in str(
        described.webhook_misfit(
            encode({"events": [event], "firstEventSequence": 1, "lastEventSequence": 1, "entropy": "X"})
        )
    )


def test_webhooks_of_every_category_fit(call: Caller) -> None:
    sent: list[bytes] = []

    def right(url: str, headers: dict[str, str], body: bytes) -> int:
        # The second of the three proofs of intent is wrongly signed on purpose.
        sent.append(body)
        return 401 if len(sent) == 2 else 200

    hooks: Webhooks = call.world.webhooks
    hooks.subscribe("https://shop.test/hook")
    hooks.pump(call.world.clock.now(), right)
    tour(call)
    hooks.pump(call.world.clock.now(), right)
    categories = {event["eventCategory"] for body in sent for event in json.loads(body)["events"]}
    assert categories == {"CONTACT", "INVOICE", "CREDITNOTE", "OVERPAYMENT", "PREPAYMENT"}
    assert [wrong for body in sent if (wrong := described.webhook_misfit(body))] == []


def test_a_process_of_its_own_is_judged_as_well(_every_exchange_is_judged: Folder) -> None:  # noqa: PT019
    folder = _every_exchange_is_judged
    folder.judge()
    with start_process("--unlimited") as running:
        org = running.organisations[0]
        with httpx.Client(base_url=running.url) as client:
            issued = client.post(
                "/connect/token",
                data={"grant_type": "client_credentials", "scope": "accounting.contacts"},
                auth=(org["client_id"], org["client_secret"]),
            ).json()
            headers = {"authorization": f"Bearer {issued['access_token']}", "accept": "application/json"}
            client.get("/api.xro/2.0/Contacts", headers=headers)
        assert folder.judge() == 2
        (file,) = [path for path in folder.path.iterdir() if path.stem == str(running.pid)]
        last = [one for _, one in recording.exchanges(file)][-1]
        assert (last.target, last.status) == ("/api.xro/2.0/Contacts", 200)
        assert "authorization" not in last.headers
