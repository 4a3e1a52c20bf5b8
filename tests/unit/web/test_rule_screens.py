"""Finer accounts, tracking, contacts, what documents use, versions, trying, and the settings of each entity."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from test_setup_screens import posted, saved

import web_records
from tieout.accounting import LineAmountTypes
from tieout.accounting.chart import TrackingCategory
from tieout.documents import DocumentKey, DocumentKind
from tieout.errors import ConfigurationWrong, Problem
from tieout.planning.results import DocumentHeld, DossierPlan, Skipped
from tieout.records.models import Mapping, Organisation
from tieout.rules.coverage import Coverage, MethodUse, TaxUse
from tieout.rules.entities import Mode
from tieout.rules.settings import AccountRule, ContactRules, MethodRule, Rules, StoreViewRule, TaxRule
from web_records import EVIL, Shop

ClientOf = Callable[[str], Client]


def test_a_product_gets_an_account_of_its_own(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    finer = {"finer-0-role": "sales", "finer-0-sku": "GIFT", "finer-0-account_code": "210"}
    client.post(reverse("accounts"), posted(client, "accounts") | finer)
    assert saved(asked).account_rules == (AccountRule("210", "sales", sku="GIFT"),)


@pytest.mark.parametrize(
    ("finer", "told"),
    [
        ({"finer-0-account_code": "210"}, "Say for which product, store view, tax class or code."),
        ({"finer-0-sku": "GIFT"}, "Choose the account."),
    ],
)
def test_a_finer_account_needs_to_say_for_what(
    finer: dict[str, str], told: str, client_of: ClientOf, asked: Any
) -> None:
    client = client_of("bookkeeper")
    answer = client.post(reverse("accounts"), posted(client, "accounts") | {"finer-0-role": "sales"} | finer)
    assert told in answer.content.decode()
    assert asked.asked == []


def know_tracking(shop: Shop) -> None:
    known = web_records.reference(shop.now)
    tracking = (TrackingCategory("Region", ("North", "South")), TrackingCategory("Channel", ("Web",)))
    text = msgspec.json.encode(msgspec.structs.replace(known, tracking=tracking)).decode()
    Organisation.objects.update(reference=text)


def view(tracking: str) -> dict[str, str]:
    return {"views-0-store_view": "uk", "views-0-assigned": "on", "views-0-line_mode": "Inclusive",
            "views-0-tracking": tracking}  # fmt: skip


def test_tracking_of_a_store_view_is_kept(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    know_tracking(shop)
    client = client_of("bookkeeper")
    assert "North, South" in client.get(reverse("mapping")).content.decode()
    client.post(reverse("mapping"), posted(client, "mapping") | view("Region=North; Channel = Web"))
    tracking = (("Region", "North"), ("Channel", "Web"))
    assert saved(asked).store_views == (StoreViewRule("uk", True, LineAmountTypes.INCLUSIVE, tracking),)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Region", "Write category=option"),
        ("Shop=Web", "Xero has no tracking category Shop; it has: Channel, Region."),
        ("Region=West", "Region has no option West; it has: North, South."),
        ("Region=North; Channel=Web; Region=South", "Xero knows two active tracking categories."),
    ],
)
def test_tracking_that_xero_does_not_have_is_told(
    given: str, told: str, shop: Shop, client_of: ClientOf, asked: Any
) -> None:
    know_tracking(shop)
    client = client_of("bookkeeper")
    answer = client.post(reverse("mapping"), posted(client, "mapping") | view(given))
    assert told in answer.content.decode()
    assert asked.asked == []


def test_contacts_are_looked_for_in_the_order_chosen(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    data = posted(client, "mapping") | {"contacts-first": "email", "contacts-second": "", "contacts-third": ""}
    client.post(reverse("mapping"), data)
    assert saved(asked).contacts == ContactRules(match=("email",))


@pytest.mark.parametrize("wrong", [{"contacts-second": "contact_number"}, {"contacts-single_contact": "me"}])
def test_contact_rules_that_make_no_sense_are_told(wrong: dict[str, str], client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    assert client.post(reverse("mapping"), posted(client, "mapping") | wrong).status_code == 200
    assert asked.asked == []


TAX = TaxUse(("DE VAT 19",), "DE", Decimal(19), 3, "", None, "No rate.")
METHOD = MethodUse("klarna", "Klarna", "EUR", 2, "", "No account.")


def test_what_is_missing_is_mapped_where_it_is_counted(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.coverage = lambda *given: Coverage(214, 3, (TAX,), (METHOD,), ())
    client = client_of("bookkeeper")
    text = client.get(reverse("coverage")).content.decode()
    assert "3 of 214 orders meet something that is not mapped." in text
    data = {"version": "1", "tax DE VAT 19 DE 19": "NONE", "method klarna EUR": "091"}
    client.post(reverse("coverage"), data)
    rules = saved(asked)
    assert rules.taxes[-1] == TaxRule(("DE VAT 19",), "NONE")
    assert rules.methods[-1] == MethodRule("klarna", "091", "EUR")


def test_what_was_not_offered_is_not_mapped(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.coverage = lambda *given: Coverage(1, 1, (TAX,), (), ())
    client_of("bookkeeper").post(reverse("coverage"), {"version": "1", "tax DE VAT 19 DE 19": "MADEUP"})
    assert asked.asked == []


def test_who_may_not_map_only_looks_at_what_documents_use(client_of: ClientOf, asked: Any) -> None:
    assert client_of("viewer").post(reverse("coverage"), {"version": "1"}).status_code == 403
    assert "<select" not in client_of("viewer").get(reverse("coverage")).content.decode()


PLAN = DossierPlan(
    postings=(),
    held=(
        DocumentHeld(DocumentKey(DocumentKind.ORDER, "1"), (Problem("tax_unmapped", f"No rate for {EVIL}.", ""),)),
    ),
    skipped=(Skipped(DocumentKey(DocumentKind.ORDER, "1"), "state_skipped", "A rule skips it."),),
)


@pytest.mark.parametrize("name", ["accounts", "mapping", "rules_text"])
def test_trying_an_order_saves_nothing(name: str, shop: Shop, client_of: ClientOf, asked: Any) -> None:
    tried: list[Any] = []
    asked.try_rules = lambda *given: tried.append(given) or PLAN
    client = client_of("bookkeeper")
    data = posted(client, name) | {"action": "try", "try_number": "000000104"}
    text = client.post(reverse(name), data).content.decode()
    assert "A rule skips it." in text
    assert "<script>document" not in text
    assert "No rate for &lt;script&gt;" in text
    assert asked.asked == []
    assert tried[0][3].kind is DocumentKind.ORDER


def test_trying_uses_the_rules_of_the_form(client_of: ClientOf, asked: Any) -> None:
    tried: list[Any] = []
    asked.try_rules = lambda *given: tried.append(given)
    client = client_of("bookkeeper")
    data = posted(client, "mapping") | {"numbering-order": "WEB-", "action": "try", "try_number": ""}
    client.post(reverse("mapping"), data)
    assert tried[0][2].numbering.order == "WEB-"


def test_a_number_that_nobody_has_is_told(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    data = posted(client, "accounts") | {"action": "try", "try_number": EVIL}
    text = client.post(reverse("accounts"), data).content.decode()
    assert "No document of this store has the number &lt;script&gt;" in text


def test_a_text_is_compared_before_it_is_saved(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    changed = msgspec.json.encode(msgspec.structs.replace(web_records.rules(), send_items=False)).decode()
    page = client.post(reverse("rules_text"), {"version": "1", "text": changed, "action": "compare"})
    assert page.context["changes"] == [("send items", "", "false")]
    assert asked.asked == []


def test_rules_come_back_from_a_file(client_of: ClientOf, asked: Any) -> None:
    changed = msgspec.structs.replace(web_records.rules(), send_items=False)
    file = SimpleUploadedFile("rules.json", msgspec.json.encode(changed))
    client_of("bookkeeper").post(reverse("rules_text"), {"version": "1", "text": "", "file": file})
    assert saved(asked) == changed


def second_version(shop: Shop) -> Rules:
    """The shop's rules were the first version; these are in force."""
    row = Mapping.objects.get(current=True)
    Mapping.objects.filter(pk=row.pk).update(current=False)
    rules = msgspec.structs.replace(web_records.rules(), version=2, send_items=False)
    Mapping.objects.create(
        connection=shop.connection, organisation=shop.organisation, version=2,
        rules=msgspec.json.encode(rules).decode(), created_at=shop.now, created_by="carla", note="no items",
    )  # fmt: skip
    return rules


