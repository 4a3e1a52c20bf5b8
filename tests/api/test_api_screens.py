"""The screens of tokens and webhooks: what is shown once, by whom it is made and ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from api_tools import Program, token_for
from django.test import Client
from django.urls import reverse

import web_records
from tieout.config.wiring import Wiring
from tieout.records.models import ApiToken, App, Audit, Connection
from web_records import EVIL, Shop

As = Callable[[str], Client]


@pytest.fixture
def client_as(shop: Shop, wired: Wiring) -> As:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(shop.users[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


def make_token(client: Client, **more: str) -> str:
    """The page after the form was sent."""
    return client.post(
        reverse("tokens"), {"name": "nightly", "role": "viewer", "ends": "90", **more}
    ).content.decode()


def shown(page: str) -> str:
    found = re.search(r"<code class=\"wrap-any text-reset\">(tieout_[\w-]+)</code>", page)
    assert found is not None
    return found.group(1)


def test_a_token_is_shown_once_and_works(client_as: As) -> None:
    client = client_as("operator")
    token = shown(make_token(client, role="operator"))
    assert Program(token).get("token")[1]["role"] == "operator"
    assert token not in client.get(reverse("tokens")).content.decode()
    assert (Audit.objects.latest("id").action, Audit.objects.latest("id").subject) == (
        "API token made", "nightly: operator",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("user", "roles"),
    [
        ("owner", {"owner", "operator", "bookkeeper", "viewer"}),
        ("operator", {"operator", "viewer"}),
        ("bookkeeper", {"bookkeeper", "viewer"}),
        ("viewer", {"viewer"}),
    ],
)
def test_nobody_makes_a_token_above_their_own_role(user: str, roles: set[str], client_as: As) -> None:
    client = client_as(user)
    offered = set(re.findall(r'<option value="(\w+)"', client.get(reverse("tokens")).content.decode()))
    assert offered & {"owner", "operator", "bookkeeper", "viewer"} == roles
    for role in {"owner", "operator", "bookkeeper"} - roles:
        make_token(client, role=role)
    assert not ApiToken.objects.exists()


def test_one_sees_and_revokes_ones_own_and_an_owner_everybodys(client_as: As, shop: Shop) -> None:
    tokens = {user: token_for(shop.users[user], "viewer", name=f"of {user}") for user in ("viewer", "operator")}
    page = client_as("viewer").get(reverse("tokens")).content.decode()
    assert "of viewer" in page
    assert "of operator" not in page
    other = ApiToken.objects.get(name="of operator").pk
    revoke = {"action": "revoke", "token": str(other)}
    assert client_as("viewer").post(reverse("tokens"), revoke).status_code == 404
    assert Program(tokens["operator"]).get("token")[0] == 200
    assert client_as("owner").post(reverse("tokens"), revoke).status_code == 302
    assert Program(tokens["operator"]).get("token")[0] == 401
    assert Program(tokens["viewer"]).get("token")[0] == 200


@pytest.mark.parametrize("name", [EVIL, "a" * 81, "", "a\x00b"])
def test_a_tokens_name_is_a_name(name: str, client_as: As) -> None:
    page = make_token(client_as("owner"), name=name)
    assert EVIL not in page
    page = client_as("owner").get(reverse("tokens")).content.decode()
    assert EVIL not in page
    assert ApiToken.objects.count() == (name == EVIL)


@pytest.mark.parametrize("given", ["", "x", "²", "9" * 40])
def test_what_is_no_token_cannot_be_revoked(given: str, client_as: As) -> None:
    assert client_as("owner").post(reverse("tokens"), {"action": "revoke", "token": given}).status_code == 404


def test_a_stores_secret_is_shown_once_and_kept_sealed(client_as: As, shop: Shop, wired: Wiring) -> None:
    client = client_as("owner")
    data = {"action": "secret", "store": str(shop.connection.pk)}
    page = client.post(reverse("webhooks"), data).content.decode()
    secret = wired.vault.open(Connection.objects.get().webhook_secret)
    assert secret in page
    assert f"/webhooks/store/{shop.connection.pk}" in page
    assert secret not in client.get(reverse("webhooks")).content.decode()
    assert Audit.objects.latest("id").action == "webhook secret made"


def test_xeros_key_is_kept_sealed_and_never_shown(client_as: As, wired: Wiring) -> None:
    client, app = client_as("owner"), App.objects.get()
    data = {"action": "key", "app": str(app.pk), "key": "planted-xero-webhook-key=="}
    assert client.post(reverse("webhooks"), data).status_code == 302
    app.refresh_from_db()
    assert wired.vault.open(app.webhook_key) == "planted-xero-webhook-key=="
    assert "planted-xero" not in client.get(reverse("webhooks")).content.decode()
    client.post(reverse("webhooks"), {**data, "key": "ünïcode"})
    assert wired.vault.open(App.objects.get().webhook_key) == "planted-xero-webhook-key=="


@pytest.mark.parametrize("data", [{"action": "secret", "store": "987"}, {"action": "secret", "store": "x"},
                                  {"action": "key", "app": "987", "key": "k"}])  # fmt: skip
def test_keys_of_what_does_not_exist_are_not_made(data: dict[str, str], client_as: As) -> None:
    assert client_as("owner").post(reverse("webhooks"), data).status_code == 404


def test_what_came_lately_never_runs(client_as: As, shop: Shop) -> None:
    from tieout.records.models import Inbox

    Inbox.objects.create(source=f"store:{shop.connection.pk}", remote_id="1", body=EVIL, received_at=shop.now)
    Inbox.objects.create(source="xero", remote_id="2", body='{"category": "' + "x" * 10, received_at=shop.now)
    page = client_as("owner").get(reverse("webhooks")).content.decode()
    assert EVIL not in page
    assert web_records.EVIL.replace("<", "&lt;").partition(">")[0] in page
