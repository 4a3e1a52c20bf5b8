"""Grids: pages by key, filters, counts, CSV, bulk actions, and what a store's texts may not do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import web_records
from tieout.ports.records import Selection
from tieout.records.models import Document, Event, Posting
from tieout.web import csv_export, keyset
from tieout.web.grids.base import PAGE_SIZE
from tieout.web.grids.queue import in_queue
from web_records import EVIL, Shop

ClientOf = Callable[[str], Client]
GRIDS = ("queue", "log", "orders", "invoices", "refunds", "payments", "customers", "products")
BY_TIME = keyset.Sort("-queued_at", "queued_at", True)


def read(answer: object) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_pages_by_key_show_every_row_once_also_when_times_are_equal(shop: Shop) -> None:
    web_records.make_many(shop, 130)
    expected = list(in_queue().order_by("-queued_at", "-id").values_list("id", flat=True))
    seen: list[int] = []
    after = ""
    while True:
        page = keyset.page(in_queue(), BY_TIME, size=50, after=after)
        seen += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == expected


def test_the_way_back_shows_the_same_pages(shop: Shop) -> None:
    web_records.make_many(shop, 130)
    first = keyset.page(in_queue(), BY_TIME, size=50)
    second = keyset.page(in_queue(), BY_TIME, size=50, after=first.after)
    back = keyset.page(in_queue(), BY_TIME, size=50, before=second.before)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert first.before == ""
    assert back.before == ""


def test_a_row_that_leaves_meanwhile_moves_no_other_out_of_sight(shop: Shop) -> None:
    web_records.make_many(shop, 130)
    expected = list(in_queue().order_by("-queued_at", "-id").values_list("id", flat=True))
    first = keyset.page(in_queue(), BY_TIME, size=50)
    Posting.objects.filter(pk=first.rows[-1].pk).update(state="posted")
    second = keyset.page(in_queue(), BY_TIME, size=50, after=first.after)
    assert [row.pk for row in second.rows] == expected[50:100]


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0:abc", "' OR 1=1"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str, shop: Shop) -> None:
    with pytest.raises(keyset.CursorWrong):
        keyset.page(in_queue(), BY_TIME, size=50, after=cursor)


def test_a_cursor_of_another_sort_is_refused(shop: Shop) -> None:
    web_records.make_many(shop, 60)
    cursor = keyset.page(in_queue(), BY_TIME, size=50).after
    with pytest.raises(keyset.CursorWrong):
        keyset.page(in_queue(), BY_TIME.reversed(), size=50, after=cursor)


def test_the_count_stops_at_its_bound(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    web_records.make_many(shop, 30)
    monkeypatch.setattr(keyset, "COUNT_MAX", 20)
    assert keyset.count(in_queue()) == keyset.Count(20, True)


@pytest.mark.parametrize("name", GRIDS)
def test_a_page_costs_the_same_queries_however_many_rows_there_are(
    name: str, shop: Shop, client_of: ClientOf
) -> None:
    client = client_of("owner")
    client.get(reverse(name))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse(name))
    web_records.make_many(shop, 120)
    Document.objects.filter(number__startswith="20000").update(kind=shop_kind(name))
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse(name))
    assert len(many) == len(few)
    assert len(many) <= 10
    assert answer.status_code == 200


def shop_kind(name: str) -> str:
    return {"refunds": "refund", "queue": "order", "log": "order"}.get(name, name.rstrip("s"))


@pytest.mark.parametrize("name", [*GRIDS, "dashboard"])
def test_a_text_of_a_store_is_never_markup(name: str, shop: Shop, client_of: ClientOf) -> None:
    Document.objects.update(title=EVIL, email=EVIL, store_view=EVIL, state=EVIL[:40], number=EVIL, url=EVIL)
    Posting.objects.update(reason=EVIL, marker=EVIL, subject=EVIL, why=EVIL[:60])
    Event.objects.update(message=EVIL, number=EVIL, action=EVIL[:24])
    text = client_of("owner").get(reverse(name)).content.decode()
    assert "<script>document" not in text
    assert name == "dashboard" or "&lt;script&gt;document" in text


@pytest.mark.parametrize("name", ["order", "held", "evil", "customer", "product"])
def test_a_document_page_never_runs_a_text_of_a_store(name: str, shop: Shop, client_of: ClientOf) -> None:
    Document.objects.update(title=EVIL, email=EVIL, store_view=EVIL, state=EVIL[:40], number=EVIL, url=EVIL)
    Posting.objects.update(reason=EVIL, marker=EVIL, subject=EVIL)
    Event.objects.update(message=EVIL, detail=EVIL)
    text = client_of("owner").get(reverse("document", args=(shop.documents[name].pk,))).content.decode()
    assert "<script>document" not in text
    assert "&lt;script&gt;document" in text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//x.example"]
)
def test_a_stores_address_is_a_link_only_when_it_is_http(address: str, shop: Shop, client_of: ClientOf) -> None:
    Document.objects.update(url=address)
    for page in (reverse("orders"), reverse("document", args=(shop.documents["order"].pk,))):
        assert f'href="{address}"' not in client_of("owner").get(page).content.decode()


def test_every_page_carries_the_strict_policy(client_of: ClientOf) -> None:
    policy = client_of("owner").get(reverse("queue"))["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
    ):
        assert part in policy


@pytest.mark.parametrize("name", [*GRIDS, "dashboard", "report", "preferences"])
def test_no_page_has_inline_script_or_style(name: str, client_of: ClientOf) -> None:
    text = client_of("owner").get(reverse(name)).content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
    assert text.count("<script") == text.count("<script src=")


@pytest.mark.parametrize("name", [*GRIDS, "dashboard", "report"])
def test_no_secret_is_ever_shown(name: str, shop: Shop, client_of: ClientOf) -> None:
    answers = [client_of("owner").get(reverse(name)).content]
    if name != "dashboard":
        answers.append(b"".join(client_of("owner").get(reverse(f"{name}_csv")).streaming_content))  # type: ignore[attr-defined]
    for content in answers:
        assert b"planted-secret" not in content


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "-2+3+cmd|' /C calc'!A0"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(evil: str) -> None:
    assert csv_export.guarded(evil) == "'" + evil


@pytest.mark.parametrize("plain", ["-12.50", "12.50", "SO-1", "a=b", "", "00012"])
def test_other_cells_stay_as_they_are(plain: str) -> None:
    assert csv_export.guarded(plain) == plain


def test_the_queues_csv_holds_every_row_and_guards_formulas(shop: Shop, client_of: ClientOf) -> None:
    web_records.make_many(shop, 120)
    rows = read(client_of("viewer").get(reverse("queue_csv")))
    assert rows[0][:2] == ["Entity", "Number"]
    assert len(rows) - 1 == in_queue().count()
    assert "'=EVIL-1" in [row[1] for row in rows]


def test_the_csv_follows_the_filter(shop: Shop, client_of: ClientOf) -> None:
    rows = read(client_of("viewer").get(reverse("queue_csv") + "?state=held"))
    assert [row[1] for row in rows[1:]] == ["000000105"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=held", {"000000105"}),
        ("state=removed", {"9"}),
        ("entity=refund", {"000000021"}),
        ("q=000000106", {"000000106"}),
        ("q=is+not+mapped", {"000000105"}),
        ("action=void", set()),
        ("code=tax_unmapped&subject=tax+DE+VAT+19", {"000000105"}),
        ("state=nonsense", None),
    ],
)
def test_c121_the_queue_keeps_what_was_refused_and_finds_it(
    query: str, numbers: set[str] | None, shop: Shop, client_of: ClientOf
) -> None:
    rows = client_of("viewer").get(f"{reverse('queue')}?{query}").context["rows"]
    found = {row.number for row in rows}
    assert found == numbers if numbers is not None else len(found) > 3


def test_what_is_posted_is_not_in_the_queue(shop: Shop, client_of: ClientOf) -> None:
    rows = client_of("viewer").get(reverse("queue")).context["rows"]
    assert "000000104" not in {row.number for row in rows}


def test_c112_a_limit_says_in_every_waiting_row_until_when_it_waits(shop: Shop, client_of: ClientOf) -> None:
    until = shop.now + timedelta(hours=18)
    shop.organisation.hold_until, shop.organisation.hold_reason = until, "The day's 1,000 calls are used up"
    shop.organisation.save()
    rows = {row.state: row for row in client_of("viewer").get(reverse("queue")).context["rows"]}
    assert rows["queued"].next_try == until
    page = client_of("viewer").get(reverse("dashboard")).content.decode()
    assert "The day&#x27;s 1,000 calls are used up; goes on at" in page


def test_sync_now_answers_htmx_with_the_row_alone(shop: Shop, client_of: ClientOf, asked: object) -> None:
    posting = shop.postings["held"]
    address = reverse("queue_act", args=(posting.pk, "sync"))
    answer = client_of("operator").post(address, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith(f'<tr data-row id="row-{posting.pk}"')
    assert asked.asked[0][0] == "sync_now"  # type: ignore[attr-defined]
    assert asked.asked[0][1][0] == Selection(postings=(posting.pk,))  # type: ignore[attr-defined]
    assert asked.asked[0][1][1].user == "operator"  # type: ignore[attr-defined]


def test_sync_now_without_javascript_comes_back_to_the_list(shop: Shop, client_of: ClientOf, asked: object) -> None:
    address = reverse("queue_act", args=(shop.postings["held"].pk, "sync"))
    answer = client_of("operator").post(address, {"next": reverse("queue") + "?state=held"})
    assert answer["Location"] == reverse("queue") + "?state=held"


@pytest.mark.parametrize(
    ("action", "use_case"),
    [("sync", "sync_now"), ("front", "move_to_front"), ("retry", "retry"), ("remove", "remove")],
)
def test_bulk_does_what_its_button_says(
    action: str, use_case: str, shop: Shop, client_of: ClientOf, asked: object
) -> None:
    ids = [shop.postings["held"].pk, shop.postings["queued"].pk]
    client_of("operator").post(reverse("queue_bulk"), {"action": action, "id": ids})
    assert asked.asked[0][0] == use_case  # type: ignore[attr-defined]
    assert set(asked.asked[0][1][0].postings) == set(ids)  # type: ignore[attr-defined]


def test_never_send_asks_for_a_reason_first(shop: Shop, client_of: ClientOf, asked: object) -> None:
    data = {"action": "never", "id": [shop.postings["held"].pk]}
    client_of("operator").post(reverse("queue_bulk"), data)
    assert asked.asked == []  # type: ignore[attr-defined]
    client_of("operator").post(reverse("queue_bulk"), data | {"reason": "a test order"})
    name, arguments, _ = asked.asked[0]  # type: ignore[attr-defined]
    assert name == "never_send"
    assert arguments[:2] == ((shop.documents["held"].pk,), "a test order")


def test_bulk_on_a_filter_takes_all_that_match_and_nothing_else(
    shop: Shop, client_of: ClientOf, asked: object
) -> None:
    web_records.make_many(shop, PAGE_SIZE + 10)
    client_of("operator").post(reverse("queue_bulk") + "?state=queued", {"action": "front", "all": "1"})
    chosen = set(asked.asked[0][1][0].postings)  # type: ignore[attr-defined]
    assert chosen == set(Posting.objects.filter(state="queued").values_list("id", flat=True))


def test_bulk_carries_rows_or_the_filter_never_both(shop: Shop, client_of: ClientOf, asked: object) -> None:
    data = {"action": "front", "all": "1", "id": [shop.postings["held"].pk]}
    assert client_of("operator").post(reverse("queue_bulk"), data).status_code == 400
    assert asked.asked == []  # type: ignore[attr-defined]


def test_an_action_that_no_button_offers_is_refused(shop: Shop, client_of: ClientOf, asked: object) -> None:
    client = client_of("operator")
    data = {"action": "delete", "id": [shop.postings["held"].pk]}
    assert client.post(reverse("queue_bulk"), data).status_code == 400
    assert client.post(reverse("queue_act", args=(shop.postings["held"].pk, "explode"))).status_code == 404
    assert client.post(reverse("queue_act", args=(99999, "sync"))).status_code == 404
    assert asked.asked == []  # type: ignore[attr-defined]


def test_a_viewer_sees_no_buttons_that_would_be_refused(shop: Shop, client_of: ClientOf) -> None:
    for name in ("queue", "orders"):
        text = client_of("viewer").get(reverse(name)).content.decode()
        assert "Sync now" not in text
        assert 'form="bulk"' not in text


def test_add_to_queue_goes_store_by_store(shop: Shop, client_of: ClientOf, asked: object) -> None:
    ids = [shop.documents["held"].pk, shop.documents["queued"].pk]
    client_of("operator").post(reverse("orders_bulk"), {"action": "queue", "id": ids})
    name, arguments, named = asked.asked[0]  # type: ignore[attr-defined]
    assert (name, arguments[0]) == ("add_to_queue", shop.connection.pk)
    assert set(named["documents"]) == set(ids)


@pytest.mark.parametrize("name", [*GRIDS, "drift", "runs", "audit"])
def test_the_heads_stand_over_their_own_cells(name: str, shop: Shop, client_of: ClientOf) -> None:
    context = client_of("viewer").get(reverse(name)).context
    grid = context["grid"]
    assert [header.name for header in context["headers"]] == list(grid.table.Meta.sequence)


@pytest.mark.parametrize("sort", [BY_TIME, BY_TIME.reversed()])
def test_the_queue_walks_its_index_and_sorts_nothing(sort: keyset.Sort, shop: Shop) -> None:
    plan = in_queue().order_by(*sort.order)[:51].explain()
    assert "posting_queue_time" in plan
    assert "TEMP B-TREE" not in plan


def test_a_row_says_that_it_waits_for_its_time_or_is_paused(shop: Shop, client_of: ClientOf) -> None:
    posting = in_queue().filter(state="queued").first()
    assert posting is not None
    for priority, words in ((1_000, "Waits for its time"), (10_050, "Paused"), (50, "")):
        Posting.objects.filter(pk=posting.pk).update(priority=priority, reason="")
        page = client_of("viewer").get(reverse("queue"), {"state": "queued"}).content.decode()
        assert ("Waits for its time" in page, "Paused" in page) == (words.startswith("Waits"), words == "Paused")
