"""Search criteria: conditions, order, pages, projections and their errors."""

from typing import Any

import pytest
from storesim_tools import SAMPLES, Caller, criteria

from storesim.magento2.settings import ShopSettings
from storesim.magento2.shop import Shop
from storesim.wire import decode


def error_of(caller: Caller, path: str, parameters: dict[str, str]) -> tuple[int, Any]:
    answer = caller.get(path, parameters)
    return answer.status, decode(answer.body)


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        (("entity_id", "eq", "5"), [5]),
        (("increment_id", "eq", "000000001"), [1]),
        (("increment_id", "eq", "1"), []),
        (("entity_id", "gt", "26"), [27, 28]),
        (("entity_id", "gteq", "27"), [27, 28]),
        (("entity_id", "from", "27"), [27, 28]),
        (("entity_id", "lt", "3"), [1, 2]),
        (("entity_id", "lteq", "2"), [1, 2]),
        (("entity_id", "to", "2"), [1, 2]),
        (("entity_id", "in", "3,1,99"), [1, 3]),
        (("ext_order_id", "eq", "amz-1"), [28]),
        (("ext_order_id", "neq", "AMZ-1"), [16]),
        (("grand_total", "eq", "59.00"), [6]),
        (("coupon_code", "like", "%ratis"), [7]),
        (("applied_rule_ids", "finset", "3"), [7]),
        (("customer_id", "null", "1"), None),
        (("state", "bogus", "new"), []),
    ],
)
def test_each_condition_selects_as_the_database_does(
    caller: Caller, filter_: tuple[str, str, str], ids: list[int] | None
) -> None:
    if ids is None:
        guests = [o["entity_id"] for o in caller.search("orders")["items"] if "customer_id" not in o]
        assert guests
        ids = guests
    assert caller.ids("orders", filter_, sort=[("entity_id", "ASC")]) == ids


def test_groups_are_and_and_filters_in_a_group_are_or(caller: Caller) -> None:
    either = [("entity_id", "eq", "1"), ("entity_id", "eq", "14")]
    assert caller.ids("orders", either) == [1, 14]
    assert caller.ids("orders", either, ("store_id", "eq", "3")) == [14]


def test_a_range_over_updated_at_never_returns_documents_without_the_field(caller: Caller) -> None:
    assert caller.ids("orders", ("ext_order_id", "lt", "zzz")) == [28, 16]


def test_camel_case_names_work_as_well(caller: Caller) -> None:
    parameters = {
        "searchCriteria[filterGroups][0][filters][0][field]": "entity_id",
        "searchCriteria[filterGroups][0][filters][0][conditionType]": "gt",
        "searchCriteria[filterGroups][0][filters][0][value]": "26",
        "searchCriteria[page_size]": "1",
        "searchCriteria[sort_orders][0][field]": "entity_id",
        "searchCriteria[sort_orders][0][direction]": "desc",
    }
    answer = decode(caller.get("/rest/V1/orders", parameters).body)
    assert isinstance(answer, dict)
    assert [order["entity_id"] for order in answer["items"]] == [28]
    assert answer["total_count"] == 2
    assert answer["search_criteria"]["sort_orders"] == [{"field": "entity_id", "direction": "DESC"}]


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("2026-11-21 04:03:16", 2),
        ("2026-11-21T04:03:16Z", 2),
        ("2026-11-21T04:03:16+02:00", 2),
        ("2026-11-21", 13),
        ("1795232751", 28),
    ],
)
def test_times_are_compared_as_plain_utc_texts(caller: Caller, value: str, count: int) -> None:
    assert caller.search("orders", ("updated_at", "gteq", value))["total_count"] == count


def test_pages_past_the_end_are_empty_since_2_4_and_repeat_before() -> None:
    assert Caller(Shop.from_folder(SAMPLES)).ids("orders", page_size=10, current_page=9) == []
    old = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(version="2.3.7")))
    assert old.ids("orders", page_size=10, current_page=9) == list(range(21, 29))


