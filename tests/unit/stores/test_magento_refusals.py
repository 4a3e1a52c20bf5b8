"""What the operator is told when the shop says no."""

from __future__ import annotations

import gzip
import json

import httpx
import magento_samples as samples
import pytest
from magento_shops import Answers, bearer, html_answer, json_answer, open_shop, signed

from storesim.transport import StoreTransport
from tieout.documents import DocumentKind
from tieout.errors import ConfigurationWrong, ContractBroken, NeedsOperator, RetryLater, TieoutError
from tieout.http import Redactor, Reply
from tieout.stores.kinds import MAGENTO2
from tieout.stores.magento2.refusals import Complaint, PageSizeTooLarge, refuse

SECRET = "storesimaccesstoken0000000000001"


def refusal(status: int, body: str, content_type: str = "application/json", **headers: str) -> Exception:
    reply = Reply(status, {"content-type": content_type, **headers}, body.encode())
    return refuse(reply, Redactor())


def ask(answer: httpx.Response) -> TieoutError:
    source = MAGENTO2.reader(signed(open_shop()), transport=Answers(lambda request: answer))
    with pytest.raises(TieoutError) as caught:
        next(iter(source.changes(DocumentKind.ORDER, None)))
    return caught.value


@pytest.mark.parametrize(
    ("message", "parameters", "sentence"),
    [
        ('"%fieldName" is required.', {"fieldName": "searchCriteria"}, '"searchCriteria" is required.'),
        ("Use %1 or %2.", ["ASC", "DESC"], "Use ASC or DESC."),
        ("No %field of %fieldName.", {"field": "a", "fieldName": "b"}, "No a of b."),
        ("Plain.", None, "Plain."),
        ("Odd %1.", 7, "Odd %1."),
    ],
)
def test_messages_are_filled_from_their_parameters(message: str, parameters: object, sentence: str) -> None:
    assert Complaint(message, parameters).sentence() == sentence


def test_a_missing_right_names_the_resource() -> None:
    message = "The consumer isn't authorized to access %resources."
    body = json.dumps({"message": message, "parameters": {"resources": "Magento_Sales::x"}})
    error = refusal(401, body)
    assert isinstance(error, NeedsOperator)
    assert error.code == "store_right_missing"
    assert "Magento_Sales::x" in str(error)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("The signature is invalid. Verify and try again.", "proxy"),
        ("A consumer having the specified key does not exist", "integration"),
        ("Specified token does not exist", "integration"),
    ],
)
def test_refused_access_needs_the_operator(message: str, word: str) -> None:
    error = refusal(401, json.dumps({"message": message}))
    assert isinstance(error, NeedsOperator)
    assert (error.code, error.scope) == ("store_access_refused", "connection")
    assert word in str(error)


def test_an_unsupported_signature_method_needs_the_operator() -> None:
    error = refusal(400, '{"message":"Signature method %1 is not supported","parameters":["HMAC-SHA256"]}')
    assert isinstance(error, NeedsOperator)


def test_a_nonce_seen_before_is_tried_again() -> None:
    assert isinstance(refusal(401, '{"message":"The nonce is already being used by %1"}'), RetryLater)


@pytest.mark.parametrize("status", [429, 502, 503, 403])
def test_pages_of_something_before_the_shop_are_waited_out(status: int) -> None:
    error = refusal(status, "<html>", "text/html", **{"retry-after": "120"})
    assert isinstance(error, RetryLater)
    assert error.after_seconds == 120


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-5", "", "soon"])
def test_a_retry_after_that_is_no_number_is_left_to_the_engine(after: str) -> None:
    error = refusal(503, "<html>", "text/html", **{"retry-after": after})
    assert isinstance(error, RetryLater)
    assert error.after_seconds is None


def test_a_retry_after_is_a_day_at_most() -> None:
    error = refusal(429, "", "text/html", **{"retry-after": "99999999999"})
    assert isinstance(error, RetryLater)
    assert error.after_seconds == 86_400


def test_the_page_limit_is_taken_from_the_message() -> None:
    error = refusal(400, '{"message":"Maximum SearchCriteria pageSize is %max","parameters":{"max":300}}')
    assert isinstance(error, PageSizeTooLarge)
    assert error.limit == 300


