"""Accounts, mapping, sync settings: rules in, rules out, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

import web_records
from tieout.rules.settings import Action, Rules, StatusRule, TaxRule
from web_records import Shop

ClientOf = Callable[[str], Client]
SCREENS = ("accounts", "mapping", "rules_text", "sync_settings")


def posted(client: Client, name: str) -> dict[str, Any]:
    """The form's fields as a browser would send them untouched."""
    context = client.get(reverse(name)).context
    data: dict[str, Any] = {"version": str(context["pair"].rules.version)}
    forms = []
    for table in context.get("tables") or []:
        forms += [table.formset.management_form, *table.formset.forms]
    forms += [context[key] for key in ("form", "numbering", "contacts") if context.get(key)]
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:
                continue
            data[field.html_name] = "on" if value is True else value
    return data


def saved(asked: Any) -> Rules:
    assert [name for name, _, _ in asked.asked] == ["save_rules"]
    rules = asked.asked[0][1][2]
    assert isinstance(rules, Rules)
    return rules


@pytest.mark.parametrize("name", SCREENS)
def test_saving_what_was_not_touched_changes_nothing(name: str, client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    answer = client.post(reverse(name), posted(client, name))
    assert answer.status_code == 302, [
        (t.prefix, t.formset.errors, t.formset.non_form_errors()) for t in answer.context["tables"]
    ]
    assert asked.asked == []


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize("name", SCREENS)
def test_who_may_not_map_is_refused(name: str, role: str, client_of: ClientOf, asked: Any) -> None:
    client = client_of(role)
    assert client.post(reverse(name), {"version": "1"}).status_code == 403
    assert asked.asked == []
    page = client.get(reverse(name)).content.decode()
    assert ">Save" not in page


@pytest.mark.parametrize("name", SCREENS)
def test_a_form_made_from_older_rules_is_not_saved(name: str, client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse(name), posted(client, name) | {"version": "0"})
    assert asked.asked == []


def test_an_account_is_chosen(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("accounts"), posted(client, "accounts") | {"fees": "210"})
    rules = saved(asked)
    assert rules.accounts.fees == "210"
    assert msgspec.structs.replace(rules, accounts=web_records.rules().accounts) == web_records.rules()


def test_archived_and_system_accounts_are_never_offered(client_of: ClientOf) -> None:
    form = client_of("bookkeeper").get(reverse("accounts")).context["form"]
    offered = {role: {value for value, _ in field.choices} for role, field in form.fields.items()}
    assert not any("404" in codes for codes in offered.values())
    assert [role for role, codes in offered.items() if "860" in codes] == ["rounding"]
    assert "090" not in offered["sales"]
    assert {"090", "091"} <= offered["bank"]


def test_an_account_that_is_not_offered_cannot_be_posted(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    answer = client.post(reverse("accounts"), posted(client, "accounts") | {"fees": "404"})
    assert answer.status_code == 200
    assert asked.asked == []


def test_a_tax_is_mapped_and_the_others_stay(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    data = posted(client, "mapping") | {
        "taxes-1-codes": "DE VAT 19 + Eco",
        "taxes-1-country": "de",
        "taxes-1-percent": "19",
        "taxes-1-tax_type": "NONE",
    }
    client.post(reverse("mapping"), data)
    assert saved(asked).taxes == (
        *web_records.rules().taxes,
        TaxRule(("DE VAT 19", "Eco"), "NONE", "DE", Decimal(19)),
    )


def test_a_tax_without_its_rate_is_not_saved(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    answer = client.post(reverse("mapping"), posted(client, "mapping") | {"taxes-1-codes": "DE VAT 19"})
    assert "A tax needs its tax rate." in answer.content.decode()
    assert asked.asked == []


def test_a_rule_is_deleted(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("mapping"), posted(client, "mapping") | {"statuses-0-DELETE": "on"})
    assert saved(asked).statuses == web_records.rules().statuses[1:]


def test_a_status_gets_another_meaning(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("mapping"), posted(client, "mapping") | {"statuses-0-action": "SUBMITTED"})
    assert saved(asked).statuses[0] == StatusRule("order", "processing", Action.SUBMITTED)


def test_c142_a_prefix_may_change_and_shows_what_it_gives(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    assert 'data-number="000000107"' in client.get(reverse("mapping")).content.decode()
    client.post(reverse("mapping"), posted(client, "mapping") | {"numbering-order": "WEB-"})
    assert saved(asked).numbering.order == "WEB-"


def test_sales_and_credit_memos_never_share_a_prefix(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("mapping"), posted(client, "mapping") | {"numbering-refund": "SO-"})
    assert asked.asked == []


def test_sync_settings_are_saved(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    data = posted(client, "sync_settings") | {"sales_documents": "invoices", "rounding_limit": "0.02"}
    client.post(reverse("sync_settings"), data)
    rules = saved(asked)
    assert (rules.sales_documents.value, rules.rounding_limit) == ("invoices", Decimal("0.02"))
    assert rules.taxes == web_records.rules().taxes


def test_rules_go_out_as_a_text_and_come_back(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    text = client.get(reverse("rules_text") + "?download=1").content.decode()
    assert msgspec.json.decode(text, type=Rules) == web_records.rules()
    changed = text.replace('"OUTPUT2"', '"RROUTPUT"')
    client.post(reverse("rules_text"), {"version": "1", "text": changed})
    assert saved(asked).taxes[0].tax_type == "RROUTPUT"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"taxes": 1}', '{"rounding_limit": "abc"}'])
def test_a_text_that_is_no_rules_is_told_why(text: str, client_of: ClientOf, asked: Any) -> None:
    answer = client_of("bookkeeper").post(reverse("rules_text"), {"version": "1", "text": text})
    assert answer.status_code == 200
    assert asked.asked == []


def test_c134_saving_settings_asks_for_nothing_to_be_removed_from_the_queue(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("sync_settings"), posted(client, "sync_settings") | {"send_items": ""})
    assert {name for name, _, _ in asked.asked} == {"save_rules"}


def test_add_all_takes_kinds_and_dates(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    data = {"kinds": ["order", "refund"], "dated_from": "2026-10-01", "dated_to": ""}
    client_of("operator").post(reverse("add_all"), data)
    name, arguments, named = asked.asked[0]
    assert (name, arguments[0], [kind.value for kind in arguments[1]]) == (
        "add_to_queue",
        shop.connection.pk,
        ["order", "refund"],
    )
    assert str(named["dated_from"]) == "2026-10-01"


@pytest.mark.parametrize("name", SCREENS)
def test_without_a_pair_the_screen_says_what_comes_first(name: str, shop: Shop, client_of: ClientOf) -> None:
    shop.connection.mapping_set.all().delete()  # type: ignore[attr-defined]
    assert "Connect a store and Xero first" in client_of("owner").get(reverse(name)).content.decode()
