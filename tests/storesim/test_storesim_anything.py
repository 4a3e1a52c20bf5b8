"""Whatever is asked, the shop answers with a status and never falls over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storesim_tools import SAMPLES, Caller

from storesim.magento2.shop import Shop
from storesim.wire import Request

SHOP = Shop.from_folder(SAMPLES)
MEMBERS = ["searchCriteria", "filter_groups", "filters", "pageSize", "currentPage", "sortOrders"]
PARTS = ["field", "value", "condition_type", "direction", "updated_at", "entity_id", "in", "like", "finset"]
WORDS = st.sampled_from([*MEMBERS, *PARTS, "%", "-1", "0", ""])
NAMES = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: words[0] + "".join(f"[{w}]" for w in words[1:]))
QUERIES = st.lists(st.tuples(NAMES, st.one_of(WORDS, st.text(max_size=6))), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)


@settings(max_examples=300, deadline=None)
@given(
    query=st.one_of(QUERIES, st.text(max_size=30)),
    path=st.sampled_from(["orders", "orders/1", "customers/search", "products", "store/storeConfigs", "x"]),
)
def test_any_query_is_answered(query: str, path: str) -> None:
    headers = {"authorization": f"Bearer {SHOP.credentials.access_token}"}
    answer = SHOP.handle(Request(method="GET", path=f"/rest/V1/{path}", query=query, headers=headers))
    assert answer.status in (200, 400, 404, 500)


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "x"]),
    path=st.text(max_size=30).map(lambda text: "/" + text),
    authorization=st.text(max_size=40),
    body=st.binary(max_size=40),
)
def test_any_request_is_answered(method: str, path: str, authorization: str, body: bytes) -> None:
    headers = {"authorization": authorization}
    answer = SHOP.handle(Request(method=method, path=path, headers=headers, body=body))
    assert 200 <= answer.status < 600


@pytest.mark.parametrize("accept", ["application/xml", "application/json", "*/*", "text/html", "nonsense"])
def test_errors_are_answered_in_the_form_asked_for(accept: str) -> None:
    answer = Caller(SHOP).get("/rest/V1/orders/999", accept=accept)
    expected = {"application/xml": (404, "application/xml"), "text/html": (500, "text/html")}
    status, kind = expected.get(accept, (500, "text/html") if accept == "nonsense" else (404, "application/json"))
    assert answer.status == status
    assert answer.content_type.startswith(kind)


def test_rubbish_cannot_be_cut_down_and_says_so() -> None:
    shop = Shop.from_folder(SAMPLES)
    shop.add_raw("orders", 40, b'{"entity_id":', columns={"entity_id": 40})
    answer = Caller(shop).get("/rest/V1/orders/40", {"fields": "entity_id"})
    assert answer.status == 500
