"""Invoices through the REST module."""

from __future__ import annotations

import re

from tieout.documents.entries import InvoiceEntry, InvoiceState
from tieout.ports.writing import StoreWrite, WriteOperation
from tieout.stores.perfex.client import Json, NoSuchRecord, PerfexClient, Refusal, row_of, rows_of
from tieout.stores.perfex.entries import line_fields
from tieout.stores.perfex.notes import marker_in, note_with, number_in
from tieout.stores.perfex.numbers import DRAFTS_FROM
from tieout.stores.perfex.source import Row
from tieout.stores.perfex.translate.crm import CrmFacts

#: How often a number that somebody took meanwhile is replaced by the next.
_NUMBERS_MAX = 3
#: Before the first invoice nothing tells the CRM's prefix; this is what a new one has.
PREFIX = "INV-"
_CANCELLED, _OPEN = "5", "1"
_DIGITS = re.compile(r"(\d{1,9})$")
_FIGURES = frozenset(("lines", "net", "tax", "total", "currency"))


class InvoiceWriting:
    """client: asks the module."""

    def __init__(self, client: PerfexClient) -> None:
        self._client = client

    def find(self, marker: str) -> str | None:
        """The invoice whose note bears the marker."""
        for row in self._client.rows("invoices"):
            if marker_in(row.get("adminnote", "")) == marker:
                return row.get("id")
        return None

    def send(self, write: StoreWrite, entry: InvoiceEntry, crm: CrmFacts, key: str) -> Json | Refusal:
        """The module's answer. Raises as `client.write`."""
        path = f"invoices/{write.key}"
        match write.operation:
            case WriteOperation.CREATE:
                return self._create(write, entry, crm, key)
            case WriteOperation.UPDATE:
                return self._update(write, entry, crm)
            case WriteOperation.CANCEL:
                return self._client.write("PUT", path, {"status": _CANCELLED})
            case WriteOperation.DELETE:
                return self._client.write("DELETE", path, None)

    def _create(self, write: StoreWrite, entry: InvoiceEntry, crm: CrmFacts, key: str) -> Json | Refusal:
        listed = self._client.rows("invoices")
        taken = {int(row["number"]) for row in listed if row.get("number", "").isdigit()}
        number = _wished(entry.number, listed, taken)
        body = {
            **self._content(entry, crm),
            **self._addresses(entry.customer_key),
            "clientid": entry.customer_key,
            "adminnote": note_with("", write.marker, entry.number, entry.reference),
            "save_as_draft": "1" if entry.state is InvoiceState.DRAFT else None,
        }
        answer: Json | Refusal = Refusal(409, "no number is free", "")
        for attempt in range(_NUMBERS_MAX):
            one_key = f"{key}-{attempt}" if attempt else key
            answer = self._client.write("POST", "invoices", {**body, "number": str(number)}, one_key, form=True)
            if not isinstance(answer, Refusal) or "number" not in answer.sentence.lower():
                return answer
            number += 1
        return answer

    def _update(self, write: StoreWrite, entry: InvoiceEntry, crm: CrmFacts) -> Json | Refusal:
        path = f"invoices/{write.key}"
        try:
            record = self._client.record(path)
        except NoSuchRecord:
            return Refusal(404, "it is not there", "")
        if str(record.get("status")) == _CANCELLED and entry.state is not InvoiceState.CANCELLED:
            answer = self._client.write("PUT", path, {"status": _OPEN})
            if isinstance(answer, Refusal):
                return answer
        before = str(record.get("adminnote") or "")
        # Both sides keep their own number; the ledger's is told once, when it came.
        note = note_with(before, write.marker, number_in(before), entry.reference)
        body: Json = {
            "clientid": entry.customer_key,
            "date": entry.date.isoformat(),
            "duedate": entry.due_date.isoformat() if entry.due_date else "",
            "adminnote": note,
        }
        if _FIGURES & write.changed:
            body |= self._content(entry, crm)
            body["removed_items"] = [row["id"] for row in rows_of(record.get("items")) if row.get("id")]
        return self._client.write("PUT", path, body)

    def _content(self, entry: InvoiceEntry, crm: CrmFacts) -> Json:
        """Figures as the module stores them: it takes our sums and works out the total tax itself."""
        currency = next(key for key, code in crm.currencies.items() if code == entry.currency)
        return {
            "date": entry.date.isoformat(),
            "duedate": entry.due_date.isoformat() if entry.due_date else None,
            "currency": currency,
            "newitems": {str(number): line_fields(line, number + 1) for number, line in enumerate(entry.lines)},
            "subtotal": f"{entry.net.amount:.2f}",
            "total": f"{entry.total.amount:.2f}",
            "discount_type": "",
            "discount_percent": "0",
            "discount_total": "0",
            "adjustment": "0",
            "allowed_payment_modes": list(crm.modes),
        }

    def _addresses(self, client: str) -> Json:
        """The client's own, which the module wants to be said again; it refuses an empty street."""
        try:
            row = row_of(self._client.record(f"customers/{client}"))
        except NoSuchRecord:
            row = {}
        names = ("street", "city", "state", "zip", "country")
        found: Json = {
            f"{use}_{name}": row.get(f"{use}_{name}", "") for use in ("billing", "shipping") for name in names
        }
        return {**found, "billing_street": found["billing_street"] or row.get("address") or "-"}


def _wished(number: str, listed: list[Row], taken: set[int]) -> int:
    """The ledger's own number where it looks like the CRM's and is free; else the one after the highest."""
    real = [one for one in taken if one < DRAFTS_FROM]
    following = max(real, default=0) + 1
    digits = _DIGITS.search(number)
    prefixes = {row.get("prefix", "") for row in listed} or {PREFIX}
    if digits is None or number[: digits.start()] not in prefixes or int(digits[1]) in taken or not int(digits[1]):
        return following
    return int(digits[1])
