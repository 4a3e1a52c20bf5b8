"""The simulated shop gives the answers that the real one gave."""

from pathlib import Path

import pytest
from storesim_tools import SAMPLES, SHARED

from storesim.magento2.folder import Exchange, read_exchanges
from storesim.magento2.shop import Shop
from storesim.wire import Request, decode

ACCEPTED = {"XML answer": "application/xml", "html Accept": "text/html"}


def headers_of(exchange: Exchange, shop: Shop) -> dict[str, str]:
    headers = {"accept": ACCEPTED.get(exchange.note or "", "application/json"), "host": "tidewater.example"}
    tokens = {"bearer": shop.credentials.access_token, "invalid": "not-the-token"}
    if exchange.auth in tokens:
        headers["authorization"] = f"Bearer {tokens[exchange.auth]}"
    return headers


@pytest.mark.parametrize("folder", [SAMPLES, SHARED], ids=["sample_data", "shared"])
def test_every_recorded_exchange_is_answered_as_the_real_shop_did(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"LOUD: no recorded folder at {folder}; only the project's own copy is replayed")
    shop = Shop.from_folder(folder)
    exchanges = list(read_exchanges(folder))
    assert len(exchanges) > 250
    different = []
    for number, exchange in enumerate(exchanges):
        path, _, query = exchange.path.partition("?")
        answer = shop.handle(
            Request(method=exchange.method, path=path, query=query, headers=headers_of(exchange, shop))
        )
        same = (answer.status, answer.content_type) == (exchange.status, exchange.content_type)
        if not same or not same_body(exchange, answer.body):
            different.append((number, exchange.path, answer.status, answer.body[:300]))
    assert different == []


def same_body(exchange: Exchange, body: bytes) -> bool:
    if exchange.content_type.startswith("text/html"):
        title = "<title>There has been an error processing your request</title>"
        return title in exchange.body and title.encode() in body
    if exchange.content_type.startswith("application/xml"):
        return exchange.body == body.decode()
    recorded, given = decode(exchange.body.encode()), decode(body)
    if exchange.status == 500:  # the report number is a new one each time
        return isinstance(given, dict) and str(given["message"]).startswith("Internal Error. Details are")
    return recorded == given
