"""Xero's reports: trees of rows whose cells are texts (developer.xero.com, "Reports")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec

from tieout.errors import ContractBroken
from tieout.ports.ledger import Meter
from tieout.ports.reports import Balance, BankMovement
from tieout.xero.caller import Caller
from tieout.xero.dialects import evidence

#: Depth of the row tree; Xero's own is two.
_DEPTH_MAX = 5
_TRIAL_CELLS, _BANK_CELLS = 5, 5


class _Attribute(msgspec.Struct):
    Id: str = ""
    Value: str = ""


class _Cell(msgspec.Struct):
    Value: str | None = None
    Attributes: list[_Attribute] | None = None


class _Row(msgspec.Struct):
    RowType: str = ""
    Cells: list[_Cell] | None = None
    Rows: list[_Row] | None = None


class _Report(msgspec.Struct):
    Rows: list[_Row] | None = None


class _Envelope(msgspec.Struct):
    Reports: list[_Report] | None = None


_decode = msgspec.json.Decoder(_Envelope).decode


def trial_balance(caller: Caller, day: date, meter: Meter) -> tuple[Balance, ...]:
    """Cells are account, debit, credit, and both again for the year to date, which are the balance."""
    found = []
    for account, cells in _accounts(caller, "TrialBalance", {"date": day.isoformat()}, meter, _TRIAL_CELLS):
        found.append(Balance(account, cells[0], _number(cells[3]) - _number(cells[4])))
    return tuple(found)


def bank_summary(caller: Caller, first: date, last: date, meter: Meter) -> tuple[BankMovement, ...]:
    """Cells are account, opening balance, received, spent, closing balance."""
    query = {"fromDate": first.isoformat(), "toDate": last.isoformat()}
    return tuple(
        BankMovement(account, cells[0], *(_number(cell) for cell in cells[1:_BANK_CELLS]))
        for account, cells in _accounts(caller, "BankSummary", query, meter, _BANK_CELLS)
    )


def _accounts(
    caller: Caller, name: str, query: Mapping[str, str], meter: Meter, size: int
) -> Iterator[tuple[str, list[str]]]:
    """(account id, texts of the cells) of each row that is about an account."""
    reply = caller.get(f"Reports/{name}", query, meter)
    if reply is None:
        raise ContractBroken(f"Xero has no report {name}")
    try:
        reports = _decode(reply.body).Reports or []
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractBroken(
            f"Xero's report {name} cannot be read: {error}", evidence=evidence(reply.body)
        ) from error
    for report in reports:
        for row in _rows(report.Rows, 0):
            cells = row.Cells or []
            account = next((one.Value for one in (cells[0].Attributes or []) if one.Id.startswith("account")), "")
            if not account:
                continue
            if len(cells) < size:
                raise ContractBroken(f"A row of Xero's report {name} has {len(cells)} cells instead of {size}")
            yield account.lower(), [cell.Value or "" for cell in cells]


def _rows(rows: list[_Row] | None, depth: int) -> Iterator[_Row]:
    if depth > _DEPTH_MAX:
        raise ContractBroken("A report of Xero is nested deeper than reports are")
    for row in rows or ():
        if row.RowType == "Row" and row.Cells:
            yield row
        yield from _rows(row.Rows, depth + 1)


def _number(text: str) -> Decimal:
    """ "1,234.50", "(12.00)" for a negative one, "" for none."""
    plain = text.replace(",", "").strip()
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    try:
        return Decimal(plain or "0")
    except InvalidOperation as error:
        raise ContractBroken(f"A report of Xero holds “{text[:40]}” where an amount belongs") from error
