"""Bearer tokens and OAuth 1.0a signatures."""

import hmac
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest
from authlib.oauth1.rfc5849.client_auth import ClientAuth
from authlib.oauth1.rfc5849.signature import generate_signature_base_string
from authlib.oauth1.rfc5849.util import escape
from storesim_tools import SAMPLES, Caller, criteria

from storesim.magento2.auth import Credentials
from storesim.magento2.settings import ShopSettings
from storesim.magento2.shop import Shop
from storesim.server import start_background
from storesim.transport import StoreTransport
from storesim.wire import Request, decode


def hmac_sha256(client: ClientAuth, request: object) -> str:
    """The one method Magento takes; authlib only brings the older ones."""
    text = generate_signature_base_string(request)
    key = f"{escape(client.client_secret)}&{escape(client.token_secret)}"
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


ClientAuth.register_signature_method("HMAC-SHA256", hmac_sha256)


class Signed(httpx.Auth):
    """Signs with authlib's implementation, written by other people than the simulation's."""

    def __init__(self, **keys: str) -> None:
        self.client = ClientAuth(**keys)

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        _, headers, _ = self.client.sign(request.method, str(request.url), {}, b"")
        request.headers["authorization"] = headers["Authorization"]
        yield request


ADDRESS = "https://tidewater.example/rest/V1/orders"


def signed_client(shop: Shop, **changes: str) -> httpx.Client:
    keys = {
        "client_id": shop.credentials.consumer_key,
        "client_secret": shop.credentials.consumer_secret,
        "token": shop.credentials.access_token,
        "token_secret": shop.credentials.access_token_secret,
        "signature_method": "HMAC-SHA256",
    }
    return httpx.Client(transport=StoreTransport(shop), auth=Signed(**{**keys, **changes}))


def test_an_independent_client_signs_its_way_in(shop: Shop) -> None:
    with signed_client(shop) as client:
        answer = client.get(ADDRESS, params=criteria(("updated_at", "gteq", "2026-11-21T04:03:16")))
    assert answer.status_code == 200
    assert answer.json()["total_count"] == 2


def test_a_signed_write_with_a_body_is_let_in(shop: Shop) -> None:
    with signed_client(shop) as client:
        answer = client.post(ADDRESS, json={"entity": {"entity_id": 3, "ext_order_id": "X"}})
    assert answer.status_code == 200
    assert shop.document("orders", 3)["ext_order_id"] == "X"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"client_id": "other"}, 401, "A consumer having the specified key does not exist"),
        ({"token": "other"}, 401, "Specified token does not exist"),
        ({"client_secret": "other"}, 401, "The signature is invalid. Verify and try again."),
        ({"token_secret": "other"}, 401, "The signature is invalid. Verify and try again."),
        ({"signature_method": "HMAC-SHA1"}, 400, "Signature method %1 is not supported"),
    ],
)
def test_a_wrong_signature_part_is_named(shop: Shop, changes: dict[str, str], status: int, message: str) -> None:
    with signed_client(shop, **changes) as client:
        answer = client.get(ADDRESS, params={"searchCriteria": "all"})
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_nonce_works_once(shop: Shop) -> None:
    with signed_client(shop) as client:
        first = client.get(ADDRESS, params={"searchCriteria": "all"})
    headers = {"authorization": first.request.headers["authorization"], "host": "tidewater.example"}
    again = shop.handle(
        Request(
            method="GET",
            path="/rest/V1/orders",
            query="searchCriteria=all",
            headers=headers,
            scheme="https",
        )
    )
    assert again.status == 401
    assert b"The nonce is already being used" in again.body


def test_a_space_sent_as_plus_spoils_the_signature(shop: Shop) -> None:
    address = f"{ADDRESS}?searchCriteria%5BpageSize%5D=1&fields=total_count%2Ca"
    with signed_client(shop) as client:
        good = client.build_request("GET", address + "%20b")
        assert client.send(good).status_code == 200
        bad = client.build_request("GET", address + "%20b")
        bad = next(Signed(**oauth_keys(shop)).auth_flow(bad))
    answer = shop.handle(
        Request(
            method="GET",
            path="/rest/V1/orders",
            query=bad.url.query.decode().replace("%20", "+"),
            headers={"authorization": bad.headers["authorization"], "host": "tidewater.example"},
            scheme="https",
        )
    )
    assert answer.status == 401
    assert b"signature is invalid" in answer.body


def oauth_keys(shop: Shop) -> dict[str, str]:
    credentials = shop.credentials
    return {
        "client_id": credentials.consumer_key,
        "client_secret": credentials.consumer_secret,
        "token": credentials.access_token,
        "token_secret": credentials.access_token_secret,
        "signature_method": "HMAC-SHA256",
    }


def test_the_bearer_door_can_be_shut() -> None:
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(bearer_allowed=False)))
    answer = caller.get("/rest/V1/orders", {"searchCriteria": "all"})
    assert answer.status == 401


def test_a_missing_right_is_401_and_named() -> None:
    credentials = Credentials(rights=frozenset({"Magento_Sales::actions_view"}))
    caller = Caller(Shop.from_folder(SAMPLES, settings=ShopSettings(credentials=credentials)))
    assert caller.get("/rest/V1/orders", {"searchCriteria": "all"}).status == 200
    answer = caller.send("POST", "/rest/V1/orders", body={"entity": {"entity_id": 1}})
    assert answer.status == 401
    assert decode(answer.body) == {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Sales::create"},
    }


def test_currency_is_open_to_all(shop: Shop) -> None:
    assert shop.handle(Request(method="GET", path="/rest/V1/directory/currency")).status == 200


def test_a_signed_call_over_a_socket_names_the_port(shop: Shop) -> None:
    with start_background(shop) as server:
        address = f"{server.base_url}/rest/V1/orders"
        parameters = criteria(("created_at", "gteq", "2026-11-21T04:03:00"))
        good = httpx.get(address, params=parameters, auth=Signed(**oauth_keys(shop)))
        assert good.json()["total_count"] == 4
        bad = httpx.get(address, params=parameters, auth=Signed(**oauth_keys(shop)), headers={"host": "127.0.0.1"})
        assert bad.status_code == 401


def test_shops_before_2_4_4_take_sha1_signatures() -> None:
    shop = Shop.from_folder(SAMPLES, settings=ShopSettings(version="2.4.3"))
    with signed_client(shop, signature_method="HMAC-SHA1") as client:
        assert client.get(ADDRESS, params={"searchCriteria": "all"}).status_code == 200
