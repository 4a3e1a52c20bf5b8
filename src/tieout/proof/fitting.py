"""Fit a document's lines to the figures the store showed, so that Xero calculates exactly those.

In this order: line amounts by largest remainder to the document's total; prices and quantities that say them;
Xero's own tax per line; cents of TaxAmount where the sums per tax type need them (ACCOUNTING A3); single pieces
where the shop rounded tax per piece; a visible rounding line for what the lines cannot say (A4). What is then
still different is a problem, and the document is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from tieout.accounting import LineAmountTypes
from tieout.errors import Problem
from tieout.money import Rounding, round_decimal, round_parts
from tieout.proof.arithmetic import from_units, line_tax, to_units
from tieout.proof.prediction import prove
from tieout.proof.quantities import Part, express, split_into
from tieout.proof.sheet import DraftLine, Fitted, Sheet
from tieout.proof.targets import tax_targets
from tieout.rules.catalogue import Code

#: Overrides per tax type and document, in smallest units of the currency (ACCOUNTING A3).
OVERRIDES_MAX = 5
#: Lines that may be added by saying pieces one by one.
EXTRA_LINES_MAX = 300
#: Lines looked at, over all ways tried of taking lines apart; bounds the work on enormous documents.
_LINES_TRIED_MAX = 400_000
#: Largest amount Xero takes, in cents.
_AMOUNT_MAX = 999_999_999_999


class Piece:
    """A ledger line in the making. tax: what it will carry; predicted: what Xero makes of it."""

    __slots__ = ("draft", "part", "predicted", "tax")

    def __init__(self, draft: DraftLine, part: Part, mode: LineAmountTypes) -> None:
        self.draft = draft
        self.part = part
        self.predicted = self.tax = line_tax(part.amount, draft.tax_choice, mode)


def fit(sheet: Sheet) -> Fitted | Problem:
    """Lines, predicted totals and the proof of a document, or why it cannot be expressed in Xero."""
    total, tax_total = _cents(sheet.total, sheet), _cents(sheet.tax_total, sheet)
    if total is None or tax_total is None:
        return Problem(
            Code.NOT_EXPRESSIBLE,
            f"{sheet.total} {sheet.currency} with tax {sheet.tax_total} has more than the 2 decimals Xero keeps.",
            f"currency {sheet.currency}",
        )
    if abs(total) > _AMOUNT_MAX:
        return Problem(Code.NOT_EXPRESSIBLE, f"{sheet.total} {sheet.currency} is more than Xero takes.")
    taxed = tax_total
    for line in sheet.lines:
        if line.tax_code:
            taxed -= _nearest(line.net)
    targets = tax_targets(sheet, taxed)
    if isinstance(targets, Problem):
        return targets
    lines, rounding = sheet.lines, 0
    whole = total if sheet.mode is LineAmountTypes.INCLUSIVE else total - taxed
    amounts = line_amounts(sheet, whole)
    if amounts is None:
        amounts = _rounded_alone(sheet)
        rounding = whole - sum(amounts)
        bound = rounding_bound(sheet)
        if abs(rounding) > bound or sheet.rounding is None:
            return _unbalanced(sheet, rounding, bound)
        lines, amounts = (*lines, sheet.rounding), [*amounts, rounding]
    pieces = [
        Piece(line, part, sheet.mode)
        for line, amount in zip(lines, amounts, strict=True)
        for part in express(amount, line.quantity)
    ]
    for tax_type, difference in _differences(pieces, targets).items():
        if difference:
            settled = _settle(pieces, tax_type, targets.get(tax_type, 0), sheet)
            if isinstance(settled, Problem):
                return settled
            pieces = settled
    return prove(sheet, pieces, total, tax_total, rounding, rounding_bound(sheet))


def _cents(amount: Decimal, sheet: Sheet) -> int | None:
    cents = to_units(amount, 2)
    return _nearest(amount) if cents is None and sheet.allow_inexact else cents


def _nearest(amount: Decimal) -> int:
    return int(round_decimal(amount * 100, 0, Rounding.HALF_UP))


def _places(sheet: Sheet) -> int:
    return min(sheet.places, 2)


def _unit(sheet: Sheet) -> int:
    """The currency's smallest unit in cents, as Xero keeps 2 decimals of all: 1, or 100 for yen."""
    return 100 if sheet.places == 0 else 10 if sheet.places == 1 else 1


def rounding_bound(sheet: Sheet) -> int:
    """Cents the rounding line may carry: one smallest unit a line, within the limit (ACCOUNTING A4)."""
    limit = int(min(sheet.rounding_limit, Decimal("0.10")) * 100)
    return min(len(sheet.lines), limit) * _unit(sheet)


def line_amounts(sheet: Sheet, whole: int) -> list[int] | None:
    """Cents per line in the document's tax basis, summing to `whole`; None when rounding cannot reach it."""
    inclusive = sheet.mode is LineAmountTypes.INCLUSIVE
    exact = [line.gross if inclusive else line.net for line in sheet.lines]
    cents: list[int] = []
    for amount in exact:
        units = to_units(amount, _places(sheet))
        if units is None:
            break
        cents.append(units * _unit(sheet))
    else:
        return cents if sum(cents) == whole else None
    parts = round_parts(exact, from_units(whole, 2), _places(sheet))
    return None if parts is None else [int(part * 100) for part in parts]


def _rounded_alone(sheet: Sheet) -> list[int]:
    inclusive = sheet.mode is LineAmountTypes.INCLUSIVE
    return [_nearest_unit(line.gross if inclusive else line.net, sheet) for line in sheet.lines]


