"""Tables: time zones, scopes, links into Xero."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from tieout.accounting import Role
from tieout.xero.links import deep_link
from tieout.xero.scopes import SCOPES, missing, scopes_for
from tieout.xero.timezones import iana_zone


@pytest.mark.parametrize(
    ("token", "country", "zone"),
    [
        ("NEWZEALANDSTANDARDTIME", "NZ", "Pacific/Auckland"),
        ("AUSEASTERNSTANDARDTIME", "AU", "Australia/Sydney"),
        ("GMTSTANDARDTIME", "GB", "Europe/London"),
        ("GMTSTANDARDTIME", "IE", "Europe/Dublin"),
        ("EASTERNSTANDARDTIME", "US", "America/New_York"),
        ("UTC", "", "Etc/UTC"),
        ("UTC+13", "", "Etc/GMT-13"),
        ("UTC02", "", "Etc/GMT+2"),
        ("Pacific/Auckland", "NZ", "Pacific/Auckland"),
        ("NOWHERESTANDARDTIME", "", "UTC"),
    ],
)
def test_time_zones_of_windows_have_their_iana_name(token: str, country: str, zone: str) -> None:
    assert iana_zone(token, country) == zone


def test_every_time_zone_that_xero_lists_is_known(shared: Path) -> None:
    description = yaml.safe_load((shared / "xero/openapi/xero_accounting.yaml").read_text(encoding="utf-8"))
    tokens = description["components"]["schemas"]["TimeZone"]["enum"]
    assert len(tokens) > 100
    assert [token for token in tokens if iana_zone(token) == "UTC"] == []
    for token in tokens:
        ZoneInfo(iana_zone(token))


def test_scopes_are_granular_and_each_says_why() -> None:
    assert all(scope.why for scope in SCOPES)
    assert not {"accounting.transactions", "accounting.reports.read"} & {scope.name for scope in SCOPES}


def test_scopes_follow_the_features_asked_for() -> None:
    assert scopes_for(()).split()[0] == "offline_access"
    assert "accounting.banktransactions" not in scopes_for(())
    assert "accounting.banktransactions" in scopes_for(("overpayments",))
    assert "offline_access" not in scopes_for((), custom_connection=True)


def test_missing_scopes_are_named() -> None:
    assert missing("accounting.settings openid", "accounting.settings.read accounting.contacts") == (
        "accounting.contacts",
    )
    assert missing("accounting.transactions", "accounting.invoices accounting.payments") == ()


@pytest.mark.parametrize(
    ("role", "part"),
    [
        (Role.CONTACT, "/app/!Qj35V/contacts/contact/x"),
        (Role.INVOICE, "/app/!Qj35V/invoicing/view/x"),
        (Role.QUOTE, "/app/!Qj35V/quotes/view/x"),
        (Role.CREDIT_NOTE, "ViewCreditNote.aspx?creditNoteID=x"),
        (Role.PAYMENT, "ViewTransaction.aspx?bankTransactionID=x"),
        (Role.REFUND_PAYMENT, "ViewTransaction.aspx?bankTransactionID=x"),
    ],
)
def test_documents_link_into_xero(role: Role, part: str) -> None:
    address = deep_link(role, "x", "!Qj35V")
    assert address.startswith("https://go.xero.com/")
    assert part in address


def test_what_has_no_page_has_no_link() -> None:
    assert deep_link(Role.ITEM, "x", "!Qj35V") == ""
    assert deep_link(Role.INVOICE, "", "!Qj35V") == ""
