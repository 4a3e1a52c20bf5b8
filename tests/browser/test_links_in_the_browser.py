"""Organisations, Migrate and Reset links, and the lists of what comes from Xero, as a person presses them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from conftest import NewPage, Recorder
from tieout.records.models import Brought, Conflict
from web_records import Shop

_FOLDER = os.environ.get("TIEOUT_SCREENSHOTS", "")


def _keep(page: Page, name: str) -> None:
    if _FOLDER:
        page.screenshot(path=str(Path(_FOLDER) / f"{name}.png"), full_page=True)


def _brought(shop: Shop, kind: str, remote_id: str, state: str, **more: object) -> Brought:
    return Brought.objects.create(
        connection=shop.connection, organisation=shop.organisation, kind=kind, remote_id=remote_id, state=state,
        seen_at=shop.now - timedelta(minutes=5), due=False, **more,
    )  # fmt: skip


def test_links_are_taken_over_after_a_plan_and_reset_after_a_confirmation(
    shop: Shop, new_page: NewPage, asked: Recorder
) -> None:
    page = new_page("owner")
    page.goto("/organisations")
    page.get_by_role("link", name="Migrate or reset links").click()
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("cell", name="would be taken over")).to_be_visible()
    expect(page.get_by_role("cell", name="amount differs")).to_be_visible()
    page.get_by_role("button", name="Take over 1 document").click()
    expect(page.get_by_text("1 document taken over.")).to_be_visible()
    page.get_by_role("button", name="Reset links").click()
    assert not any(name == "reset_links" for name, _ in asked.asked), "reset without a confirmation"
    page.get_by_label("Forget 70 links").check()
    page.get_by_role("button", name="Reset links").click()
    expect(page.get_by_text("1 link forgotten.")).to_be_visible()
    assert any(name == "reset_links" for name, _ in asked.asked)


def test_rules_for_organisations_are_saved_by_those_who_may(shop: Shop, new_page: NewPage, asked: Recorder) -> None:
    page = new_page("bookkeeper")
    page.goto("/organisations")
    page.get_by_label("Rules, tried in order").fill("otherwise -> 1")
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_text("The rules are saved.")).to_be_visible()
    assert any(name == "save_routing" for name, _ in asked.asked)
    viewer = new_page("viewer")
    viewer.goto("/organisations")
    expect(viewer.get_by_role("button", name="Save rules")).to_have_count(0)


def test_what_comes_from_xero_is_listed_by_three_states_and_synced_again(
    shop: Shop, new_page: NewPage, asked: Recorder
) -> None:
    done = _brought(
        shop, "invoice", "a1", "synchronised", number="INV-100", total_minor=18000, currency="GBP", key="12"
    )
    _brought(shop, "customer", "a2", "queued", title="Harbour Ltd")
    reason = "Xero's tax rate OSS 23% has no tax in the store."
    _brought(shop, "invoice", "a3", "held", number="INV-101", code="store_tax_unmapped", reason=reason)
    _brought(shop, "payment", "a4", "skipped", number="bank 7", reason="dated before the start of the way back")
    Conflict.objects.create(
        brought=done, field="due_date", store="2026-03-24", ledger="2026-05-01", winner="store", seen_at=shop.now
    )
    page = new_page("owner")
    page.goto("/from-xero")
    for words in ("Synchronised", "Not synchronised yet", "Error", "Left out"):
        expect(page.locator("tbody .badge", has_text=words).first).to_be_visible()
    expect(page.get_by_role("heading", name="Changed on both sides")).to_be_visible()
    _keep(page, "brought_filled_light")
    narrow = new_page("owner", width=360, height=780)
    narrow.goto("/from-xero")
    _keep(narrow, "brought_filled_360")
    page.get_by_role("checkbox", name="Invoice INV-101").check()
    page.get_by_role("button", name="Sync again").click()
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_text("Noted in the audit trail.")).to_be_visible()
    assert {"sync_again", "see_conflict"} <= {name for name, _ in asked.asked}
    page.goto("/from-xero?group=error")
    expect(page.get_by_text("INV-101")).to_be_visible()
    expect(page.locator("#grid").get_by_role("row", name="INV-100")).to_have_count(0)