def _nearest_unit(amount: Decimal, sheet: Sheet) -> int:
    return int(round_decimal(amount, _places(sheet), Rounding.HALF_UP) * 100)


def _unbalanced(sheet: Sheet, rounding: int, bound: int) -> Problem:
    if abs(rounding) <= bound:
        return Problem(Code.ACCOUNT_UNMAPPED, "No account is chosen for rounding.", "account rounding")
    return Problem(
        Code.TOTAL_MISMATCH,
        f"The lines differ from the store's total of {sheet.total} {sheet.currency} by {from_units(rounding, 2)}; "
        f"at most {from_units(bound, 2)} may go to rounding.",
    )


def _differences(pieces: Sequence[Piece], targets: dict[str, int]) -> dict[str, int]:
    """Per tax type: the store's tax less Xero's."""
    differences = dict(targets)
    for piece in pieces:
        if piece.predicted:
            tax_type = piece.draft.tax_choice.tax_type
            differences[tax_type] = differences.get(tax_type, 0) - piece.predicted
    return differences


def _settle(pieces: list[Piece], tax_type: str, target: int, sheet: Sheet) -> list[Piece] | Problem:
    """Reach the store's tax for one tax type with cents of TaxAmount, saying pieces singly where needed."""
    unit = _unit(sheet)
    if _override(pieces, tax_type, target, unit):
        return pieces
    tries = max(10, _LINES_TRIED_MAX // len(pieces))
    for taken_apart in islice(_taken_apart(pieces, tax_type, target, sheet.mode), tries):
        if _override(taken_apart, tax_type, target, unit):
            return taken_apart
    xero = sum(p.predicted for p in pieces if p.draft.tax_choice.tax_type == tax_type)
    return Problem(
        Code.TAX_MISMATCH,
        f"The store charged tax of {from_units(target, 2)} {sheet.currency} that goes to {tax_type}; "
        f"Xero calculates {from_units(xero, 2)}, too far to be rounding.",
    )


def _override(pieces: Sequence[Piece], tax_type: str, target: int, unit: int) -> bool:
    """Move line taxes by at most one unit each towards the store's lines; False when that cannot suffice."""
    group = [p for p in pieces if p.draft.tax_choice.tax_type == tax_type]
    missing = target - sum(piece.predicted for piece in group)
    if abs(missing) > OVERRIDES_MAX * unit:
        return False
    step = unit if missing > 0 else -unit
    movable = [p for p in group if abs(p.predicted + step) <= abs(p.part.amount) and p.part.amount]
    movable = [p for p in movable if (p.predicted + step) * p.part.amount >= 0]
    if len(movable) * unit < abs(missing):
        return False
    movable.sort(key=lambda p: (_store_tax(p) - p.predicted) * step, reverse=True)
    for piece in movable:
        if not missing:
            break
        moved = step if abs(missing) >= unit else missing
        piece.tax = piece.predicted + moved
        missing -= moved
    return True


def _store_tax(piece: Piece) -> Decimal:
    """The store's exact tax of a piece, in cents: its share of the line by amount."""
    draft = piece.draft
    if draft.gross and piece.part.quantity != draft.quantity and not piece.part.folded:
        return draft.tax * 100 * piece.part.quantity / draft.quantity
    return draft.tax * 100


def _taken_apart(pieces: list[Piece], tax_type: str, target: int, mode: LineAmountTypes) -> Iterator[list[Piece]]:
    """The same lines with one more taken apart each time, in few parts first and then piece by piece.

    Parts round their taxes each for themselves, as shops do that round tax per piece, and each may carry a cent
    of its own. Lines furthest from the store's tax come first; of each the best way is kept for the next.
    """
    lines: dict[int, list[Piece]] = {}
    for piece in pieces:
        if piece.draft.tax_choice.tax_type == tax_type and not piece.part.folded:
            lines.setdefault(id(piece.draft), []).append(piece)
    groups = [group for group in lines.values() if 1 < group[0].draft.quantity == int(group[0].draft.quantity)]
    groups.sort(key=lambda group: abs(group[0].draft.tax * 100 - sum(p.predicted for p in group)), reverse=True)
    missing = target - sum(p.predicted for p in pieces if p.draft.tax_choice.tax_type == tax_type)
    room = EXTRA_LINES_MAX
    for group in groups:
        draft, quantity = group[0].draft, int(group[0].draft.quantity)
        amount, before = sum(p.part.amount for p in group), sum(p.predicted for p in group)
        best, best_missing = group, missing
        for count in _counts(quantity, room):
            parts = [Piece(draft, part, mode) for part in split_into(amount, quantity, count)]
            yield _with(pieces, parts)
            left = missing - sum(p.predicted for p in parts) + before
            if abs(left) - len(parts) < abs(best_missing) - len(best):
                best, best_missing = parts, left
        pieces, missing = _with(pieces, best), best_missing
        room -= len(best)


def _counts(quantity: int, room: int) -> list[int]:
    counts = [count for count in range(2, OVERRIDES_MAX + 1) if count < quantity]
    return [*counts, quantity] if quantity <= room else counts


def _with(pieces: list[Piece], parts: list[Piece]) -> list[Piece]:
    """The pieces with one line's replaced, in the store's order."""
    draft = parts[0].draft
    at = next(i for i, piece in enumerate(pieces) if piece.draft is draft)
    return [*pieces[:at], *parts, *(piece for piece in pieces[at:] if piece.draft is not draft)]
