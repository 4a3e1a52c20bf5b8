"""Who is logged in where, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tieout.web.sessions import browser
from web_records import PASSWORD, Shop

ClientOf = Callable[[str], Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def log_in(name: str, agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": agent})
    client.post(reverse("login"), {"username": name, "password": PASSWORD})
    return client


def handles(client: Client, page: str = "preferences") -> dict[str, str]:
    """User name → handle of sessions that may be ended."""
    return {one.user: one.handle for one in client.get(reverse(page)).context["sessions"] if not one.is_this}


def test_an_owner_sees_every_session_with_browser_and_address(shop: Shop) -> None:
    log_in("viewer")
    text = log_in("owner").get(reverse("users")).content.decode()
    assert "Firefox 140, 127.0.0.1" in text
    assert text.count("this browser") == 1


def test_others_see_their_own_sessions_only(shop: Shop) -> None:
    log_in("owner")
    found = log_in("viewer").get(reverse("preferences")).context["sessions"]
    assert [one.user for one in found] == ["viewer"]


def test_no_page_shows_a_session_key(shop: Shop) -> None:
    inside = log_in("viewer")
    text = log_in("owner").get(reverse("users")).content.decode()
    assert inside.session.session_key not in text


def test_an_ended_session_is_out_at_once(shop: Shop, asked: Any) -> None:
    inside, owner = log_in("viewer"), log_in("owner")
    owner.post(reverse("session_end"), {"session": handles(owner, "users")["viewer"]})
    assert inside.get(reverse("queue")).status_code == 302
    assert [name for name, _, _ in asked.asked] == ["note"]


def test_nobody_ends_the_session_of_another(shop: Shop, asked: Any) -> None:
    owner = log_in("owner")
    log_in("bookkeeper")
    mine = log_in("owner").get(reverse("users")).context["sessions"]
    victim = next(one.handle for one in mine if one.user == "bookkeeper")
    log_in("viewer").post(reverse("session_end"), {"session": victim})
    assert "bookkeeper" in handles(owner, "users")
    assert asked.asked == []


def test_a_new_password_is_shown_once_and_ends_the_sessions(shop: Shop, asked: Any) -> None:
    inside, owner = log_in("viewer"), log_in("owner")
    page = owner.post(reverse("user_change", args=(shop.users["viewer"].pk,)), {"action": "password"})
    new = page.context["fresh"][1]
    assert new in page.content.decode()
    assert User.objects.get(username="viewer").check_password(new)
    assert inside.get(reverse("queue")).status_code == 302
    assert new not in owner.get(reverse("users")).content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox 140"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "Edge 141"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15", "Safari 18"),
        ("<script>", ""),
    ],
)
def test_browsers_are_named(agent: str, name: str) -> None:
    assert browser(agent) == name
