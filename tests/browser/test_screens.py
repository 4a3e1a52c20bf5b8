"""The screens in a real browser: no console error, no serious axe finding, live parts, keys, no JavaScript."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import expect
from screens import every_screen

import proof_records
import web_records
from conftest import NewPage, Recorder
from tieout.ports.proofs import ProofFigures
from tieout.records.proofs import DjangoProofs
from tieout.sync import proof_results
from tieout.web.access import RIGHTS, UserRole
from web_records import PASSWORD, Shop

WIDTHS = (360, 1440)


def ends_with(address: str) -> re.Pattern[str]:
    return re.compile(re.escape(address) + "$")


@pytest.mark.parametrize("dark", [False, True])
def test_no_screen_has_a_finding_of_axe(dark: bool, shop: Shop, new_page: NewPage) -> None:
    proof_records.prove(shop)
    page = new_page("owner", dark=dark, bypass_csp=True)
    found = []
    for name, address in every_screen(shop).items():
        page.goto(address)
        result = Axe().run(page)
        found += [
            f"{name}: {violation['id']}: {node['html'][:160]}"
            for violation in result.response["violations"]
            for node in violation["nodes"]
        ]
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_screen_is_wider_than_the_window(width: int, shop: Shop, new_page: NewPage) -> None:
    web_records.make_many(shop, 60)
    proof_records.prove(shop)
    page = new_page("owner", width=width)
    wide = []
    for name, address in every_screen(shop).items():
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(name)
    assert wide == []


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.OWNER])
def test_each_role_opens_the_screens_that_its_rights_allow(role: UserRole, shop: Shop, new_page: NewPage) -> None:
    page = new_page(role.value)
    opened = []
    for name, address in every_screen(shop).items():
        needs = getattr(resolve(address.partition("?")[0]).func, "needs", None)
        if needs is None or needs in RIGHTS[role]:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            opened.append(name)
    assert {"dashboard", "queue", "log", "tie_out", "document_posted"} <= set(opened)
    assert "users" not in opened


def test_logging_in_leads_to_the_page_that_was_asked_for(new_page: NewPage) -> None:
    page = new_page("stranger")
    page.goto("/queue?state=held")
    page.get_by_label("User name").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(ends_with("/queue?state=held"))
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_sync_now_swaps_the_row_in_place(shop: Shop, new_page: NewPage, asked: Recorder) -> None:
    page = new_page("operator")
    page.goto("/queue")
    row = page.locator(f"#row-{shop.postings['held'].pk}")
    with page.expect_response(lambda answer: "/sync" in answer.url):
        row.get_by_role("button", name="Sync now").click()
    expect(row).to_be_visible()
    expect(page).to_have_url(ends_with("/queue"))
    assert [name for name, _ in asked.asked] == ["sync_now"]


def test_the_filter_draws_the_grid_anew_without_leaving_the_page(shop: Shop, new_page: NewPage) -> None:
    page = new_page("viewer")
    page.goto("/queue")
    page.get_by_label("Any state").select_option("held")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    assert "state=held" in page.url
    page.get_by_label("Number or reason").fill("nothing like it")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_the_bulk_bar_counts_what_is_chosen(shop: Shop, new_page: NewPage, asked: Recorder) -> None:
    page = new_page("operator")
    page.goto("/queue")
    bar = page.locator("#bulk-bar")
    expect(bar).to_be_hidden()
    page.get_by_label("All on this page").check()
    expect(bar).to_contain_text("6 chosen")
    bar.get_by_role("button", name="Move to front").click()
    expect(page.get_by_role("status").first).to_contain_text("Move to front")
    assert [name for name, _ in asked.asked] == ["move_to_front"]


def test_single_keys_move_choose_and_search(shop: Shop, new_page: NewPage) -> None:
    page = new_page("operator")
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr.is-at input[name=id]")).to_be_checked()
    expect(page.locator("tr[data-row]").nth(1)).to_have_class("is-at")
    page.keyboard.press("/")
    expect(page.get_by_label("Number or reason")).to_be_focused()
    page.keyboard.type("jjx")
    expect(page.get_by_label("Number or reason")).to_have_value("jjx")


def test_single_keys_can_be_switched_off(shop: Shop, new_page: NewPage) -> None:
    page = new_page("operator")
    page.goto("/preferences")
    page.get_by_label("Single-letter keys").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/queue")
    page.keyboard.press("j")
    expect(page.locator("tr.is-at")).to_have_count(0)


def test_the_dashboard_refreshes_its_numbers_and_keeps_the_focus(shop: Shop, new_page: NewPage) -> None:
    page = new_page("viewer")
    page.goto("/")
    expect(page.locator("#live-held")).to_have_text("1")
    page.get_by_text("As a table").click()
    page.get_by_role("link", name="Queue").focus()
    shop.postings["queued"].state = "held"
    shop.postings["queued"].save()
    expect(page.locator("#live-held")).to_have_text("2", timeout=9000)
    expect(page.get_by_role("link", name="Queue")).to_be_focused()
    expect(page.locator("details.as-table")).to_have_attribute("open", "")


def test_the_theme_is_kept_and_a_dark_page_is_dark_from_the_start(new_page: NewPage) -> None:
    page = new_page("viewer")
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    page.goto("/queue")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    following = new_page("viewer", dark=True)
    following.goto("/")
    expect(following.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_times_follow_the_zone_that_the_browser_tells(new_page: NewPage) -> None:
    page = new_page("viewer")
    page.goto("/")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["tieout_zone"] == "Europe/London"
    page.goto("/preferences")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/London")


def test_the_menu_opens_on_a_narrow_screen(new_page: NewPage) -> None:
    page = new_page("viewer", width=360)
    page.goto("/")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("dialog", name="Screens").get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_role("heading", name="Log")).to_be_visible()


def test_without_javascript_the_queue_filters_sorts_pages_and_syncs(
    shop: Shop, new_page: NewPage, asked: Recorder
) -> None:
    web_records.make_many(shop, 60)
    page = new_page("operator", script=False)
    page.goto("/queue")
    expect(page.locator("tr[data-row]")).to_have_count(50)
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator("tr[data-row]")).to_have_count(16)
    page.get_by_role("link", name="Queued · next try").click()
    page.get_by_label("Any state").select_option("held")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.locator("tr[data-row]").get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("It goes as soon as")).to_be_visible()
    assert "state=held" in page.url
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Retry").click()
    assert [name for name, _ in asked.asked] == ["sync_now", "retry"]


def test_without_javascript_the_menu_lies_open(new_page: NewPage) -> None:
    page = new_page("viewer", width=360, script=False)
    page.goto("/")
    page.get_by_role("link", name="Daily request report").click()
    expect(page.get_by_role("heading", name="Daily request report")).to_be_visible()


def test_a_tie_out_is_asked_for_and_its_result_appears_without_reloading(
    shop: Shop, new_page: NewPage, asked: Recorder
) -> None:
    proof_records.beat()
    proofs = DjangoProofs()
    run = proofs.ask_proof(shop.organisation.pk, proof_records.NOVEMBER, by="owner", now=timezone.now())
    page = new_page("bookkeeper")
    page.goto("/tie-out?month=2026-11")
    expect(page.locator("#proof-progress")).to_contain_text("waits for the worker")
    proofs.tell_proof(run, "3,000 read from Xero")
    expect(page.locator("#proof-progress")).to_contain_text("3,000 read from Xero")
    result = proof_records.month()
    figures = ProofFigures(result.documents, len(result.differences), 1, 0, 11)
    now = timezone.now()
    proofs.end_proof(run, figures, proof_results.encode(result), read_at=now, now=now)
    expect(page.get_by_role("heading", name="2 differences are not explained")).to_be_visible()
    page.get_by_role("link", name="Accounts", exact=True).last.click()
    expect(page.get_by_text("091 Stripe clearing")).to_be_visible()
    page.get_by_role("button", name="Tie out now").click()
    expect(page).to_have_url(re.compile("from=2026-11-01&to=2026-11-30"))
    assert [name for name, _ in asked.asked] == ["ask_tie_out"]


def test_without_javascript_a_month_is_chosen_and_tied_out(shop: Shop, new_page: NewPage, asked: Recorder) -> None:
    proof_records.prove(shop)
    page = new_page("bookkeeper", script=False)
    page.goto("/tie-out")
    page.locator("#month").select_option("2026-10")
    page.get_by_role("button", name="Show month").click()
    expect(page).to_have_url(re.compile("month=2026-10"))
    page.get_by_role("button", name="Tie out now").click()
    assert [name for name, _ in asked.asked] == ["ask_tie_out"]
