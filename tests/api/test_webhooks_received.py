"""Calls of stores and of Xero: what is taken, what is refused, and that nothing is parsed before the signature."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_tools import HandClock
from django.test import Client
from django.urls import reverse

from tieout.config.wiring import Wiring
from tieout.records.models import App, Connection, Inbox, Schedule
from tieout.stores import signed_calls
from tieout.stores.opencart import signing
from tieout.web.cases.actor import Actor
from tieout.web.webhooks.receiving import STORE_BYTES_MAX
from web_records import Shop
from xerosim.webhooks import Event, Webhooks, sign

ADA = Actor("owner", "127.0.0.1")
CHANGE = b'{"kind": "order", "id": 104}'


class Store:
    """A store that signs its calls by the scheme of the docs."""

    def __init__(self, shop: Shop, wired: Wiring, clock: HandClock) -> None:
        from tieout.config.web_cases import WebCases

        self.secret = WebCases(lambda: wired).new_webhook_secret(shop.connection.pk, ADA)
        self.path = reverse("webhook_of_store", args=[shop.connection.pk])
        self.clock = clock

    def headers(self, body: bytes = CHANGE, *, seconds: int = 0, secret: str = "") -> dict[str, str]:
        time = str(int(self.clock.now().timestamp()) + seconds)
        return {
            "x-tieout-time": time,
            "x-tieout-signature": signed_calls.signature(secret or self.secret, time, body),
        }

    def send(self, body: bytes = CHANGE, headers: dict[str, str] | None = None, path: str = "") -> Any:
        return Client().post(
            path or self.path, body, content_type="application/json", headers=headers or self.headers(body)
        )


@pytest.fixture
def store(shop: Shop, wired: Wiring, clock: HandClock) -> Store:
    return Store(shop, wired, clock)


def test_a_genuine_call_is_kept_as_it_came_and_makes_the_inbox_due(store: Store, clock: HandClock) -> None:
    Schedule.objects.create(name="inbox", job="inbox", due_at=None)
    answer = store.send()
    assert (answer.status_code, answer.content) == (200, b"")
    [row] = Inbox.objects.all()
    assert (row.body.encode(), row.handled_at) == (CHANGE, None)
    assert Schedule.objects.get().due_at == clock.now()


def test_a_replayed_call_is_answered_and_kept_once(store: Store, clock: HandClock) -> None:
    headers = store.headers()
    assert [store.send(headers=headers).status_code for _ in range(3)] == [200, 200, 200]
    assert Inbox.objects.count() == 1
    clock.move(signed_calls.AGE_SECONDS_MAX + 1)
    assert store.send(headers=headers).status_code == 401


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_a_call_of_another_time_is_refused(seconds: int, store: Store) -> None:
    assert store.send(headers=store.headers(seconds=seconds)).status_code == 401
    assert not Inbox.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-tieout-time": "", "x-tieout-signature": ""},
        {"x-tieout-time": "²", "x-tieout-signature": "a" * 64},
        {"x-tieout-time": "1e9", "x-tieout-signature": "a" * 64},
        {"x-tieout-time": "9" * 5000, "x-tieout-signature": "a"},
        {"x-tieout-signature": "ünïcode"},
    ],
)
def test_a_call_without_a_right_signature_is_refused(headers: dict[str, str], store: Store) -> None:
    assert store.send(headers={**store.headers(secret="guessed"), **headers}).status_code == 401


def test_a_changed_body_is_refused(store: Store) -> None:
    assert store.send(CHANGE + b" ", headers=store.headers(CHANGE)).status_code == 401


def test_a_forged_body_is_never_parsed(store: Store) -> None:
    """Not even told to be unreadable: that would need reading it."""
    assert store.send(b"{", headers=store.headers(b"{", secret="guessed")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"\xff\xfe", b'{"kind": "order"}', b'{"kind": "spaceship", "id": 1}',
        b'{"changes": [{"kind": "order", "id": ""}]}', b'{"kind": "order", "id": "a\\u0000b"}',
        json.dumps({"changes": [{"kind": "order", "id": n} for n in range(201)]}).encode(),
    ],
)  # fmt: skip
def test_a_genuine_call_of_another_form_is_told_so_and_not_kept(body: bytes, store: Store) -> None:
    assert store.send(body).status_code == 400
    assert not Inbox.objects.exists()


def test_an_unknown_and_a_removed_store_are_refused_like_a_forged_call(store: Store, shop: Shop) -> None:
    assert store.send(path=reverse("webhook_of_store", args=[987654])).status_code == 401
    Connection.objects.filter(pk=shop.connection.pk).update(removed_at=shop.now)
    assert store.send().status_code == 401


def test_a_store_without_a_secret_is_refused(store: Store, shop: Shop) -> None:
    Connection.objects.filter(pk=shop.connection.pk).update(webhook_secret="")
    assert store.send(headers=store.headers(secret="anything")).status_code == 401


def test_a_new_secret_ends_the_one_before(store: Store, shop: Shop, wired: Wiring, clock: HandClock) -> None:
    old = store.headers()
    Store(shop, wired, clock)
    assert store.send(headers=old).status_code == 401


def test_a_body_that_is_too_large_is_not_read(store: Store) -> None:
    body = b" " * (STORE_BYTES_MAX + 1)
    assert store.send(body).status_code == 413


def test_only_a_post_is_a_call(store: Store) -> None:
    assert Client().get(store.path).status_code == 405
    assert Client().get(reverse("webhook_of_xero")).status_code == 405


def test_the_secret_is_sealed_at_rest_and_sealed_again_when_the_key_is_rotated(store: Store, wired: Wiring) -> None:
    from tieout.config.secrets_at_rest import _SEALED

    row = Connection.objects.get()
    assert store.secret not in row.webhook_secret
    assert wired.vault.open(row.webhook_secret) == store.secret
    assert {(Connection, "webhook_secret"), (App, "webhook_key")} <= set(_SEALED)


# the OpenCart extension


def test_the_extension_of_opencart_calls_with_its_own_key(shop: Shop, wired: Wiring, clock: HandClock) -> None:
    key = "k" * 64
    Connection.objects.filter(pk=shop.connection.pk).update(
        kind="opencart", secrets=wired.seal_secrets({"extension_key": key})
    )
    body, nonce, time = b'{"kind":"order","id":"16"}', "n" * 32, str(int(clock.now().timestamp()))
    path = reverse("webhook_of_store", args=[shop.connection.pk])

    def call(what: str, given: bytes = body) -> int:
        signed = signing.signature(key, what, time, nonce, body)
        headers = {"x-tieout-time": time, "x-tieout-nonce": nonce, "x-tieout-signature": signed}
        return Client().post(path, given, content_type="application/json", headers=headers).status_code

    assert call("change") == call("change") == 200
    assert Inbox.objects.count() == 1
    # What was signed for another purpose is worth nothing here.
    assert call("ask") == call("answer") == 401
    assert call("change", body + b" ") == 401
    clock.move(301)
    assert call("change") == 401


# Xero


class Xero:
    """The simulator's own sender, delivering to our address."""

    def __init__(self, shop: Shop, wired: Wiring) -> None:
        self.webhooks = Webhooks(seed=7)
        self.subscription = self.webhooks.subscribe("https://tieout.example.com/webhooks/xero")
        self.statuses: list[int] = []
        sealed = wired.vault.seal(self.subscription.key)
        App.objects.update(webhook_key=sealed)

    def send(self, url: str, headers: dict[str, str], body: bytes) -> int:
        content_type = headers["content-type"]
        answer = Client().post(reverse("webhook_of_xero"), body, content_type=content_type, headers=headers)
        assert answer.content == b""
        assert not answer.cookies
        self.statuses.append(answer.status_code)
        return answer.status_code

    def tell(self, tenant: str, *ids: str, category: str = "INVOICE") -> None:
        self.webhooks.note(tenant, [(category, "UPDATE", one) for one in ids], 1_790_000_000_123, lambda *_: None)
        self.webhooks.pump(1_790_000_001.0, self.send)