def test_other_refused_requests_break_the_contract() -> None:
    assert isinstance(refusal(400, '{"message":"Specified request cannot be processed."}'), ContractBroken)


def test_internal_errors_are_tried_again_and_name_the_report() -> None:
    error = refusal(500, '{"message":"Internal Error. Report ID: webapi-6b01188c750d0"}')
    assert isinstance(error, RetryLater)
    assert "webapi-6b01188c750d0" in str(error)


def test_a_redirect_names_the_address_to_enter() -> None:
    error = ask(httpx.Response(301, headers={"location": "https://www.tidewater.example/"}))
    assert isinstance(error, NeedsOperator)
    assert "https://www.tidewater.example/" in str(error)


def test_an_address_without_magento_is_told() -> None:
    error = ask(html_answer(404))
    assert isinstance(error, NeedsOperator)
    assert error.code == "store_address_wrong"
    assert isinstance(ask(json_answer('{"message":"Request does not match any route."}', 404)), NeedsOperator)


def test_every_recorded_error_answer_becomes_one_of_our_errors() -> None:
    with gzip.open(samples.folder() / "http_exchanges.jsonl.gz", "rt") as file:
        exchanges = [json.loads(line) for line in file]
    refused = [exchange for exchange in exchanges if exchange["status"] != 200]
    assert len(refused) > 10
    for exchange in refused:
        error = refusal(exchange["status"], exchange["body"], exchange["content_type"].partition(";")[0])
        assert isinstance(error, TieoutError)
        assert str(error).endswith(".")
        assert "%" not in str(error)


def test_trap_5_a_bearer_token_that_is_not_allowed_is_explained() -> None:
    shop = open_shop(bearer_allowed=False)
    source = MAGENTO2.reader(bearer(shop), transport=StoreTransport(shop))
    with pytest.raises(NeedsOperator, match="bearer token"):
        next(iter(source.changes(DocumentKind.ORDER, None)))


def test_trap_4_a_wrong_secret_is_told_with_the_hint_about_proxies() -> None:
    shop = open_shop()
    source = MAGENTO2.reader(signed(shop, consumer_secret="wrong" * 6), transport=StoreTransport(shop))
    with pytest.raises(NeedsOperator, match="Host header"):
        next(iter(source.changes(DocumentKind.ORDER, None)))


def test_secrets_never_show_in_errors() -> None:
    body = json.dumps({"message": f"Token {SECRET} for Authorization: Bearer {SECRET} is odd"})
    for status in (400, 401, 403, 500):
        error = ask(json_answer(body, status))
        assert SECRET not in str(error)
        assert SECRET not in getattr(error, "evidence", "")
    error = ask(json_answer('{"items": "' + SECRET + '"}'))
    assert isinstance(error, ContractBroken)
    assert SECRET not in error.evidence


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"url": ""}, "url"),
        ({"access_token": " "}, "access_token"),
        ({"consumer_secret": "ß" * 32}, "consumer_secret"),
        ({"access": "guess"}, "access"),
        ({"access": "bearer", "url": "http://shop.example/"}, "url"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(changes: dict[str, str], setting: str) -> None:
    with pytest.raises(ConfigurationWrong) as caught:
        MAGENTO2.reader(signed(open_shop()) | changes)
    assert caught.value.setting == setting


def test_signed_requests_over_plain_http_work_in_the_own_house() -> None:
    shop = open_shop()
    settings = signed(shop, url="http://shop.local:8080/")
    source = MAGENTO2.reader(settings, allow_private=True, transport=StoreTransport(shop))
    assert source.one(DocumentKind.ORDER, "1") is not None


PRIVATE_OR_NONE = [
    "https://127.0.0.1/",
    "https://10.0.0.8/",
    "https://[::1]/",
    "ftp://shop.example/",
    "shop",
    "https://",
]


@pytest.mark.parametrize("url", PRIVATE_OR_NONE)
def test_addresses_of_the_own_house_are_not_called(url: str) -> None:
    source = MAGENTO2.reader(signed(open_shop(), url=url))
    with pytest.raises(NeedsOperator) as caught:
        source.one(DocumentKind.ORDER, "1")
    assert caught.value.code == "store_address_wrong"
