"""Holds a ledger's documents against the figures a shop showed, from the shop's CSV alone.

Written apart from Tieout's own documents and from the shared judge: only the CSV's columns and Xero's JSON.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Ledger = dict[str, list[dict[str, Any]]]

_GONE = ("VOIDED", "DELETED")


@dataclass(frozen=True)
class Shown:
    """One document as the shop's own pages show it."""

    kind: str
    number: str
    currency: str
    total: Decimal
    tax: Decimal
    date: str
    taxes: tuple[Decimal, ...] = ()
    paid: Decimal | None = None
    cancelled: Decimal = Decimal(0)


@dataclass
class Verdict:
    exact: list[Shown] = field(default_factory=list)
    missing: list[Shown] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def money(text: str) -> Decimal:
    return Decimal(text or "0")


def read_shown(file: Path, sales_documents: str) -> list[Shown]:
    """The documents that a ledger should hold. sales_documents: orders or invoices."""
    wanted = {"orders": "order", "invoices": "invoice"}[sales_documents]
    with file.open(newline="", encoding="utf-8") as lines:
        return [_shown(row, wanted) for row in csv.DictReader(lines) if row["doc_type"] in (wanted, "creditmemo")]


def _shown(row: dict[str, str], wanted: str) -> Shown:
    tax = money(row["tax_total"])
    taxes = tuple(money(one["amount"]) for one in json.loads(row["taxes_json"] or "[]"))
    paid: Decimal | None = None
    if row["doc_type"] == "order":
        paid = money(row["total_paid"])
    elif row["doc_type"] == "invoice":
        paid = money(row["grand_total_shown"]) if row["state"] == "2" else Decimal(0)
    return Shown(
        kind="refund" if row["doc_type"] == "creditmemo" else wanted,
        number=row["increment_id"],
        currency=row["order_currency"],
        total=money(row["grand_total_shown"]),
        tax=tax,
        date=row["created_local_date"],
        # For adjustment-only credit memos the shop repeats the order's list; it then does not add up.
        taxes=tuple(amount for amount in taxes if amount) if sum(taxes) == tax else (),
        paid=paid,
        cancelled=money(row["total_canceled"]) if row["doc_type"] == "order" else Decimal(0),
    )


def compare(shown: list[Shown], ledger: Ledger) -> Verdict:
    """Every shown document must be in the ledger once, and exactly; others may not look like the shop's."""
    verdict, seen = Verdict(), set()
    for one in shown:
        found = _find(one, ledger)
        seen.update(id(document) for document in found)
        if not found:
            verdict.missing.append(one)
        elif len(found) > 1:
            verdict.wrong.append(f"{one.kind} {one.number}: {len(found)} documents")
        elif faults := list(_faults(one, found[0])):
            verdict.wrong.append(f"{one.kind} {one.number}: {'; '.join(faults)}")
        else:
            verdict.exact.append(one)
    for document in _alive(ledger["Invoices"]) + _alive(ledger["CreditNotes"]):
        number = str(document.get("InvoiceNumber") or document.get("CreditNoteNumber"))
        if id(document) not in seen and number[-1:].isdigit():
            verdict.wrong.append(f"{number} belongs to no document of the shop")
    return verdict


def _alive(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [document for document in documents if document.get("Status") not in _GONE]


def _find(one: Shown, ledger: Ledger) -> list[dict[str, Any]]:
    table, key = ("CreditNotes", "CreditNoteNumber") if one.kind == "refund" else ("Invoices", "InvoiceNumber")
    found = []
    for document in _alive(ledger[table]):
        prefix, _, rest = str(document.get(key, "")).rpartition(one.number)
        if not rest and str(document.get(key, "")).endswith(one.number) and not prefix[-1:].isdigit():
            found.append(document)
    return found


def _faults(one: Shown, document: dict[str, Any]) -> list[str]:
    faults = []
    for name, got, wanted in (
        ("currency", document["CurrencyCode"], one.currency),
        ("total", money(str(document["Total"])), one.total),
        ("tax", money(str(document["TotalTax"])), one.tax),
        ("date", document["DateString"][:10], one.date),
    ):
        if got != wanted:
            faults.append(f"{name} {got} instead of {wanted}")
    faults += _tax_faults(one, document)
    if one.kind != "refund":
        faults += _payment_faults(one, document)
    return faults


def _tax_faults(one: Shown, document: dict[str, Any]) -> list[str]:
    """Each tax of the shop must be a tax type's sum, or some of them together one composite rate's."""
    per_type: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in document["LineItems"]:
        per_type[line.get("TaxType", "")] += money(str(line.get("TaxAmount", "0")))
    got = sorted(amount for amount in per_type.values() if amount)
    if one.taxes and not _groupable(sorted(one.taxes), got):
        return [f"taxes {[str(amount) for amount in got]} instead of {[str(amount) for amount in one.taxes]}"]
    return []


def _groupable(parts: list[Decimal], sums: list[Decimal]) -> bool:
    """Whether every part belongs to exactly one sum and each sum is made of whole parts."""
    if not sums:
        return not parts
    for size in range(1, len(parts) + 1):
        for chosen in itertools.combinations(range(len(parts)), size):
            if sum(parts[i] for i in chosen) == sums[0]:
                rest = [part for i, part in enumerate(parts) if i not in chosen]
                if _groupable(rest, sums[1:]):
                    return True
    return False


def _payment_faults(one: Shown, document: dict[str, Any]) -> list[str]:
    paid, credited = money(str(document["AmountPaid"])), money(str(document["AmountCredited"]))
    due = money(str(document["AmountDue"]))
    faults = []
    if one.paid is not None and paid != one.paid:
        faults.append(f"paid {paid} instead of {one.paid}")
    if one.cancelled and credited < one.cancelled:
        faults.append(f"credited {credited}, but {one.cancelled} was cancelled")
    if due != one.total - paid - credited:
        faults.append(f"due {due} is not total - paid - credited")
    return faults
