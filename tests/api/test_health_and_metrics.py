"""What watchers read: alive, ready, and the figures, each from rows that were put there."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_tools import HandClock
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import web_records
from tieout.config.vault import FernetVault
from tieout.config.wiring import Wiring
from tieout.ports.schedules import Heartbeat
from tieout.records.models import (
    Call,
    Connection,
    HeldFigures,
    Inbox,
    Installation,
    Organisation,
    Proof,
    Request,
    Run,
    Schedule,
)
from tieout.web.metrics import PARTS
from web_records import Shop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "monitoring.md"


@pytest.fixture
def beating(wired: Wiring, clock: HandClock) -> Wiring:
    wired.records.heartbeat(Heartbeat("this-host:7", clock.now()))
    return wired


def ready() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_ready_means_database_schema_vault_and_worker(beating: Wiring) -> None:
    assert ready() == (200, {"database": "ok", "schema": "ok", "vault": "ok", "worker": "ok"})


def test_without_a_fresh_heartbeat_it_is_not_ready(beating: Wiring, clock: HandClock) -> None:
    clock.move(121)
    assert ready() == (503, {"database": "ok", "schema": "ok", "vault": "ok", "worker": "failing"})


def test_with_another_vault_key_it_is_not_ready(beating: Wiring) -> None:
    assert ready()[0] == 200
    from cryptography.fernet import Fernet

    beating.vault = FernetVault([Fernet.generate_key().decode()])
    assert ready() == (503, {"database": "ok", "schema": "ok", "vault": "failing", "worker": "ok"})


@pytest.mark.parametrize("name", ["0001_initial", "9999_of_a_newer_version"])
def test_with_a_schema_that_does_not_fit_it_is_not_ready(name: str, beating: Wiring) -> None:
    with connection.cursor() as cursor:
        if name.startswith("0"):
            newest = "SELECT MAX(id) FROM django_migrations WHERE app='records'"
            cursor.execute(f"DELETE FROM django_migrations WHERE id=({newest})")
        else:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('records', %s, "
                           "CURRENT_TIMESTAMP)", [name])  # fmt: skip
    assert ready()[1]["schema"] == "failing"


def test_a_stranger_is_told_nothing_but_names_of_checks(beating: Wiring, clock: HandClock) -> None:
    clock.move(121)
    assert Client().get("/readyz").content == (
        b'{"status": "not ready", "checks": {"database": "ok", "schema": "ok", "vault": "ok", "worker": "failing"}}'
    )
    assert Client().get("/healthz").content == b'{"status": "ok"}'


def figures(settings: Any) -> dict[str, float]:
    """Every sample by its name with labels."""
    settings.TIEOUT_METRICS_TOKEN = "a watcher's token"
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a watcher's token"})
    assert answer.status_code == 200
    samples = re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", answer.content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in samples}


def _plant(shop: Shop, clock: HandClock) -> None:
    """One row of everything that is counted."""
    now = clock.now()
    Organisation.objects.update(hold_until=now + timedelta(hours=1))
    Call.objects.create(organisation=shop.organisation, role="invoice", operation="create", method="POST", path="x",
                        idempotency_key="k", postings="[]", markers="[]", count=1, state="unknown",
                        frozen_at=now)  # fmt: skip
    Request.objects.all().delete()
    for status, count in ((200, 40), (400, 1), (0, 0)):
        Request.objects.create(organisation=shop.organisation, endpoint="Invoices", method="POST", opened_at=now,
                               counts_until=now, status=status, documents=count)  # fmt: skip
    Connection.objects.update(last_read_at=now - timedelta(seconds=600), status="failing")
    Inbox.objects.create(source="xero", remote_id="1", body="{}", received_at=now - timedelta(seconds=90))
    Inbox.objects.create(source="xero", remote_id="2", body="{}", received_at=now, handled_at=now)
    Installation.objects.create(name="backup", value="", changed_at=now - timedelta(days=1))
    Schedule.objects.create(name="pull:1", job="pull", failures=3)
    for differences, ended in ((5, now - timedelta(days=2)), (2, now - timedelta(days=1))):
        run = Run.objects.create(kind="tie_out", started_at=ended, ended_at=ended, state="done")
        Proof.objects.create(run=run, organisation=shop.organisation, differences=differences)
    running = Run.objects.create(kind="tie_out", started_at=now, state="running")
    Proof.objects.create(run=running, organisation=shop.organisation, differences=0)


def test_every_figure_tells_what_the_tables_hold(
    shop: Shop, beating: Wiring, clock: HandClock, settings: Any
) -> None:
    _plant(shop, clock)
    told = figures(settings)
    own, store = f'organisation="{shop.organisation.pk}"', f'store="{shop.connection.pk}"'
    exact = {
        'tieout_postings{state="held"}': 1,
        'tieout_held{code="tax_unmapped"}': 1,
        'tieout_calls{state="unknown"}': 1,
        f"tieout_xero_calls_left{{{own}}}": 588,
        f"tieout_xero_day_limit{{{own}}}": 1000,
        f"tieout_organisation_waits{{{own}}}": 1,
        'tieout_xero_requests_hour{outcome="failed"}': 2,
        'tieout_xero_requests_hour{outcome="all"}': 3,
        f"tieout_documents_posted_day{{{own}}}": 40,
        "tieout_stores_failing": 1,
        "tieout_webhooks_waiting": 1,
        'tieout_jobs_failing{job="pull"}': 1,
        f"tieout_tie_out_differences{{{own}}}": 2,
    }
    assert {name: told.get(name) for name in exact} == exact
    near = {
        f"tieout_store_read_age_seconds{{{store}}}": 600,
        "tieout_webhooks_age_seconds": 90,
        "tieout_backup_age_seconds": 86_400,
        f"tieout_tie_out_age_seconds{{{own}}}": 86_400,
        'tieout_worker_heartbeat_age_seconds{worker="this-host:7"}': 0,
    }
    assert {name: told.get(name) for name in near} == pytest.approx(near, abs=30)
    assert told["tieout_queue_age_seconds"] > 0
    assert any(name.startswith("tieout_token_age_seconds") and 500 < value < 600 for name, value in told.items())
    assert any(name.startswith("tieout_token_ends_seconds") and value > 58 * 86_400 for name, value in told.items())


def test_an_empty_installation_has_its_figures_too(db: None, settings: Any) -> None:
    told = figures(settings)
    assert told["tieout_queue_age_seconds"] == told["tieout_webhooks_waiting"] == 0


def test_every_figure_is_described_on_the_page(shop: Shop, wired: Wiring, settings: Any) -> None:
    described = set(re.findall(r"`(tieout_\w+)`", PAGE.read_text(encoding="utf-8")))
    now = web_records.datetime.now(web_records.UTC)
    assert {metric.name for part in PARTS for metric in part(now)} | {"tieout_backup_age_seconds"} <= described


def test_the_figures_cost_the_same_queries_however_much_there_is(shop: Shop, wired: Wiring, settings: Any) -> None:
    figures(settings)
    with CaptureQueriesContext(connection) as few:
        figures(settings)
    for number in range(30):
        row = web_records.document(shop, f"more{number}", "order", f"9{number:08d}", total_minor=100, currency="GBP")
        web_records.posting(shop, f"more{number}", row, "invoice", "queued", marker=f"SO-9{number:08d}")
        Organisation.objects.create(tenant_id=f"t-{number + 2}", name="Other", created_at=shop.now)
    with CaptureQueriesContext(connection) as many:
        figures(settings)
    assert len(many) == len(few) <= 20
    assert HeldFigures.objects.exists()


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic a2V5", "Bearer ünïcode"])
def test_the_figures_are_behind_a_token(given: str, shop: Shop, settings: Any) -> None:
    settings.TIEOUT_METRICS_TOKEN = "a watcher's token"
    assert Client().get("/metrics", headers={"Authorization": given}).status_code == 403
    settings.TIEOUT_METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": given}).status_code == 403


def test_names_and_amounts_are_no_figures(shop: Shop, beating: Wiring, settings: Any) -> None:
    settings.TIEOUT_METRICS_TOKEN = "t" * 20
    text = Client().get("/metrics", headers={"Authorization": "Bearer " + "t" * 20}).content.decode()
    assert not [word for word in ("Harbour", "Lindqvist", "planted", "61.9") if word in text]
