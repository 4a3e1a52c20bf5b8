"""The demo's CRM as a whole program: two organisations, judged by what the CRM itself shows and what Xero holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from storesim.perfex import Crm
from storesim.perfex.expected import expected
from xerosim.world import World

DEMO = [sys.executable, "-m", "tieout.cli.main", "demo", "--once", "--json", "--store", "perfex"]
#: Every invoice that the default rules post.
SENT = (1, 2, 3, 4)


class Ran:
    """A demo's state folder after two runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = self._run()
        self.second = self._run()
        self.crm = Crm()
        self.crm.restore((folder / "perfex.json").read_bytes())
        self.world = World.load(folder / "xero.sqlite3")

    def _run(self) -> dict[str, Any]:
        command = [*DEMO, "--orders", "60", "--seed", "7", "--state", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ)
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        found: dict[str, Any] = json.loads(done.stdout, parse_float=D)
        return found

    def ledger(self, name: str) -> dict[str, list[dict[str, Any]]]:
        organisation = next(one for one in self.world.organisations.values() if one.settings.name == name)
        text = json.dumps(self.world.ledger(organisation.id), default=str)
        found: dict[str, list[dict[str, Any]]] = json.loads(text, parse_float=D)
        return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("perfex-demo"))


def test_nothing_differs_and_a_second_run_writes_nothing(ran: Ran) -> None:
    assert ran.first["differences"] == []
    assert ran.first["held"] == []
    assert ran.second["differences"] == []
    assert not any(name.startswith(("PUT", "POST", "DELETE")) for name in ran.second["calls_by_endpoint"])


@pytest.mark.parametrize(
    ("name", "currencies"), [("Tidewater Books (demo)", ("GBP",)), ("Tidewater Inc (demo)", ("USD",))]
)
def test_each_organisation_holds_what_the_crm_shows_of_its_currency(
    ran: Ran, name: str, currencies: tuple[str, ...]
) -> None:
    ledger = ran.ledger(name)
    invoices = {one["InvoiceNumber"]: one for one in ledger["Invoices"]}
    shown = [one for one in expected(ran.crm)["invoices"] if one["currency"] in currencies]
    assert len(shown) > 3
    for one in shown:
        if one["status"] not in SENT:
            assert one["number"] not in invoices
            continue
        held = invoices.pop(str(one["number"]))
        assert D(str(held["Total"])) == one["total"]
        assert D(str(held["TotalTax"])) == one["tax"]
        assert D(str(held["AmountDue"])) == one["left"]
    assert {one["CurrencyCode"] for one in invoices.values()} <= set(currencies)
    notes = {one["CreditNoteNumber"]: one for one in ledger["CreditNotes"]}
    for one in expected(ran.crm)["credit_notes"]:
        if one["currency"] in currencies:
            held = notes[str(one["number"])]
            assert D(str(held["Total"])) == one["total"]
            assert D(str(held["RemainingCredit"])) == one["remaining"]


def test_the_demo_refuses_what_its_crm_cannot_do(tmp_path: Path) -> None:
    command = [*DEMO, "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    assert done.returncode == 2
    assert "--orders" in done.stderr
