"""The CRM through its REST module: lists tell cheaply what looks different, records by id tell the rest.

Lines come without their taxes. They are taken from the module's table path where the administrator allows it;
otherwise only the document's total tax is known, and translation refuses to guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tieout.documents import DocumentKind
from tieout.errors import NeedsOperator
from tieout.stores.perfex import wire
from tieout.stores.perfex.client import NoSuchRecord, PerfexClient, row_of, rows_of
from tieout.stores.perfex.source import TABLES, Health, Json, Row, in_order, with_invoices

_PATHS = {
    DocumentKind.CUSTOMER: "customers",
    DocumentKind.PRODUCT: "items",
    DocumentKind.INVOICE: "invoices",
    DocumentKind.REFUND: "credit_notes",
}
#: Documents read again with every look: edits of a line that keep the total show in no list.
REREAD = 10
#: Columns that change by themselves and mean nothing for the books.
_QUIET = frozenset((
    "total_left_to_pay", "last_overdue_reminder", "last_due_reminder", "short_link", "hash", "sent", "datesend",
    "cycles", "total_cycles", "last_recurring_date", "cancel_overdue_reminders",
))  # fmt: skip
_SALE = wire.SaleRow.__struct_fields__
_LINE = wire.LineRow.__struct_fields__
_PAYMENT = wire.PaymentRow.__struct_fields__
_APPLIED = wire.AppliedRow.__struct_fields__
_REFUND = wire.RefundRow.__struct_fields__
_CLIENT = wire.ClientRow.__struct_fields__
_CONTACT = wire.ContactRow.__struct_fields__
_ITEM = wire.ItemRow.__struct_fields__


class RestSource:
    """Implements `source.Source`. options: of the connection."""

    chunk = 100

    def __init__(self, client: PerfexClient, options: Mapping[str, str]) -> None:
        self._client = client
        self._options = options
        self.reread: Mapping[DocumentKind, int] = {DocumentKind.INVOICE: REREAD, DocumentKind.REFUND: REREAD}
        self._line_taxes: dict[tuple[str, str], list[dict[str, str]]] | None = None
        self._asked_for_taxes = False

    def context(self) -> wire.Context:
        client = self._client
        rows = [*client.rows("invoices"), *client.rows("credit_notes")]
        currencies = {row["currency"]: _currency(row) for row in rows if row.get("currency")}
        currencies |= {
            row["id"]: row.get("name", "") for row in client.open_table("tblcurrencies") or () if "id" in row
        }
        countries = client.open_table("tblcountries")
        taxes = client.rows("common/tax_data")
        return wire.Context(
            url=self._options.get("url", "").strip(),
            base_currency=self._options.get("base_currency", "").strip().upper(),
            currencies=tuple(wire.Named(key, name) for key, name in sorted(currencies.items()) if name),
            countries=_countries(countries, self._options.get("countries", "")),
            modes=tuple(
                wire.Named(row["id"], row.get("name", ""))
                for row in client.rows("common/payment_mode")
                if "id" in row
            ),
            taxes=tuple(
                wire.KnownTax(row["id"], row.get("name", ""), _decimal(row.get("taxrate", "0")))
                for row in taxes
                if "id" in row
            ),
            line_taxes="table" if self._taxes_by_document() is not None else "",
        )

    def prints(self, kind: DocumentKind) -> Mapping[int, str]:
        key = TABLES[kind][1]
        listed = self._client.rows(_PATHS[kind])
        rows = {_key(row, key): _said(row) for row in listed if key in row}
        if kind is DocumentKind.CUSTOMER:
            for contact in self._client.rows("contacts"):
                _join(rows, _key(contact, "userid"), _said(contact))
        if kind is DocumentKind.INVOICE:
            for payment in self._client.rows("payments"):
                _join(rows, _key(payment, "invoiceid"), _said(payment))
        if kind in (DocumentKind.INVOICE, DocumentKind.REFUND):
            # Tax number and country of the buyer decide about taxes, and stand with the client.
            buyers = {row.get("userid", ""): row for row in self._client.rows("customers")}
            for row in listed:
                buyer = buyers.get(row.get("clientid", ""), {})
                _join(rows, _key(row, key), f"{buyer.get('vat', '')}|{buyer.get('country', '')}")
            self._taxes_by_document(again=True)
            for (rel_type, rel), taxes in (self._line_taxes or {}).items():
                if rel_type == ("invoice" if kind is DocumentKind.INVOICE else "credit_note"):
                    _join(rows, int(rel) if rel.isdigit() else 0, "".join(_said(one) for one in taxes))
        return {identity: text for identity, text in rows.items() if identity}

    def forget(self) -> None:
        self._asked_for_taxes = False

    def ids(self, kind: DocumentKind) -> Sequence[int]:
        key = TABLES[kind][1]
        return sorted({_key(row, key) for row in self._client.rows(_PATHS[kind])} - {0})

    def read(self, kind: DocumentKind, ids: Sequence[int]) -> Mapping[int, Json]:
        if kind is DocumentKind.CUSTOMER:
            return self._clients(ids)
        found: dict[int, Json] = {}
        for identity in ids:
            try:
                record = self._client.record(f"{_PATHS[kind]}/{identity}")
            except NoSuchRecord:
                if identity in self.ids(kind):
                    # The module calls a failure 404 as well; what the list shows is there.
                    raise NeedsOperator(
                        f"The REST API module lists {_PATHS[kind]} {identity} and does not show it. Look at the "
                        "CRM's own log, or update the module.",
                        code="contract_broken",
                        scope="connection",
                    ) from None
                continue
            found[identity] = self._item(record) if kind is DocumentKind.PRODUCT else self._sale(kind, record)
        return found

    def health(self) -> Health:
        client = self._client
        counts: list[tuple[str, int]] = []
        missing: list[str] = []
        for title, path in (
            ("clients", "customers"), ("items", "items"), ("invoices", "invoices"), ("payments", "payments"),
            ("credit notes", "credit_notes"), ("contacts", "contacts"),
        ):  # fmt: skip
            try:
                counts.append((title, len(client.rows(path))))
            except NeedsOperator as error:
                if error.code != "store_right_missing":
                    raise
                missing.append(f"{path}: get")
        context = self.context() if not missing else wire.Context()
        return Health("REST API module", tuple(counts), tuple(missing), _warnings(context, bool(missing)))

    # one record

    def _sale(self, kind: DocumentKind, record: Mapping[str, Any]) -> Json:
        rel_type = "invoice" if kind is DocumentKind.INVOICE else "credit_note"
        sale = _only(row_of(record), _SALE)
        taxes = self._taxes_by_document()
        document: Json = {
            "sale": sale,
            "kind": rel_type,
            "lines": in_order([_only(one, _LINE) for one in rows_of(record.get("items"))]),
            "currency": _currency(row_of(record)),
            "client": _only(row_of(record.get("client") or {}), wire.Buyer.__struct_fields__),
        }
        if taxes is not None:
            document["taxes_known"] = True
            document["taxes"] = taxes.get((rel_type, sale.get("id", "")), [])
        if kind is DocumentKind.INVOICE:
            payments = [_payment(one) for one in rows_of(record.get("payments"))]
            document["payments"] = payments
            left = record.get("total_left_to_pay")
            if left is not None:
                paid = sum((_decimal(one.get("amount", "0")) for one in payments), Decimal(0))
                credited = _decimal(sale.get("total", "0")) - paid - _decimal(str(left))
                document["credited"] = f"{credited:.2f}"
        else:
            applied = [_only(one, _APPLIED) for one in rows_of(record.get("applied_credits"))]
            document["applied"] = with_invoices(applied, self._invoices_of(applied))
            document["refunds"] = [_only(one, _REFUND) for one in rows_of(record.get("refunds"))]
        return document

    def _invoices_of(self, applied: Sequence[Row]) -> Mapping[str, Row]:
        """The invoices that credit was given to, one call each; a deleted one is missing."""
        found: dict[str, Row] = {}
        for key in sorted({row.get("invoice_id", "") for row in applied} - {""}):
            with suppress(NoSuchRecord):
                found[key] = row_of(self._client.record(f"invoices/{key}"))
        return found

    def _item(self, record: Mapping[str, Any]) -> Json:
        row = row_of(record)
        return {"item": _only({**row, "id": row.get("itemid") or row.get("id", "")}, _ITEM)}

    def _clients(self, ids: Sequence[int]) -> Mapping[int, Json]:
        """From the lists, which hold everything: two calls for any number of clients."""
        wanted = {str(identity) for identity in ids}
        contacts: dict[str, list[Row]] = {}
        for row in self._client.rows("contacts"):
            if row.get("userid") in wanted:
                contacts.setdefault(row["userid"], []).append(_only(row, _CONTACT))
        return {
            int(row["userid"]): {"client": _only(row, _CLIENT), "contacts": contacts.get(row["userid"], [])}
            for row in self._client.rows("customers")
            if row.get("userid") in wanted
        }

    def _taxes_by_document(self, *, again: bool = False) -> dict[tuple[str, str], list[dict[str, str]]] | None:
        """Line taxes by (rel_type, rel_id), None where the module does not show the table."""
        if again or not self._asked_for_taxes:
            self._asked_for_taxes = True
            rows = self._client.open_table("tblitem_tax")
            self._line_taxes = None if rows is None else {}
            for row in rows or ():
                assert self._line_taxes is not None
                place = (row.get("rel_type", ""), row.get("rel_id", ""))
                self._line_taxes.setdefault(place, []).append(_only(row, wire.TaxRow.__struct_fields__))
        return self._line_taxes


def _payment(row: Row) -> dict[str, str]:
    """In a joined row `id` is the payment mode's; the payment's own stands beside it."""
    return _only({**row, "id": row.get("paymentid") or row.get("id", "")}, _PAYMENT)


def _currency(row: Row) -> str:
    return (row.get("currency_name") or row.get("name") or "").strip().upper()


def _only(row: Row, names: Sequence[str]) -> dict[str, str]:
    """Named columns that say something."""
    return {name: row[name] for name in names if row.get(name)}


def _said(row: Row) -> str:
    return msgspec.json.encode(sorted((k, v) for k, v in row.items() if k not in _QUIET)).decode()


def _join(rows: dict[int, str], identity: int, text: str) -> None:
    if identity in rows:
        rows[identity] += text


def _key(row: Row, name: str) -> int:
    text = row.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text.strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _countries(rows: Sequence[Row] | None, written: str) -> tuple[wire.Named, ...]:
    """From the table where it is shown, else as the operator wrote them: "235=GB, 82=DE"."""
    found = {row["country_id"]: row.get("iso2", "") for row in rows or () if "country_id" in row}
    for part in written.replace(";", ",").split(","):
        number, _, code = (piece.strip() for piece in part.partition("="))
        if number.isdigit() and len(code) == 2:
            found[number] = code.upper()
    return tuple(wire.Named(key, code) for key, code in sorted(found.items()) if code)


def _warnings(context: wire.Context, incomplete: bool) -> tuple[str, ...]:
    found: list[str] = []
    if incomplete:
        found.append("Give the API token the rights that are missing, then test again.")
        return tuple(found)
    if not context.line_taxes:
        found.append(
            "The taxes of single lines cannot be read: invoices whose total tax can be explained in more than one "
            "way are held. Read from the database, or let the module show the table tblitem_tax."
        )
    if not context.countries:
        found.append("Countries cannot be read: enter the CRM's country numbers, or untaxed sales abroad are held.")
    if not context.base_currency:
        found.append("The base currency is not known; enter it.")
    return tuple(found)
