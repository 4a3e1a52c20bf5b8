"""The demo over recorded shops: store, engine and a simulated Xero as whole programs, judged by what Xero holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from opencart_shops import VERSIONS, ShopDatabase, Shops, expected
from test_opencart_recorded import NEVER_POSTED, NOT_POSTED

DEMO = [sys.executable, "-m", "tieout.cli.main", "demo", "--once", "--json", "--store", "opencart"]


def run(shop: ShopDatabase, ledger: Path, *more: str) -> dict[str, Any]:
    command = [*DEMO, "--database-url", shop.url(), "--ledger", str(ledger), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    found: dict[str, Any] = json.loads(done.stdout, parse_float=D)
    return found


@pytest.mark.parametrize("statuses", ["default", "all"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_ledger_holds_what_the_shop_shows_and_ties_out(
    shops: Shops, version: str, statuses: str, tmp_path: Path
) -> None:
    result = run(shops.recorded(version), tmp_path / "ledger.json", "--statuses", statuses)
    assert result["differences"] == []
    accepted = NEVER_POSTED if statuses == "all" else NOT_POSTED
    told = {one["number"]: one["code"] for one in result["held"] + result["skipped"] if one["kind"] == "order"}
    assert told == accepted
    invoices = {
        one["InvoiceNumber"]: one
        for one in json.loads((tmp_path / "ledger.json").read_text(), parse_float=D)["Invoices"]
    }
    for key, rows in expected(version).items():
        if key in accepted:
            assert f"SO-{key}" not in invoices
            continue
        held = invoices[f"SO-{key}"]
        means = -sum((D(r["amount_shown"]) for r in rows if r["code"] in ("credit", "voucher")), D(0))
        assert D(str(held["Total"])) == D(rows[0]["order_total_shown"]) + means
        assert D(str(held["TotalTax"])) == D(rows[0]["order_tax_shown"])
        by_type: dict[str, D] = {}
        for line in held["LineItems"]:
            by_type[line["TaxType"]] = by_type.get(line["TaxType"], D(0)) + D(str(line["TaxAmount"]))
        taxes = sorted(D(r["amount_shown"]) for r in rows if r["code"] == "tax")
        assert sorted(amount for amount in by_type.values() if amount) == taxes


def test_another_prefix_and_another_default_currency_tie_out_too(shops: Shops, tmp_path: Path) -> None:
    shop = shops.loaded("shop-3.0.5.1", prefix="shop2_")
    shop.run(
        "UPDATE @setting SET value='EUR' WHERE `key`='config_currency'",
        "UPDATE @currency SET value=1 WHERE code='EUR'",
        "UPDATE @order SET currency_code='EUR' WHERE currency_code='GBP' AND currency_value=1",
    )
    result = run(shop, tmp_path / "ledger.json", "--statuses", "all")
    assert result["differences"] == []
    ledger = json.loads((tmp_path / "ledger.json").read_text())
    assert len([one for one in ledger["Invoices"] if one["InvoiceNumber"].startswith("SO-")]) == 12
    # Store credit and vouchers in a foreign currency have no account in it: a person chooses one (ACCOUNTING C9).
    assert {one["code"] for one in result["held"]} <= {"bank_amount_missing"}


def test_the_demo_needs_a_database_that_looks_like_one(tmp_path: Path) -> None:
    for url in ("", "http://shop.example.test", "mysql://root@127.0.0.1/", "mysql://root@127.0.0.1:x/shop"):
        command = [*DEMO, *(["--database-url", url] if url else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ)
        assert done.returncode == 2
        assert "--database-url" in done.stderr


def test_an_order_that_the_shop_deleted_is_noticed_and_what_was_posted_stays(shops: Shops, tmp_path: Path) -> None:
    shop = shops.loaded("shop-4.1.0.4")
    state = tmp_path / "state"
    run(shop, tmp_path / "before.json", "--state", str(state))
    shop.run(*(f"DELETE FROM @{table} WHERE order_id=5001" for table in ("order", "order_product", "order_total")))
    own = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    pulled = subprocess.run(
        [sys.executable, "-m", "tieout.cli.main", "pull", "--deleted", "--json"], capture_output=True, text=True,
        timeout=60, env=own | {"TIEOUT_HOME": str(state / "tieout"), "TIEOUT_ALLOW_PRIVATE": "on"},
    )  # fmt: skip
    assert pulled.returncode == 0, pulled.stderr
    assert json.loads(pulled.stdout)["stores"][0]["deleted"] == 1
    result = run(shop, tmp_path / "after.json", "--state", str(state))
    assert (result["xero_calls"], result["differences"]) == (0, [])
    assert (tmp_path / "after.json").read_text() == (tmp_path / "before.json").read_text()
