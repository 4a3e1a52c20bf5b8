"""The verdict on a drill: what the simulated Xero holds against what the shop shows. Knows nothing of our tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from tieout.cli.benching.open_shop import Expected

Ledger = dict[str, list[dict[str, Any]]]
_ENDED = ("VOIDED", "DELETED")
#: Sentences kept of each kind of finding.
_SHOWN_MAX = 20


class Findings(msgspec.Struct):
    """Counts, and a sentence for each of the first findings."""

    documents: int = 0
    lost: int = 0
    doubled: int = 0
    posted_though_cancelled: int = 0
    wrong: int = 0
    sentences: list[str] = []

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.posted_though_cancelled or self.wrong)

    def tell(self, sentence: str) -> None:
        if len(self.sentences) < _SHOWN_MAX:
            self.sentences.append(sentence)

    def doubles(self, what: str, counts: Counter[str]) -> None:
        for name, count in counts.items():
            if count > 1:
                self.doubled += count - 1
                self.tell(f"{what} {name} is there {count} times")


def judge(expected: Iterable[Expected], ledger: Ledger, made: Counter[tuple[str, str, str]], tenant: str) -> Findings:
    """One organisation. made: how often each object was made, by the simulator's journal."""
    found = Findings()
    alive = {
        False: _by_number(ledger["Invoices"], "InvoiceNumber"),
        True: _by_number(ledger["CreditNotes"], "CreditNoteNumber"),
    }
    for document in expected:
        _document(document, alive[document.is_refund].pop(document.number, []), found)
    for left in alive.values():
        for number in left:
            found.doubled += 1
            found.tell(f"{number} is in the ledger and belongs to nothing in the shop")
    for kind in ("Invoices", "CreditNotes"):
        found.doubles(kind, Counter({key[2]: count for key, count in made.items() if key[:2] == (tenant, kind)}))
    _money(ledger, found)
    found.doubles("contact", Counter(one["ContactNumber"] for one in ledger["Contacts"] if one.get("ContactNumber")))
    found.doubles("item", Counter(one["Code"] for one in ledger["Items"]))
    return found


def _by_number(documents: list[dict[str, Any]], field: str) -> dict[str, list[dict[str, Any]]]:
    """Sales documents that count, under the shop's own number at the end of theirs."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in documents:
        if one["Status"] not in _ENDED and one["Type"] in ("ACCREC", "ACCRECCREDIT"):
            number = re.sub(r"^.*\D", "", one[field])
            found.setdefault(number or one[field], []).append(one)
    return found


def _document(document: Expected, there: list[dict[str, Any]], found: Findings) -> None:
    found.documents += 1
    name = f"{'credit memo' if document.is_refund else 'order'} {document.number}"
    if not document.wanted:
        if there:
            found.posted_though_cancelled += 1
            found.tell(f"{name} was cancelled and is {there[0]['Status']} in the ledger")
        return
    if not there:
        found.lost += 1
        found.tell(f"{name} is lost")
        return
    if len(there) > 1:
        found.doubled += len(there) - 1
        found.tell(f"{name} is there {len(there)} times")
    due = there[0]["RemainingCredit" if document.is_refund else "AmountDue"]
    if (there[0]["Total"], due) != (document.total, document.due):
        found.wrong += 1
        found.tell(f"{name} is {there[0]['Total']}, {due} open, instead of {document.total}, {document.due} open")


def _money(ledger: Ledger, found: Findings) -> None:
    payments: Counter[str] = Counter()
    for one in ledger["Payments"]:
        if one["Status"] != "DELETED":
            target = one.get("Invoice", {}).get("InvoiceID") or one.get("CreditNote", {}).get("CreditNoteID", "")
            payments[f"{one.get('Reference', '')} of {target}"] += 1
    found.doubles("payment", payments)
    allocations: Counter[str] = Counter()
    for one in ledger["Allocations"]:
        if not one.get("IsDeleted"):
            allocations[f"of {one['Credit']['Number']} to {one.get('Invoice', {}).get('InvoiceNumber', '')}"] += 1
    found.doubles("allocation", allocations)


def add(findings: Iterable[Findings]) -> Findings:
    total = Findings()
    for one in findings:
        for field in ("documents", "lost", "doubled", "posted_though_cancelled", "wrong"):
            setattr(total, field, getattr(total, field) + getattr(one, field))
        for sentence in one.sentences:
            total.tell(sentence)
    return total
