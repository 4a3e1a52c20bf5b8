"""Xero's arithmetic once more, written for the tests from the published description and nothing of Tieout's proof.

The way a line amount is rounded is not confirmed, so every check is made with each of three ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from dossiers import RATES
from tieout.accounting import (
    Allocation,
    CreditNote,
    Held,
    HeldLine,
    Invoice,
    LineAmountTypes,
    Overpayment,
    Payment,
    Ref,
    Role,
)
from tieout.money import Money
from tieout.planning.results import DossierPlan

CENT = Decimal("0.01")
WAYS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)


def totals(
    document: Invoice | CreditNote, way: str = ROUND_HALF_UP, rates: Mapping[str, Decimal] | None = None
) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """(total, tax, tax by type) that Xero calculates from what is sent."""
    percents = rates or {rate.tax_type: rate.rate for rate in RATES}
    amount_sum, tax_sum = Decimal(0), Decimal(0)
    by_type: dict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        assert line.quantity > 0, "Xero refuses negative quantities"
        assert -line.unit_amount.as_tuple().exponent <= 4, "Xero keeps 4 decimals of a price"
        assert line.description
        amount = (line.quantity * line.unit_amount).quantize(CENT, way)
        percent = percents[line.tax_type]
        if document.line_amount_types is LineAmountTypes.INCLUSIVE:
            tax = (amount * percent / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        elif document.line_amount_types is LineAmountTypes.EXCLUSIVE:
            tax = (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
        else:
            tax = Decimal(0)
        if line.override:
            tax = line.tax.amount
        assert tax == line.tax.amount, (line, tax)
        amount_sum += amount
        tax_sum += tax
        by_type[line.tax_type] += tax
    inclusive = document.line_amount_types is LineAmountTypes.INCLUSIVE
    total = amount_sum if inclusive else amount_sum + tax_sum
    assert total >= 0, "Xero refuses negative totals"
    return total, tax_sum, {tax_type: tax for tax_type, tax in by_type.items() if tax}


def check(document: object, rates: Mapping[str, Decimal] | None = None) -> Invoice | CreditNote:
    """The document, after Xero's figures of it were found to be what was promised, however lines are rounded."""
    assert isinstance(document, Invoice | CreditNote), document
    for way in WAYS:
        total, tax, by_type = totals(document, way, rates)
        assert total == document.totals.total.amount, (way, total, document.totals)
        assert tax == document.totals.total_tax.amount, (way, tax, document.totals)
        assert by_type == {t: m.amount for t, m in document.totals.by_tax_type if m.amount}
    return document


def hold(plan: DossierPlan, rates: Mapping[str, Decimal] | None = None) -> dict[Ref, Held]:
    """What the ledger holds after everything in a plan that can go has gone."""
    going = [p for p in plan.postings if p.payload is not None and not p.problems and not p.waits]
    held: dict[Ref, Held] = {}
    paid: dict[Ref, Decimal] = defaultdict(Decimal)
    for posting in going:
        payload = posting.payload
        if isinstance(payload, Payment):
            paid[payload.target] += payload.amount.amount
        elif isinstance(payload, Allocation):
            paid[payload.invoice] += payload.amount.amount
            paid[payload.source] += payload.amount.amount
    for posting in going:
        payload, ref = posting.payload, posting.ref
        if isinstance(payload, Invoice | CreditNote):
            total, tax, _ = totals(payload, rates=rates)
            due = total - paid[ref]
            assert due >= 0, f"{payload.number}: paid or credited beyond its total"
            currency = payload.currency
            held[ref] = Held(
                role=ref.role,
                remote_id=f"xero-{posting.marker}",
                status="AUTHORISED" if due else "PAID",
                number=payload.number,
                date=payload.date,
                currency=currency,
                total_tax=Money(tax, currency),
                total=Money(total, currency),
                amount_due=Money(due, currency) if isinstance(payload, Invoice) else None,
                remaining_credit=Money(due, currency) if isinstance(payload, CreditNote) else None,
                lines=tuple(
                    HeldLine(line.account_code, line.tax_type, line.amount, line.tax, line.description)
                    for line in payload.lines
                ),
            )
        elif isinstance(payload, Payment | Allocation | Overpayment):
            held[ref] = Held(
                role=ref.role,
                remote_id=f"xero-{posting.marker}",
                status="AUTHORISED",
                date=payload.date,
                amount=payload.amount,
                reference=getattr(payload, "reference", ""),
            )
    assert all(ref.role is not Role.QUOTE for ref in held)
    return held
