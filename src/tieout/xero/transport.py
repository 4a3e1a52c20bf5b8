"""The seam to the network: one request, one reply, and two ways to have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import httpx
import msgspec

#: Answers above this are refused: a page of 1,000 invoices with lines stays far below.
ANSWER_BYTES_MAX = 64_000_000
#: Seconds. Reading is long because Xero may take its time over a batch; a turn's lease is above twice this.
CONNECT_SECONDS = 10.0
READ_SECONDS = 90.0
WRITE_SECONDS = 30.0


class Request(msgspec.Struct, frozen=True):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        # Headers carry tokens, bodies carry codes and secrets; neither may reach a log by a traceback.
        return f"Request({self.method!r}, {self.url!r})"


class Reply(msgspec.Struct, frozen=True):
    """headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """The request never left: no connection. It may be sent again."""


class Lost(Exception):
    """The request left, or may have, and no whole answer came back."""


class Transport(Protocol):
    def __call__(self, request: Request) -> Reply:
        """Raises NotSent and Lost, nothing else."""
        ...


class HttpxTransport:
    """The transport of production. Redirects are not followed: Xero's interface has none."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, write=WRITE_SECONDS),
            follow_redirects=False,
        )

    def __call__(self, request: Request) -> Reply:
        try:
            with self._client.stream(
                request.method, request.url, headers=dict(request.headers), content=request.body
            ) as response:
                body = self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSent(f"no connection to {httpx.URL(request.url).host}") from error
        except httpx.HTTPError as error:
            raise Lost(f"{type(error).__name__} after the request had left") from error
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    def _read(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > ANSWER_BYTES_MAX:
                raise Lost(f"the answer is larger than {ANSWER_BYTES_MAX} bytes")
            parts.append(part)
        return b"".join(parts)
