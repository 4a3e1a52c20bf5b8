# ruff: noqa: E501 - rows of wire data, one a line
"""OAuth 2: consent, tokens, connections."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from xero_things import NOW, Script, reply, uuid

from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.http import Lost, NotSent
from tieout.xero.addresses import Addresses
from tieout.xero.oauth import App, Identity, challenge, consent_address, read_callback, start_login
from tieout.xero.tokens import TokenSet

APP = App("client-1", "hidden-secret")
TOKENS = {
    "access_token": "access-2",
    "expires_in": 1800,
    "token_type": "Bearer",
    "refresh_token": "refresh-2",
    "scope": "a b",
}
OLD = TokenSet("access-1", NOW, NOW, refresh_token="refresh-1", scope="a b")


def identity(*answers: Any, app: App = APP) -> tuple[Identity, Script]:
    script = Script(*answers)
    return Identity(script, app), script


def form(script: Script, index: int = 0) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(script.requests[index].body.decode()).items()}


@pytest.mark.parametrize("app", [APP, App("client-1")], ids=["with a secret", "with PKCE"])
def test_the_consent_address_carries_state_scopes_and_for_apps_without_secret_a_challenge(app: App) -> None:
    login = start_login("https://tieout.example/xero/callback", NOW)
    address = urlsplit(consent_address(Addresses(), app, login, "offline_access accounting.invoices"))
    proof = (
        {} if app.client_secret else {"code_challenge": challenge(login.verifier), "code_challenge_method": "S256"}
    )
    query = {k: v[0] for k, v in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://login.xero.com/identity/connect/authorize"
    assert (
        query
        == {
            "response_type": "code",
            "client_id": "client-1",
            "redirect_uri": "https://tieout.example/xero/callback",
            "scope": "offline_access accounting.invoices",
            "state": login.state,
        }
        | proof
    )
    assert "hidden-secret" not in address.geturl()


def test_the_challenge_is_that_of_the_standard() -> None:
    # The example of RFC 7636, appendix B.
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_every_login_has_its_own_long_values() -> None:
    first, second = start_login("https://a", NOW), start_login("https://a", NOW)
    assert first.state != second.state
    assert 43 <= len(first.verifier) <= 128
    assert len(first.state) >= 40


@pytest.mark.parametrize(
    ("change", "later", "code"),
    [
        ({"state": "forged"}, 0, "state_mismatch"),
        ({"state": ""}, 0, "state_mismatch"),
        ({"error": "access_denied", "code": ""}, 0, "consent_refused"),
        ({"error": "unauthorized_client"}, 0, "consent_refused"),
        ({"code": ""}, 0, "consent_refused"),
        ({}, 31, "login_expired"),
    ],
)
def test_a_callback_is_believed_only_when_it_is_ours(change: dict[str, str], later: int, code: str) -> None:
    login = start_login("https://a", NOW)
    query = {"code": "c", "state": login.state} | change
    with pytest.raises(NeedsOperator) as caught:
        read_callback(query, login, NOW + dt.timedelta(minutes=later))
    assert caught.value.code == code


def test_a_callback_of_ours_gives_its_code() -> None:
    login = start_login("https://a", NOW)
    assert read_callback({"code": "c", "state": login.state}, login, NOW) == "c"


def test_a_code_is_exchanged_with_the_secret_in_the_header() -> None:
    login = start_login("https://a/callback", NOW)
    client, script = identity(reply(200, json.dumps(TOKENS).encode()))
    got = client.exchange("c", login, NOW)
    assert script.requests[0].url == "https://identity.xero.com/connect/token"
    assert form(script) == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": "https://a/callback",
    }
    basic = script.requests[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"client-1:hidden-secret"
    assert got == TokenSet("access-2", NOW + dt.timedelta(minutes=30), NOW, "refresh-2", "a b")


def test_an_app_without_a_secret_names_itself_in_the_body_and_proves_itself_by_the_verifier() -> None:
    login = start_login("https://a/callback", NOW)
    got = reply(200, json.dumps(TOKENS).encode())
    client, script = identity(got, got, app=App("client-1"))
    client.exchange("c", login, NOW)
    client.refresh(OLD, NOW)
    assert form(script)["code_verifier"] == login.verifier
    assert [form(script, number)["client_id"] for number in (0, 1)] == ["client-1", "client-1"]
    assert all("Authorization" not in one.headers for one in script.requests)


def test_a_refresh_gives_both_tokens_anew() -> None:
    client, script = identity(reply(200, json.dumps(TOKENS).encode()))
    assert client.refresh(OLD, NOW).refresh_token == "refresh-2"
    assert form(script) == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}


def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one() -> None:
    client, _ = identity(reply(200, b'{"access_token":"access-2","expires_in":1800}'))
    got = client.refresh(OLD, NOW)
    assert (got.refresh_token, got.scope) == ("refresh-1", "a b")


def test_a_custom_connection_logs_in_with_its_scopes_in_the_body() -> None:
    client, script = identity(reply(200, b'{"access_token":"access-3","expires_in":1800}'))
    got = client.log_in_as_app("accounting.invoices", NOW)
    assert form(script) == {"grant_type": "client_credentials", "scope": "accounting.invoices"}
    assert (got.access_token, got.refresh_token) == ("access-3", "")


@pytest.mark.parametrize(
    ("answer", "error", "detail"),
    [
        (reply(400, b'{"error":"invalid_grant"}'), NeedsOperator, "consent_gone"),
        (reply(400, b'{"error":"invalid_client"}'), NeedsOperator, "app_refused"),
        (reply(401, b'{"error":"unauthorized_client"}'), NeedsOperator, "app_refused"),
        (reply(400, b'{"error":"invalid_scope","error_description":"x"}'), NeedsOperator, "scope_missing"),
        (reply(401, b'{"Detail":"AuthenticationUnsuccessful"}'), NeedsOperator, "token_rejected"),
        (reply(429, retry_after="5", x_rate_limit_problem="minute"), RetryLater, "minute"),
        (reply(503, b"down"), RetryLater, "outage"),
        (NotSent("no route"), RetryLater, "connection"),
        (Lost("timeout"), RetryLater, "connection"),
        (reply(400, b'{"error":"something_else"}'), ContractBroken, None),
        (reply(200, b"<html>"), ContractBroken, None),
    ],
)
def test_a_refresh_fails_with_what_has_to_be_done(answer: Any, error: type[Exception], detail: str | None) -> None:
    client, _ = identity(answer)
    with pytest.raises(error) as caught:
        client.refresh(OLD, NOW)
    told = getattr(caught.value, "code", None) or getattr(caught.value, "scope", None)
    assert told == detail
    assert "refresh-1" not in str(caught.value)


def test_connections_of_organisations_are_listed() -> None:
    rows = [
        {"id": uuid(1), "authEventId": uuid(2), "tenantId": uuid(3), "tenantType": "ORGANISATION",
         "tenantName": "Demo", "createdDateUtc": "2019-07-09T23:40:30.1833130", "updatedDateUtc": "2020-05-15T01:35:13.8491980"},
        {"id": uuid(4), "tenantId": uuid(5), "tenantType": "PRACTICE", "tenantName": "P"},
    ]  # fmt: skip
    client, script = identity(reply(200, json.dumps(rows).encode()))
    (one,) = client.connections("access-1")
    assert (one.connection_id, one.tenant_id, one.name, one.event_id) == (uuid(1), uuid(3), "Demo", uuid(2))
    assert one.created_at == dt.datetime(2019, 7, 9, 23, 40, 30, 183313, tzinfo=dt.UTC)
    assert script.requests[0].headers["Authorization"] == "Bearer access-1"


def test_no_connections_left_is_an_empty_list() -> None:
    client, _ = identity(reply(200, b"[]"))
    assert client.connections("access-1") == ()


@pytest.mark.parametrize(("status", "was_there"), [(204, True), (404, False)])
def test_a_disconnect_names_the_connection(status: int, was_there: bool) -> None:
    client, script = identity(reply(status))
    assert client.disconnect("access-1", uuid(1)) is was_there
    assert (script.requests[0].method, script.requests[0].url) == (
        "DELETE",
        f"https://api.xero.com/connections/{uuid(1)}",
    )


def test_a_disconnect_that_is_refused_says_so() -> None:
    client, _ = identity(reply(403, b'{"Detail":"AuthenticationUnsuccessful"}'))
    with pytest.raises(NeedsOperator):
        client.disconnect("access-1", uuid(1))


def test_revocation_sends_the_refresh_token() -> None:
    client, script = identity(reply(200))
    client.revoke(OLD)
    assert script.requests[0].url.endswith("/connect/revocation")
    assert form(script) == {"token": "refresh-1"}


def test_secrets_do_not_show_in_representations() -> None:
    assert "hidden-secret" not in repr(APP)
    assert "refresh-1" not in repr(OLD)
    assert "access-1" not in repr(OLD)
