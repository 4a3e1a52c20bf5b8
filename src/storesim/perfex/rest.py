"""The routes of the REST module, in both generations.

"2": bare arrays of everything, forms, failed validation answered with 404. "3": pages where asked for, JSON,
partial updates, 422 for a failed validation, ids in the answers to POST.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qs, unquote

import msgspec

from storesim.perfex import documents, writing
from storesim.perfex.core import Refused
from storesim.perfex.crm import Crm
from storesim.perfex.documents import Shown
from storesim.perfex.tables import NoSuchRow, Row
from storesim.wire import Request, Response, json_response

PER_PAGE_MAX = 100
_NOT_FOUND = {"status": False, "message": "No data were found"}


class Resource(msgspec.Struct, frozen=True):
    """One path of the interface. create, change, delete: None where the interface has no such thing."""

    table: str
    row: Callable[[Crm, Row], Shown]
    single: Callable[[Crm, Row], Shown]
    search: tuple[str, ...]
    create: Callable[[Crm, writing.Body], int] | None = None
    change: Callable[[Crm, int, writing.Body], None] | None = None
    delete: Callable[[Crm, int], None] | None = None


def _texts(crm: Crm, row: Row) -> Shown:
    return documents.texts(row)


RESOURCES: dict[str, Resource] = {
    "customers": Resource(
        "clients", documents.customer, documents.customer, ("company", "vat", "phonenumber", "website"),
        writing.add_customer, writing.change_customer, lambda crm, key: crm.people.delete_client(key),
    ),
    "contacts": Resource(
        "contacts", documents.contact, documents.contact, ("firstname", "lastname", "email"),
        writing.add_contact, writing.change_contact, lambda crm, key: crm.people.delete_contact(key),
    ),
    "invoices": Resource(
        "invoices", documents.invoice_row, documents.invoice, ("number", "clientnote", "adminnote"),
        writing.add_invoice, writing.change_invoice,
        lambda crm, key: crm.sales.delete(key),
    ),
    "payments": Resource(
        "invoicepaymentrecords", documents.payment, documents.payment, ("transactionid", "note"),
        writing.add_payment, writing.change_payment, lambda crm, key: crm.sales.delete_payment(key),
    ),
    "credit_notes": Resource(
        "creditnotes", documents.credit_note_row, documents.credit_note, ("number", "reference_no"),
        delete=lambda crm, key: crm.credits.delete(key),
    ),
    "items": Resource("items", documents.item, documents.item, ("description",), writing.add_item),
    "taxes": Resource(
        "taxes", _texts, _texts, ("name",), writing.add_tax, writing.change_tax,
        lambda crm, key: crm.tables.delete("taxes", key),
    ),
    "expenses": Resource("expenses", _texts, _texts, ("expense_name",)),
}  # fmt: skip
PLAIN: dict[str, Callable[[Crm], list[Shown]]] = {
    "payment_mode": documents.payment_modes,
    "tax_data": documents.tax_data,
    "expense_category": lambda crm: [documents.texts(one) for one in crm.tables.all("expenses_categories")],
}


class Rest:
    """generation: "2" or "3". open_tables: what the custom-table endpoint may show, without prefix."""

    def __init__(self, crm: Crm, generation: str, open_tables: frozenset[str]) -> None:
        self._crm = crm
        self.generation = generation
        self.open_tables = open_tables

    def answer(self, request: Request, path: str) -> Response:
        """path: after /api/, percent-encoded."""
        parts = [unquote(part) for part in path.strip("/").split("/") if part]
        try:
            return self._route(request, parts)
        except Refused as refusal:
            return self._refusal(refusal)
        except NoSuchRow:
            return json_response(_NOT_FOUND, status=404)
        except ValueError as error:
            return self._refusal(Refused(str(error)))

    def _route(self, request: Request, parts: list[str]) -> Response:
        if parts[:2] == ["thirdparty", "customtable"] and len(parts) == 3 and request.method == "GET":
            return self._custom_table(request, parts[2].removeprefix("tbl"))
        if parts[:1] == ["common"] and len(parts) == 2 and parts[1] in PLAIN and request.method == "GET":
            return self._list(request, PLAIN[parts[1]](self._crm))
        resource = RESOURCES.get(parts[0]) if parts else None
        if resource is None or len(parts) > 3 or (self.generation == "2" and parts[0] == "taxes"):
            return json_response({"status": False, "error": "Unknown method"}, status=404)
        if len(parts) == 3 and parts[1] == "search" and request.method == "GET":
            return self._search(request, resource, parts[2])
        if len(parts) == 1 and request.method == "GET":
            return self._list(request, [resource.row(self._crm, one) for one in self._crm.tables.all(resource.table)])
        if len(parts) == 1 and request.method == "POST" and resource.create is not None:
            return self._created(resource.create(self._crm, writing.read_body(request)))
        if len(parts) == 2 and parts[1].isdigit():
            return self._single(request, resource, int(parts[1]))
        return json_response({"status": False, "error": "Unknown method"}, status=405)

    def _single(self, request: Request, resource: Resource, key: int) -> Response:
        crm = self._crm
        row = crm.tables.one(resource.table, key)
        if request.method == "GET":
            return json_response(resource.single(crm, row))
        if request.method == "PUT" and resource.change is not None:
            resource.change(crm, key, writing.read_body(request))
            return json_response({"status": True, "message": "Update successful."})
        if request.method == "DELETE" and resource.delete is not None:
            resource.delete(crm, key)
            return json_response({"status": True, "message": "Delete successful."})
        return json_response({"status": False, "error": "Unknown method"}, status=405)

    def _created(self, key: int) -> Response:
        answer: dict[str, object] = {"status": True, "message": "Add successful."}
        if self.generation == "3":
            answer["record_id"] = str(key)
        return json_response(answer)

    def _search(self, request: Request, resource: Resource, text: str) -> Response:
        crm = self._crm
        rows = [
            resource.row(crm, one)
            for one in crm.tables.all(resource.table)
            if any(text.lower() in str(one[column] or "").lower() for column in resource.search)
        ]
        return self._list(request, rows)

    def _custom_table(self, request: Request, table: str) -> Response:
        if table not in self.open_tables:
            return json_response({"status": False, "message": "This table is not allowed."}, status=403)
        return self._list(request, [documents.texts(one) for one in self._crm.tables.all(table)])

    def _list(self, request: Request, rows: list[Shown]) -> Response:
        """A list as asked for: pages are cut in memory, after everything was read."""
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        if not rows:
            return json_response(_NOT_FOUND, status=404)
        if self.generation == "2":
            return json_response(rows)
        rows = _sorted(_created(rows, query), query.get("sort", ""))
        if "fields" in query:
            wanted = query["fields"].split(",")
            rows = [{name: row[name] for name in wanted if name in row} for row in rows]
        if "page" not in query and "per_page" not in query:
            return json_response(rows) if rows else json_response(_NOT_FOUND, status=404)
        return json_response(_page(rows, query))

    def _refusal(self, refusal: Refused) -> Response:
        if self.generation == "2":
            # Several controllers of the older generation answer so: it does not mean gone.
            return json_response({"status": False, "message": refusal.errors or refusal.message}, status=404)
        return json_response(
            {
                "status": False, "error": "validation_failed", "message": refusal.message,
                "errors": refusal.errors,
            },
            status=refusal.status,
        )  # fmt: skip


def _page(rows: list[Shown], query: dict[str, str]) -> dict[str, object]:
    size = min(max(_number(query.get("per_page", "25"), 25), 1), PER_PAGE_MAX)
    pages = max((len(rows) + size - 1) // size, 1)
    page = min(max(_number(query.get("page", "1"), 1), 1), pages)
    return {
        "data": rows[(page - 1) * size : page * size],
        "meta": {
            "page": page, "per_page": size, "total": len(rows), "total_pages": pages, "has_more": page < pages,
            "current_page": page, "last_page": pages,
        },
    }  # fmt: skip


def _created(rows: list[Shown], query: dict[str, str]) -> list[Shown]:
    after, before = _moment(query.get("created_after")), _moment(query.get("created_before"))
    return [
        row
        for row in rows
        if (after is None or str(row.get("datecreated") or "") > after)
        and (before is None or str(row.get("datecreated") or "") < before)
    ]


def _moment(text: str | None) -> str | None:
    return None if not text else datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S")


def _sorted(rows: list[Shown], sort: str) -> list[Shown]:
    for field in reversed([one for one in sort.split(",") if one]):
        name = field.lstrip("-")
        rows = sorted(rows, key=lambda row, n=name: _comparable(row.get(n)), reverse=field.startswith("-"))  # type: ignore[misc]
    return rows


def _comparable(value: object) -> tuple[int, Decimal, str]:
    text = "" if value is None else str(value)
    plain = text.lstrip("-").replace(".", "", 1)
    return (0, Decimal(text), "") if plain.isdigit() else (1, Decimal(0), text)


def _number(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
