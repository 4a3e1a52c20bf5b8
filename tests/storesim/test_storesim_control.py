"""Acting on the simulated shop: edits, writes, faults, the journal, both transports."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from storesim_tools import SAMPLES, Caller, criteria

from storesim.faults import Fault
from storesim.magento2.shop import Shop
from storesim.process import start_process
from storesim.server import BackgroundServer, start_background
from storesim.transport import StoreTransport
from storesim.wire import Request, decode

NOW = datetime(2027, 1, 5, 12, 30, 15, tzinfo=UTC)
EVERYTHING = {"searchCriteria": "all"}


@pytest.fixture
def timed() -> Shop:
    return Shop.from_folder(SAMPLES, clock=lambda: NOW)


def body_of(caller: Caller, path: str) -> Any:
    return decode(caller.get(path).body)


def test_an_edit_moves_updated_at_and_the_order_to_the_end(timed: Shop) -> None:
    caller = Caller(timed)
    before = caller.ids("orders", ("updated_at", "gteq", "2026-06-01"), sort=[("updated_at", "ASC")])
    timed.edit("orders", 5, {"customer_note": "changed"})
    after = caller.ids("orders", ("updated_at", "gteq", "2026-06-01"), sort=[("updated_at", "ASC")])
    assert after == [*before, 5]
    assert body_of(caller, "/rest/V1/orders/5")["updated_at"] == "2027-01-05 12:30:15"
    with pytest.raises(KeyError):
        timed.edit("orders", 99, {})


def test_a_partial_update_keeps_the_rest_and_echoes_what_was_sent(timed: Shop) -> None:
    caller = Caller(timed)
    before = body_of(caller, "/rest/V1/orders/3")
    sent = {"entity_id": 3, "increment_id": "000000003", "ext_order_id": "INV-3"}
    answer = caller.send("POST", "/rest/V1/orders", body={"entity": sent})
    assert (answer.status, decode(answer.body)) == (200, sent)
    expected = {**before, "ext_order_id": "INV-3", "updated_at": "2027-01-05 12:30:15"}
    assert body_of(caller, "/rest/V1/orders/3") == expected
    assert timed.journal.written["orders", 3] == 1


def test_an_imported_order_gets_an_id_and_is_listed(timed: Shop) -> None:
    caller = Caller(timed)
    answer = caller.send("POST", "/rest/V1/orders", body={"entity": {"grand_total": 5, "store_id": 1}})
    assert answer.status == 200
    assert caller.ids("orders", ("entity_id", "gt", "28")) == [29]


def test_a_comment_leaves_updated_at_alone(timed: Shop) -> None:
    caller = Caller(timed)
    before = body_of(caller, "/rest/V1/orders/1")["updated_at"]
    history = {"comment": "Invoice INV-1", "is_visible_on_front": 0, "is_customer_notified": 0}
    answer = caller.send("POST", "/rest/V1/orders/1/comments", body={"statusHistory": history})
    assert (answer.status, decode(answer.body)) == (200, True)
    comments = body_of(caller, "/rest/V1/orders/1/comments")
    assert [line["comment"] for line in comments["items"]] == ["Invoice INV-1"]
    assert body_of(caller, "/rest/V1/orders/1")["updated_at"] == before


def test_a_comment_cannot_move_the_order(timed: Shop) -> None:
    history = {"comment": "x", "status": "holded"}
    answer = Caller(timed).send("POST", "/rest/V1/orders/1/comments", body={"statusHistory": history})
    assert answer.status == 400
    assert b"Unable to add comment" in answer.body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"entity": 5}', b'{"other": {}}', b"\xff"])
def test_a_write_that_makes_no_sense_is_400(timed: Shop, body: bytes) -> None:
    headers = {"authorization": f"Bearer {timed.credentials.access_token}"}
    answer = timed.handle(Request(method="POST", path="/rest/V1/orders", headers=headers, body=body))
    assert answer.status == 400


def test_a_clock_behind_the_recording_still_moves_an_edit_to_the_end() -> None:
    shop = Shop.from_folder(SAMPLES, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    shop.edit("orders", 5, {})
    assert Caller(shop).ids("orders", sort=[("updated_at", "DESC")], page_size=1) == [5]


def test_a_field_that_only_an_added_document_has_can_be_asked_for(timed: Shop) -> None:
    caller = Caller(timed)
    caller.ids("orders", ("entity_id", "eq", "1"))
    timed.edit("orders", 4, {"marketplace": "north"})
    assert caller.ids("orders", ("marketplace", "eq", "north")) == [4]


def test_rubbish_is_served_as_it_is_and_found_by_the_columns_given(timed: Shop) -> None:
    text = b'{"entity_id":31,"grand_total":NaN,"items":null}'
    columns = {"entity_id": 31, "updated_at": "2027-02-01 00:00:00"}
    timed.add_raw("orders", 31, text, columns=columns)
    answer = Caller(timed).get("/rest/V1/orders", criteria(("updated_at", "gt", "2027-01-31")))
    assert text in answer.body
    assert answer.body.endswith(b'"total_count":1}')
    assert Caller(timed).get("/rest/V1/orders/31").body == text


def test_added_and_removed_documents(timed: Shop) -> None:
    caller = Caller(timed)
    timed.add("customers", {"id": 77, "email": "new@example.net", "updated_at": "2027-01-01 00:00:00"})
    assert caller.ids("customers/search", ("entity_id", "gteq", "5"), key="id") == [5, 77]
    timed.remove("products", "TW-NAIL")
    assert caller.get("/rest/V1/products/TW-NAIL").status == 404
    assert "TW-NAIL" not in caller.ids("products", key="sku")


@pytest.mark.parametrize(
    ("kind", "status"), [("500", 500), ("503", 503), ("401", 401), ("429", 429), ("timeout", 504)]
)
def test_a_planned_fault_hits_the_call_it_names_once(timed: Shop, kind: Any, status: int) -> None:
    caller = Caller(timed)
    timed.faults.plan(Fault(kind=kind, path_part="/orders", skip=1))
    calls = ["/rest/V1/orders", "/rest/V1/invoices", "/rest/V1/orders", "/rest/V1/orders"]
    statuses = [caller.get(path, EVERYTHING).status for path in calls]
    assert statuses == [200, 200, status, 200]


def test_a_cut_answer_is_half_a_json_text(timed: Shop) -> None:
    whole = Caller(timed).get("/rest/V1/orders", EVERYTHING).body
    timed.faults.plan(Fault(kind="cut"))
    half = Caller(timed).get("/rest/V1/orders", EVERYTHING)
    assert half.status == 200
    assert whole.startswith(half.body)
    assert len(half.body) < len(whole)


def test_a_duplicate_brings_the_last_row_of_the_page_before(timed: Shop) -> None:
    caller = Caller(timed)
    sort = [("entity_id", "ASC")]
    timed.faults.plan(Fault(kind="duplicate", skip=1))
    first = caller.ids("orders", page_size=5, current_page=1, sort=sort)
    second = caller.ids("orders", page_size=5, current_page=2, sort=sort)
    assert (first, second) == ([1, 2, 3, 4, 5], [5, 6, 7, 8, 9])


def test_a_duplicate_on_the_first_page_brings_its_first_row_twice(timed: Shop) -> None:
    timed.faults.plan(Fault(kind="duplicate"))
    assert Caller(timed).ids("orders", page_size=2, sort=[("entity_id", "ASC")]) == [1, 1, 2]


def test_drawn_faults_repeat_by_seed() -> None:
    def statuses(seed: int) -> list[int]:
        shop = Shop.from_folder(SAMPLES)
        shop.faults.draw(seed=seed, chances={"500": 0.2, "503": 0.2})
        return [Caller(shop).get("/rest/V1/orders/1").status for _ in range(40)]

    assert statuses(1) == statuses(1)
    assert statuses(1) != statuses(2)
    assert set(statuses(1)) == {200, 500, 503}


def test_maintenance_answers_503_in_html_everywhere(timed: Shop) -> None:
    timed.in_maintenance = True
    answer = Caller(timed).get("/rest/V1/orders", EVERYTHING)
    assert (answer.status, answer.content_type) == (503, "text/html; charset=UTF-8")


def test_the_shop_tells_its_version_without_the_patch(timed: Shop) -> None:
    answer = timed.handle(Request(method="GET", path="/magento_version", headers={"accept": "text/plain"}))
    assert answer.body == b"Magento/2.4 (Community)"


def test_the_journal_counts_calls_and_documents(timed: Shop) -> None:
    caller = Caller(timed)
    caller.ids("orders", page_size=3)
    caller.get("/rest/V1/orders/2")
    caller.get("/rest/V1/nowhere")
    summary = timed.journal.summary()
    assert summary["calls"] == 3
    assert summary["statuses"] == {"200": 2, "404": 1}
    assert summary["documents_served"] == {"orders": 4}
    assert timed.journal.served["orders", 2] == 2
    assert [call.documents for call in timed.journal.calls] == [3, 1, 0]


def test_a_hanging_or_slow_store_is_a_read_timeout_for_an_in_process_client(timed: Shop) -> None:
    headers = {"authorization": f"Bearer {timed.credentials.access_token}"}
    with httpx.Client(transport=StoreTransport(timed), headers=headers, timeout=5) as client:
        for fault in (Fault(kind="timeout"), Fault(kind="slow", seconds=30)):
            timed.faults.plan(fault)
            with pytest.raises(httpx.ReadTimeout):
                client.get("https://tidewater.example/rest/V1/orders/1")
        timed.faults.plan(Fault(kind="slow", seconds=3))
        assert client.get("https://tidewater.example/rest/V1/orders/1").status_code == 200


@pytest.fixture
def server(timed: Shop) -> Iterator[BackgroundServer]:
    with start_background(timed) as running:
        yield running


def test_a_background_server_answers_and_is_controlled_over_http(timed: Shop, server: BackgroundServer) -> None:
    headers = {"authorization": f"Bearer {timed.credentials.access_token}"}
    with httpx.Client(base_url=server.base_url, headers=headers) as client:
        listed = client.get("/rest/V1/orders", params=criteria(("entity_id", "in", "1,2")))
        assert listed.json()["total_count"] == 2
        edit = {"resource": "orders", "key": 2, "changes": {"customer_note": "hello"}}
        assert client.post("/__sim__/edit", json=edit).status_code == 200
        assert timed.document("orders", 2)["customer_note"] == "hello"
        client.post("/__sim__/faults", json={"kind": "500", "times": 2})
        assert client.get("/rest/V1/orders/1").status_code == 500
        client.delete("/__sim__/faults")
        assert client.get("/rest/V1/orders/1").status_code == 200
        client.post("/__sim__/maintenance", json={"on": True})
        assert client.get("/rest/V1/orders/1").status_code == 503
        assert client.get("/__sim__/journal").json()["calls"] == 4
        assert client.post("/__sim__/edit", json={"resource": "orders"}).status_code == 400
        assert client.post("/__sim__/nonsense").status_code == 404


def test_a_plus_in_a_bearer_call_is_a_space_and_brackets_may_be_raw(timed: Shop, server: BackgroundServer) -> None:
    headers = {"authorization": f"Bearer {timed.credentials.access_token}"}
    query = "searchCriteria[filter_groups][0][filters][0][field]=created_at&"
    query += "searchCriteria[filter_groups][0][filters][0][condition_type]=gteq&"
    query += "searchCriteria[filter_groups][0][filters][0][value]=2026-11-21+04:03:00"
    answer = httpx.get(f"{server.base_url}/rest/V1/orders?{query}", headers=headers)
    assert answer.json()["total_count"] == 4


def test_a_process_of_its_own_serves_generated_orders() -> None:
    with start_process(["--orders", "25", "--seed", "4"]) as process:
        headers = {"authorization": f"Bearer {process.credentials.access_token}"}
        answer = httpx.get(f"{process.base_url}/rest/V1/orders", params=EVERYTHING, headers=headers)
        assert answer.json()["total_count"] == 25
