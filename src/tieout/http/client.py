"""One request, one reply, within limits of time and size."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping

import httpx
import msgspec

from tieout.http.failures import AddressRefused, Lost, NotSent, TooLarge
from tieout.http.guard import AddressGuard, GuardedTransport
from tieout.http.redaction import Redactor


class Limits(msgspec.Struct, frozen=True):
    """Seconds per phase, and for all of it; bytes after decompression."""

    connect_seconds: float = 10.0
    write_seconds: float = 30.0
    #: Between two pieces of the answer. Magento needs several seconds for a full page of orders.
    read_seconds: float = 90.0
    total_seconds: float = 300.0
    answer_bytes_max: int = 64_000_000


class Request(msgspec.Struct, frozen=True):
    """url: with its query, already encoded."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        # Headers and bodies carry tokens, queries people's addresses: none of them belongs into a traceback.
        return f"Request({self.method!r}, {self.url.partition('?')[0]!r}, {len(self.body)} bytes)"


class Reply(msgspec.Struct, frozen=True):
    """headers: names in lower case. content_type: without parameters, in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status}, {self.content_type!r}, {len(self.body)} bytes)"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class HttpClient:
    """Sends requests. Follows no redirects and uses no proxy of the environment.

    transport: in tests, what answers instead of the network.  monotonic: seconds for the total limit.
    """

    def __init__(
        self,
        *,
        guard: AddressGuard,
        redactor: Redactor | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.redactor = redactor or Redactor()
        self._guard = guard
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._client = httpx.Client(
            transport=transport or GuardedTransport(guard),
            timeout=httpx.Timeout(
                self._limits.read_seconds,
                connect=self._limits.connect_seconds,
                write=self._limits.write_seconds,
                pool=self._limits.connect_seconds,
            ),
            follow_redirects=False,
            trust_env=False,
        )
        # Readers come and go; a forgotten one must not leave its connections open.
        self._closing = weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Ends the connections; happens by itself when the client is no longer used."""
        self._closing()

    def check(self, url: str) -> None:
        """Raises AddressRefused for what is no address that we call, before anything is signed or sent."""
        self._guard.check_url(url)

    def send(self, request: Request) -> Reply:
        """The whole answer, whatever its status. Raises NotSent, Lost, TooLarge and AddressRefused only."""
        self.check(request.url)
        started = self._monotonic()
        try:
            with self._client.stream(
                request.method, request.url, headers=dict(request.headers), content=request.body or None
            ) as response:
                body = self._body(response, started)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=headers, body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(self._sentence(request, "cannot be reached", error)) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise AddressRefused("This is not an address of a web site.") from error
        except httpx.TimeoutException as error:
            raise Lost(self._sentence(request, "did not answer in time", error)) from error
        except httpx.HTTPError as error:
            raise Lost(self._sentence(request, "broke off its answer", error)) from error

    def _body(self, response: httpx.Response, started: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._limits.answer_bytes_max:
                raise TooLarge(f"The answer is larger than {self._limits.answer_bytes_max} bytes.")
            if self._monotonic() - started > self._limits.total_seconds:
                raise Lost(f"The answer was not complete after {self._limits.total_seconds:.0f} seconds.")
            parts.append(part)
        return b"".join(parts)

    def _sentence(self, request: Request, what: str, error: Exception) -> str:
        host = httpx.URL(request.url).host
        return self.redactor.text(f"{host} {what} ({type(error).__name__}: {error}).")
