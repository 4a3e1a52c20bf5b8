"""Simulated shops behind a reader, in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import magento_samples as samples

from storesim.magento2.settings import ShopSettings
from storesim.magento2.shop import Shop
from storesim.transport import StoreTransport
from tieout.stores.kinds import MAGENTO2
from tieout.stores.magento2.reader import MagentoReader

URL = "https://tidewater.example/"


def open_shop(**settings: Any) -> Shop:
    return Shop.from_folder(samples.folder(), settings=ShopSettings(**settings))


def signed(shop: Shop, **changes: str) -> dict[str, str]:
    access = shop.credentials
    return {
        "url": URL,
        "access": "oauth",
        "consumer_key": access.consumer_key,
        "consumer_secret": access.consumer_secret,
        "access_token": access.access_token,
        "access_token_secret": access.access_token_secret,
        **changes,
    }


def bearer(shop: Shop, **changes: str) -> dict[str, str]:
    return {"url": URL, "access": "bearer", "access_token": shop.credentials.access_token, **changes}


def reader(shop: Shop, page_size: int = 100, transport: httpx.BaseTransport | None = None) -> MagentoReader:
    settings = signed(shop, page_size=str(page_size))
    return MAGENTO2.reader(settings, transport=transport or StoreTransport(shop))


class Between(httpx.BaseTransport):
    """Lets something happen in the shop after each answered request."""

    def __init__(self, shop: Shop, happen: Callable[[int], None]) -> None:
        self._inner = StoreTransport(shop)
        self._happen = happen
        self._answered = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        self._answered += 1
        self._happen(self._answered)
        return answer


class Answers(httpx.BaseTransport):
    """Answers with what a function says; keeps the requests."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def json_answer(body: bytes | str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=body, headers={"content-type": "application/json; charset=utf-8"})


def html_answer(status: int, body: str = "<html>no</html>", **headers: str) -> httpx.Response:
    return httpx.Response(status, content=body, headers={"content-type": "text/html; charset=UTF-8", **headers})
