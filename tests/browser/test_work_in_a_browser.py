"""A day's work on the queue as a person does it: the real use cases, a real store's documents, the simulated Xero."""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from connected import ACTOR, House
from playwright.sync_api import Page, expect
from test_connecting_in_a_browser import NewPage, home, owner_page

from tieout.records.models import Organisation, Posting, Run
from tieout.sync.work import work_until_idle

__all__ = ["home", "owner_page"]


def _ready(home: House) -> None:
    """Connected, mapped and started; nothing is planned or sent yet."""
    store, organisation = home.add_store(), home.connect()
    home.cases.assign(organisation.id, store, ACTOR)
    for one in home.wired.administration.connections():
        home.wired.puller().pull(one, home.wired.adapter(one), home.wired.reader(one))
    home.accept_all_but(store, organisation.id)
    Organisation.objects.update(status="connected")


class _InThisThread(ThreadPoolExecutor):
    """Sends at once: the test's database lives in memory, where threads lock each other out."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def _send(home: House, page: Page) -> None:
    """The worker's part, while no page asks for news."""
    page.goto("about:blank")
    home.wired.pool = _InThisThread(1)
    work_until_idle(home.wired.driver(), home.wired.administration, home.wired.clock, home.wired.wait)


def _choose(page: Page, posting: Posting) -> None:
    page.goto(f"/queue?q={posting.marker}")
    page.locator(f"#row-{posting.pk}").get_by_role("checkbox").check()


def _living(home: House) -> set[str]:
    [organisation] = home.world.organisations.values()
    return {one.number for one in organisation.invoices.values() if one.status not in ("VOIDED", "DELETED")}


def test_removed_and_never_sent_documents_stay_out_and_everything_else_goes(home: House, owner_page: NewPage) -> None:
    _ready(home)
    home.plan()
    waiting = list(Posting.objects.filter(role="invoice").order_by("id"))
    removed, never = waiting[0], waiting[1]
    page = owner_page()
    page.on("dialog", lambda dialog: dialog.accept())
    _choose(page, removed)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status").first).to_contain_text("Remove")
    _choose(page, never)
    bar = page.locator("#bulk-bar")
    bar.locator("summary", has_text="Never send").click()
    bar.get_by_label("Why? It is kept in the history.").fill("a trial order")
    bar.get_by_role("button", name="Never send").click()
    expect(page.get_by_role("status").first).to_contain_text("Never send")
    _send(home, page)
    assert _living(home) == {one.marker for one in waiting[2:]}

    page.goto(f"/queue?q={removed.marker}")
    page.locator(f"#row-{removed.pk}").get_by_role("checkbox").check()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("status").first).to_contain_text("Retry")
    _send(home, page)
    assert _living(home) == {one.marker for one in waiting if one != never}


def test_everything_added_is_a_run_that_is_undone_in_xero(home: House, owner_page: NewPage) -> None:
    _ready(home)
    page = owner_page()
    page.goto("/settings")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_role("status").first).to_be_visible()
    home.plan()
    _send(home, page)
    assert len(_living(home)) > 3
    home.wired.entities().watch_runs()
    run = Run.objects.filter(kind="add").latest("id")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/runs/{run.pk}")
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    page.get_by_role("button", name="back").click()
    expect(page.get_by_role("status").first).to_be_visible()
    _send(home, page)
    assert _living(home) == set()


def test_the_csv_of_the_queue_holds_its_rows(home: House, owner_page: NewPage, tmp_path: Path) -> None:
    _ready(home)
    home.plan()
    page = owner_page()
    page.goto("/queue")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "queue.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    shown = Posting.objects.filter(state__in=("queued", "waiting", "held", "sending"))
    assert len(rows) == shown.count() > 10
    numbers = {value for row in rows for value in row.values()}
    assert {one.document.number for one in shown.filter(role="invoice")} <= numbers
