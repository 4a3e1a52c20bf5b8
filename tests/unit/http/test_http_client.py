"""The HTTP wrapper: whole answers within limits, or one of four failures."""

from __future__ import annotations

import gc
import gzip
from collections.abc import Callable, Iterator

import httpx
import pytest

from tieout.http import (
    AddressGuard,
    AddressRefused,
    HttpClient,
    Limits,
    Lost,
    NotSent,
    Redactor,
    Reply,
    Request,
    TooLarge,
)

URL = "https://shop.example/path?a=b%20c"
SECRET = "a-very-secret-token"


class Stream(httpx.SyncByteStream):
    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


def client(answer: Callable[[httpx.Request], httpx.Response], **more: object) -> HttpClient:
    return HttpClient(guard=AddressGuard(), transport=httpx.MockTransport(answer), **more)  # type: ignore[arg-type]


def fail(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


def test_an_answer_comes_whole_with_names_in_lower_case() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404, content=b"no", headers={"X-Thing": "1", "Content-Type": "Text/HTML; charset=x"})

    reply = client(answer).send(Request("POST", URL, {"x-own": "yes"}, b"body"))
    assert (reply.status, reply.body, reply.headers["x-thing"]) == (404, b"no", "1")
    assert reply.content_type == "text/html"
    assert seen[0].method == "POST"
    assert seen[0].headers["x-own"] == "yes"
    assert seen[0].read() == b"body"
    assert seen[0].url.raw_path == b"/path?a=b%20c"


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")])
def test_no_connection_means_not_sent(error: Exception) -> None:
    with pytest.raises(NotSent, match=r"shop\.example cannot be reached"):
        client(fail(error)).send(Request("GET", URL))


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout("x"), httpx.WriteTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")],
)
def test_an_answer_that_breaks_off_is_lost(error: Exception) -> None:
    with pytest.raises(Lost) as caught:
        client(fail(error)).send(Request("GET", URL))
    assert caught.value.__cause__ is error


def test_redirects_are_not_followed() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

    assert client(answer).send(Request("GET", URL)).status == 302
    assert len(calls) == 1


def test_an_answer_above_the_limit_is_not_read_to_its_end() -> None:
    given: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(1000):
            given.append(number)
            yield b"x" * 1000

    limited = client(
        lambda request: httpx.Response(200, stream=Stream(parts())), limits=Limits(answer_bytes_max=5000)
    )
    with pytest.raises(TooLarge):
        limited.send(Request("GET", URL))
    assert len(given) < 20


def test_the_limit_counts_bytes_after_decompression() -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    assert len(bomb) < 5000
    limited = client(
        lambda request: httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"}),
        limits=Limits(answer_bytes_max=100_000),
    )
    with pytest.raises(TooLarge):
        limited.send(Request("GET", URL))


def test_an_answer_that_drips_is_given_up() -> None:
    seconds = iter(range(0, 10_000, 100))

    def parts() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x"

    slow = client(
        lambda request: httpx.Response(200, stream=Stream(parts())),
        monotonic=lambda: float(next(seconds)),
    )
    with pytest.raises(Lost, match="300 seconds"):
        slow.send(Request("GET", URL))


def test_time_limits_are_set_per_phase() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    client(answer, limits=Limits(connect_seconds=1, read_seconds=2, write_seconds=3)).send(Request("GET", URL))
    assert seen[0].extensions["timeout"] == {"connect": 1, "read": 2, "write": 3, "pool": 1}


def test_failures_name_no_secret() -> None:
    error = httpx.ConnectError(f"proxy said no to {SECRET}")
    with pytest.raises(NotSent) as caught:
        client(fail(error), redactor=Redactor([SECRET])).send(Request("GET", URL))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "shop", "file:///etc/passwd", "https://", "http://[", "https://a:b@shop.example/"]
)
def test_what_is_no_address_is_refused_before_sending(url: str) -> None:
    with pytest.raises(AddressRefused):
        client(fail(AssertionError("sent"))).send(Request("GET", url))


def test_a_forgotten_client_closes_its_connections() -> None:
    closed: list[bool] = []

    class Transport(httpx.MockTransport):
        def close(self) -> None:
            closed.append(True)

    forgotten = HttpClient(guard=AddressGuard(), transport=Transport(lambda request: httpx.Response(200)))
    forgotten.send(Request("GET", URL))
    del forgotten
    gc.collect()
    assert closed == [True]


def test_closing_ends_the_connections() -> None:
    closed = client(lambda request: httpx.Response(200))
    closed.close()
    with pytest.raises(RuntimeError):
        closed.send(Request("GET", URL))


def test_no_secret_is_seen_where_a_request_or_its_answer_is_printed() -> None:
    request = Request("POST", f"{URL}&token={SECRET}", {"Authorization": f"Bearer {SECRET}"}, SECRET.encode())
    reply = Reply(200, {"set-cookie": SECRET, "content-type": "application/json"}, SECRET.encode())
    for printed in (repr(request), str(request), repr(reply), f"{[request, reply]}"):
        assert SECRET not in printed
    assert repr(request) == "Request('POST', 'https://shop.example/path', 19 bytes)"
    assert repr(reply) == "Reply(200, 'application/json', 19 bytes)"
