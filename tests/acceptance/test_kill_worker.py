"""kill -9, again and again, while requests are in flight: nothing lost, nothing doubled, by Xero's own journal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tieout.accounting import Role
from tieout.config.database import sqlite
from tieout.documents import DocumentKind
from tieout.ports.records import PlanToWrite
from tieout.records import models
from tieout.records.storage import Storage
from tieout.rules.settings import Rules
from xerosim.faults import Fault, Latency
from xerosim.server import start_background
from xerosim.world import World

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "simulation"))

from shop import Shop  # noqa: E402

ORDERS = 150
KILLS = 6
SECONDS_MAX = 150


class Drill:
    """A database, a simulated Xero over HTTP, and the process that is killed."""

    def __init__(self, folder: Path, storage: Storage, url: str, world: World) -> None:
        self.storage = storage
        self.world = world
        self.tenant: str = world.add_organisation("uk").settings.id
        world.faults.latency = Latency(low=0.2, high=0.6)
        self.shop = Shop(Random(1), datetime.now(UTC).date())
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tieout.config.settings",
            "TIEOUT_HOME": str(folder / "home"),
            "TIEOUT_DATABASE_URL": f"sqlite:///{folder / 'tieout.sqlite3'}",
            "DRILL_TOKEN": str(world.token()["access_token"]),
            "DRILL_TENANT": self.tenant,
            "DRILL_XERO_URL": url,
            "DRILL_SLOT": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._furnish()

    def _furnish(self) -> None:
        now = datetime.now(UTC)
        self.connection = models.Connection.objects.using("drill").create(kind="shop", name="S", created_at=now).id
        self.organisation = (
            models.Organisation.objects.using("drill")
            .create(tenant_id=self.tenant, name="O", created_at=now, day_limit=5_000)
            .id
        )
        models.Mapping.objects.using("drill").create(
            connection_id=self.connection, organisation_id=self.organisation, version=1, created_at=now,
            rules=msgspec.json.encode(Rules()).decode(),
        )  # fmt: skip

    def sell(self, count: int) -> None:
        self.shop.sell(count)
        self.plan()

    def plan(self) -> None:
        now = datetime.now(UTC)
        self.storage.save_page(self.connection, DocumentKind.ORDER, self.shop.read(now), None, now)
        due = self.storage.due_dossiers(self.connection, 10_000)
        plans = [
            PlanToWrite(
                dossier=dossier, organisation=self.organisation, rule_version=1,
                plan=self.shop.plan(int(dossier.root.key), frozenset()),
            )
            for dossier in due
        ]  # fmt: skip
        self.storage.write_plans(plans, due, now)

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, str(HERE / "kill_worker.py")], env=self.environment)

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, "the worker ended by itself"
        self.process.kill()
        self.process.wait(10)

    def end(self) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def in_flight(self) -> bool:
        return models.Call.objects.using("drill").filter(state="sending").exists()

    def is_done(self) -> bool:
        open_rows = models.Posting.objects.using("drill").exclude(state__in=("posted", "gone"))
        return not open_rows.exists()

    def wait_for(self, what: Any, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, f"{what.__name__} did not come true: {self.states()}"
            assert self.process is not None
            assert self.process.poll() is None, "the worker ended by itself"
            time.sleep(0.02)

    def states(self) -> dict[str, int]:
        return dict(Counter(models.Posting.objects.using("drill").values_list("state", flat=True)))


@pytest.fixture
def drill(tmp_path: Path, django_db_blocker: Any) -> Iterator[Drill]:
    with django_db_blocker.unblock():
        settings = connections.configure_settings({"default": sqlite(tmp_path / "tieout.sqlite3")})["default"]
        connections.databases["drill"] = settings
        connections["drill"].cursor().execute("PRAGMA journal_mode=WAL")
        executor = MigrationExecutor(connections["drill"])
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"])
        world = World(seed=1)
        with start_background(world) as server:
            made = Drill(tmp_path, Storage("drill"), server.url, world)
            yield made
            if made.process is not None and made.process.poll() is None:
                made.process.kill()
                made.process.wait(10)
        connections["drill"].close()
        del connections["drill"]
        del connections.databases["drill"]


def test_c60_a_worker_that_is_killed_in_flight_loses_and_doubles_nothing(drill: Drill) -> None:
    random = Random(3)
    drill.sell(ORDERS)
    for kind, when in (("500", "after"), ("drop", "after"), ("drop", "before"), ("minute", "before")):
        drill.world.faults.add(Fault(kind=kind, when=when, method="PUT", seconds=1))  # type: ignore[arg-type]
    for _ in range(KILLS):
        drill.start()
        drill.wait_for(drill.in_flight, 30)
        time.sleep(random.uniform(0, 0.5))
        drill.kill()
        drill.shop.happen()
        drill.plan()
    drill.start()
    drill.wait_for(drill.is_done, SECONDS_MAX)
    assert drill.end() == 0
    made = Counter(
        (one.kind, one.label)
        for one in drill.world.journal.made
        if one.action == "created" and one.kind != "Payments"
    )
    assert [label for label, count in made.items() if count > 1] == []
    ledger: dict[str, Any] = drill.world.ledger(drill.tenant)  # type: ignore[assignment]
    invoices = {one["InvoiceNumber"]: one for one in ledger["Invoices"]}
    for order in drill.shop.orders.values():
        invoice = invoices.get(order.marker)
        if order.cancelled:
            assert invoice is None or invoice["Status"] == "VOIDED"
            continue
        assert invoice is not None, f"{order.marker} is lost"
        assert invoice["Total"] == order.total
        assert invoice["AmountPaid"] == (order.total if order.paid else 0)
    assert drill.world.journal.worst_minute(drill.tenant) <= 60
    assert models.Call.objects.using("drill").exclude(state="done").count() == 0
    assert models.Posting.objects.using("drill").filter(role=Role.PAYMENT.value).exists()


def test_a_worker_that_is_asked_to_stop_settles_what_is_under_way(drill: Drill) -> None:
    drill.sell(40)
    drill.start()
    drill.wait_for(drill.in_flight, 30)
    assert drill.end() == 0
    assert models.Call.objects.using("drill").exclude(state="done").count() == 0
    assert models.Organisation.objects.using("drill").filter(lease_until__isnull=False).count() == 0
