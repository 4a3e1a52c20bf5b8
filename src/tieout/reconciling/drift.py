"""What a person changed in the ledger since we sent it (ACCOUNTING B10, B11)."""

from __future__ import annotations

import msgspec

from tieout.accounting import CreditNote, Held, Invoice, Payload, Payment
from tieout.money import Money

_GONE = ("VOIDED", "DELETED")


class Change(msgspec.Struct, frozen=True):
    """A field that differs from what was sent. blocks: amounts, tax and status do, the rest never does (B11)."""

    field: str
    ours: str
    theirs: str
    blocks: bool = False


class Seen(msgspec.Struct, frozen=True):
    """What reading one object told.

    marks: of touched, deleted_by_person, reconciled; what planning goes by.
    """

    changes: tuple[Change, ...] = ()
    marks: tuple[str, ...] = ()


def look_at(payload: Payload, held: Held) -> Seen:
    """Compare what was sent with what the ledger holds. A draft that was approved is no change."""
    changes = _changes(payload, held)
    marks = []
    if held.status in _GONE:
        marks.append("deleted_by_person")
    elif any(change.blocks for change in changes):
        marks.append("touched")
    if held.is_reconciled and isinstance(payload, Payment):
        marks.append("reconciled")
    return Seen(changes, tuple(marks))


def _changes(payload: Payload, held: Held) -> tuple[Change, ...]:
    if held.status in _GONE:
        return (Change("status", "as sent", held.status, blocks=True),)
    match payload:
        case Invoice() | CreditNote():
            return tuple(one for one in _of_document(payload, held) if one.ours != one.theirs)
        case Payment():
            found = (_money("amount", payload.amount, held.amount),)
            return tuple(one for one in found if one.ours != one.theirs)
        case _:
            return ()


def _of_document(payload: Invoice | CreditNote, held: Held) -> list[Change]:
    found = [
        _money("total", payload.totals.total, held.total),
        _money("tax", payload.totals.total_tax, held.total_tax),
        Change("reference", payload.reference, held.reference),
    ]
    if held.date is not None:
        found.append(Change("date", str(payload.date), str(held.date)))
    if isinstance(payload, Invoice) and held.due_date is not None:
        found.append(Change("due date", str(payload.due_date), str(held.due_date)))
    if held.has_lines:
        ours, theirs = [line.account_code for line in payload.lines], [line.account_code for line in held.lines]
        found.append(Change("accounts", _list(ours), _list(theirs)))
        types, held_types = [line.tax_type for line in payload.lines], [line.tax_type for line in held.lines]
        found.append(Change("tax types", _list(types), _list(held_types), blocks=True))
    return found


def _money(field: str, ours: Money, theirs: Money | None) -> Change:
    """Figures that were not told are taken as ours."""
    held = ours if theirs is None else theirs
    return Change(field, str(ours), str(ours) if held == ours else str(held), blocks=True)


def _list(values: list[str]) -> str:
    return ", ".join(sorted(values))
