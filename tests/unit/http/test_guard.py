"""The guard against private networks, on real sockets where it matters."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator, Sequence

import httpcore
import pytest

from tieout.http import AddressGuard, AddressRefused, HttpClient, NotSent, Request
from tieout.http.guard import GuardedBackend, resolve_by_system


def guard(*numbers: str, allow_private: bool = False) -> AddressGuard:
    def resolve(host: str, port: int) -> Sequence[str]:
        return numbers

    return AddressGuard(allow_private=allow_private, resolve=resolve)


PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("number", PRIVATE)
def test_names_that_lead_into_the_own_house_are_refused(number: str) -> None:
    with pytest.raises(AddressRefused):
        guard(number).addresses("shop.example", 443)


@pytest.mark.parametrize("number", PRIVATE)
def test_one_private_number_among_public_ones_is_enough(number: str) -> None:
    with pytest.raises(AddressRefused):
        guard("93.184.216.34", number).addresses("shop.example", 443)


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_numbers_pass(number: str) -> None:
    assert guard(number).addresses("shop.example", 443) == (number,)


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.1", "::1", "192.168.1.1"])
def test_the_switch_allows_private_networks(number: str) -> None:
    assert guard(number, allow_private=True).addresses("shop.example", 443) == (number,)


@pytest.mark.parametrize("number", ["0.0.0.0", "224.0.0.1", "::"])
def test_the_switch_never_allows_what_is_no_host(number: str) -> None:
    with pytest.raises(AddressRefused):
        guard(number, allow_private=True).addresses("shop.example", 443)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "https://[::1]/", "https://192.168.0.1/rest"])
def test_numbers_in_the_address_are_checked_without_the_network(url: str) -> None:
    with pytest.raises(AddressRefused, match="private network"):
        AddressGuard().check_url(url)
    AddressGuard(allow_private=True).check_url(url)


@pytest.mark.parametrize("number", ["not a number", ""])
def test_answers_of_a_resolver_that_are_no_numbers_are_refused(number: str) -> None:
    with pytest.raises(AddressRefused):
        guard(number).addresses("shop.example", 443)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def local_server() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_name_that_resolves_to_loopback_is_not_connected_to(local_server: int) -> None:
    client = HttpClient(guard=guard("127.0.0.1"))
    with pytest.raises(AddressRefused, match="private network"):
        client.send(Request("GET", f"http://shop.example:{local_server}/"))
    client.close()


def test_with_the_switch_the_number_of_the_guard_is_the_one_connected_to(local_server: int) -> None:
    client = HttpClient(guard=guard("127.0.0.1", allow_private=True))
    assert client.send(Request("GET", f"http://shop.example:{local_server}/")).body == b"hello"
    client.close()


def test_the_next_number_is_tried_when_one_is_dead(local_server: int) -> None:
    client = HttpClient(guard=guard("127.0.0.2", "127.0.0.1", allow_private=True))
    assert client.send(Request("GET", f"http://shop.example:{local_server}/")).status == 200
    client.close()


def test_a_dead_port_is_not_sent(local_server: int) -> None:
    client = HttpClient(guard=AddressGuard(allow_private=True))
    with pytest.raises(NotSent):
        client.send(Request("GET", "http://127.0.0.1:9/"))
    client.close()


def test_an_unknown_name_is_not_sent() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    client = HttpClient(guard=AddressGuard(resolve=resolve))
    with pytest.raises(NotSent, match="not known"):
        client.send(Request("GET", "https://shop.example/"))
    client.close()


def test_a_name_without_numbers_is_not_sent() -> None:
    client = HttpClient(guard=guard())
    with pytest.raises(NotSent):
        client.send(Request("GET", "https://shop.example/"))
    client.close()


def test_socket_files_are_refused() -> None:
    with pytest.raises(AddressRefused):
        GuardedBackend(AddressGuard()).connect_unix_socket("/run/some.sock")


def test_sleeping_is_left_to_the_inner_backend() -> None:
    slept: list[float] = []

    class Inner(httpcore.SyncBackend):
        def sleep(self, seconds: float) -> None:
            slept.append(seconds)

    GuardedBackend(AddressGuard(), Inner()).sleep(0.5)
    assert slept == [0.5]


def test_the_systems_resolver_gives_each_number_once() -> None:
    found = resolve_by_system("localhost", 80)
    assert "127.0.0.1" in found or "::1" in found
    assert len(set(found)) == len(found)
