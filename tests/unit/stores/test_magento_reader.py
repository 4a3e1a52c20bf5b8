"""Reading a shop: everything once, nothing half, nothing lost while the shop goes on selling."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import magento_samples as samples
import pytest
from magento_shops import Answers, Between, bearer, html_answer, json_answer, open_shop, reader, signed

from storesim.faults import Fault
from storesim.magento2.auth import Credentials
from storesim.server import start_background
from storesim.transport import StoreTransport
from tieout.documents import DocumentKind
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports import Mark, RawDocument
from tieout.stores.kinds import MAGENTO2
from tieout.stores.magento2.reader import MagentoReader

ORDER, PAYMENT = DocumentKind.ORDER, DocumentKind.PAYMENT
COUNTS = {
    DocumentKind.CUSTOMER: 5,
    DocumentKind.PRODUCT: 11,
    ORDER: 28,
    DocumentKind.INVOICE: 27,
    DocumentKind.REFUND: 12,
    PAYMENT: 8,
}


def read_all(source: MagentoReader, kind: DocumentKind, since: Mark | None = None) -> list[RawDocument]:
    return [document for page in source.changes(kind, since) for document in page.documents]


@pytest.mark.parametrize("kind", list(COUNTS))
@pytest.mark.parametrize("page_size", [1, 5, 100])
def test_every_document_is_read_whatever_the_page_size(kind: DocumentKind, page_size: int) -> None:
    found = read_all(reader(open_shop(), page_size), kind)
    assert len({document.key for document in found}) == COUNTS[kind]


@pytest.mark.parametrize("page_size", [5, 100])
def test_a_quiet_shop_gives_each_document_once(page_size: int) -> None:
    found = read_all(reader(open_shop(), page_size), ORDER)
    assert max(Counter(document.key for document in found).values()) == 1


def test_bearer_and_signed_requests_read_the_same() -> None:
    shop = open_shop()
    by_token = MAGENTO2.reader(bearer(shop), transport=StoreTransport(shop))
    assert read_all(by_token, ORDER) == read_all(reader(shop), ORDER)


def test_pages_are_oldest_change_first_and_move_the_mark() -> None:
    pages = list(reader(open_shop(), 5).changes(ORDER, None))
    times = [document.updated_at for page in pages for document in page.documents]
    assert times == sorted(times)
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    for page in pages:
        assert page.mark is not None
        if page.documents:
            assert page.mark.updated_at == page.documents[-1].updated_at


def test_bodies_are_the_shops_own_bytes() -> None:
    document = read_all(reader(open_shop()), ORDER)[0]
    assert json.loads(document.body)["entity_id"] == int(document.key)


def test_reading_goes_on_from_the_mark_with_five_minutes_overlap() -> None:
    shop = open_shop()
    everything = read_all(reader(shop), ORDER)
    since = Mark(updated_at=everything[20].updated_at, key=everything[20].key)
    again = read_all(reader(shop), ORDER, since)
    limit = since.updated_at - timedelta(minutes=5)
    assert [d.key for d in again] == [d.key for d in everything if d.updated_at >= limit]


def test_c62_nothing_new_is_one_call() -> None:
    shop = open_shop()
    last = read_all(reader(shop), ORDER)[-1]
    before = len(shop.journal.calls)
    later = Mark(updated_at=last.updated_at + timedelta(days=1), key=last.key)
    pages = list(reader(shop).changes(ORDER, later))
    assert len(shop.journal.calls) - before == 1
    assert [(page.documents, page.mark, page.last) for page in pages] == [((), later, True)]


@pytest.mark.parametrize("page_size", [3, 7])
def test_rows_that_change_while_we_read_make_no_other_row_slip(page_size: int) -> None:
    shop = open_shop()
    keys = [int(document.key) for document in read_all(reader(shop), ORDER)]

    def edit(number: int) -> None:
        if number <= 3:
            shop.edit("orders", keys[number], {"customer_note": f"change {number}"})

    found = read_all(reader(shop, page_size, Between(shop, edit)), ORDER)
    assert {document.key for document in found} == {str(key) for key in keys}
    newest = {document.key: document for document in found}
    for key in keys[1:4]:
        stored = shop.document("orders", key)
        assert json.loads(newest[str(key)].body).get("customer_note") == stored.get("customer_note")


def test_an_order_placed_while_we_read_is_read() -> None:
    shop = open_shop()
    new = samples.order(1) | {"entity_id": 999, "increment_id": "999", "updated_at": "2027-01-01 00:00:00"}

    def place(number: int) -> None:
        if number == 2:
            shop.add("orders", new)

    assert "999" in {document.key for document in read_all(reader(shop, 5, Between(shop, place)), ORDER)}


@pytest.mark.parametrize("page_size", [4, 7])
def test_more_rows_of_one_second_than_fit_on_a_page_are_all_read(page_size: int) -> None:
    shop = open_shop()
    for number in range(1000, 1030):
        shop.add("orders", samples.order(3) | {"entity_id": number, "updated_at": "2026-10-05 10:00:00"})
    found = read_all(reader(shop, page_size), ORDER)
    assert {document.key for document in found} >= {str(number) for number in range(1000, 1030)}
    assert len({document.key for document in found}) == 58


@pytest.mark.parametrize("version", ["2.3.7", "2.4.0", "2.4.3", "2.4.7", "2.4.8"])
@pytest.mark.parametrize("nulls", [True, False])
def test_trap_8_every_version_ends_and_gives_everything(version: str, nulls: bool) -> None:
    shop = open_shop(version=version, empty_items_are_null=nulls)
    assert len(read_all(reader(shop, 7), ORDER)) == 28
    empty = Mark(updated_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert read_all(reader(shop, 7), ORDER, empty) == []


def test_the_shops_page_size_limit_is_adopted() -> None:
    shop = open_shop(page_size_max=6)
    assert len(read_all(reader(shop, 100), ORDER)) == 28
    refused = [call for call in shop.journal.calls if call.status == 400]
    assert len(refused) == 1
    assert reader(open_shop(page_size_max=2), 100).context()


def test_one_document_by_its_key() -> None:
    source = reader(open_shop())
    for kind, key in ((ORDER, "5"), (DocumentKind.REFUND, "3"), (DocumentKind.PRODUCT, "4"), (PAYMENT, "2")):
        found = source.one(kind, key)
        assert found is not None
        assert (found.kind, found.key) == (kind, key)
    assert found.updated_at.tzinfo is UTC


@pytest.mark.parametrize("kind", list(COUNTS))
@pytest.mark.parametrize("key", ["999999", "abc", "../1", ""])
def test_one_that_is_not_there_is_none(kind: DocumentKind, key: str) -> None:
    assert reader(open_shop()).one(kind, key) is None


def test_the_context_read_from_a_shop_translates_as_the_recorded_one() -> None:
    context = reader(open_shop(), 3).context()
    found = MAGENTO2.translator(context, {}).dossier(samples.body(samples.order(12)), samples.members_by_order()[12])
    assert found == samples.dossier(12)


def test_a_connection_test_counts_and_names() -> None:
    found = reader(open_shop()).test()
    assert found.name == "Tidewater Tools, Tidewater USA"
    assert ("orders", 28) in found.counts
    assert ("usa_en", "Tidewater USA") in found.store_views
    assert found.rights_missing == ()
    assert found.warnings == ()


def limited(*rights: str) -> MagentoReader:
    return reader(open_shop(credentials=Credentials(rights=frozenset(rights))))


def test_a_connection_test_names_the_rights_that_are_missing() -> None:
    found = limited("Magento_Backend::store", "Magento_Sales::actions_view").test()
    assert "Magento_Sales::sales_invoice" in found.rights_missing
    assert "Magento_Sales::actions_view" not in found.rights_missing
    assert found.warnings


def test_a_token_that_opens_nothing_fails_the_test() -> None:
    with pytest.raises(NeedsOperator) as caught:
        limited().test()
    assert caught.value.code == "store_right_missing"


def test_groups_and_tax_rates_are_optional() -> None:
    context = limited("Magento_Backend::store").context()
    order = MAGENTO2.translator(context, {}).dossier(samples.body(samples.order(2)), ())
    assert not isinstance(order, tuple)
    assert order.order.customer.group == "1"


def test_a_missing_right_is_named() -> None:
    with pytest.raises(NeedsOperator, match="Magento_Sales::actions_view") as caught:
        read_all(limited("Magento_Backend::store"), ORDER)
    assert caught.value.scope == "connection"


def test_maintenance_is_waited_for() -> None:
    shop = open_shop()
    shop.in_maintenance = True
    with pytest.raises(RetryLater, match="maintenance"):
        read_all(reader(shop), ORDER)


@pytest.mark.parametrize("kind", ["500", "503", "429", "cut", "timeout"])
def test_a_fault_in_the_middle_gives_whole_pages_then_an_error(kind: str) -> None:
    shop = open_shop()  # the second page repeats the last row of the first, as each does
    shop.faults.plan(Fault(kind=kind, path_part="/orders", skip=2, times=1))  # type: ignore[arg-type]
    pages = reader(shop, 5).changes(ORDER, None)
    assert [len(next(pages).documents) for _ in range(2)] == [5, 4]
    with pytest.raises(RetryLater):
        next(pages)


@pytest.mark.parametrize("times", [1, 2])
def test_a_shop_that_is_too_slow_is_asked_for_less(times: int) -> None:
    shop = open_shop()
    shop.faults.plan(Fault(kind="timeout", path_part="/orders", times=times))
    first = next(iter(reader(shop, 100).changes(ORDER, None)))
    assert len(first.documents) == {1: 28, 2: 25}[times]


def test_a_gateway_that_gives_up_is_asked_for_less_and_then_waited_for() -> None:
    answers = Answers(lambda request: html_answer(504))
    source = MAGENTO2.reader(signed(open_shop()), transport=answers)
    with pytest.raises(RetryLater):
        next(iter(source.changes(ORDER, None)))
    sizes = [parse_qs(request.url.query.decode())["searchCriteria[pageSize]"] for request in answers.requests]
    assert sizes == [["100"], ["50"], ["25"]]


def test_duplicated_rows_are_given_once() -> None:
    shop = open_shop()
    for _ in range(3):
        shop.faults.plan(Fault(kind="duplicate", path_part="/orders", skip=1, times=1))
    found = read_all(reader(shop, 5), ORDER)
    assert max(Counter(document.key for document in found).values()) == 1
    assert len(found) == 28


def bad_page(bad: str) -> Answers:
    """A shop with three orders, the second of which no JSON reader accepts."""
    orders = {
        1: '{"entity_id":1,"updated_at":"2026-01-01 10:00:00"}',
        2: bad,
        3: '{"entity_id":3,"updated_at":"2026-01-03 10:00:00"}',
    }

    def answer(request: httpx.Request) -> httpx.Response:
        parts = urlsplit(str(request.url))
        query = parse_qs(parts.query)
        last = parts.path.rpartition("/")[2]
        if last.isdigit():
            return json_answer(orders[int(last)])
        if "fields" in query:
            rows = ",".join(f'{{"entity_id":{n},"updated_at":"2026-01-0{n} 10:00:00"}}' for n in orders)
            return json_answer(f'{{"items":[{rows}],"total_count":3}}')
        return json_answer(f'{{"items":[{",".join(orders.values())}],"total_count":3}}')

    return Answers(answer)


@pytest.mark.parametrize("bad", ['{"entity_id":2,"grand_total":NaN}', '{"entity_id":2,"x":\x01}', "{nonsense}"])
def test_one_document_that_is_no_json_does_not_stop_the_page(bad: str) -> None:
    shop = open_shop()
    source = MAGENTO2.reader(signed(shop), transport=bad_page(bad))
    found = read_all(source, ORDER)
    assert [document.body.decode() for document in found][1] == bad
    assert [document.key for document in found] == ["1", "2", "3"]
    envelope = samples.translator().envelope(found[1])
    assert envelope.problems


def test_a_product_that_is_no_json_does_not_stop_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        rows = {7: '{"id":7,"updated_at":"2026-01-01 10:00:00","sku":"A"}', 8: '{"id":8,"sku":NaN}'}
        if "fields" in query:
            rows[8] = '{"id":8,"updated_at":"2026-01-02 10:00:00"}'
        wanted = query.get("searchCriteria[filter_groups][0][filters][0][value]", ["7", "8"])
        chosen = [rows[int(key)] for key in wanted]
        return json_answer(f'{{"items":[{",".join(chosen)}],"total_count":{len(chosen)}}}')

    found = read_all(MAGENTO2.reader(signed(open_shop()), transport=Answers(answer)), DocumentKind.PRODUCT)
    assert [document.key for document in found] == ["7", "8"]
    good, bad = (samples.translator().envelope(document) for document in found)
    assert (good.number, good.problems) == ("A", ())
    assert bad.problems


def test_a_limit_that_is_none_breaks_the_contract() -> None:
    refusal = '{"message":"Maximum SearchCriteria pageSize is %max","parameters":{"max":500}}'
    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(lambda request: json_answer(refusal, 400)))
    with pytest.raises(ContractBroken):
        read_all(source, ORDER)


def test_a_shop_that_is_not_there_is_waited_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(answer))
    for ask in (lambda: read_all(source, ORDER), source.context, source.test):
        with pytest.raises(RetryLater, match="cannot be reached"):
            ask()


def test_settings_of_another_form_are_asked_for_again() -> None:
    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(lambda request: json_answer('{"a": 1}')))
    with pytest.raises(RetryLater):
        source.context()


def test_entities_are_read_with_what_they_refer_to_first() -> None:
    kinds = list(reader(open_shop()).kinds())
    assert kinds.index(DocumentKind.CUSTOMER) < kinds.index(ORDER) < kinds.index(DocumentKind.INVOICE)


def test_rows_without_key_or_time_are_kept_and_end_the_reading() -> None:
    rows = '{"items":[{"a":1},{"entity_id":5,"updated_at":"never"},7],"total_count":9}'
    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(lambda request: json_answer(rows)))
    found = read_all(source, ORDER)
    assert len(found) == 3
    assert found[1].key == "5"
    assert all(document.key for document in found)


def test_a_shop_without_counts_is_read_to_the_end() -> None:
    shop = open_shop()

    def answer(request: httpx.Request) -> httpx.Response:
        given = StoreTransport(shop).handle_request(request)
        body = json.loads(given.read())
        body.pop("total_count")
        return json_answer(json.dumps(body))

    assert len({d.key for d in read_all(reader(shop, 5, Answers(answer)), ORDER)}) == 28


@pytest.mark.parametrize(
    "body", ["", "[]", '{"items": 5}', '{"items": {}, "total_count": "many"}', '{"items": [', "null"]
)
def test_answers_of_another_form_yield_nothing(body: str) -> None:
    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(lambda request: json_answer(body)))
    with pytest.raises((RetryLater, ContractBroken)):
        read_all(source, ORDER)


def test_json_is_read_only_where_the_content_type_says_so() -> None:
    source = MAGENTO2.reader(
        signed(open_shop()), transport=Answers(lambda request: html_answer(200, '{"items":[],"total_count":0}'))
    )
    with pytest.raises(RetryLater, match="text/html"):
        read_all(source, ORDER)


def test_requests_are_signed_anew_and_name_their_form() -> None:
    shop = open_shop()
    answers = Answers(StoreTransport(shop).handle_request)
    read_all(MAGENTO2.reader(signed(shop, page_size="10"), transport=answers), ORDER)
    nonces = {request.headers["authorization"].split('oauth_nonce="')[1][:20] for request in answers.requests}
    assert len(nonces) == len(answers.requests) > 1
    for request in answers.requests:
        assert request.headers["accept"] == "application/json"
        assert request.url.path == "/rest/all/V1/orders"
        assert b"+" not in request.url.query
        assert b"pageSize%5D=0&" not in request.url.query


def test_signed_requests_pass_over_a_real_socket_with_a_port() -> None:
    shop = open_shop()
    with start_background(shop) as server:
        settings = signed(shop, url=server.base_url, page_size="10")
        assert len(read_all(MAGENTO2.reader(settings, allow_private=True), ORDER)) == 28


def test_a_shop_in_a_folder_is_read_there() -> None:
    answers = Answers(lambda request: json_answer('{"items":[],"total_count":0}'))
    settings = signed(open_shop(), url="https://www.example.com/shop/")
    read_all(MAGENTO2.reader(settings, transport=answers), ORDER)
    assert answers.requests[0].url.path == "/shop/rest/all/V1/orders"
