"""A part that was cancelled after another part was invoiced: a credit note of our own (ACCOUNTING B4)."""

from __future__ import annotations

from tieout.accounting import CreditNote, Invoice, Ref, Role, Status
from tieout.planning.dates import place
from tieout.planning.differences import CANCELLATION_ORDINAL, approval_wait, count_own_document
from tieout.planning.fitted import fit_lines
from tieout.planning.line_taxes import copies_of
from tieout.planning.naming import item_refs, reference_text
from tieout.planning.results import PlannedPosting
from tieout.planning.work import Sale, Standing, Work
from tieout.rules.numbering import own_suffix


def plan_cancellation(work: Work, sale: Sale) -> None:
    """The credit note for the cancelled quantities and shipping share, with the invoice's tax types."""
    cancellation, document = work.dossier.order.cancellation, sale.document
    ref = Ref(Role.DIFFERENCE, sale.source.document, CANCELLATION_ORDINAL)
    live = work.live(ref)
    if live is not None and isinstance(live.payload, CreditNote):
        items = () if cancellation is None else item_refs(live.payload.lines, cancellation.lines)
        depends_on = (work.contact, sale.ref, *items)
        work.postings.append(PlannedPosting(ref, live.payload, live.payload.number, depends_on))
        count_own_document(sale, ref, live.payload)
        return
    if cancellation is None or not isinstance(document, Invoice) or not cancellation.total.amount:
        return
    if sale.standing not in (Standing.READY, Standing.UNAPPROVED):
        return
    number = document.number + own_suffix(CANCELLATION_ORDINAL)
    placed = place(max(cancellation.date, document.date), work.book, number)
    fitted = fit_lines(
        work,
        lines=cancellation.lines,
        taxes=(),
        total=cancellation.total,
        tax_total=cancellation.tax_total,
        day=placed.day,
        mode=document.line_amount_types,
        copies=copies_of(document.lines, document.number),
        shows_gross=work.dossier.order.shows_gross,
    )
    problems = fitted.problems if placed.problem is None else (*fitted.problems, placed.problem)
    result = fitted.fitted
    if problems or result is None:
        work.postings.append(PlannedPosting(ref, None, number, problems=problems))
        return
    payload = CreditNote(
        number=number,
        reference=reference_text(work.dossier.order.number),
        contact=work.contact,
        date=placed.day,
        status=Status.AUTHORISED,
        line_amount_types=fitted.mode,
        currency=document.currency,
        lines=result.lines,
        totals=result.totals,
        rate=sale.posted.rate if sale.posted is not None and sale.posted.rate is not None else document.rate,
    )
    work.postings.append(
        PlannedPosting(
            ref=ref,
            payload=payload,
            marker=number,
            depends_on=(work.contact, sale.ref, *item_refs(payload.lines, cancellation.lines)),
            problems=() if sale.blocked is None else (sale.blocked,),
            waits=approval_wait(sale),
            notes=("The rest of the order was cancelled in the store.", *result.notes),
            certificate=result.certificate,
            redated_to=placed.moved_to,
        )
    )
    count_own_document(sale, ref, payload)
