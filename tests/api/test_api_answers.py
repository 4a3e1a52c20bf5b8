"""What the API answers: lists with filters and pages, one document with its figures, actions, refusals."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from api_tools import Program, token_for
from django.db import connection
from django.test.utils import CaptureQueriesContext

import web_records
from tieout.config.wiring import Wiring
from tieout.records.models import ApiToken, Document, Posting, Proof, Run, Schedule
from tieout.web.api.description import ENDPOINTS
from web_records import Shop

SECRETS = ("planted-secret", "sealed:", "gAAAA")


@pytest.fixture
def program(shop: Shop, wired: Wiring) -> Program:
    return Program(token_for(shop.users["owner"], "owner"))


def test_the_queue_is_listed_with_its_reasons(program: Program, shop: Shop) -> None:
    status, page = program.get("queue")
    assert status == 200
    by_id = {one["id"]: one for one in page["items"]}
    assert set(by_id) == set(Posting.objects.exclude(state__in=("posted", "gone")).values_list("pk", flat=True))
    held = by_id[shop.postings["held"].pk]
    assert held["total"] == {"amount": "120.00", "currency": "GBP"}
    assert (held["state"], held["code"], held["store_name"]) == ("held", "tax_unmapped", "Harbour Books")
    assert held["reason"].startswith("The tax")
    assert program.get(f"queue/{held['id']}") == (200, held)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "held"}, {"held"}),
        ({"number": "000000106"}, {"queued", "waiting"}),
        ({"number": "CM-0000"}, {"sending"}),
        ({"code": "tax_unmapped"}, {"held"}),
        ({"kind": "refund"}, {"sending"}),
        ({"organisation": 999_999}, set()),
    ],
)
def test_the_queue_is_filtered(query: dict[str, Any], names: set[str], program: Program, shop: Shop) -> None:
    _, page = program.get("queue", **query)
    found = {one["id"] for one in page["items"]}
    assert found == {shop.postings[name].pk for name in names}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_show_every_row_once(order: str, program: Program) -> None:
    whole = [one["id"] for one in program.get("queue", order=order)[1]["items"]]
    seen, after = [], ""
    while True:
        _, page = program.get("queue", order=order, limit=2, **({"after": after} if after else {}))
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        if not after:
            break
    assert seen == whole
    assert len(seen) == len(set(seen)) >= 4


def test_a_cursor_of_another_list_is_refused(program: Program) -> None:
    _, page = program.get("queue", limit=1)
    for path, query in (("queue", {"order": "oldest"}), ("documents", {}), ("runs", {})):
        status, told = program.get(path, after=page["next"], **query)
        assert (status, told["code"]) == (400, "cursor_wrong")


@pytest.mark.parametrize("path", ["queue", "documents", "runs"])
def test_a_page_costs_the_same_queries_however_many_rows_there_are(path: str, program: Program, shop: Shop) -> None:
    program.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        program.get(path)
    for number in range(40):
        row = web_records.document(shop, f"more{number}", "order", f"9{number:08d}", total_minor=100, currency="GBP")
        web_records.posting(shop, f"more{number}", row, "invoice", "queued", marker=f"SO-9{number:08d}")
        Run.objects.create(kind="sync", started_at=shop.now, state="done")
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(path)[1]["items"]) > 40
    assert len(many) == len(few) <= 8


def test_documents_are_listed_and_filtered(program: Program, shop: Shop) -> None:
    _, page = program.get("documents", kind="order", state="posted")
    [posted] = page["items"]
    assert posted["number"] == "000000104"
    assert posted["total"] == {"amount": "61.90", "currency": "GBP"}
    assert (posted["marker"], posted["xero_status"], posted["date"]) == ("SO-000000104", "PAID", "2026-11-14")
    assert program.get("documents", kind="order", dated_from="2027-01-01")[1]["items"] == []
    assert {one["kind"] for one in program.get("documents", kind="customer")[1]["items"]} == {"customer"}


def test_a_document_shows_its_figures_on_every_side(program: Program, shop: Shop) -> None:
    status, told = program.get(f"documents/{shop.documents['order'].pk}")
    assert status == 200
    bill = next(one for one in told["in_xero"] if one["role"] == "invoice")
    assert bill["wanted"] == {
        "total": {"amount": "61.90", "currency": "GBP"}, "tax": {"amount": "9.00", "currency": "GBP"}, "due": None
    }  # fmt: skip
    assert bill["answered"]["total"] == {"amount": "61.90", "currency": "GBP"}
    assert bill["held"]["total"] == {"amount": "61.89", "currency": "GBP"}
    assert bill["proof"]["store_total"] == bill["proof"]["predicted_total"] == bill["answered"]["total"]
    assert [line["quantity"] for line in bill["lines"]] == ["2", "1", "1"]
    assert bill["lines"][0]["why_tax"].startswith("UK VAT 20")
    assert {one["role"] for one in told["in_xero"]} >= {"contact", "invoice", "payment"}


def test_a_held_document_says_why(program: Program, shop: Shop) -> None:
    _, told = program.get(f"documents/{shop.documents['held'].pk}")
    assert [one["code"] for one in told["problems"]] == ["tax_unmapped"]


def test_the_history_of_a_document(program: Program, shop: Shop) -> None:
    status, told = program.get(f"documents/{shop.documents['order'].pk}/history")
    assert status == 200
    assert [(one["action"], one["status"], one["message"]) for one in told["items"]][-1] == (
        "create",
        "success",
        "OK",
    )
    assert program.get("documents/987654321/history")[0] == 404


def test_problems_by_cause_and_their_retry(program: Program, shop: Shop) -> None:
    _, told = program.get("problems")
    cause = next(one for one in told["held"] if one["code"] == "tax_unmapped")
    assert cause["count"] == 1
    chosen = {"code": cause["code"], "subject": cause["subject"]}
    assert program.post("problems/retry", chosen) == (200, {"changed": 1})


def test_the_status_tells_calls_left_and_the_forecast(program: Program) -> None:
    _, told = program.get("status")
    [organisation] = told["organisations"]
    assert (organisation["calls_left"], organisation["day_limit"]) == (588, 1000)
    assert told["queue"]["held"] == 1
    assert told["forecast"]["calls"] >= 1
    assert told["stores"][0]["state"] == "working"


def test_actions_do_what_the_screens_buttons_do(program: Program, shop: Shop) -> None:
    queued, held = shop.postings["queued"], shop.postings["held"]
    assert program.post("queue/move-to-front", {"ids": [queued.pk]}) == (200, {"changed": 1})
    assert program.post("queue/sync-now", {"ids": [queued.pk]})[1]["changed"] >= 1
    assert program.post("queue/remove", {"ids": [held.pk]}) == (200, {"changed": 1})
    assert Posting.objects.get(pk=held.pk).state == "removed"
    document = shop.documents["queued"].pk
    assert program.post("documents/never-send", {"ids": [document], "reason": "a test order"}) == (
        200, {"changed": 1}
    )  # fmt: skip
    assert Document.objects.get(pk=document).never_send_reason == "a test order"
    assert program.post("documents/send-again", {"ids": [document]}) == (200, {"changed": 1})
    store = shop.connection.pk
    assert program.post("documents/add-to-queue", {"store": store, "kinds": ["order"]})[0] == 200
    assert program.post("documents/add-to-queue", {"store": 999_999})[0] == 404


def test_a_tie_out_is_asked_for_and_read(program: Program, shop: Shop) -> None:
    body = {"organisation": shop.organisation.pk, "dated_from": "2026-10-01", "dated_to": "2026-10-31"}
    status, told = program.post("tie-outs", body)
    assert status == 202
    status, result = program.get(f"tie-outs/{told['run']}")
    assert (status, result["state"], result["ties_out"]) == (200, "asked", False)
    assert (result["dated_from"], result["dated_to"]) == ("2026-10-01", "2026-10-31")
    assert Proof.objects.get().dated_from == date(2026, 10, 1)
    assert Schedule.objects.get(name="tie_out_asked").due_at is not None
    assert program.get(f"runs/{told['run']}")[1]["kind"] == "tie_out"
    assert program.post("tie-outs", {**body, "dated_to": "2026-09-01"})[1]["code"] == "body_wrong"
    assert program.post("tie-outs", {"organisation": 999_999})[0] == 404


def test_a_done_tie_out_lists_its_differences(program: Program, shop: Shop) -> None:
    from tieout.records.codec import pack
    from tieout.sync.proof_results import Row, TiedOut, encode

    found = TiedOut(2, (Row("order", "1", "total", "1.00 GBP", "2.00 GBP", "They differ."),))
    run = Run.objects.create(kind="tie_out", started_at=shop.now, state="done")
    Proof.objects.create(
        run=run, organisation=shop.organisation, documents=2, differences=1, body=pack(encode(found))
    )
    _, told = program.get(f"tie-outs/{run.pk}")
    assert (told["ties_out"], told["documents"], told["more_differences"]) == (False, 2, 0)
    assert told["differences"][0]["reason"] == "They differ."


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("queue", {"state": "lost"}, 400, "query_wrong"),
        ("queue", {"limit": 0}, 400, "query_wrong"),
        ("queue", {"limit": 201}, 400, "query_wrong"),
        ("queue", {"store": 2**63}, 400, "query_wrong"),
        ("queue", {"number": "a\0b"}, 400, "query_wrong"),
        ("queue", {"unheard": "of"}, 400, "query_wrong"),
        ("queue", {"state": ["held", "queued"]}, 400, "query_wrong"),
        ("documents", {"dated_from": "2026-13-01"}, 400, "query_wrong"),
        ("status", {"at": "now"}, 400, "query_wrong"),
        ("queue/0", {}, 404, "not_found"),
        ("queue/-1", {}, 404, "not_found"),
        (f"queue/{2**63}", {}, 404, "not_found"),
        ("queue/" + "9" * 5000, {}, 404, "not_found"),
        ("documents/1e3", {}, 404, "not_found"),
        ("nothing/here", {}, 404, "not_found"),
        ("queue/retry", {}, 405, "method_not_allowed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(
    path: str, query: dict[str, Any], status: int, code: str, program: Program
) -> None:
    told = program.get(path, **query)
    assert (told[0], told[1]["code"], told[1]["status"]) == (status, code, status)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b" ", {}, 400, "body_wrong"),
        (b"{", {}, 400, "body_wrong"),
        (b"\xff", {}, 400, "body_wrong"),
        ({"ids": []}, {}, 400, "body_wrong"),
        ({"ids": [0]}, {}, 400, "body_wrong"),
        ({"ids": ["1"]}, {}, 400, "body_wrong"),
        ({"ids": [2**63]}, {}, 400, "body_wrong"),
        ({"ids": list(range(1, 502))}, {}, 400, "body_wrong"),
        ({"ids": [1], "more": 1}, {}, 400, "body_wrong"),
        ({"ids": [1], "pad": "x" * 70_000}, {}, 413, "body_too_large"),
        ({"ids": [1]}, {"Content-Type": "text/plain"}, 415, "media_type_wrong"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    body: object, headers: dict[str, str], status: int, code: str, program: Program
) -> None:
    if headers:
        answer = program.client.post(
            "/api/v1/queue/retry", msgspec.json.encode(body), content_type="text/plain", headers=program.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        return
    told = program.post("queue/retry", body)
    assert (told[0], told[1]["code"]) == (status, code)


def test_a_reason_of_blanks_is_no_reason(program: Program) -> None:
    assert program.post("documents/never-send", {"ids": [1], "reason": "  "})[0] == 400


def test_a_bug_answers_with_problem_details_and_no_trace(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from tieout.web.api import status as module

    monkeypatch.setattr(module.overview, "live", lambda now: 1 / 0)
    answer = program.client.get("/api/v1/status", headers=program.headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert b"division" not in answer.content


def test_no_answer_holds_a_secret(program: Program, shop: Shop) -> None:
    ids = {"entry": shop.postings["held"].pk, "document": shop.documents["order"].pk, "run": shop.run.pk}
    digest = ApiToken.objects.get().digest
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            path = endpoint.path.format(**ids)
            answer = program.client.get(f"/api/v1/{path}", headers=program.headers)
            assert answer.status_code in (200, 404)
            text = answer.content.decode()
            assert not [one for one in (*SECRETS, digest, program.token) if one in text], path


def test_the_description_is_open_and_valid(shop: Shop, client: Any) -> None:
    from openapi_spec_validator import validate

    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    validate(answer.json())
    assert set(answer.json()["paths"]) == {f"/api/v1/{endpoint.path}" for endpoint in ENDPOINTS}
