"""Tax returns that somebody published inside Xero: listed under Reports and read by id, computed from the ledger."""

import msgspec

from xerosim import dates
from xerosim.errors import NotFound
from xerosim.model import Generic
from xerosim.numbers import money
from xerosim.organisation import Organisation
from xerosim.resources.context import Context
from xerosim.wire import Json, decode, encode

COLLECTION = "TaxReturns"
# Name and ReportType by region. Those of AU and NZ are Xero's; the rest are ours, for nobody has published them.
_NAMES = {"au": ("Activity Statement", "BASReport"), "nz": ("GST Report", "GSTReport")}
_OTHERWISE = ("VAT Return", "VATReturn")


class _Sum(msgspec.Struct):
    """Net and tax of one tax type in base cents, sales positive."""

    net: int = 0
    tax: int = 0


def publish(ctx: Context, first: int, last: int) -> Json:
    """Publish the return of a period (days since 1970, inclusive); later changes of the books leave it alone."""
    org = ctx.org
    name, kind = _NAMES.get(org.settings.region, _OTHERWISE)
    sums = _sums(org, first, last)
    rows: list[Json] = [_row("Header", "", "Net", "Tax")]
    for tax_type in sorted(sums):
        rate, part = org.tax_rates[tax_type], sums[tax_type]
        rows.append(_row("Row", rate.name, money(part.net), money(part.tax)))
    total = sum(part.tax for part in sums.values())
    rows.append(_row("SummaryRow", "Tax payable (refundable)", "", money(total)))
    period = f"{dates.day_name(first)} to {dates.day_name(last)}"
    made: Json = {
        "ReportID": org.new_id(),
        "ReportName": name,
        "ReportType": kind,
        "ReportTitles": [name, org.settings.name, period],
        "ReportDate": dates.day_name(last),
        "UpdatedDateUTC": dates.ms(ctx.now),
        "Fields": [],
        "Rows": [{"RowType": "Section", "Title": "", "Rows": rows}],
    }
    org.generics.put(Generic(str(made["ReportID"]), COLLECTION, encode(made).decode(), "", ctx.now))
    return made


def _sums(org: Organisation, first: int, last: int) -> dict[str, _Sum]:
    """Net and tax per tax type, of the entries of a period."""
    sums: dict[str, _Sum] = {}
    for entry in org.entries.values():
        if not first <= entry.date <= last:
            continue
        for _, cents, tax_type, tax in entry.lines:
            if tax_type:
                part = sums.setdefault(tax_type, _Sum())
                part.net, part.tax = part.net - cents, part.tax - tax
    return {tax_type: part for tax_type, part in sums.items() if part.net or part.tax}


def _row(kind: str, *cells: object) -> Json:
    return {"RowType": kind, "Cells": [{"Value": str(cell)} for cell in cells]}


def listed(ctx: Context) -> list[Json]:
    """GET /Reports: what was published, without the rows."""
    return [
        {name: member for name, member in _read(value).items() if name != "Rows"}
        for value in ctx.org.generics.by("collection", COLLECTION)
    ]


def read(ctx: Context, id: str) -> Json:
    """GET /Reports/{id}. Raises NotFound."""
    value = ctx.org.generics.get(id.lower())
    if value is None or value.collection != COLLECTION:
        raise NotFound
    return _read(value)


def _read(value: Generic) -> Json:
    read = decode(value.json.encode())
    assert isinstance(read, dict), "kept values are objects"
    return read
