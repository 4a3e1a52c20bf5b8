"""From store lines to fitted and proved ledger lines, or everything that stands against them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import LineAmountTypes
from tieout.documents import Line, TaxTotal
from tieout.errors import Problem
from tieout.money import Money, minor_units
from tieout.planning.line_taxes import Copied
from tieout.planning.lines import LineMaker
from tieout.planning.work import Work
from tieout.proof.fitting import fit
from tieout.proof.sheet import DraftLine, Fitted, Sheet
from tieout.rules.catalogue import Code


class FittedLines(msgspec.Struct, frozen=True, gc=False):
    """Lines fitted in a tax basis, or (fitted None) everything that stands against it."""

    mode: LineAmountTypes
    fitted: Fitted | None
    problems: tuple[Problem, ...] = ()


def fit_lines(
    work: Work,
    *,
    lines: tuple[Line, ...],
    taxes: tuple[TaxTotal, ...],
    total: Money,
    tax_total: Money,
    day: date,
    mode: LineAmountTypes | None,
    copies: dict[str, Copied],
    negative: bool = False,
    shows_gross: bool | None = None,
) -> FittedLines:
    """Draft, fit and prove the lines of a document. mode None: by the store view's rule."""
    book, currency = work.book, total.currency
    problems: list[Problem] = []
    if currency not in book.currencies:
        problems.append(
            Problem(
                Code.CURRENCY_NOT_ENABLED,
                f"{currency} is not switched on in {book.organisation.name}.",
                f"currency {currency}",
            )
        )
    if mode is None:
        mode = book.line_mode(work.facts.store_view, shows_gross, bool(tax_total.amount or taxes))
    maker = LineMaker(
        book=book,
        facts=work.facts,
        on=day,
        mode=mode,
        discount_text=work.dossier.order.discount_text,
        gross_discounts=shows_gross is True,
        copies=copies,
    )
    drafts = maker.make(lines, taxes)
    problems += drafts.problems
    if not drafts.lines:
        problems.append(Problem(Code.DATA_CONTRADICTORY, "The document has no lines."))
    if problems:
        return FittedLines(mode, None, tuple(problems))
    sheet = Sheet(
        currency=currency,
        places=minor_units(currency),
        mode=mode,
        total=total.amount + drafts.means_shift,
        tax_total=tax_total.amount,
        taxes=taxes,
        lines=drafts.lines,
        rounding=_rounding_line(work, maker),
        rounding_limit=book.rules.rounding_limit,
        allow_inexact=book.rules.allow_inexact_currency,
    )
    fitted = fit(_negated(sheet) if negative else sheet)
    if isinstance(fitted, Problem):
        return FittedLines(mode, None, (fitted,))
    if drafts.notes:
        fitted = msgspec.structs.replace(fitted, notes=(*fitted.notes, *drafts.notes))
    return FittedLines(mode, fitted)


def _rounding_line(work: Work, maker: LineMaker) -> DraftLine | None:
    code = work.book.rounding_code
    zero = Decimal(0)
    return (
        DraftLine(
            key="rounding",
            description="Rounding",
            quantity=Decimal(1),
            net=zero,
            tax=zero,
            gross=zero,
            account_code=code,
            tax_choice=maker.out_of_scope,
            why_account="account for rounding",
        )
        if code
        else None
    )


def _negated(sheet: Sheet) -> Sheet:
    """The mirror of a document that is negative in the store: a credit note has positive amounts (B12)."""
    replace = msgspec.structs.replace
    return replace(
        sheet,
        total=-sheet.total,
        tax_total=-sheet.tax_total,
        taxes=tuple(replace(t, amount=-t.amount) for t in sheet.taxes),
        lines=tuple(
            replace(
                line,
                net=-line.net,
                tax=-line.tax,
                gross=-line.gross,
                shares=tuple((code, -amount) for code, amount in line.shares),
            )
            for line in sheet.lines
        ),
    )