@pytest.fixture
def xero(shop: Shop, wired: Wiring) -> Xero:
    made = Xero(shop, wired)
    made.webhooks.pump(0.0, made.send)
    return made


def test_xeros_intent_to_receive_is_answered_right(xero: Xero) -> None:
    assert xero.statuses == [200, 401, 200]
    assert xero.subscription.status == "on"


def test_events_of_xero_are_kept_one_by_one_and_once(xero: Xero, shop: Shop) -> None:
    xero.tell("t-1", "AAAA-1", "AAAA-2")
    [first, second] = Inbox.objects.order_by("id")
    assert json.loads(first.body) == {
        "tenant_id": "t-1", "category": "INVOICE", "resource_id": "aaaa-1", "action": "UPDATE",
        "at": "2026-09-21T14:13:20.123000Z",
    }  # fmt: skip
    body = xero.webhooks._body([Event("t-1", "INVOICE", "UPDATE", "AAAA-2", 1_790_000_000_123, 2)], 0)
    assert xero.send("", {"content-type": "text/plain", "x-xero-signature": sign(xero.subscription.key, body)}, body)
    assert Inbox.objects.count() == 2
    assert second.source == "xero"


def test_an_organisation_that_is_not_ours_is_answered_and_ignored(xero: Xero) -> None:
    xero.tell("somebody-else", "BBBB-1")
    assert xero.statuses[-1] == 200
    assert not Inbox.objects.exists()


@pytest.mark.parametrize("signature", ["", "AAAA", "ünïcode", "=" * 10_000])
def test_a_forged_call_of_xero_is_refused(signature: str, xero: Xero) -> None:
    headers = {"content-type": "application/json", "x-xero-signature": signature}
    assert xero.send("", headers, b'{"events": []}') == 401


def test_a_genuine_body_that_cannot_be_read_is_not_sent_again_for_a_day(xero: Xero) -> None:
    body = b'{"events": [{"resourceId": 7}]}'
    headers = {"content-type": "application/json", "x-xero-signature": sign(xero.subscription.key, body)}
    assert xero.send("", headers, body) == 200
    assert not Inbox.objects.exists()


def test_without_a_key_xero_is_refused(xero: Xero) -> None:
    App.objects.update(webhook_key="")
    body = b'{"events": []}'
    headers = {"content-type": "application/json", "x-xero-signature": sign("", body)}
    assert xero.send("", headers, body) == 401
