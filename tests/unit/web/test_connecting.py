"""Connections, users, passwords, health and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tieout.errors import NeedsOperator
from tieout.ports import Found
from tieout.sync.undo import UndoPlan, UndoStep
from tieout.web.grids.history import changes
from web_records import PASSWORD, Shop

ClientOf = Callable[[str], Client]
SECRET = "planted-secret-typed-in"


def refuse(*args: Any, **kwargs: Any) -> None:
    raise NeedsOperator("The consent was refused at Xero.", code="consent_refused", scope="connection")


def test_the_connections_show_state_and_no_secret(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("connections")).content.decode()
    for shown in ("Harbour Books", "Harbour Trading Ltd", "30 Sep 2026", "Premium", "588 / 1,000", "in 59 days"):
        assert shown in text
    assert "planted-secret" not in text
    assert "CLIENTID" not in text


def test_the_form_of_a_store_is_made_from_what_its_kind_says(client_of: ClientOf) -> None:
    text = client_of("owner").get(reverse("add_store", args=("magento2",))).content.decode()
    assert "Address of the shop" in text
    assert text.count('type="password"') == 4


def test_a_store_is_connected_with_its_secrets_apart(client_of: ClientOf, asked: Any) -> None:
    data = {
        "name": "Second shop", "set_url": "https://two.example.com/", "set_access": "bearer",
        "set_access_token": SECRET, "set_amounts": "order_currency", "set_page_size": "50",
    }  # fmt: skip
    answer = client_of("owner").post(reverse("add_store", args=("magento2",)), data)
    assert answer.status_code == 302, answer.context["form"].errors
    name, arguments, _ = asked.asked[0]
    assert (name, arguments[:2]) == ("add_store", ("magento2", "Second shop"))
    assert arguments[2]["access_token"] == SECRET


def test_a_secret_is_not_shown_again_when_the_form_has_a_mistake(client_of: ClientOf, asked: Any) -> None:
    data = {"name": "", "set_url": "no address", "set_access_token": SECRET}
    text = client_of("owner").post(reverse("add_store", args=("magento2",)), data).content.decode()
    assert SECRET not in text
    assert asked.asked == []


def test_an_unknown_kind_of_store_is_not_found(client_of: ClientOf) -> None:
    assert client_of("owner").get(reverse("add_store", args=("abacus",))).status_code == 404


def test_the_test_shows_what_was_found(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.test_store = lambda connection: Found(
        "Luma", "2.4.7", (("default", "Main"),), (("orders", 1234),), ("Magento_Sales::transactions",), ()
    )
    text = client_of("owner").post(reverse("test_store", args=(shop.connection.pk,))).content.decode()
    for shown in ("Luma answers, version 2.4.7", "1,234", "Magento_Sales::transactions"):
        assert shown in text


def test_a_store_that_does_not_answer_is_told_in_a_sentence(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.test_store = refuse
    answer = client_of("owner").post(reverse("test_store", args=(shop.connection.pk,)))
    assert "The consent was refused at Xero." in answer.content.decode()


def test_the_consent_is_a_link_and_the_secret_stays_out_of_the_page(client_of: ClientOf, asked: Any) -> None:
    asked.begin_consent = lambda *given: ("sealed-state", "https://login.xero.com/identity/connect/authorize?x=1")
    client = client_of("owner")
    answer = client.post(reverse("connect_xero"), {"client_id": "abc", "client_secret": SECRET})
    text = answer.content.decode()
    assert 'href="https://login.xero.com/identity/connect/authorize?x=1"' in text
    assert SECRET not in text
    assert client.session["xero_consent"] == "sealed-state"
    assert SECRET not in str(dict(client.session))


def test_the_redirect_address_is_shown_to_the_letter(client_of: ClientOf) -> None:
    text = client_of("owner").get(reverse("connect_xero")).content.decode()
    assert f"http://testserver{reverse('xero_callback')}" in text


def test_a_callback_without_a_consent_under_way_does_nothing(client_of: ClientOf, asked: Any) -> None:
    answer = client_of("owner").get(reverse("xero_callback"), {"code": "c", "state": "forged"})
    assert answer["Location"] == reverse("connections")
    assert asked.asked == []


def test_a_callback_serves_once(client_of: ClientOf, asked: Any) -> None:
    asked.begin_consent = lambda *given: ("sealed-state", "https://login.xero.com/")
    asked.finish_consent = lambda *given: asked.asked.append(("finish", given, {})) or ()
    client = client_of("owner")
    client.post(reverse("connect_xero"), {"client_id": "abc"})
    for _ in range(2):
        client.get(reverse("xero_callback"), {"code": "c", "state": "s"})
    assert len(asked.asked) == 1


def test_a_refused_consent_is_told(client_of: ClientOf, asked: Any) -> None:
    asked.begin_consent = lambda *given: ("sealed-state", "https://login.xero.com/")
    asked.finish_consent = refuse
    client = client_of("owner")
    client.post(reverse("connect_xero"), {"client_id": "abc"})
    answer = client.get(reverse("xero_callback"), {"error": "access_denied"}, follow=True)
    assert "The consent was refused at Xero." in answer.content.decode()


def test_a_user_is_added_with_a_role(client_of: ClientOf, asked: Any) -> None:
    data = {"username": "carla", "role": "bookkeeper", "password": PASSWORD + " of Carla"}
    client_of("owner").post(reverse("users"), data)
    user = User.objects.get(username="carla")
    assert [group.name for group in user.groups.all()] == ["bookkeeper"]
    assert asked.asked[0][:2][0] == "note"


@pytest.mark.parametrize(
    ("username", "password"),
    [("Owner", PASSWORD), ("carla", "short"), ("carla", "1234567890123"), ("a b<", PASSWORD)],
)
def test_a_weak_password_or_a_taken_name_is_refused(
    username: str, password: str, client_of: ClientOf, asked: Any
) -> None:
    before = User.objects.count()
    client_of("owner").post(reverse("users"), {"username": username, "role": "viewer", "password": password})
    assert User.objects.count() == before


def test_a_role_is_changed(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    address = reverse("user_change", args=(shop.users["viewer"].pk,))
    client_of("owner").post(address, {"action": "role", "role": "operator"})
    assert [group.name for group in shop.users["viewer"].groups.all()] == ["operator"]
    assert "viewer to operator" in asked.asked[0][1][1]


@pytest.mark.parametrize("data", [{"action": "role", "role": "viewer"}, {"action": "close"}])
def test_the_last_owner_stays(data: dict[str, str], shop: Shop, client_of: ClientOf, asked: Any) -> None:
    client_of("owner").post(reverse("user_change", args=(shop.users["owner"].pk,)), data)
    owner = User.objects.get(username="owner")
    assert owner.is_active
    assert [group.name for group in owner.groups.all()] == ["owner"]
    assert asked.asked == []


def test_who_is_shut_out_is_out_at_once(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    inside = client_of("viewer")
    assert inside.get(reverse("queue")).status_code == 200
    client_of("owner").post(reverse("user_change", args=(shop.users["viewer"].pk,)), {"action": "close"})
    assert inside.get(reverse("queue")).status_code == 302


def test_a_changed_password_ends_other_sessions(client_of: ClientOf, asked: Any) -> None:
    here, elsewhere = client_of("viewer"), client_of("viewer")
    new = "another long enough phrase"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post(reverse("password"), data).status_code == 302
    assert here.get(reverse("queue")).status_code == 200
    assert elsewhere.get(reverse("queue")).status_code == 302


def test_health_is_open_and_says_nothing_else(client_of: ClientOf) -> None:
    answer = client_of("stranger").get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_metrics_need_a_token_or_a_login(settings: Any, client_of: ClientOf) -> None:
    stranger = client_of("stranger")
    assert stranger.get("/metrics").status_code == 403
    assert stranger.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
    settings.TIEOUT_METRICS_TOKEN = "t" * 32
    assert stranger.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert stranger.get("/metrics", headers={"Authorization": "Bearer " + "t" * 32}).status_code == 200
    assert client_of("viewer").get("/metrics").status_code == 200


def test_metrics_count_the_queue_and_the_calls_left(client_of: ClientOf) -> None:
    text = client_of("viewer").get("/metrics").content.decode()
    assert 'tieout_postings{state="held"} 1.0' in text
    assert "tieout_xero_calls_left" in text
    assert "Harbour" not in text


def test_drift_is_decided_row_by_row(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    page = client_of("bookkeeper").get(reverse("drift"))
    ids = [row.id for row in page.context["rows"]]
    client_of("bookkeeper").post(reverse("drift_bulk"), {"action": "accept", "id": ids})
    assert asked.asked[0][0] == "decide_drift"
    assert asked.asked[0][1][:2] == (ids, "accept")


def test_the_tie_out_shows_what_differs_and_sums_exactly(client_of: ClientOf) -> None:
    found = client_of("viewer").get(reverse("tie_out") + "?from=2026-11-01&to=2026-11-30").context["found"]
    assert [(one.number, one.what, str(one.xero)) for one in found.differences] == [
        ("000000104", "total", "61.89 GBP")
    ]
    sheet = next(sheet for sheet in found.sheets if sheet.role == "Invoice")
    assert (str(sheet.store), str(sheet.sent), str(sheet.xero), sheet.differs) == (
        "61.90 GBP", "61.90 GBP", "61.89 GBP", True,
    )  # fmt: skip
    assert found.unread == 1


@pytest.mark.parametrize(
    "query", ["from=nonsense", "from=2026-13-45", "from=2030-01-01&to=2020-01-01", "organisation=x"]
)
def test_a_period_that_makes_no_sense_is_no_error(query: str, client_of: ClientOf) -> None:
    assert client_of("viewer").get(f"{reverse('tie_out')}?{query}").status_code == 200


def test_c110_the_plan_tells_what_would_be_sent_and_what_it_costs(client_of: ClientOf) -> None:
    plan = client_of("viewer").get(reverse("plan")).context["plan"]
    assert {(step.action, step.count) for step in plan.steps} == {("Create invoice", 1), ("Create item", 1)}
    assert plan.forecast.calls == 2
    assert (plan.held, plan.waiting) == (1, 1)


def test_c121_a_problem_has_one_row_with_help_and_a_button(client_of: ClientOf, asked: Any) -> None:
    client = client_of("operator")
    causes = client.get(reverse("problems")).context["causes"]
    assert [(cause.code, cause.count, cause.button, cause.url) for cause in causes] == [
        ("tax_unmapped", 1, "Taxes", reverse("mapping") + "#taxes")
    ]
    client.post(reverse("problem_retry"), {"code": causes[0].code, "subject": causes[0].subject})
    chosen = asked.asked[0][1][0]
    assert (chosen.states, chosen.code, chosen.subject) == (("held",), "tax_unmapped", "tax DE VAT 19")


PLAN = UndoPlan(
    1,
    (
        UndoStep(1001, "payment", "pay-104", "delete"),
        UndoStep(1002, "invoice", "SO-000000104", "void"),
        UndoStep(1003, "invoice", "SO-000000001", "void", possible=False, reason="Its date lies in a closed period."),
        UndoStep(1004, "contact", "TO-7", "keep", reason="Other documents may use it."),
    ),
)


def test_c138_undo_says_first_what_cannot_be_undone(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.undo_plan = lambda run: PLAN
    text = client_of("bookkeeper").get(reverse("undo", args=(shop.run.pk,))).content.decode()
    assert "2 stay in Xero" in text
    assert "Its date lies in a closed period." in text
    assert (
        text.index("2 stay in Xero") < text.index("Delete payment pay-104") < text.index("Void invoice SO-000000104")
    )
    assert asked.asked == []


def test_c137_undo_does_what_its_plan_says(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.undo_plan = lambda run: PLAN
    client_of("bookkeeper").post(reverse("undo", args=(shop.run.pk,)), {"count": "2"})
    assert [(name, arguments[0]) for name, arguments, _ in asked.asked] == [("undo", PLAN)]


def test_a_plan_that_changed_meanwhile_is_not_carried_out(shop: Shop, client_of: ClientOf, asked: Any) -> None:
    asked.undo_plan = lambda run: PLAN
    client_of("bookkeeper").post(reverse("undo", args=(shop.run.pk,)), {"count": "7"})
    assert asked.asked == []


def test_the_audit_shows_field_by_field_what_changed() -> None:
    before, after = '{"version":1,"accounts":{"sales":"4000"},"taxes":[]}', '{"version":2,"accounts":{"sales":"200"}}'
    assert changes(before, after) == [("accounts", '{\n "sales": "4000"\n}', '{\n "sales": "200"\n}')]
    assert changes("", "") == []
    assert changes("sales 4000", "sales 200") == [("", "sales 4000", "sales 200")]