def test_2_4_3_limits_pages_and_has_a_default_size() -> None:
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(version="2.4.3")))
    status, body = error_of(caller, "/rest/V1/orders", criteria(page_size=301))
    assert (status, body) == (
        400,
        {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": 300}},
    )
    answer = decode(caller.get("/rest/V1/orders", {"searchCriteria": "all"}).body)
    assert isinstance(answer, dict)
    assert len(answer["items"]) == 20


def test_page_size_zero_is_everything_even_under_a_limit() -> None:
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(page_size_max=5)))
    assert len(caller.ids("orders", page_size=0)) == 28


def test_an_empty_list_is_null_where_the_shop_does_so() -> None:
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(empty_items_are_null=True)))
    assert caller.search("orders", ("entity_id", "eq", "99"))["items"] is None


@pytest.mark.parametrize("field", ["billing_name", "items.sku", "items", "nonsense"])
def test_a_field_outside_the_table_is_an_internal_error(caller: Caller, field: str) -> None:
    status, body = error_of(caller, "/rest/V1/orders", criteria((field, "eq", "1")))
    assert status == 500
    assert "Report ID: webapi-" in body["message"]


def test_products_filter_by_their_attributes(caller: Caller) -> None:
    assert caller.ids("products", ("tax_class_id", "eq", "4"), key="sku") == ["TW-GLUE"]
    assert caller.ids("products", ("sku", "in", "TW-NAIL,TW-BOX"), key="sku") == ["TW-NAIL", "TW-BOX"]


def test_fields_cut_single_documents_and_lists(caller: Caller) -> None:
    answer = caller.get("/rest/V1/orders/1", {"fields": "increment_id,items[sku]"})
    assert decode(answer.body) == {
        "increment_id": "000000001",
        "items": [{"sku": "TW-HAMMER"}, {"sku": "TW-GLUE"}],
    }
    cut = caller.search("invoices", page_size=1, fields="total_count,items[entity_id]")
    assert cut == {"items": [{"entity_id": 1}], "total_count": 27}


def test_2_4_8_breaks_the_row_total_of_order_lines_only() -> None:
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(version="2.4.8")))
    order = caller.search("orders", ("entity_id", "eq", "2"))["items"][0]
    line = order["items"][0]
    assert line["row_total"] == line["price"] - line["discount_amount"]
    assert (
        line["row_total_incl_tax"]
        == Caller(Shop.from_folder(SAMPLES)).search("orders", ("entity_id", "eq", "2"))["items"][0]["items"][0][
            "row_total_incl_tax"
        ]
    )


@pytest.mark.parametrize("condition", ["eq", "gt", "gteq", "lt", "lteq"])
@pytest.mark.parametrize("field", ["updated_at", "entity_id", "customer_id", "status", "ext_order_id"])
@pytest.mark.parametrize("value", ["2026-11-21 03:46:11", "16", "complete", "M", ""])
def test_ranges_and_order_agree_with_a_plain_reading(caller: Caller, field: str, condition: str, value: str) -> None:
    orders = caller.search("orders")["items"]
    bound: Any = value
    if field in ("entity_id", "customer_id"):
        bound = int(value.split("-")[0]) if value[:1].isdigit() else 0
    elif field == "updated_at" and not value.startswith("2026"):
        bound = "" if condition in ("gt", "gteq") else None

    def folded(given: Any) -> Any:
        return given.casefold() if isinstance(given, str) else given

    def passes(given: Any) -> bool:
        if given is None or bound is None:
            return False
        one, two = folded(given), folded(bound)
        tests = {"eq": one == two, "gt": one > two, "gteq": one >= two, "lt": one < two, "lteq": one <= two}
        return tests[condition]

    expected = [order for order in orders if passes(order.get(field))]
    expected.sort(key=lambda order: (folded(order[field]), order["entity_id"]))
    sort = [(field, "ASC"), ("entity_id", "ASC")]
    found = caller.ids("orders", (field, condition, value), sort=sort)
    assert found == [order["entity_id"] for order in expected]
    backwards = caller.ids("orders", (field, condition, value), sort=[(field, "DESC"), ("entity_id", "DESC")])
    assert backwards == found[::-1]
