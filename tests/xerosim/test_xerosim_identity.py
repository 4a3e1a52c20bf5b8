"""Identity: consent, tokens, rotation, scopes, connections, and every refusal."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from xerosim_tools import Caller

from xerosim.identity.tokens import App
from xerosim.wire import Request, Response
from xerosim.world import World

REDIRECT = "http://localhost:8000/callback"
SCOPES = "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def form(world: World, path: str, app: App | None = None, **members: str) -> Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if app is not None:
        headers["authorization"] = "Basic " + base64.b64encode(f"{app.id}:{app.secret}".encode()).decode()
    return world.handle(Request("POST", path, headers, urlencode(members).encode()))


def question(app: App, **members: str) -> dict[str, str]:
    asked = {"response_type": "code", "client_id": app.id, "redirect_uri": REDIRECT, "scope": SCOPES, "state": "s/1"}
    return {**asked, **members}


def consent(world: World, app: App, decision: str = "allow", **members: str) -> dict[str, list[str]]:
    tenant = next(iter(world.organisations))
    body = {**question(app, **members), "decision": decision, "organisation": tenant}
    answer = form(world, "/identity/connect/authorize", **body)
    assert answer.status == 302, answer.body
    return parse_qs(urlsplit(answer.headers["location"]).query)


def tokens(world: World, **members: str) -> Any:
    code = consent(world, world.app)["code"][0]
    answer = form(
        world,
        "/connect/token",
        world.app,
        grant_type="authorization_code",
        code=code,
        redirect_uri=REDIRECT,
        **members,
    )
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def get(world: World, token: str, path: str, **headers: str) -> Response:
    tenant = next(iter(world.organisations))
    sent = {"authorization": f"Bearer {token}", "accept": "application/json", "xero-tenant-id": tenant, **headers}
    return world.handle(Request("GET", path, sent))


def test_the_consent_page_shows_scopes_organisations_and_refuses_framing(world: World) -> None:
    page = world.handle(Request("GET", f"/identity/connect/authorize?{urlencode(question(world.app))}", {}))
    assert page.status == 200
    assert b"accounting.invoices" in page.body
    assert b"Demo Company (UK)" in page.body
    assert page.headers["x-frame-options"] == "DENY"
    assert b"<script" not in page.body


def test_allowing_gives_a_code_and_the_code_gives_tokens(world: World) -> None:
    answer = consent(world, world.app)
    assert answer["state"] == ["s/1"]
    issued = tokens(world)
    assert (issued["expires_in"], issued["token_type"]) == (1800, "Bearer")
    assert set(issued) == {"access_token", "expires_in", "token_type", "id_token", "refresh_token", "scope"}
    assert {"xero_userid", "scope", "authentication_event_id", "client_id"} <= set(claims(issued["access_token"]))
    assert claims(issued["id_token"])["email"] == "ada@example.test"
    assert get(world, issued["access_token"], "/api.xro/2.0/Organisation").status == 200


def test_cancelling_comes_back_as_access_denied(world: World) -> None:
    assert consent(world, world.app, "cancel") == {"error": ["access_denied"], "state": ["s/1"]}


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"client_id": "nobody"}, b"unauthorized_client"),
        ({"redirect_uri": "http://127.0.0.1:8000/callback"}, b"redirect_uri"),
        ({"scope": "accounting.everything"}, b"invalid_scope"),
        ({"response_type": "token"}, b"unsupported_response_type"),
    ],
)
def test_the_authorise_step_refuses_on_its_own_page(world: World, members: dict[str, str], word: bytes) -> None:
    page = world.handle(
        Request("GET", f"/identity/connect/authorize?{urlencode(question(world.app, **members))}", {})
    )
    assert page.status == 400
    assert word in page.body


def test_a_scope_the_app_may_not_use_is_refused(world: World) -> None:
    app = world.identity.register("narrow", scopes=["accounting.contacts"])
    page = world.handle(Request("GET", f"/identity/connect/authorize?{urlencode(question(app))}", {}))
    assert b"Invalid scope for client" in page.body


def test_a_code_works_once_and_five_minutes(world: World) -> None:
    sent = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    code = consent(world, world.app)["code"][0]
    assert form(world, "/connect/token", world.app, code=code, **sent).status == 200
    again = form(world, "/connect/token", world.app, code=code, **sent)
    assert (again.status, json.loads(again.body)) == (400, {"error": "invalid_grant"})
    late = consent(world, world.app)["code"][0]
    world.clock.advance(301)
    assert form(world, "/connect/token", world.app, code=late, **sent).status == 400


def test_pkce_needs_the_verifier_and_no_secret(world: World) -> None:
    app = world.identity.register("native", kind="pkce")
    sent = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "client_id": app.id}
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = consent(world, app, **asked)["code"][0]
    assert form(world, "/connect/token", code=code, code_verifier="w" * 50, **sent).status == 400
    code = consent(world, app, **asked)["code"][0]
    assert form(world, "/connect/token", code=code, code_verifier=VERIFIER, **sent).status == 200
    page = world.handle(Request("GET", f"/identity/connect/authorize?{urlencode(question(app))}", {}))
    assert b"code challenge required" in page.body


def test_wrong_secrets_and_unknown_grants_are_refused(world: World) -> None:
    wrong = App(world.app.id, "wrong", "x")
    answer = form(world, "/connect/token", wrong, grant_type="client_credentials")
    assert json.loads(answer.body) == {"error": "invalid_client"}
    answer = form(world, "/connect/token", world.app, grant_type="password")
    assert json.loads(answer.body) == {"error": "unsupported_grant_type"}


def refresh(world: World, token: str) -> Response:
    return form(world, "/connect/token", world.app, grant_type="refresh_token", refresh_token=token)


def test_refreshing_rotates_and_the_old_token_lives_thirty_minutes_more(world: World) -> None:
    first = tokens(world)["refresh_token"]
    second = json.loads(refresh(world, first).body)
    assert second["refresh_token"] != first
    world.clock.advance(1700)
    assert refresh(world, first).status == 200
    world.clock.advance(200)
    assert json.loads(refresh(world, first).body) == {"error": "invalid_grant"}
    assert refresh(world, second["refresh_token"]).status == 200


@pytest.mark.parametrize(("rule", "same"), [("new", False), ("same", True)])
def test_a_second_refresh_in_the_grace_follows_the_switch(world: World, rule: str, same: bool) -> None:
    world.switch(grace_refresh=rule)
    first = tokens(world)["refresh_token"]
    one, two = (json.loads(refresh(world, first).body) for _ in range(2))
    assert (one == two) is same


def test_a_refresh_token_unused_for_sixty_days_is_dead(world: World) -> None:
    token = tokens(world)["refresh_token"]
    world.clock.advance(60 * 86_400 + 1)
    assert refresh(world, token).status == 400


def test_an_expired_token_says_when_it_expired(world: World) -> None:
    token = tokens(world)["access_token"]
    world.clock.advance(1801)
    answer = get(world, token, "/api.xro/2.0/Organisation")
    body = json.loads(answer.body)
    assert (answer.status, body["Title"], body["Status"]) == (401, "Unauthorized", 401)
    assert body["Detail"].startswith("TokenExpired: token expired at 09/21/2026 ")


def test_a_bad_token_and_a_foreign_organisation_are_refused(world: World) -> None:
    answer = get(world, "nonsense", "/api.xro/2.0/Organisation")
    assert (answer.status, json.loads(answer.body)["Detail"]) == (401, "AuthenticationUnsuccessful")
    token = tokens(world)["access_token"]
    for tenant in ("", "11111111-1111-4111-8111-111111111111"):
        answer = get(world, token, "/api.xro/2.0/Organisation", **{"xero-tenant-id": tenant})
        body = json.loads(answer.body)
        assert (answer.status, body["Title"], body["Detail"]) == (403, "Forbidden", "AuthenticationUnsuccessful")


@pytest.mark.parametrize(
    ("scopes", "method", "path", "allowed"),
    [
        ("accounting.invoices.read", "GET", "Invoices", True),
        ("accounting.invoices.read", "PUT", "Invoices", False),
        ("accounting.transactions", "PUT", "Invoices", True),
        ("accounting.transactions.read", "GET", "Payments", True),
        ("accounting.invoices", "PUT", "Payments", False),
        ("accounting.invoices", "PUT", "Items", True),
        ("accounting.settings.read", "GET", "Accounts", True),
        ("accounting.contacts", "GET", "Accounts", False),
        ("accounting.reports.trialbalance.read", "GET", "Reports/TrialBalance", True),
        ("accounting.reports.trialbalance.read", "GET", "Reports/BankSummary", False),
        ("accounting.reports.read", "GET", "Reports/BankSummary", True),
        ("accounting.invoices", "GET", "Invoices/x/Attachments", False),
    ],
)
def test_scopes_decide_per_endpoint(world: World, scopes: str, method: str, path: str, allowed: bool) -> None:
    call = Caller(world, next(iter(world.organisations)), frozenset(scopes.split()))
    response = call.send(method, path, {} if method == "PUT" else None)
    refused = response.status == 401
    assert refused is not allowed
    if refused:
        assert json.loads(response.body)["Detail"] == "AuthorizationUnsuccessful"
        assert "insufficient_scope" in response.headers["www-authenticate"]


def test_items_need_settings_when_the_switch_says_so(world: World) -> None:
    world.switch(items_under_invoices_scope=False)
    call = Caller(world, next(iter(world.organisations)), frozenset({"accounting.invoices"}))
    assert call.send("PUT", "Items", {"Code": "x"}).status == 401


def test_connections_are_listed_in_both_spellings_and_deleted_by_their_own_id(world: World) -> None:
    token = tokens(world)["access_token"]
    (connection,) = json.loads(get(world, token, "/Connections").body)
    assert json.loads(get(world, token, "/connections").body) == [connection]
    assert len(connection["createdDateUtc"].partition(".")[2]) == 7
    sent = {"authorization": f"Bearer {token}"}
    wrong = world.handle(Request("DELETE", f"/connections/{connection['tenantId']}", sent))
    assert wrong.status == 403
    assert world.handle(Request("DELETE", "/connections/11111111-1111-4111-8111-111111111111", sent)).status == 404
    assert world.handle(Request("DELETE", f"/connections/{connection['id']}", sent)).status == 204
    assert json.loads(get(world, token, "/connections").body) == []
    assert get(world, token, "/api.xro/2.0/Organisation").status == 403


def test_revocation_ends_the_whole_consent(world: World) -> None:
    issued = tokens(world)
    assert form(world, "/connect/revocation", world.app, token=issued["refresh_token"]).status == 200
    assert get(world, issued["access_token"], "/connections").status == 401
    assert refresh(world, issued["refresh_token"]).status == 400


def test_a_custom_connection_needs_no_tenant_header(world: World) -> None:
    app = world.custom_app(next(iter(world.organisations)))
    answer = form(world, "/connect/token", app, grant_type="client_credentials", scope="accounting.contacts")
    issued = json.loads(answer.body)
    assert "refresh_token" not in issued
    assert issued["scope"] == "accounting.contacts"
    headers = {"authorization": f"Bearer {issued['access_token']}", "accept": "application/json"}
    assert world.handle(Request("GET", "/api.xro/2.0/Contacts", headers)).status == 200
    assert world.handle(Request("GET", "/api.xro/2.0/Invoices", headers)).status == 401


def test_discovery_names_our_own_addresses(world: World) -> None:
    answer = world.handle(Request("GET", "/.well-known/openid-configuration", {"host": "localhost:8100"}))
    found = json.loads(answer.body)
    assert found["token_endpoint"] == "http://localhost:8100/connect/token"
    keys = json.loads(world.handle(Request("GET", "/.well-known/openid-configuration/jwks", {})).body)
    assert keys["keys"][0]["kty"] == "RSA"
