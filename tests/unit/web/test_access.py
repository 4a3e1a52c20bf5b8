"""Who may see and do what, for every address there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tieout.web.access import RIGHTS, Right, UserRole, rights_of
from tieout.web.urls import OPEN
from web_records import PASSWORD, ROLES, Shop

PATTERNS = {pattern.name: pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)}
GUARDED = sorted(name for name in PATTERNS if name not in OPEN)


def arguments(name: str, shop: Shop) -> dict[str, object]:
    """Values for the placeholders of an address, of things that exist."""
    known = {
        "document": shop.documents["order"].pk,
        "posting": shop.postings["queued"].pk,
        "event": shop.events["posted"].pk,
        "action": "sync",
        "grid": "orders",
        "kind": "magento2",
        "run": shop.run.pk,
        "store": shop.connection.pk,
        "organisation": shop.organisation.pk,
        "user": shop.users["viewer"].pk,
        "conflict": 1,
    }
    converters = PATTERNS[name].pattern.converters
    return {key: known[key] for key in converters}


def test_every_view_says_which_right_it_needs() -> None:
    without = [name for name in GUARDED if not isinstance(getattr(PATTERNS[name].callback, "needs", None), Right)]
    assert without == []


def test_only_these_are_open_to_strangers() -> None:
    assert {"first_owner", "login", "logout", "healthz", "readyz", "metrics"} == OPEN


@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_is_sent_to_the_login(name: str, shop: Shop, client_of: Callable[[str], Client]) -> None:
    client = client_of("stranger")
    address = reverse(name, kwargs=arguments(name, shop))
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
@pytest.mark.parametrize("name", GUARDED)
def test_each_role_reaches_exactly_what_its_rights_allow(
    name: str, role: str, shop: Shop, client_of: Callable[[str], Client], asked: object
) -> None:
    view = PATTERNS[name].callback
    method = "get" if "GET" in view.methods else "post"
    answer = getattr(client_of(role), method)(reverse(name, kwargs=arguments(name, shop)))
    allowed = role != "nobody" and view.needs in RIGHTS[UserRole(role)]
    if allowed:
        assert answer.status_code in (200, 302, 400), answer.status_code
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("name", [name for name in GUARDED if PATTERNS[name].callback.methods == ("POST",)])
def test_a_change_is_never_made_by_get(
    name: str, shop: Shop, client_of: Callable[[str], Client], asked: object
) -> None:
    answer = client_of("owner").get(reverse(name, kwargs=arguments(name, shop)))
    assert answer.status_code == 405
    assert asked.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name in GUARDED if "POST" in PATTERNS[name].callback.methods])
def test_a_post_without_the_token_is_refused(name: str, shop: Shop, asked: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.users["owner"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse(name, kwargs=arguments(name, shop)))
    assert answer.status_code == 403
    assert asked.asked == []  # type: ignore[attr-defined]


def test_a_user_of_two_roles_has_the_rights_of_both(db: None) -> None:
    user = User.objects.create_user("two")
    user.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in ("operator", "bookkeeper")))
    assert rights_of(user) == {Right.READ, Right.SYNC, Right.MAP, Right.APPROVE}


def test_a_user_that_was_switched_off_has_no_rights(db: None) -> None:
    user = User.objects.create_superuser("old")
    user.is_active = False
    assert rights_of(user) == frozenset()


def test_nobody_has_no_rights() -> None:
    assert rights_of(AnonymousUser()) == frozenset()


def test_the_groups_are_made_by_migrating(db: None) -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)


def test_five_wrong_passwords_close_the_door_for_that_name(shop: Shop) -> None:
    client = Client()
    for _ in range(5):
        client.post(reverse("login"), {"username": "owner", "password": "wrong"})
    answer = client.post(reverse("login"), {"username": "owner", "password": PASSWORD})
    assert answer.status_code == 429
    other = client.post(reverse("login"), {"username": "viewer", "password": PASSWORD})
    assert other.status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_forms_never_lead_to_another_host(target: str, client_of: Callable[[str], Client]) -> None:
    answer = client_of("viewer").post(reverse("set_theme"), {"theme": "dark", "next": target})
    assert answer["Location"] == reverse("dashboard")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_the_login_never_leads_to_another_host(target: str, shop: Shop) -> None:
    answer = Client().post(reverse("login"), {"username": "owner", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"
