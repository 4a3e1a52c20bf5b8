"""Formats, charts, forecast, the document page and the report: what a person reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

import web_records
from tieout.money import Money
from tieout.records.codec import encode_certificate
from tieout.web import charts, formats, links
from tieout.web.forecast import Budget, Ready, forecast
from web_records import Shop

ClientOf = Callable[[str], Client]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12.5", "GBP", "£12.50"),
        ("-3", "EUR", "-€3.00"),
        ("1200", "JPY", "¥1,200"),
        ("1.234", "KWD", "KWD\xa01.234"),
        ("0.1250", "GBP", "£0.125"),
        ("1234567.89", "GBP", "£1,234,567.89"),
    ],
)
def test_amounts_have_their_currencys_format_and_lose_no_decimal(amount: str, currency: str, shown: str) -> None:
    assert formats.money(Money(Decimal(amount), currency)) == shown


def test_minor_units_are_shown_by_the_currencys_own_digits() -> None:
    assert [formats.minor(1234, code) for code in ("GBP", "JPY", "KWD")] == ["£12.34", "¥1,234", "KWD\xa01.234"]


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (4_100, "4.1 KB"), (13_500_000, "13.5 MB"), (2 * 10**12, "2000.0 GB")],
)
def test_sizes(count: int, shown: str) -> None:
    assert formats.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "just now"),
        (60, "60 seconds ago"),
        (180, "3 minutes ago"),
        (7200, "2 hours ago"),
        (-3 * 86400, "in 3 days"),
    ],
)
def test_how_long_ago(seconds: int, shown: str) -> None:
    assert formats.ago(NOON - timedelta(seconds=seconds), NOON) == shown


def test_times_are_in_the_readers_zone(shop: Shop, client_of: ClientOf) -> None:
    client = client_of("viewer")
    client.cookies["tieout_zone"] = "Pacific/Auckland"
    text = client.get(reverse("log_detail", args=(shop.events["posted"].pk,))).content.decode()
    assert "+13:00" in text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "<script>"])
def test_a_zone_that_does_not_exist_is_taken_as_utc(zone: str, client_of: ClientOf) -> None:
    client = client_of("viewer")
    client.cookies["tieout_zone"] = zone
    answer = client.get(reverse("dashboard"))
    assert answer.status_code == 200
    assert answer.context["zone_name"] == "UTC"


def test_bars_share_one_scale_and_none_with_a_value_is_invisible() -> None:
    points = [charts.Point("a", "a", 1000), charts.Point("b", "b", 1), charts.Point("c", "c", 0)]
    drawn = charts.bars(points, "three").bars
    assert [bar.height > 0 for bar in drawn] == [True, True, False]
    assert drawn[0].height > drawn[1].height
    assert all(bar.y + bar.height == charts.HEIGHT - charts.FOOT for bar in drawn)


def test_a_chart_of_nothing_is_drawn() -> None:
    assert charts.bars([charts.Point("a", "a", 0)], "nothing").peak == 0
    assert charts.bars([], "nothing").bars == ()


def budget(**more: object) -> Budget:
    values: dict[str, object] = {
        "organisation": 1, "batches": "{}", "minute_limit": 60, "day_limit": 1000, "remaining": 1000,
        "hold_until": None,
    } | more  # fmt: skip
    return Budget(**values)  # type: ignore[arg-type]


def test_the_forecast_counts_calls_by_learnt_batches() -> None:
    ready = [Ready(1, "invoice", 101), Ready(1, "contact", 50)]
    assert forecast(ready, [budget(batches='{"invoice": 100}')], NOON).calls == 2 + 1


def test_the_forecast_goes_on_at_midnight_when_the_day_is_used_up() -> None:
    found = forecast([Ready(1, "invoice", 50 * 60)], [budget(remaining=0)], NOON)
    assert found.calls == 60
    assert found.done_at == datetime(2026, 11, 22, 0, 1, tzinfo=UTC)


def test_the_forecast_waits_for_a_limit() -> None:
    hold = NOON + timedelta(hours=1)
    assert forecast([Ready(1, "invoice", 1)], [budget(hold_until=hold)], NOON).done_at == hold + timedelta(minutes=1)


def test_nothing_waits_means_no_forecast() -> None:
    assert forecast([], [budget()], NOON).done_at is None


def test_unreadable_batches_count_as_nothing_learnt() -> None:
    assert forecast([Ready(1, "invoice", 100)], [budget(batches="not json")], NOON).calls == 2


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("invoice", "/app/!abc12/invoicing/view/id-1"),
        ("contact", "/app/!abc12/contacts/contact/id-1"),
        ("credit_note", "/organisationlogin/default.aspx?shortcode=!abc12&redirecturl="),
        ("payment", "/organisationlogin/default.aspx?shortcode=!abc12&redirecturl=/Bank/ViewTransaction.aspx"),
    ],
)
def test_view_in_xero_opens_the_object_in_its_own_organisation(role: str, path: str) -> None:
    assert links.in_xero(role, "id-1", "!abc12").startswith(f"https://go.xero.com{path}")


def test_the_demo_names_another_window(settings: object) -> None:
    settings.TIEOUT_XERO_WINDOW = "http://127.0.0.1:8001/"  # type: ignore[attr-defined]
    assert links.in_xero("invoice", "id-1", "!abc12") == "http://127.0.0.1:8001/app/!abc12/invoicing/view/id-1"


@pytest.mark.parametrize(
    ("role", "remote", "code"), [("item", "id", "!a"), ("invoice", "", "!a"), ("invoice", "id", "")]
)
def test_there_is_no_link_to_what_cannot_be_opened(role: str, remote: str, code: str) -> None:
    assert links.in_xero(role, remote, code) == ""


def test_the_document_page_marks_what_differs_in_xero(shop: Shop, client_of: ClientOf) -> None:
    answer = client_of("viewer").get(reverse("document", args=(shop.documents["order"].pk,)))
    sides = {side.title: side for side in answer.context["page"].comparisons[0].sides}
    assert sides["Total"].differs
    assert (sides["Total"].store, sides["Total"].xero) == ("£61.90", "£61.89")
    assert sides["Tax"].differs
    assert not sides["Net"].differs
    assert sides["Customer"].xero == "Ada Lindqvist"
    assert answer.content.decode().count('class="is-different"') == 2


def test_the_document_page_tells_account_and_tax_type_with_the_rule(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("document", args=(shop.documents["order"].pk,))).content.decode()
    for shown in (
        "role sales",
        "UK VAT 20 (20 %) → 20% (VAT on Income)",
        "zero-rated: printed matter",
        "ZERORATEDOUTPUT",
    ):
        assert shown in text
    assert "Ties out: total £61.90, tax £9.00" in text


def test_a_document_that_is_not_sent_yet_shows_the_prediction(shop: Shop, client_of: ClientOf) -> None:
    answer = client_of("viewer").get(reverse("document", args=(shop.documents["queued"].pk,)))
    comparison = answer.context["page"].comparisons[0]
    assert comparison.source == "predicted, not in Xero yet"
    assert not comparison.differs


def test_c140_a_held_document_says_why_in_a_plain_sentence(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("document", args=(shop.documents["held"].pk,))).content.decode()
    assert "The tax “DE VAT 19” (19 %) is not mapped to a tax type." in text


def test_a_waiting_payment_names_what_it_waits_for(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("document", args=(shop.documents["queued"].pk,))).content.decode()
    assert "waits for Invoice SO-000000106" in text


def test_a_skipped_document_says_by_which_rule(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("document", args=(shop.documents["skipped"].pk,))).content.decode()
    assert "Cancelled before it was sent: nothing goes to Xero." in text


def test_the_history_leads_to_the_request_and_the_answer(shop: Shop, client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("log_detail", args=(shop.events["posted"].pk,))).content.decode()
    assert "POST /Invoices?summarizeErrors=false" in text
    assert "&quot;InvoiceNumber&quot;: &quot;SO-000000104&quot;" in text
    assert "&quot;Status&quot;: &quot;AUTHORISED&quot;" in text


def test_c120_the_report_counts_calls_failures_documents_and_bytes(shop: Shop, client_of: ClientOf) -> None:
    answer = client_of("viewer").get(reverse("report") + "?days=30")
    rows = [line for line, _name in answer.context["rows"]]
    assert {line.endpoint for line in rows} == {"Invoices", "Payments"}
    assert sum(line.calls for line in rows) == answer.context["totals"]["calls"] > 300
    assert sum(line.failed for line in rows) > 0
    assert all(line.bytes_out == 30_000 * line.calls for line in rows)
    assert min(line.remaining for line in rows) < 1000


def test_the_report_can_be_limited_to_an_organisation(shop: Shop, client_of: ClientOf) -> None:
    client = client_of("viewer")
    own = client.get(f"{reverse('report')}?organisation={shop.organisation.pk}").context["totals"]["calls"]
    other = client.get(f"{reverse('report')}?organisation={shop.organisation.pk + 1}").context["totals"]["calls"]
    assert own > 0
    assert other == 0


def test_the_dashboard_counts_what_waits_and_what_is_held_by_cause(shop: Shop, client_of: ClientOf) -> None:
    context = client_of("viewer").get(reverse("dashboard")).context
    assert context["live"].waiting == 3
    assert context["live"].held == 1
    assert [(cause.code, cause.subject, cause.count) for cause in context["causes"]] == [
        ("tax_unmapped", "tax DE VAT 19", 1)
    ]


def test_the_live_part_holds_only_what_is_swapped(client_of: ClientOf) -> None:
    text = client_of("viewer").get(reverse("live")).content.decode()
    assert text.count('hx-swap-oob="true"') == text.count(' id="live-')
    assert "<a " not in text


@pytest.mark.parametrize(
    ("query", "shown"), [("000000104", 302), ("SO-000000104", 302), ("Lindqvist", 200), ("nothing like it", 200)]
)
def test_a_document_is_found_by_number_marker_or_name(query: str, shown: int, client_of: ClientOf) -> None:
    assert client_of("viewer").get(reverse("find"), {"q": query}).status_code == shown


def test_a_composite_rate_is_compared_with_the_sum_of_the_stores_taxes(shop: Shop, client_of: ClientOf) -> None:
    composite = msgspec.structs.replace(
        web_records.certificate(),
        taxes=(
            ("GST 5", web_records.money("2.90"), "TAX006", web_records.money("9.00")),
            ("QST 9.975", web_records.money("6.10"), "TAX006", web_records.money("9.00")),
        ),
    )
    row = shop.postings["queued"].payloads
    row.certificate = encode_certificate(composite)
    row.save()
    answer = client_of("viewer").get(reverse("document", args=(shop.documents["queued"].pk,)))
    sides = {side.title: side for side in answer.context["page"].comparisons[0].sides}
    side = sides["GST 5 + QST 9.975 → TAX006"]
    assert (side.store, side.xero, side.differs) == ("£9.00", "£9.00", False)
