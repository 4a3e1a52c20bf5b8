"""Apply credits to what is open, and give back the rest as money where money moved (ACCOUNTING B4, B5, C4, C5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tieout.accounting import Allocation, Ref, Role
from tieout.documents import DocumentKey, DocumentKind
from tieout.errors import Problem
from tieout.money import Money
from tieout.planning.results import PlannedPosting
from tieout.planning.work import Sale, Work

#: Room for the allocations of one credit note of our own among those of its document.
ALLOCATION_ORDINALS = 100


def allocate_own_credits(work: Work, sale: Sale) -> None:
    """Credits for cancelled parts and changes go to their own sale's invoices."""
    currency = sale.source.total.currency
    for credit in sorted(sale.credits, key=lambda one: one.ref.ordinal):
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


def count_allocated(work: Work) -> None:
    """Take what credits are allocated to already off what is open, after the payments had their room.

    An allocation to something that was paid after all is marked to be taken back; one of a refund that the store
    does not tell of any more stays whatever happens.
    """
    told = {refund.key for refund in work.dossier.refunds}
    for ref in sorted(one for one in work.posted if one.role is Role.ALLOCATION):
        posted = work.live(ref)
        if posted is None or not isinstance(posted.payload, Allocation):
            continue
        stays = ref.document.kind is DocumentKind.REFUND and ref.document.key not in told
        target = work.target(posted.payload.invoice)
        share = posted.payload.amount.amount
        if target is None or share <= target.open or stays:
            work.allocated.add(ref)
            if target is not None:
                target.open -= share


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

    What was allocated already stays as far as it is still open by the store's facts. A held payment makes new
    allocations wait, since the money it stands for would otherwise be credited (C4).
    """
    span = range(first_ordinal, first_ordinal + ALLOCATION_ORDINALS)
    known = sorted(
        ref for ref in work.posted if ref.role is Role.ALLOCATION and ref.document == document and ref.ordinal in span
    )
    done, refs = Decimal(0), []
    for ref in known:
        posted = work.live(ref)
        if posted is None or not isinstance(posted.payload, Allocation):
            continue
        payload = posted.payload
        marker = _marker(source_number, payload.invoice, ref.ordinal)
        share, target = payload.amount.amount, work.target(payload.invoice)
        if ref not in work.allocated or share > amount.amount - done:
            if ref in work.allocated and target is not None:
                target.open += share
            _take_back(work, ref, marker, payload.invoice, problems)
            continue
        work.postings.append(PlannedPosting(ref, payload, marker, depends_on=(source, payload.invoice)))
        refs.append(ref)
        done += share
    ordinal = max([ref.ordinal for ref in known], default=first_ordinal - 1) + 1
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


def _take_back(work: Work, ref: Ref, marker: str, invoice: Ref, problems: tuple[Problem, ...]) -> None:
    """Undo an allocation to something that was paid after all; the payment waits until there is room for it."""
    work.postings.append(
        PlannedPosting(
            ref,
            None,
            marker,
            problems=problems,
            notes=("What this credit was applied to is paid by the store's account: it is taken back.",),
        )
    )
    work.wait_for(ref, invoice)


def _approval(sale: Sale) -> str:
    return f"Waits until {sale.number} is approved in Xero." if sale.standing.value == "unapproved" else ""


def _marker(source_number: str, invoice: Ref, ordinal: int) -> str:
    """Allocations have no reference in Xero; this one is for our own records only."""
    return f"{source_number} > {invoice.document} .{ordinal}"
