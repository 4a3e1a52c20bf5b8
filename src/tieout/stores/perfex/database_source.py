"""The CRM from its database: every table, the taxes of lines among them, and cheap sums that tell every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.documents import DocumentKind
from tieout.errors import ContractBroken
from tieout.stores.perfex import wire
from tieout.stores.perfex.database import Database
from tieout.stores.perfex.source import OFF, TABLES, Health, Json, in_order, with_invoices

_FIELDS = {
    "clients": wire.ClientRow.__struct_fields__,
    "contacts": wire.ContactRow.__struct_fields__,
    "items": wire.ItemRow.__struct_fields__,
    "invoices": wire.SaleRow.__struct_fields__,
    "creditnotes": wire.SaleRow.__struct_fields__,
    "itemable": wire.LineRow.__struct_fields__,
    "item_tax": wire.TaxRow.__struct_fields__,
    "invoicepaymentrecords": wire.PaymentRow.__struct_fields__,
    "credits": wire.AppliedRow.__struct_fields__,
    "creditnote_refunds": wire.RefundRow.__struct_fields__,
}
#: Tables that hang on each entity: (table, column that points to it, value of rel_type or "").
_PARTS: dict[DocumentKind, tuple[tuple[str, str, str], ...]] = {
    DocumentKind.CUSTOMER: (("contacts", "userid", ""),),
    DocumentKind.PRODUCT: (),
    DocumentKind.INVOICE: (
        ("itemable", "rel_id", "invoice"),
        ("item_tax", "rel_id", "invoice"),
        ("invoicepaymentrecords", "invoiceid", ""),
        ("credits", "invoice_id", ""),
    ),
    DocumentKind.REFUND: (
        ("itemable", "rel_id", "credit_note"),
        ("item_tax", "rel_id", "credit_note"),
        ("credits", "credit_id", ""),
        ("creditnote_refunds", "credit_note_id", ""),
    ),
}
_NEEDED = ("clients", "contacts", "invoices", "itemable", "item_tax", "invoicepaymentrecords", "creditnotes",
           "credits", "creditnote_refunds", "currencies", "countries", "payment_modes", "taxes", "items")  # fmt: skip


class DatabaseSource:
    """Implements `source.Source`. url: of the CRM, for links."""

    chunk = 500

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._url = url
        self._currencies: dict[str, str] | None = None
        #: Sums over every table leave nothing that changes unseen.
        self.reread: Mapping[DocumentKind, int] = {}

    def context(self) -> wire.Context:
        database = self._database
        if not database.columns("invoices"):
            raise ContractBroken("There are no tables of a Perfex CRM in this database. Check the table prefix.")
        currencies = database.rows("currencies", ("id", "name", "isdefault"))
        self._currencies = None
        return wire.Context(
            url=self._url,
            base_currency=next((row.get("name", "") for row in currencies if row.get("isdefault") == "1"), ""),
            currencies=tuple(wire.Named(row["id"], row.get("name", "")) for row in currencies),
            countries=tuple(
                wire.Named(row["country_id"], row["iso2"])
                for row in database.rows("countries", ("country_id", "iso2"))
                if row.get("iso2")
            ),
            modes=tuple(
                wire.Named(row["id"], row.get("name", "")) for row in database.rows("payment_modes", ("id", "name"))
            ),
            taxes=tuple(
                wire.KnownTax(row["id"], row.get("name", ""), Decimal(row.get("taxrate", "0")))
                for row in database.rows("taxes", ("id", "name", "taxrate"))
            ),
            line_taxes="database" if database.columns("item_tax") else "",
        )

    def prints(self, kind: DocumentKind) -> Mapping[int, str]:
        """One question per table: a checksum of each row's named columns, added up by the document it belongs to."""
        table, key = TABLES[kind]
        found: dict[int, str] = {}
        with self._database.snapshot():
            for row in self._sums(table, key, "", key):
                found[int(row["id"])] = row["sum"]
            for part, column, rel_type in _PARTS[kind]:
                for row in self._sums(part, column, rel_type, ""):
                    identity = int(row["id"])
                    if identity in found:
                        found[identity] += f"|{part}:{row['count']}:{row['sum']}"
            if kind in (DocumentKind.INVOICE, DocumentKind.REFUND):
                self._add_buyers(table, found)
            if kind is DocumentKind.REFUND:
                self._add_uses(found)
        return found

    def forget(self) -> None:
        self._currencies = None

    def ids(self, kind: DocumentKind) -> Sequence[int]:
        table, key = TABLES[kind]
        return sorted(int(row[key]) for row in self._database.rows(table, (key,)))

    def read(self, kind: DocumentKind, ids: Sequence[int]) -> Mapping[int, Json]:
        with self._database.snapshot():
            if kind is DocumentKind.CUSTOMER:
                return self._clients(ids)
            if kind is DocumentKind.PRODUCT:
                rows = self._database.rows("items", _FIELDS["items"], "id", ids)
                return {int(row["id"]): {"item": row} for row in rows}
            return self._sales(kind, ids)

    def health(self) -> Health:
        missing = tuple(table for table in _NEEDED if not self._database.columns(table))
        counts = [
            (title, len(self.ids(kind)))
            for title, kind in (
                ("clients", DocumentKind.CUSTOMER), ("items", DocumentKind.PRODUCT),
                ("invoices", DocumentKind.INVOICE), ("credit notes", DocumentKind.REFUND),
            )
            if TABLES[kind][0] not in missing
        ]  # fmt: skip
        warnings = []
        if "item_tax" in missing:
            warnings.append("The taxes of single lines cannot be read: grant SELECT on the table item_tax.")
        return Health("database", tuple(counts), missing, tuple(warnings))

    def _sums(self, table: str, column: str, rel_type: str, key: str) -> list[dict[str, str]]:
        database = self._database
        names = [name for name in (*_FIELDS[table], column) if name in database.columns(table)]
        if column not in names:
            return []
        said = ",".join(f"COALESCE(`{name}`,'')" for name in dict.fromkeys(names))
        text = (
            f"SELECT `{column}` AS id, COUNT(*) AS count, SUM(CRC32(CONCAT_WS('|',{said}))) AS sum"
            f" FROM {database.place(table)}"
        )
        if rel_type:
            text += " WHERE rel_type=%s"
        text += f" GROUP BY `{column}`"
        return database.ask(text, [rel_type] if rel_type else [])

    def _add_buyers(self, table: str, found: dict[int, str]) -> None:
        """What a document says of its client as it is today: tax number and country decide about taxes."""
        database = self._database
        rows = database.ask(
            f"SELECT s.id AS id, CONCAT_WS('|', COALESCE(c.vat,''), COALESCE(c.country,'')) AS said"
            f" FROM {database.place(table)} s JOIN {database.place('clients')} c ON c.userid=s.clientid"
        )
        for row in rows:
            if int(row["id"]) in found:
                found[int(row["id"])] += f"|{row.get('said', '')}"

    def _add_uses(self, found: dict[int, str]) -> None:
        """Of invoices that credit was given to: their days, and which of them are no sale."""
        database, off = self._database, ",".join(OFF)
        rows = database.ask(
            f"SELECT c.credit_id AS id, SUM(CRC32(CONCAT_WS('|', i.id, i.date, i.status IN ({off})))) AS said"
            f" FROM {database.place('credits')} c JOIN {database.place('invoices')} i ON i.id=c.invoice_id"
            " GROUP BY c.credit_id"
        )
        for row in rows:
            if int(row["id"]) in found:
                found[int(row["id"])] += f"|{row.get('said', '')}"

    def _clients(self, ids: Sequence[int]) -> Mapping[int, Json]:
        contacts = _grouped(self._database.rows("contacts", _FIELDS["contacts"], "userid", ids), "userid")
        return {
            int(row["userid"]): {"client": row, "contacts": contacts.get(row["userid"], [])}
            for row in self._database.rows("clients", _FIELDS["clients"], "userid", ids)
        }

    def _sales(self, kind: DocumentKind, ids: Sequence[int]) -> Mapping[int, Json]:
        table = TABLES[kind][0]
        parts = {part: self._part(part, column, rel, ids) for part, column, rel in _PARTS[kind]}
        sales = self._database.rows(table, _FIELDS[table], "id", ids)
        buyers = self._buyers([int(row["clientid"]) for row in sales if row.get("clientid", "").isdigit()])
        names = self._currency_names()
        invoices = self._invoices_of(parts["credits"]) if kind is DocumentKind.REFUND else {}
        found: dict[int, Json] = {}
        for row in sales:
            key = row["id"]
            document: Json = {
                "sale": row,
                "kind": "invoice" if kind is DocumentKind.INVOICE else "credit_note",
                "lines": in_order(parts["itemable"].get(key, [])),
                "taxes": parts["item_tax"].get(key, []),
                "taxes_known": bool(self._database.columns("item_tax")),
                "currency": names.get(row.get("currency", ""), ""),
                "client": buyers.get(row.get("clientid", ""), {}),
            }
            if kind is DocumentKind.INVOICE:
                document["payments"] = parts["invoicepaymentrecords"].get(key, [])
                credited = sum((Decimal(one.get("amount", "0")) for one in parts["credits"].get(key, [])), Decimal(0))
                document["credited"] = f"{credited:.2f}"
            else:
                document["applied"] = with_invoices(parts["credits"].get(key, []), invoices)
                document["refunds"] = parts["creditnote_refunds"].get(key, [])
            found[int(key)] = document
        return found

    def _invoices_of(self, credits: Mapping[str, Sequence[dict[str, str]]]) -> dict[str, dict[str, str]]:
        """Day and status of the invoices that credit was given to."""
        keys = {row.get("invoice_id", "") for rows in credits.values() for row in rows}
        ids = sorted(int(key) for key in keys if key.isdigit())
        return {row["id"]: row for row in self._database.rows("invoices", ("id", "date", "status"), "id", ids)}

    def _part(self, table: str, column: str, rel_type: str, ids: Sequence[int]) -> dict[str, list[dict[str, str]]]:
        names = dict.fromkeys((*_FIELDS[table], column, *(["rel_type"] if rel_type else [])))
        rows = self._database.rows(table, tuple(names), column, ids)
        return _grouped([row for row in rows if not rel_type or row.get("rel_type") == rel_type], column)

    def _buyers(self, ids: Sequence[int]) -> dict[str, dict[str, str]]:
        rows = self._database.rows("clients", ("userid", "company", "vat", "country"), "userid", sorted(set(ids)))
        return {row["userid"]: {name: row[name] for name in row if name != "userid"} for row in rows}

    def _currency_names(self) -> dict[str, str]:
        if self._currencies is None:
            rows = self._database.rows("currencies", ("id", "name"))
            self._currencies = {row["id"]: row.get("name", "") for row in rows}
        return self._currencies


def _grouped(rows: Sequence[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
