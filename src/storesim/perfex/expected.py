"""What the CRM shows, document by document: the figures that a ledger must have, taken from its own tables."""

from decimal import Decimal

from storesim.perfex.arithmetic import cents
from storesim.perfex.core import shown_number, whole
from storesim.perfex.crm import Crm

Figures = dict[str, object]


def expected(crm: Crm) -> dict[str, list[Figures]]:
    """Invoices and credit notes by key, with number, currency, status, total, tax, payments and what is left."""
    return {"invoices": _invoices(crm), "credit_notes": _credit_notes(crm)}


def _invoices(crm: Crm) -> list[Figures]:
    found: list[Figures] = []
    for row in crm.tables.all("invoices"):
        key = whole(row["id"])
        found.append(
            {
                "id": key,
                "number": shown_number(row, crm.options.padding),
                "status": row["status"],
                "currency": _currency(crm, whole(row["currency"])),
                "total": row["total"],
                "tax": row["total_tax"],
                "taxes": _taxes(crm, key, "invoice"),
                "paid": crm.sales.paid(key),
                "credited": crm.sales.credited(key),
                "left": crm.sales.left(key),
            }
        )
    return found


def _credit_notes(crm: Crm) -> list[Figures]:
    found: list[Figures] = []
    for row in crm.tables.all("creditnotes"):
        key = whole(row["id"])
        found.append(
            {
                "id": key,
                "number": shown_number(row, crm.options.padding),
                "status": row["status"],
                "currency": _currency(crm, whole(row["currency"])),
                "total": row["total"],
                "tax": row["total_tax"],
                "applied": crm.credits.used(key),
                "refunded": crm.credits.refunded(key),
                "remaining": crm.credits.remaining(key),
            }
        )
    return found


def _taxes(crm: Crm, key: int, kind: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in crm.sales.lines(key, kind):
        for tax in line.taxes:
            name = f"{tax.name}|{tax.rate}"
            sums[name] = sums.get(name, Decimal(0)) + line.amount * tax.rate / 100
    return {name: cents(amount) for name, amount in sorted(sums.items())}


def _currency(crm: Crm, key: int) -> str:
    return str(crm.tables.one("currencies", key)["name"])
