"""Who is let in: tokens with roles, ends, revocation, and what happens to those who guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from api_tools import Program, token_for
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from tieout.config.wiring import Wiring
from tieout.records.models import ApiToken, Audit
from tieout.web.access import RIGHTS, UserRole
from tieout.web.api.description import ENDPOINTS
from tieout.web.api.endpoints import Endpoint
from web_records import ROLES, Shop

#: Bodies that every endpoint of this body takes.
BODIES = {
    "Chosen": {"ids": [1]},
    "ChosenWithReason": {"ids": [1], "reason": "asked by the owner"},
    "ChosenDocuments": {"ids": [1]},
    "ChosenDocumentsWithReason": {"ids": [1], "reason": "asked by the owner"},
    "Addition": {"store": 1},
    "TieOutAsked": {"organisation": 1},
    "Cause": {"code": "tax_unmapped"},
}


def call(program: Program, endpoint: Endpoint) -> int:
    path = endpoint.path
    for name in endpoint.id_names:
        path = path.replace(f"{{{name}}}", "1")
    if endpoint.method == "GET":
        return program.get(path)[0]
    return program.post(path, BODIES[endpoint.body.__name__] if endpoint.body else None)[0]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_exactly_what_its_rights_allow(role: str, shop: Shop, wired: Wiring) -> None:
    program = Program(token_for(shop.users["owner"], role))
    for endpoint in ENDPOINTS:
        status = call(program, endpoint)
        if endpoint.right in RIGHTS[UserRole(role)]:
            assert status in (200, 202, 404), (endpoint.name, status)
        else:
            assert status == 403, endpoint.name


@pytest.mark.parametrize("user", [*ROLES, "nobody"])
def test_a_token_never_may_more_than_its_user(user: str, shop: Shop, wired: Wiring) -> None:
    program = Program(token_for(shop.users[user], "owner"))
    allowed = RIGHTS[UserRole(user)] if user in ROLES else frozenset()
    for endpoint in ENDPOINTS:
        assert (call(program, endpoint) == 403) == (endpoint.right not in allowed), endpoint.name


def test_a_lowered_role_of_the_user_counts_at_once(shop: Shop, wired: Wiring) -> None:
    program = Program(token_for(shop.users["operator"], "operator"))
    assert program.post("queue/retry", {"ids": [1]})[0] == 200
    shop.users["operator"].groups.set([Group.objects.get(name="viewer")])
    assert program.post("queue/retry", {"ids": [1]})[0] == 403


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Basic b3duZXI6eA=="},
                                     {"Authorization": "Bearer"}, {"Authorization": "Bearer "}])  # fmt: skip
def test_without_a_token_nothing_is_told(headers: dict[str, str], shop: Shop) -> None:
    answer = Client().get("/api/v1/queue", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_login_of_a_person_is_no_token(shop: Shop, wired: Wiring) -> None:
    """So that no page of another site can make a browser do anything here."""
    client = Client()
    client.force_login(shop.users["owner"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/queue").status_code == 401
    assert client.post("/api/v1/queue/retry", b"{}", content_type="application/json").status_code == 401


def _revoke(token: ApiToken) -> None:
    token.revoked_at = timezone.now()
    token.save()


def _shut_out(token: ApiToken) -> None:
    token.user.is_active = False
    token.user.save()


def _delete_user(token: ApiToken) -> None:
    token.user.delete()


@pytest.mark.parametrize("end", [_revoke, _shut_out, _delete_user])
def test_a_token_ends_at_once(end: Callable[[ApiToken], None], shop: Shop) -> None:
    program = Program(token_for(shop.users["viewer"], "viewer"))
    assert program.get("token")[0] == 200
    end(ApiToken.objects.get())
    status, told = program.get("token")
    assert (status, told["code"]) == (401, "token_wrong")


def test_an_old_token_says_that_it_ended(shop: Shop) -> None:
    program = Program(token_for(shop.users["viewer"], "viewer", expires_at=timezone.now()))
    status, told = program.get("token")
    assert (status, told["code"]) == (401, "token_expired")


def test_the_token_is_kept_as_a_digest_only(shop: Shop) -> None:
    token = token_for(shop.users["viewer"])
    [row] = ApiToken.objects.values()
    assert token not in str(row)
    assert len(token) > 40
    assert row["beginning"] == token[: len(row["beginning"])]


def test_its_use_is_noted_once_a_minute(shop: Shop, django_assert_num_queries: object) -> None:
    program = Program(token_for(shop.users["viewer"]))
    program.get("token")
    first = ApiToken.objects.get().last_used_at
    program.get("token")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    program.get("token")
    assert timezone.now() - ApiToken.objects.get().last_used_at < timedelta(seconds=5)


def test_five_wrong_tokens_close_the_door_for_that_address_only(shop: Shop) -> None:
    token = token_for(shop.users["viewer"])
    guesser = Program("tieout_" + "a" * 43)
    codes = [guesser.get("token")[1]["code"] for _ in range(8)]
    assert codes == ["token_wrong"] * 5 + ["too_many_tries"] * 3
    answer = guesser.client.get("/api/v1/token", headers=guesser.headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    # A right token is let in from there as well: nobody guesses it, and neighbours must not be shut out.
    assert Program(token).get("token")[0] == 200
    assert Program("wrong", address="203.0.113.10").get("token")[1]["code"] == "token_wrong"


def test_guessed_tokens_do_not_close_the_login_of_people(shop: Shop) -> None:
    guesser = Program("wrong")
    for _ in range(8):
        guesser.get("token")
    answer = guesser.client.post("/login", {"username": "viewer", "password": "a long enough password"})
    assert answer.status_code == 302


def test_the_audit_names_user_token_and_address(shop: Shop, wired: Wiring) -> None:
    program = Program(token_for(shop.users["operator"], "operator", name="warehouse"))
    held = shop.postings["held"].pk
    assert program.post("queue/retry", {"ids": [held]}) == (200, {"changed": 1})
    audit = Audit.objects.latest("id")
    assert (audit.user, audit.action, audit.address) == ("operator (token warehouse)", "retry", "203.0.113.9")
