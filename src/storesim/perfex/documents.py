"""The CRM's rows as the REST module shows them: every scalar a text, NULL stays null."""

from storesim.perfex.core import whole
from storesim.perfex.crm import Crm
from storesim.perfex.schema import Value
from storesim.perfex.tables import Row

Shown = dict[str, object]


def texts(row: Row) -> Shown:
    """A row with every value as text."""
    return {name: None if value is None else str(value) for name, value in row.items()}


def customer(crm: Crm, row: Row) -> Shown:
    return texts(row)


def contact(crm: Crm, row: Row) -> Shown:
    return texts(row)


def item(crm: Crm, row: Row) -> Shown:
    """The price list as joined with its taxes: their names and rates stand in the row."""
    shown = texts(row)
    for column, suffix in (("tax", ""), ("tax2", "_2")):
        tax = crm.tables.get("taxes", whole(row[column] or 0))
        shown[f"taxrate{suffix}"] = None if tax is None else str(tax["taxrate"])
        shown[f"taxname{suffix}"] = None if tax is None else str(tax["name"])
    shown["itemid"] = shown["id"]
    return shown


def invoice_row(crm: Crm, row: Row) -> Shown:
    """A row of the list: the invoice joined with its currency."""
    return {**texts(row), **_currency(crm, row["currency"])}


def invoice(crm: Crm, row: Row) -> Shown:
    """One invoice by id. Its lines carry no taxes."""
    key = whole(row["id"])
    client = crm.tables.get("clients", whole(row["clientid"]))
    return {
        **invoice_row(crm, row),
        "total_left_to_pay": str(crm.sales.left(key)),
        "items": _items(crm, key, "invoice"),
        "attachments": [],
        "client": None if client is None else texts(client),
        "payments": [payment(crm, one) for one in crm.tables.where("invoicepaymentrecords", invoiceid=key)],
        "scheduled_email": None,
        "customfields": [],
    }


def credit_note_row(crm: Crm, row: Row) -> Shown:
    return {**texts(row), **_currency(crm, row["currency"])}


def credit_note(crm: Crm, row: Row) -> Shown:
    """One credit note by id, with what was applied and given back."""
    key = whole(row["id"])
    client = crm.tables.get("clients", whole(row["clientid"]))
    return {
        **credit_note_row(crm, row),
        "refunds": [texts(one) for one in crm.tables.where("creditnote_refunds", credit_note_id=key)],
        "total_refunds": str(crm.credits.refunded(key)),
        "applied_credits": [texts(one) for one in crm.tables.where("credits", credit_id=key)],
        "remaining_credits": str(crm.credits.remaining(key)),
        "credits_used": str(crm.credits.used(key)),
        "items": _items(crm, key, "credit_note"),
        "client": None if client is None else texts(client),
    }


def payment(crm: Crm, row: Row) -> Shown:
    """A row of the payments list: joined with the mode, whose columns win. `id` is the mode's, null for gateways."""
    mode = _mode(crm, row["paymentmode"])
    joined = {name: None for name, _ in _MODE_COLUMNS} if mode is None else texts(mode)
    name = str(row["paymentmode"]).capitalize() if mode is None else str(mode["name"])
    return {**texts(row), **joined, "paymentid": str(row["id"]), "name": name}


def payment_modes(crm: Crm) -> list[Shown]:
    """Modes that are for invoices only are left out."""
    return [texts(one) for one in crm.tables.all("payment_modes") if not one["invoices_only"]]


def tax_data(crm: Crm) -> list[Shown]:
    return [texts(one) for one in crm.tables.all("taxes")]


_MODE_COLUMNS = (("id", 0), ("name", ""), ("active", 0), ("invoices_only", 0), ("expenses_only", 0),
                 ("selected_by_default", 0))  # fmt: skip


def _mode(crm: Crm, key: Value) -> Row | None:
    text = str(key)
    return crm.tables.get("payment_modes", int(text)) if text.isdigit() else None


def _items(crm: Crm, key: int, kind: str) -> list[Shown]:
    return [texts(one) for one in crm.tables.where("itemable", rel_id=key, rel_type=kind)]


def _currency(crm: Crm, key: Value) -> Shown:
    row = crm.tables.get("currencies", whole(key))
    if row is None:
        return {"symbol": None, "name": None, "currencyid": None, "currency_name": None}
    return {
        "symbol": str(row["symbol"]),
        "name": str(row["name"]),
        "currencyid": str(row["id"]),
        "currency_name": str(row["name"]),
        "decimal_separator": str(row["decimal_separator"]),
        "thousand_separator": str(row["thousand_separator"]),
        "placement": str(row["placement"]),
        "isdefault": str(row["isdefault"]),
    }
