"""Where a request came from: only a named front server is believed (issue 8, Running)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
import structlog
from api_tools import Program, token_for
from axes.models import AccessAttempt
from django.test import Client, RequestFactory

from tieout.config import environment
from tieout.config.wiring import Wiring
from tieout.errors import ConfigurationWrong
from tieout.records.models import Audit
from tieout.web.proxies import TrustedProxies, client_of
from web_records import Shop

TRUSTED = (ip_network("127.0.0.1"), ip_network("10.0.0.0/24"), ip_network("::1"))


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        # The nearest server wrote the right end; what the client wrote itself stands left of it.
        ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("127.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ("127.0.0.1", "1.2.3.4, unknown, 10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("127.0.0.1", "," * 5000, "127.0.0.1"),
    ],
)
def test_the_client_is_the_nearest_that_is_no_front_server(peer: str, told: str, client: str) -> None:
    assert client_of(peer, told, TRUSTED) == client


def _seen(peer: str, settings: Any) -> tuple[str, bool, set[str]]:
    settings.TIEOUT_TRUSTED_PROXIES = TRUSTED
    request = RequestFactory().get(
        "/", REMOTE_ADDR=peer, headers={"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    )
    TrustedProxies(lambda request: None)(request)  # type: ignore[arg-type, return-value]
    left = {name for name in request.META if "FORWARDED" in name}
    return request.META["REMOTE_ADDR"], request.is_secure(), left


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.200", "::1", "::ffff:10.0.0.3"])
def test_a_named_front_server_is_believed(peer: str, settings: Any) -> None:
    assert _seen(peer, settings)[:2] == ("203.0.113.9", True)


@pytest.mark.parametrize("peer", ["203.0.113.50", "10.0.1.1", "2001:db8::1", "", "no address"])
def test_nobody_else_is_believed_about_address_or_tls(peer: str, settings: Any) -> None:
    assert _seen(peer, settings) == (peer, False, set())


def test_the_audit_has_the_clients_own_address(shop: Shop, wired: Wiring) -> None:
    program = Program(token_for(shop.users["owner"]), address="127.0.0.1")
    body = {"ids": [shop.postings["held"].pk]}
    assert program.post("queue/retry", body, **{"x-forwarded-for": "6.6.6.6, 198.51.100.7"})[0] == 200
    assert Audit.objects.latest("id").address == "198.51.100.7"


@pytest.fixture
def quick_hashes(settings: Any) -> None:
    """Names that do not exist cost as much as others, by the first of these."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.mark.usefixtures("quick_hashes")
def test_a_guesser_is_throttled_whatever_addresses_it_invents(shop: Shop) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    login = {"username": "owner", "password": "wrong"}
    statuses = [
        client.post("/login", login, headers={"x-forwarded-for": f"1.1.1.{number}"}).status_code
        for number in range(7)
    ]
    assert statuses[0] == 200
    assert statuses[-2:] == [429, 429]
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"198.51.100.7"}


@pytest.mark.usefixtures("quick_hashes")
def test_behind_a_front_server_guessers_are_told_apart(shop: Shop) -> None:
    client = Client(REMOTE_ADDR="127.0.0.1")
    login = {"username": "ownr", "password": "wrong"}
    for _ in range(6):
        client.post("/login", login, headers={"x-forwarded-for": "198.51.100.7"})
    assert client.post("/login", login, headers={"x-forwarded-for": "198.51.100.7"}).status_code == 429
    assert client.post("/login", login, headers={"x-forwarded-for": "198.51.100.8"}).status_code == 200


@pytest.mark.parametrize("given", ["everybody", "10.0.0.1/8", "10.0.0.300"])
def test_a_wrong_list_stops_the_start_with_a_sentence(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_TRUSTED_PROXIES", given)
    with pytest.raises(ConfigurationWrong, match=r"is not a list of addresses and networks\. Example"):
        environment.networks("TIEOUT_TRUSTED_PROXIES", "127.0.0.1", example="10.0.0.0/24")


def test_what_is_logged_of_a_request_names_its_address(shop: Shop, wired: Wiring) -> None:
    client = Client(REMOTE_ADDR="127.0.0.1")
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as events:
        client.post(
            "/webhooks/store/1", b"{}", content_type="text/plain", headers={"x-forwarded-for": "198.51.100.7"}
        )
    assert [(one["event"], one["address"]) for one in events] == [("webhook refused", "198.51.100.7")]
    assert structlog.contextvars.get_contextvars() == {}
