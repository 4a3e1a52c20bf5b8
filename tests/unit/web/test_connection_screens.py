"""Changing, pausing and removing stores; testing, limiting, reconnecting and disconnecting organisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tieout.errors import NeedsOperator, RetryLater
from tieout.records.models import Connection, Mapping, Organisation
from web_records import Shop

ClientOf = Callable[[str], Client]
CHANGED = {"name": "Harbour Books", "set_url": "https://new.example.com/", "set_access": "bearer",
           "set_amounts": "order_currency", "set_page_size": "50"}  # fmt: skip


def gone(*args: Any, **kwargs: Any) -> None:
    raise NeedsOperator("The connection to Xero has ended. Connect again.", code="consent_gone", scope="connection")


def names(asked: Any) -> list[str]:
    return [name for name, _, _ in asked.asked]


def test_a_changed_store_keeps_secrets_that_were_left_empty(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    Connection.objects.update(options='{"url": "https://shop.example.com", "access": "bearer"}')
    address = reverse("change_store", args=(shop.connection.pk,))
    page = client_of("owner").get(address).content.decode()
    assert "https://shop.example.com" in page
    assert "planted-secret" not in page
    assert "Leave empty to keep what is stored." in page
    answer = client_of("owner").post(address, CHANGED)
    assert answer["Location"] == reverse("test_store", args=(shop.connection.pk,))
    given = asked.asked[0][1][2]
    assert (given["url"], given["access_token"]) == ("https://new.example.com/", "")


@pytest.mark.parametrize(("status", "wanted"), [("working", "pause_store"), ("paused", "resume_store")])
def test_one_button_pauses_and_resumes(status: str, wanted: str, shop: Shop, client_of: ClientOf, asked: Any) -> None:
    Connection.objects.update(status=status)
    client_of("owner").post(reverse("pause_store", args=(shop.connection.pk,)))
    assert names(asked) == [wanted]


def test_what_removing_means_is_told_before_the_name_is_typed(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    address = reverse("remove_store", args=(shop.connection.pk,))
    page = client_of("owner").get(address).content.decode()
    assert "leave the queue and are not sent" in page
    client_of("owner").post(address, {"name": "another shop"})
    assert names(asked) == []
    client_of("owner").post(address, {"name": "Harbour Books"})
    assert names(asked) == ["remove_store"]


def test_a_paused_store_is_not_read_now(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    address = reverse("read_now", args=(shop.connection.pk,))
    client_of("operator").post(address)
    Connection.objects.update(status="paused")
    client_of("operator").post(address)
    assert names(asked) == ["read_now"]


@pytest.mark.parametrize(
    ("action", "wanted"), [("test", "test_organisation"), ("start", "start_sending"), ("pause", "pause_sending")]
)
def test_an_organisation_is_tested_started_and_paused(
    action: str, wanted: str, shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    client_of("owner").post(reverse("organisation_act", args=(shop.organisation.pk, action)))
    assert names(asked) == [wanted]


def test_a_test_that_fails_is_told_in_a_sentence(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.test_organisation = gone
    address = reverse("organisation_act", args=(shop.organisation.pk, "test"))
    text = client_of("owner").post(address, follow=True).content.decode()
    assert "The connection to Xero has ended. Connect again." in text


def test_reconnecting_leads_to_xero_with_the_app_that_is_known(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.grant_of = lambda number: "code"
    asked.consent_again = lambda *given: ("sealed", "https://login.xero.com/identity/connect/authorize?x=1")
    client = client_of("owner")
    text = client.post(reverse("reconnect", args=(shop.organisation.pk,))).content.decode()
    assert 'href="https://login.xero.com/identity/connect/authorize?x=1"' in text
    assert client.session["xero_consent"] == "sealed"


def test_a_custom_connection_reconnects_without_a_page(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.grant_of = lambda number: "custom"
    answer = client_of("owner").post(reverse("reconnect", args=(shop.organisation.pk,)))
    assert answer["Location"] == reverse("connections")
    assert names(asked) == ["log_in_again"]


def test_a_disconnect_that_xero_does_not_hear_changes_nothing(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    def silent(*args: Any) -> bool:
        raise RetryLater("Xero's login service does not answer", scope="connection")

    asked.disconnect = silent
    text = client_of("owner").post(reverse("disconnect", args=(shop.organisation.pk,)), follow=True).content.decode()
    assert "Not disconnected: Xero&#x27;s login service does not answer" in text


@pytest.mark.parametrize(
    ("limit", "reserve", "kept"), [("5000", "100", True), ("0", "0", False), ("100", "100", False), ("x", "1", False)]
)
def test_the_reserve_is_smaller_than_the_limit(
    limit: str, reserve: str, kept: bool, shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    address = reverse("organisation_limits", args=(shop.organisation.pk,))
    client_of("owner").post(address, {"day_limit": limit, "day_reserve": reserve})
    assert names(asked) == (["set_limits"] if kept else [])


def test_withdrawn_access_is_said_with_the_way_back(shop: Shop, client_of: ClientOf) -> None:
    Organisation.objects.update(status="no_access", status_reason="Somebody disconnected Tieout inside Xero.")
    text = client_of("owner").get(reverse("connections")).content.decode()
    assert "Access withdrawn" in text
    assert "Somebody disconnected Tieout inside Xero." in text
    assert reverse("reconnect", args=(shop.organisation.pk,)) in text


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("localhost", ""),
        ("127.0.0.1", "http://localhost/connections/xero"),
        ("tieout.example.com", "TIEOUT_BASE_URL"),
    ],
)
def test_an_address_to_which_xero_sends_nobody_back_is_told(
    host: str, said: str, client_of: ClientOf, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    text = client_of("owner").get(reverse("connect_xero"), headers={"host": host}).content.decode()
    assert ("Xero sends nobody back" in text) == bool(said)
    assert said in text


def test_the_only_store_goes_to_the_organisation_that_was_just_connected(
    shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    Mapping.objects.all().delete()

    class Entry:
        id, name = shop.organisation.pk, "Harbour Trading Ltd"

    asked.finish_consent = lambda *given: (Entry(),)
    asked.begin_consent = lambda *given: ("sealed", "https://login.xero.com/")
    client = client_of("owner")
    client.post(reverse("connect_xero"), {"client_id": "abc"})
    client.get(reverse("xero_callback"), {"code": "c", "state": "s"})
    assert [(name, arguments[:2]) for name, arguments, _ in asked.asked] == [
        ("assign", (shop.organisation.pk, shop.connection.pk))
    ]


@pytest.mark.parametrize("status", ["paused", "disconnected"])
def test_c135_rows_of_an_organisation_that_sends_nothing_say_why(
    status: str, shop: Shop, client_of: ClientOf
) -> None:
    Organisation.objects.update(status=status, status_reason="Nothing is sent yet.")
    rows = client_of("viewer").get(reverse("queue")).context["rows"]
    assert "Nothing is sent yet." in {row.reason for row in rows if row.state == "queued"}
    assert "" not in {row.reason for row in rows if row.state == "queued"}
