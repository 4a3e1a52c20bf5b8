"""Apply credits to what is open, and give back the rest as money where money moved (ACCOUNTING B4, B5, C4, C5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tieout.accounting import Allocation, Ref, Role
from tieout.documents import DocumentKey
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import PlannedPosting
from tieout.planning.work import Sale, Work

#: Room for the allocations of one credit note of our own among those of its document.
ALLOCATION_ORDINALS = 100


def allocate_own_credits(work: Work, sale: Sale) -> None:
    """Credits for cancelled parts and changes go to their own sale's invoices."""
    currency = sale.source.total.currency
    for credit in sale.credits:
        allocate(
            work,
            [sale],
            source=credit.ref,
            source_number=credit.number,
            amount=Money(credit.amount, currency),
            day=credit.date,
            document=sale.source.document,
            first_ordinal=credit.ref.ordinal * ALLOCATION_ORDINALS,
        )


def allocate(
    work: Work,
    sales: Sequence[Sale],
    *,
    source: Ref,
    source_number: str,
    amount: Money,
    day: date,
    document: DocumentKey,
    first_ordinal: int = 0,
    problems: tuple[Problem, ...] = (),
    waits: str = "",
) -> tuple[Decimal, tuple[Ref, ...]]:
    """Allocations of a credit to what is open, oldest invoice first; how much, and their references.

    What was allocated already stays as it is. A held payment makes new allocations wait, since the money it
    stands for would otherwise be credited (C4).
    """
    done, refs = Decimal(0), []
    for index in range(ALLOCATION_ORDINALS):
        posted = work.live(Ref(Role.ALLOCATION, document, first_ordinal + index))
        if posted is None or not isinstance(posted.payload, Allocation):
            break
        payload = posted.payload
        work.postings.append(
            PlannedPosting(
                posted.ref,
                payload,
                _marker(source_number, payload.invoice, posted.ref.ordinal),
                depends_on=(source, payload.invoice),
            )
        )
        refs.append(posted.ref)
        done += payload.amount.amount
        for sale in sales:
            for target in sale.targets:
                if target.ref == payload.invoice:
                    target.open -= payload.amount.amount
    ordinal = first_ordinal + len(refs)
    for sale in sales:
        for target in sale.targets:
            share = min(amount.amount - done, target.open)
            if share <= 0:
                continue
            ref = Ref(Role.ALLOCATION, document, ordinal)
            held = f"Waits for a payment of {sale.number} that is held." if sale.held_payments else ""
            work.postings.append(
                PlannedPosting(
                    ref,
                    Allocation(source=source, invoice=target.ref, amount=Money(share, amount.currency), date=day),
                    _marker(source_number, target.ref, ordinal),
                    depends_on=(source, target.ref, *sale.payments),
                    problems=problems or (() if sale.blocked is None else (sale.blocked,)),
                    waits=waits or _approval(sale) or held,
                )
            )
            refs.append(ref)
            target.open -= share
            done += share
            ordinal += 1
    return done, tuple(refs)


def _approval(sale: Sale) -> str:
    return f"Waits until {sale.number} is approved in Xero." if sale.standing.value == "unapproved" else ""


def _marker(source_number: str, invoice: Ref, ordinal: int) -> str:
    """Allocations have no reference in Xero; this one is for our own records only."""
    return f"{source_number} > {invoice.document} .{ordinal}"
