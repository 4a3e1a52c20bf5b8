"""The guard against private networks: an address that a user typed must not make us call our own house.

The check is made on the numbers that the connection is really opened to, not on an earlier look-up: a name may
answer differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from tieout.http.failures import AddressRefused

Resolve = Callable[[str, int], Sequence[str]]


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """All addresses of a host name, in the order the system prefers. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressGuard:
    """allow_private: also loopback and private networks, for the demo and for shops in one's own house."""

    def __init__(self, *, allow_private: bool = False, resolve: Resolve = resolve_by_system) -> None:
        self.allow_private = allow_private
        self._resolve = resolve

    def check_url(self, url: str) -> None:
        """What can be said without asking the network. Raises AddressRefused."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise AddressRefused("This is not an address of a web site.") from error
        if parts.scheme not in ("http", "https") or not host:
            raise AddressRefused(
                "The address must start with https:// and name a host, as in https://www.example.com/."
            )
        if parts.username or parts.password:
            raise AddressRefused("The address must not contain a user name or password.")
        numbers = _as_number(host)
        if numbers is not None:
            self._check_number(host, numbers)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The numbers to connect to. Raises AddressRefused, and OSError when the name is unknown."""
        found = self._resolve(host, port)
        for number in found:
            parsed = _as_number(number)
            if parsed is None:
                raise AddressRefused(f"{host} has no usable address.")
            self._check_number(host, parsed)
        return found

    def _check_number(self, host: str, number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        mapped = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
        plain = mapped or number
        if plain.is_multicast or plain.is_unspecified:
            raise AddressRefused(f"{host} is not an address that can be called.")
        if not self.allow_private and (not plain.is_global or not number.is_global):
            raise AddressRefused(
                f"{host} lies in a private network. If the shop runs in your own network, allow private addresses "
                "in the settings of this installation."
            )


def _as_number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections only to numbers that the guard let pass."""

    def __init__(self, guard: AddressGuard, inner: httpcore.NetworkBackend | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore.NetworkBackend. The host's name stays the one that the certificate is checked for."""
        try:
            numbers = self._guard.addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} is not known") from error
        problem: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for number in numbers:
            try:
                return self._inner.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: no shop lives in a file."""
        raise AddressRefused("A socket file is not an address of a shop.")

    def sleep(self, seconds: float) -> None:
        """See httpcore.NetworkBackend."""
        self._inner.sleep(seconds)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport on guarded connections; it uses no proxy of the environment."""

    def __init__(self, guard: AddressGuard) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=10,
            max_keepalive_connections=5,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(guard),
        )
