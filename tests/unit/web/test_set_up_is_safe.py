"""Texts of stores and of Xero on the screens of setting up: shown, never run; secrets never shown at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

import web_records
from tieout.accounting import Account
from tieout.accounting.chart import TrackingCategory
from tieout.ports import Found
from tieout.records.models import Connection, Mapping, Organisation, Posting
from web_records import EVIL, Shop

ClientOf = Callable[[str], Client]

OF_A_STORE = ("test_store", "change_store", "remove_store")
OF_AN_ORGANISATION = ("reconnect", "disconnect")
PLAIN = (
    "dashboard", "checklist", "connections", "connect_xero", "accounts", "mapping", "coverage", "rules_text",
    "rule_versions", "proposals", "sync_settings", "users", "preferences",
)  # fmt: skip


@pytest.fixture
def hostile(shop: Shop, asked: Any) -> Shop:
    """A shop whose store, organisation and rules say what would run as a script."""
    known = web_records.reference(shop.now)
    facts = msgspec.structs.replace(known.organisation, name=EVIL, plan=EVIL)
    account = Account("e1", "299", EVIL, "REVENUE", "REVENUE")
    text = msgspec.structs.replace(
        known, organisation=facts, accounts=(*known.accounts, account),
        tracking=(TrackingCategory(EVIL, (EVIL,)),),
        tax_rates=tuple(msgspec.structs.replace(rate, name=EVIL) for rate in known.tax_rates),
    )  # fmt: skip
    Connection.objects.update(name=EVIL, address=EVIL, status="failing", status_reason=EVIL)
    Organisation.objects.update(
        name=EVIL, alias="", status="no_access", status_reason=EVIL, reference=msgspec.json.encode(text).decode()
    )
    rules = msgspec.structs.replace(
        web_records.rules(), taxes=(msgspec.structs.replace(web_records.rules().taxes[0], codes=(EVIL,)),)
    )
    Mapping.objects.update(rules=msgspec.json.encode(rules).decode(), note=EVIL, created_by=EVIL)
    # Nothing was sent yet, so that the dashboard shows its checklist.
    Posting.objects.filter(state="posted").update(state="held", code="tax_unmapped", subject=EVIL, reason=EVIL)
    asked.test_store = lambda store: Found(EVIL, EVIL, ((EVIL, EVIL),), ((EVIL, 1),), (EVIL,), (EVIL,))
    return shop


def addresses(shop: Shop) -> list[str]:
    return [
        *(reverse(name) for name in PLAIN),
        *(reverse(name, args=(shop.connection.pk,)) for name in OF_A_STORE),
        *(reverse(name, args=(shop.organisation.pk,)) for name in OF_AN_ORGANISATION),
    ]


def test_what_a_store_or_xero_says_is_never_run(hostile: Shop, client_of: ClientOf) -> None:
    client = client_of("owner")
    shown = 0
    for address in addresses(hostile):
        text = client.get(address).content.decode()
        assert EVIL not in text, address
        shown += "&lt;script&gt;" in text
    assert shown >= 10
    assert EVIL not in client.post(reverse("test_store", args=(hostile.connection.pk,))).content.decode()


def test_no_screen_of_setting_up_shows_a_secret(shop: Shop, asked: Any, client_of: ClientOf) -> None:
    client = client_of("owner")
    for address in addresses(shop):
        text = client.get(address).content.decode()
        assert "planted-secret" not in text, address
        assert "CLIENTID" not in text, address


def test_no_page_holds_a_script_or_a_style_of_its_own(hostile: Shop, client_of: ClientOf) -> None:
    client = client_of("owner")
    for address in addresses(hostile):
        text = client.get(address).content.decode()
        assert " style=" not in text, address
        assert " onclick=" not in text, address
        assert "<script>" not in text, address
