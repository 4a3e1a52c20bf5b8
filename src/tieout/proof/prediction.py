"""The last step of the proof: what Xero will calculate from exactly what is sent, against the store's figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.accounting import LedgerLine, LineAmountTypes, Totals
from tieout.errors import Problem
from tieout.money import Money, Rounding, round_decimal
from tieout.proof.arithmetic import from_units
from tieout.proof.certificate import Certificate
from tieout.proof.sheet import Fitted, Sheet
from tieout.rules.catalogue import Code

if TYPE_CHECKING:
    from tieout.proof.fitting import Piece


def prove(
    sheet: Sheet, pieces: Sequence[Piece], total: int, tax_total: int, rounding: int, bound: int
) -> Fitted | Problem:
    """Ledger lines from fitted pieces, Xero's totals predicted from them, and the certificate.

    total, tax_total: what the store showed, in cents. Returns a Problem when the prediction is not that.
    """
    lines = tuple([_ledger_line(piece, sheet) for piece in pieces])
    totals = predict(lines, sheet.mode, sheet.currency)
    counted = sum([line.amount.amount for line in lines if line.counts_as_tax], Decimal(0))
    if totals.total.amount * 100 != total:
        return Problem(
            Code.TOTAL_MISMATCH,
            f"Xero would calculate {totals.total} instead of the store's {from_units(total, 2)}.",
        )
    if (totals.total_tax.amount + counted) * 100 != tax_total:
        return Problem(
            Code.TAX_MISMATCH,
            f"Xero would calculate tax of {totals.total_tax} instead of the store's {from_units(tax_total, 2)}.",
        )
    return Fitted(lines, totals, _certificate(sheet, lines, totals, rounding, bound, counted), _notes(sheet, lines))


def _ledger_line(piece: Piece, sheet: Sheet) -> LedgerLine:
    draft, part, choice = piece.draft, piece.part, piece.draft.tax_choice
    description = draft.description
    if part.folded:
        description = f"{draft.quantity.normalize():f} × {description}"
    return LedgerLine(
        key=draft.key,
        description=description,
        quantity=part.quantity,
        unit_amount=part.unit_amount,
        account_code=draft.account_code,
        tax_type=choice.tax_type,
        amount=Money(from_units(part.amount, 2), sheet.currency),
        tax=Money(from_units(piece.tax, 2), sheet.currency),
        override=piece.tax != piece.predicted,
        item_code="" if part.folded else draft.item_code,
        tracking=draft.tracking,
        counts_as_tax=bool(draft.tax_code),
        why_account=draft.why_account,
        why_tax=choice.why,
    )


def predict(lines: Sequence[LedgerLine], mode: LineAmountTypes, currency: str) -> Totals:
    """Xero's totals of lines whose `tax` is what each will carry.

    Raises AssertionError when a line's quantity × price is not its amount: our own bug, never sent.
    """
    amount, tax = Decimal(0), Decimal(0)
    by_type: dict[str, Decimal] = {}
    for line in lines:
        line_amount, line_tax = line.amount.amount, line.tax.amount
        product = line.quantity * line.unit_amount
        assert product == line_amount or round_decimal(product, 2, Rounding.HALF_UP) == line_amount, line
        amount += line_amount
        tax += line_tax
        by_type[line.tax_type] = by_type.get(line.tax_type, Decimal(0)) + line_tax
    total = amount if mode is LineAmountTypes.INCLUSIVE else amount + tax
    return Totals(
        sub_total=Money(total - tax, currency),
        total_tax=Money(tax, currency),
        total=Money(total, currency),
        by_tax_type=tuple([(tax_type, Money(taxed, currency)) for tax_type, taxed in by_type.items()]),
    )


def _certificate(
    sheet: Sheet, lines: Sequence[LedgerLine], totals: Totals, rounding: int, bound: int, counted: Decimal
) -> Certificate:
    currency = sheet.currency
    predicted_by_type = dict(totals.by_tax_type)
    types_of: dict[str, str] = {}
    for draft in sheet.lines:
        for code, _ in draft.shares:
            types_of.setdefault(code, draft.tax_choice.tax_type)
    none = Money(Decimal(0), currency)
    taxes = tuple(
        [
            (tax.title or tax.code, tax.amount, home, predicted_by_type.get(home, none))
            for tax in sheet.taxes
            if (home := types_of.get(tax.code, ""))
        ]
    )
    overrides = sum([line.override for line in lines])
    steps = [
        f"The store showed {sheet.total} {currency}, of which {sheet.tax_total} tax.",
        f"{len(lines)} lines ({sheet.mode.value}) make {totals.sub_total.amount} net and "
        f"{totals.total_tax.amount} tax, {totals.total.amount} in all.",
    ]
    if overrides:
        steps.append(f"Tax is given by the cent on {overrides} lines, where Xero alone would round differently.")
    if rounding:
        steps.append(f"{from_units(rounding, 2)} on a rounding line; up to {from_units(bound, 2)} is allowed.")
    if counted:
        steps.append(f"{counted} of the store's tax stands on lines of its own.")
    return Certificate(
        total=Money(sheet.total, currency),
        predicted_total=totals.total,
        tax=Money(sheet.tax_total, currency),
        predicted_tax=Money(totals.total_tax.amount + counted, currency),
        rounding=Money(from_units(rounding, 2), currency),
        bound=Money(from_units(bound, 2), currency),
        taxes=taxes,
        overrides=overrides,
        steps=tuple(steps),
    )


def _notes(sheet: Sheet, lines: Sequence[LedgerLine]) -> tuple[str, ...]:
    split = len(lines) - len(sheet.lines)
    return (f"{split} lines were added to say prices exactly.",) if split > 1 else ()
