"""Requests and answers as plain values, so that one simulated store serves every transport.

A simulated store is a synchronous function from `Request` to `Response`.  `storesim.server` puts it
behind a real socket, `storesim.transport` behind an httpx client in the same process.
"""

from decimal import Decimal
from typing import Protocol

import msgspec

JSON_TYPE = "application/json; charset=utf-8"


class Request(msgspec.Struct, frozen=True):
    """One HTTP request as the store sees it.

    path: still percent-encoded, without the query.  query: the raw query string without "?".
    headers: names in lower case.  scheme: "http" or "https"; the host is the Host header.
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""
    scheme: str = "http"


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer.

    delay_seconds: how long the transport waits before it answers.  hangs: the answer never comes;
    an in-process transport raises a read timeout, a server keeps the connection silent.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = {}
    delay_seconds: float = 0.0
    hangs: bool = False


class Store(Protocol):
    """Anything that answers requests the way a store does."""

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises for bad input."""
        ...


def encode(value: object) -> bytes:
    """JSON text of a value made of plain types, Decimals as numbers, and `msgspec.Raw` parts."""
    return _ENCODER.encode(value)


def decode(text: bytes | bytearray | memoryview | msgspec.Raw) -> object:
    """Value of a JSON text; numbers with a fraction become Decimals, never floats."""
    return _DECODER.decode(text)


def json_response(value: object, *, status: int = 200) -> Response:
    """A JSON answer of the given value."""
    return Response(status=status, body=encode(value))


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
