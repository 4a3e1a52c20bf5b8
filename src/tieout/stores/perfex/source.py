"""What a way into the CRM gives, whichever it is: what there is now, told cheaply, and documents put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from tieout.documents import DocumentKind
from tieout.stores.perfex.wire import Context

#: One row: texts by column, NULL left out.
Row = Mapping[str, str]
Json = dict[str, object]

#: Entities in the order in which they are read, with table and key column.
TABLES: dict[DocumentKind, tuple[str, str]] = {
    DocumentKind.CUSTOMER: ("clients", "userid"),
    DocumentKind.PRODUCT: ("items", "id"),
    DocumentKind.INVOICE: ("invoices", "id"),
    DocumentKind.REFUND: ("creditnotes", "id"),
}


class Health(msgspec.Struct, frozen=True):
    """What a connection test found out. counts: (entity in words, how many)."""

    version: str
    counts: tuple[tuple[str, int], ...]
    rights_missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Source(Protocol):
    """One way into the CRM. All methods raise RetryLater, NeedsOperator or ContractBroken."""

    #: Documents put together in one go.
    chunk: int
    #: Of each entity, documents read again with every look, in turn, because some changes show nowhere.
    reread: Mapping[DocumentKind, int]

    def context(self) -> Context: ...

    def prints(self, kind: DocumentKind) -> Mapping[int, str]:
        """Every document there is now: id → a text that changes with the document, as far as that is cheap."""
        ...

    def read(self, kind: DocumentKind, ids: Sequence[int]) -> Mapping[int, Json]:
        """Whole documents by id (`wire`); those that the CRM has no more are missing."""
        ...

    def forget(self) -> None:
        """What was looked up along the way may be old by now."""
        ...

    def ids(self, kind: DocumentKind) -> Sequence[int]:
        """The ids of everything there is now."""
        ...

    def health(self) -> Health: ...


#: Statuses of invoices that are no sale: cancelled, draft.
OFF = ("5", "6")


def with_invoices(applied: Sequence[Row], invoices: Mapping[str, Row]) -> list[Row]:
    """Uses of credit with the day of their invoices, and their status where that is no sale."""
    found: list[Row] = []
    for row in applied:
        invoice = invoices.get(row.get("invoice_id", ""), {})
        status = invoice.get("status", "")
        more = {"invoice_date": invoice.get("date", ""), "invoice_off": status if status in OFF else ""}
        found.append({**row, **{name: text for name, text in more.items() if text}})
    return found


def in_order(lines: Sequence[Row]) -> list[Row]:
    """Lines of a document as people see them."""

    def place(row: Row) -> tuple[int, int]:
        texts = (row.get("item_order", ""), row.get("id", ""))
        first, second = (int(text) if text.isascii() and text.isdigit() else 0 for text in texts)
        return first, second

    return sorted(lines, key=place)


def encode(document: object) -> bytes:
    return msgspec.json.encode(document)
