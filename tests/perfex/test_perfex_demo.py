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
        self.crm_after_first = (folder / "perfex.json").read_bytes()
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


def test_nothing_differs_and_a_second_run_writes_on_neither_side(ran: Ran) -> None:
    for run in (ran.first, ran.second):
        assert run["differences"] == []
        assert run["held"] == []
    assert (ran.folder / "perfex.json").read_bytes() == ran.crm_after_first
    # At most one conditional read per watched entity and organisation.
    assert ran.second["calls_by_endpoint"] == {"GET Contacts": 2, "GET Invoices": 2, "GET Payments": 2}


def test_what_people_made_in_xero_came_into_the_crm_once_and_did_not_go_back(ran: Ran) -> None:
    assert ran.first["brought"] == {"customer": 2, "invoice": 2, "payment": 2}
    assert ran.second["brought"] == {"customer": 0, "invoice": 0, "payment": 0}
    brought = [row for row in ran.crm.tables.all("invoices") if "Tieout" in str(row["adminnote"])]
    assert [(row["total"], row["total_tax"]) for row in brought] == [(D("396.00"), D("66.00"))] * 2
    for row, name in zip(brought, ("Tidewater Books (demo)", "Tidewater Inc (demo)"), strict=True):
        key = row["id"]
        assert isinstance(key, int)
        assert ran.crm.sales.left(key) == D("296.00")
        client = row["clientid"]
        assert isinstance(client, int)
        contact = ran.crm.people.primary_contact(client)
        assert contact is not None
        assert str(contact["email"]).endswith("@surveys.example")
        ledger = ran.ledger(name)
        by_hand = [one for one in ledger["Invoices"] if one.get("Reference") == "By telephone"]
        assert [one["InvoiceNumber"] for one in by_hand] == ["INV-0001"]
        assert sum(one["Name"] == by_hand[0]["Contact"]["Name"] for one in ledger["Contacts"]) == 1


@pytest.mark.parametrize(
    ("name", "currencies"), [("Tidewater Books (demo)", ("GBP",)), ("Tidewater Inc (demo)", ("USD",))]
)
def test_each_organisation_holds_what_the_crm_shows_of_its_currency(
    ran: Ran, name: str, currencies: tuple[str, ...]
) -> None:
    ledger = ran.ledger(name)
    invoices = {one["InvoiceNumber"]: one for one in ledger["Invoices"]}
    notes_of = {row["id"]: str(row["adminnote"]) for row in ran.crm.tables.all("invoices")}
    shown = [
        {**one, "brought": "Tieout" in notes_of[_key(one["id"])]}
        for one in expected(ran.crm)["invoices"]
        if one["currency"] in currencies
    ]
    assert len(shown) > 3
    for one in shown:
        if one["status"] not in SENT:
            assert one["number"] not in invoices
            continue
        if one["brought"]:
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


def _key(value: object) -> int:
    assert isinstance(value, int)
    return value


def test_the_demo_refuses_what_its_crm_cannot_do(tmp_path: Path) -> None:
    command = [*DEMO, "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
    assert done.returncode == 2
    assert "--orders" in done.stderr
