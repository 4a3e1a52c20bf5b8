"""Documents recorded from real organisations, entered again: every amount must come out as Xero printed it."""

import json
import os
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from xerosim_tools import Caller

from xerosim.clock import VirtualClock
from xerosim.model_settings import Account, TaxComponent, TaxRate
from xerosim.numbers import FINE, scaled
from xerosim.world import World

SHARED = Path(os.environ.get("TIEOUT_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SAMPLES = SHARED / "xero" / "samples"
FILES = {
    "nz_demo_invoices.json": ("nz", "Invoices"),
    "au_demo_invoices.json": ("au", "Invoices"),
    "au_demo_credit_notes.json": ("au", "CreditNotes"),
}
DEAD = ("VOIDED", "DELETED")


def _documents() -> list[Any]:
    if not SAMPLES.exists():
        reason = f"recorded answers are not at {SAMPLES}; set TIEOUT_SHARED"
        return [pytest.param("", "", {}, marks=pytest.mark.skip(reason=reason), id="missing")]
    found = []
    for name, (region, collection) in FILES.items():
        recorded = json.loads((SAMPLES / name).read_text())[collection]
        for position, document in enumerate(recorded):
            label = f"{name}-{position}-{document.get('InvoiceNumber') or document.get('CreditNoteNumber')}"
            found.append(pytest.param(region, collection, document, id=label))
    return found


_WORLDS: dict[str, Caller] = {}


def _caller(region: str) -> Caller:
    """One world per region; the accounts and old tax types of the recordings are added as they appear."""
    if region not in _WORLDS:
        world = World(clock=VirtualClock())
        org = world.add_organisation(region, demo=False)
        world.limits_of(world.app.id).enforced = False
        for tax in list(org.tax_rates.values()):
            if tax.status == "DELETED":
                org.tax_rates.put(TaxRate(tax.id, tax.name, tax.rate, tax.applies, tax.components))
        _WORLDS[region] = Caller(world, org.id)
    return _WORLDS[region]


def _furnish(call: Caller, lines: list[dict[str, Any]], types: str) -> None:
    org = call.world.organisations[call.tenant]
    for line in lines:
        code, tax = line.get("AccountCode"), line.get("TaxType")
        if tax and org.tax_rates.get(tax) is None:
            amount, net = D(line["TaxAmount"]), D(line["LineAmount"])
            assert amount == 0, f"recording uses unknown tax type {tax} with {amount} on {net}"
            component = TaxComponent(tax, scaled("0", FINE))
            org.tax_rates.put(TaxRate(tax, tax, 0, "AEXLR", (component,)))
        held = org.account_by_code(code) if code else None
        if code and held is None:
            klass = "EXPENSE" if tax and "INPUT" in tax else "REVENUE"
            kind = "EXPENSE" if klass == "EXPENSE" else "REVENUE"
            org.accounts.put(Account(org.new_id(), code, f"Account {code}", kind, tax or "NONE", klass))
    org.changes.clear()


@pytest.mark.parametrize(("region", "collection", "recorded"), _documents())
def test_recorded_documents_come_out_as_recorded(region: str, collection: str, recorded: dict[str, Any]) -> None:
    call = _caller(region)
    lines = [line for line in recorded["LineItems"] if line]
    _furnish(call, lines, recorded["LineAmountTypes"])
    tracked = [
        {k: v for k, v in line.items() if k not in ("Tracking", "LineItemID", "Item", "ItemCode")} for line in lines
    ]
    date = recorded.get("Date") or "2011-01-01"
    sent = {
        "Type": recorded["Type"],
        "Contact": {"Name": recorded["Contact"]["Name"]},
        "Date": date,
        "DueDate": recorded.get("DueDate") or date,
        "LineAmountTypes": recorded["LineAmountTypes"],
        "Status": "DRAFT" if recorded["Status"] in (*DEAD, "DRAFT") else "AUTHORISED",
        "LineItems": [{k: v for k, v in line.items() if k not in ("TaxAmount", "LineAmount")} for line in tracked],
    }
    written = call("PUT", f"{collection}?unitdp=4", sent)[collection][0]
    for ours, theirs in zip(written["LineItems"], lines, strict=True):
        for member in ("LineAmount", "TaxAmount"):
            if theirs.get(member) not in (None, ""):
                assert ours[member] == D(str(theirs[member])), member
    for member in ("SubTotal", "TotalTax", "Total"):
        assert written[member] == D(str(recorded[member])), member
    if collection == "Invoices" and recorded["Status"] not in DEAD:
        paid = D(str(recorded.get("AmountPaid") or 0))
        if paid and written["Status"] == "AUTHORISED":
            payment = {
                "Invoice": {"InvoiceID": written["InvoiceID"]},
                "Account": {"Code": "090"},
                "Amount": str(paid),
            }
            call("PUT", "Payments", payment)
        credited = D(str(recorded.get("AmountCredited") or 0))
        now = call("GET", f"Invoices/{written['InvoiceID']}")["Invoices"][0]
        assert now["AmountDue"] - credited == D(str(recorded["AmountDue"]))