def test_versions_tell_who_changed_what(shop: Shop, client_of: ClientOf) -> None:
    second_version(shop)
    page = client_of("viewer").get(reverse("rule_versions"))
    newest, changed = page.context["versions"][0]
    assert (newest.version, len(changed)) == (2, 1)
    assert "carla" in page.content.decode()
    assert "Bring back" not in page.content.decode()


def test_an_older_version_is_kept_as_a_file_and_brought_back(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    second_version(shop)
    client = client_of("bookkeeper")
    first = client.get(reverse("rule_versions") + "?download=1").content
    assert msgspec.json.decode(first, type=Rules).send_items
    client.post(reverse("bring_back"), {"version": "2", "number": "1"})
    assert saved(asked) == msgspec.structs.replace(web_records.rules(), version=2)


@pytest.mark.parametrize("number", ["99", "x", "-1", "9999999999"])
def test_a_version_that_never_was_is_not_found(number: str, shop: Shop, client_of: ClientOf) -> None:
    assert client_of("viewer").get(reverse("rule_versions"), {"download": number}).status_code == 404


def entity_fields(client: Client) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for row in client.get(reverse("sync_settings")).context["entities"]:
        for field in row:
            if (value := field.value()) is not None and value is not False:
                data[field.html_name] = "on" if value is True else value
    return data


def test_entities_that_were_not_touched_are_not_saved(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    client.post(reverse("entity_settings"), entity_fields(client))
    assert asked.asked == []


def test_an_entity_is_scheduled_and_another_switched_off(client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    data = entity_fields(client) | {"sales-mode": "scheduled", "sales-every_minutes": "45"}
    del data["products-enabled"]
    client.post(reverse("entity_settings"), data)
    wanted = [arguments[0] for name, arguments, _ in asked.asked if name == "save_entity"]
    assert [(one.entity.value, one.enabled, one.mode, one.every_minutes) for one in wanted] == [
        ("products", False, Mode.IMMEDIATELY, 30),
        ("sales", True, Mode.SCHEDULED, 45),
    ]


def test_the_direction_is_offered_only_where_the_store_can_be_written_to(client_of: ClientOf, asked: Any) -> None:
    client = client_of("owner")
    assert "sales-direction" not in client.get(reverse("sync_settings")).content.decode()
    asked.can_be_written = lambda connection: True
    data = entity_fields(client) | {"sales-direction": "both"}
    client.post(reverse("entity_settings"), data)
    wanted = asked.asked[0][1][0]
    assert (wanted.outward, wanted.inward) == (True, True)


@pytest.mark.parametrize("wrong", [{"sales-every_minutes": "0"}, {"sales-mode": "now and then"}])
def test_a_rhythm_that_cannot_be_is_told_in_its_row(wrong: dict[str, str], client_of: ClientOf, asked: Any) -> None:
    client = client_of("bookkeeper")
    answer = client.post(reverse("entity_settings"), entity_fields(client) | wrong)
    assert answer.status_code == 200
    assert "Not saved" in answer.content.decode()
    assert asked.asked == []


def test_a_cron_expression_that_never_comes_is_told(client_of: ClientOf, asked: Any) -> None:
    def refuse(*given: Any) -> None:
        raise ConfigurationWrong("cron", "“61 * * * *” is no cron expression that ever comes.")

    asked.save_entity = refuse
    client = client_of("bookkeeper")
    data = entity_fields(client) | {"sales-mode": "scheduled", "sales-cron": "61 * * * *"}
    text = client.post(reverse("entity_settings"), data, follow=True).content.decode()
    assert "is no cron expression that ever comes" in text


def test_add_all_of_an_entity_is_one_button(client_of: ClientOf, asked: Any) -> None:
    text = client_of("operator").get(reverse("sync_settings")).content.decode()
    assert re.findall(r'<button[^>]* form="add-(\w+)"', text) == [
        "customers", "products", "sales", "credit_memos", "payments",
    ]  # fmt: skip


@pytest.mark.parametrize(("state", "wanted"), [("running", "pause_run"), ("paused", "resume_run")])
def test_a_run_is_paused_and_goes_on(state: str, wanted: str, shop: Shop, client_of: ClientOf, asked: Any) -> None:
    shop.run.state = state
    shop.run.save()
    client_of("operator").post(reverse("pause_run", args=(shop.run.pk,)))
    assert [name for name, _, _ in asked.asked] == [wanted]


@pytest.mark.parametrize("name", ["accounts", "mapping"])
def test_the_return_key_in_a_field_tries_and_never_saves(name: str, client_of: ClientOf) -> None:
    text = client_of("bookkeeper").get(reverse(name)).content.decode()
    assert 0 < text.index('name="action" value="try"') < text.index('name="action" value="save"')
