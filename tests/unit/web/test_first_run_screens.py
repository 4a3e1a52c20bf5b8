"""The first owner, the checklist, and what it says at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tieout.config import first_owner
from tieout.config.clocks import SystemClock
from tieout.records.administration import DjangoAdministration
from tieout.records.connecting import DjangoConnectionChanges
from tieout.records.models import Connection, Mapping, Organisation, Posting
from tieout.web.checklist import Step, checklist
from web_records import PASSWORD, Shop

ClientOf = Callable[[str], Client]


@pytest.fixture
def code(db: None, asked: Any) -> str:
    """A one-time code as `tieout serve` prints it, and the use case that knows it."""
    asked.claim_first_code = lambda given: first_owner.claim(DjangoConnectionChanges(), given)
    return first_owner.new_code(DjangoAdministration(), SystemClock())


def answers(code: str, **changes: str) -> dict[str, str]:
    return {"code": code, "username": "anna", "password": PASSWORD, "again": PASSWORD} | changes


def test_without_users_the_login_leads_to_the_first_page(db: None) -> None:
    answer = Client().get("/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("first_owner")
    assert "Make the owner" in answer.content.decode()


def test_the_code_makes_the_owner_who_is_logged_in(code: str) -> None:
    client = Client()
    answer = client.post(reverse("first_owner"), answers(code))
    assert answer["Location"] == reverse("checklist")
    assert [group.name for group in User.objects.get(username="anna").groups.all()] == ["owner"]
    assert client.get(reverse("connect_xero")).status_code == 200


def test_small_letters_and_spaces_of_a_code_are_forgiven(code: str) -> None:
    Client().post(reverse("first_owner"), answers(f" {code.lower().replace('-', ' ')} "))
    assert User.objects.count() == 1


def test_the_page_serves_once(code: str) -> None:
    Client().post(reverse("first_owner"), answers(code))
    again = Client().post(reverse("first_owner"), answers(code, username="mallory"))
    assert again["Location"] == reverse("login")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "AAAA-AAAA-AAAA-AAAA"},
        {"code": ""},
        {"password": "short", "again": "short"},
        {"password": "1234567890123", "again": "1234567890123"},
        {"again": "something else entirely"},
        {"username": "a b<"},
    ],
)
def test_a_wrong_code_or_a_weak_password_makes_nobody(wrong: dict[str, str], code: str) -> None:
    answer = Client().post(reverse("first_owner"), answers(code) | wrong)
    assert answer.status_code == 200
    assert User.objects.count() == 0
    assert PASSWORD not in answer.content.decode()
    assert first_owner.claim(DjangoConnectionChanges(), code), "the code was spent for nothing"


def test_a_new_code_ends_the_one_before(code: str) -> None:
    newer = first_owner.new_code(DjangoAdministration(), SystemClock())
    assert not first_owner.claim(DjangoConnectionChanges(), code)
    assert first_owner.claim(DjangoConnectionChanges(), newer)


def steps() -> dict[str, Step]:
    return {step.name: step for step in checklist().steps}


def test_the_checklist_of_an_empty_installation_begins_with_a_store(db: None) -> None:
    found = checklist()
    assert (found.done, found.next, found.finished) == (0, "store", False)
    assert [step.name for step in found.steps] == [
        "store", "xero", "accounts", "taxes", "methods", "plan", "start",
    ]  # fmt: skip


def test_a_shop_that_sends_needs_no_checklist(shop: Shop, client_of: ClientOf) -> None:
    assert checklist().finished
    assert "Getting started</h2>" not in client_of("owner").get("/").content.decode()


def test_the_dashboard_shows_the_checklist_until_documents_went(shop: Shop, client_of: ClientOf) -> None:
    Posting.objects.filter(state="posted").delete()
    assert "Getting started</h2>" in client_of("viewer").get("/").content.decode()


def test_a_held_tax_is_named_with_its_number_of_documents(shop: Shop) -> None:
    taxes = steps()["taxes"]
    assert not taxes.done
    assert any(one.startswith("tax DE VAT 19 (1)") for one in taxes.left)


def test_an_organisation_without_its_store_is_not_connected_yet(shop: Shop) -> None:
    Mapping.objects.update(current=False)
    xero = steps()["xero"]
    assert (xero.done, xero.button) == (False, "Choose the store")


def test_withdrawn_access_is_told_at_its_step(shop: Shop) -> None:
    Organisation.objects.update(status="no_access", status_reason="The consent has ended.")
    xero = steps()["xero"]
    assert (xero.done, xero.text, xero.button) == (False, "The consent has ended.", "Reconnect")


def test_a_store_that_refuses_is_told_at_its_step(shop: Shop) -> None:
    Connection.objects.update(status="refused", status_reason="The token is wrong.")
    assert (steps()["store"].done, steps()["store"].text) == (False, "The token is wrong.")


def test_sending_starts_with_a_button_of_the_owner_only(shop: Shop, client_of: ClientOf) -> None:
    Organisation.objects.update(status="paused")
    address = reverse("organisation_act", args=(shop.organisation.pk, "start"))
    assert address in client_of("owner").get(reverse("checklist")).content.decode()
    assert address not in client_of("bookkeeper").get(reverse("checklist")).content.decode()
