"""Orders, customers and products put together from their rows: one JSON document each, every value a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from tieout.stores.opencart import wire
from tieout.stores.opencart.query import Condition, Row, Rows, Select
from tieout.stores.opencart.schema import readable

#: Ids in one question.
IDS_MAX = 500
#: What the sum of lines may differ from `sub_total` for each of them, before a read counts as torn.
TORN_PER_LINE = Decimal("0.0001")

#: Parts of an order: field of the document, table, column that orders the rows.
_PARTS = (
    ("products", "order_product", "order_product_id"),
    ("options", "order_option", "order_option_id"),
    ("totals", "order_total", "sort_order"),
    ("history", "order_history", "order_history_id"),
    ("vouchers", "order_voucher", "order_voucher_id"),
    ("returns", "return", "return_id"),
)
_IDENTITY = {"order_total": "order_total_id"}

Json = dict[str, object]


def fetch(rows: Rows, table: str, column: str, ids: Sequence[str], order: Sequence[str] = ()) -> list[Row]:
    """Rows of a table whose column is one of the ids, in pieces; none where the shop has no such table."""
    columns = readable(rows, table)
    if column not in columns:
        return []
    known = tuple(name for name in order if name in columns)
    found: list[Row] = []
    for start in range(0, len(ids), IDS_MAX):
        where = (Condition(column, "in", tuple(ids[start : start + IDS_MAX])),)
        found += rows.select(Select(table, columns, where, known))
    return found


class OrderAssembler:
    """Reads orders whole. decimal_places, default_currency: of the shop's settings, kept beside each order."""

    def __init__(self, rows: Rows, decimal_places: Mapping[str, str], default_currency: str) -> None:
        self._rows = rows
        self._places = decimal_places
        self._currency = default_currency

    def read(self, ids: Sequence[int]) -> dict[int, Json]:
        """Documents by order id; those that the shop has no more are missing."""
        keys = [str(one) for one in ids]
        orders = {row["order_id"]: row for row in fetch(self._rows, "order", "order_id", keys)}
        parts = {
            field: _grouped(fetch(self._rows, table, "order_id", keys, (order, _IDENTITY.get(table, order))))
            for field, table, order in _PARTS
        }
        coupons = self._coupons(keys)
        hints = self._hints({row["product_id"] for group in parts["products"].values() for row in group})
        found: dict[int, Json] = {}
        for key, order in orders.items():
            document: Json = {"order": order}
            for field, groups in parts.items():
                if groups.get(key):
                    document[field] = [_without(row, "order_id", field) for row in groups[key]]
            if coupons.get(key):
                document["coupons"] = coupons[key]
            products = {row["product_id"] for row in parts["products"].get(key, ())}
            if known := [hints[one] for one in sorted(products) if one in hints]:
                document["hints"] = known
            document["decimal_place"] = self._places.get(order.get("currency_code", ""), "")
            document["default_currency"] = self._currency
            found[int(key)] = document
        return found

    def headers(self, ids: Sequence[int]) -> dict[int, Row]:
        """The order rows alone, for looking again whether they are still the same."""
        keys = [str(one) for one in ids]
        return {int(row["order_id"]): row for row in fetch(self._rows, "order", "order_id", keys)}

    def _coupons(self, keys: Sequence[str]) -> dict[str, list[Row]]:
        used = fetch(self._rows, "coupon_history", "order_id", keys)
        ids = sorted({row["coupon_id"] for row in used})
        coupons = {row["coupon_id"]: row for row in fetch(self._rows, "coupon", "coupon_id", ids)} if ids else {}
        found: dict[str, list[Row]] = {}
        for row in used:
            coupon = coupons.get(row["coupon_id"])
            if coupon is not None:
                found.setdefault(row["order_id"], []).append(_without(coupon, "coupon_id"))
        return found

    def _hints(self, products: Iterable[str]) -> dict[str, Json]:
        """Tax class and SKU by product, as the catalogue says today; deleted products have none."""
        ids = sorted(one for one in products if one != "0")
        found: dict[str, Json] = {}
        for row in fetch(self._rows, "product", "product_id", ids):
            hint: Json = {"product_id": row["product_id"], "tax_class_id": row.get("tax_class_id", "")}
            if row.get("sku"):
                hint["sku"] = row["sku"]
            found[row["product_id"]] = hint
        for row in fetch(self._rows, "product_code", "product_id", ids):
            if row.get("code", "").upper() == "SKU" and row.get("value") and row["product_id"] in found:
                found[row["product_id"]]["sku"] = row["value"]
        return found


def is_torn(document: Json) -> bool:
    """Whether a read fell into an edit, which deletes and rewrites all lines (facts, section 4)."""
    try:
        order = msgspec.convert(document, wire.OrderDocument, strict=False)
    except msgspec.ValidationError:
        return False
    sub_totals = [row.value for row in order.totals if row.code == "sub_total"]
    if not sub_totals:
        return not order.totals
    amounts = [row.total for row in order.products] + [row.amount for row in order.vouchers]
    try:
        return abs(sum(amounts, Decimal(0)) - sum(sub_totals, Decimal(0))) > TORN_PER_LINE * (len(amounts) + 1)
    except InvalidOperation:
        return False


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(row)
    return found


def _without(row: Row, column: str, field: str = "") -> Row:
    """Returns keep their order id: staff may read the document."""
    return row if field == "returns" else {name: value for name, value in row.items() if name != column}


def encode(document: object) -> bytes:
    return msgspec.json.encode(document)
