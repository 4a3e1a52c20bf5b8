"""Plan a sales document: when, under which number, with which lines, and the proof (ACCOUNTING B1–B3, B8–B12)."""

from __future__ import annotations

from datetime import date, timedelta

from tieout.accounting import CreditNote, Invoice, LineAmountTypes, Ref, Role, Status
from tieout.documents import DocumentKey, DocumentKind, Order, StoreInvoice
from tieout.errors import Problem
from tieout.planning.dates import place
from tieout.planning.differences import plan_change
from tieout.planning.fitted import FittedLines, fit_lines
from tieout.planning.line_taxes import Copied, copies_of
from tieout.planning.naming import item_refs, reference_text, shop_rate
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.undoing import undo_sale
from tieout.planning.work import UNAPPROVED, Sale, Source, Standing, Work
from tieout.proof.sheet import Fitted
from tieout.rules.catalogue import Code
from tieout.rules.numbering import document_number
from tieout.rules.settings import Action, SalesDocuments
from tieout.rules.texts import name_text, url


def sources(work: Work, documents: SalesDocuments) -> list[Source]:
    """The sales documents of a dossier under the choice of orders or store invoices."""
    numbering = work.book.rules.numbering
    if documents is SalesDocuments.ORDERS:
        return [_source(DocumentKind.ORDER, work.dossier.order, numbering.order)]
    return [_source(DocumentKind.INVOICE, invoice, numbering.invoice) for invoice in work.dossier.invoices]


def _source(kind: DocumentKind, document: Order | StoreInvoice, prefix: str) -> Source:
    return Source(
        document=DocumentKey(kind, document.key),
        kind=kind.value,
        number=document.number,
        prefix=prefix,
        state=document.state,
        date=document.date,
        lines=document.lines,
        taxes=document.taxes,
        total=document.total,
        tax_total=document.tax_total,
        means=document.means,
        url=document.url,
        due_date=document.due_date if isinstance(document, StoreInvoice) else None,
    )


def plan_sale(work: Work, source: Source) -> Sale:
    """Add the postings of a sales document to the work and tell what hangs on it how far it is."""
    role = Role.CREDIT_NOTE if source.total.amount < 0 else Role.INVOICE
    ref = Ref(role, source.document)
    posted = work.posted.get(ref)
    if posted is not None and posted.deleted_by_person:
        return _deleted_by_person(work, source, posted)
    live = work.live(ref)
    action = work.book.action(source.kind, source.state)
    if live is not None:
        if action is Action.UNDO:
            return undo_sale(work, source, live)
        return _plan_again(work, source, live)
    held_back = _not_now(work, source, ref, action)
    if held_back is not None:
        return held_back
    assert action is not None
    return _plan_first(work, source, ref, Status(action.value))


def _not_now(work: Work, source: Source, ref: Ref, action: Action | None) -> Sale | None:
    """Why a document that is not in the ledger does not go there now; None when it does."""
    document, state = source.document, source.state
    if action is None:
        problem = Problem(
            Code.STATE_UNKNOWN,
            f"No rule says what the store's state “{state}” means.",
            f"state {source.kind} {state}",
        )
    elif action is Action.ASK:
        problem = Problem(
            Code.STATE_ASKS, f"The store's state “{state}” needs a decision by hand.", f"state {source.kind} {state}"
        )
    elif action is Action.WAIT:
        work.skip(document, Code.STATE_WAITS, f"The store's state “{state}” is not a sale yet.")
        return Sale(source, ref, Standing.WAITS)
    elif action is Action.SKIP:
        work.skip(document, Code.STATE_SKIPPED, f"The store's state “{state}” is not sent, by a rule.")
        return Sale(source, ref, Standing.ABSENT)
    elif action is Action.UNDO:
        work.skip(document, Code.CANCELLED_UNSENT, "Cancelled in the store before it was sent: nothing to book.")
        # It may be under way just now, or a restored database may not know that it was sent.
        number = document_number(source.prefix, source.number, work.snapshot.burnt_numbers)
        work.absent.append(PlannedPosting(ref, None, number))
        return Sale(source, ref, Standing.ABSENT)
    else:
        start = work.book.rules.start_date
        if start is not None and source.date < start and work.posted.get(ref) is None:
            work.skip(document, Code.BEFORE_START_DATE, f"Dated {source.date}, before the start date {start}.")
            return Sale(source, ref, Standing.OLD)
        return None
    work.hold(document, problem)
    sale = Sale(source, ref, Standing.HELD)
    sale.problems = (problem,)
    return sale


def _deleted_by_person(work: Work, source: Source, posted: Posted) -> Sale:
    """A document that a person deleted in Xero is never made again (ACCOUNTING B10)."""
    number = posted.payload.number if isinstance(posted.payload, Invoice | CreditNote) else ""
    problem = Problem(
        Code.DELETED_BY_PERSON, f"{number} was deleted in Xero by a person; it is not made again by itself."
    )
    work.postings.append(PlannedPosting(posted.ref, posted.payload, number, problems=(problem,)))
    sale = Sale(source, posted.ref, Standing.HELD)
    sale.problems = (problem,)
    return sale


def _plan_first(work: Work, source: Source, ref: Ref, status: Status) -> Sale:
    placed = place(source.date, work.book, source.number)
    fitted = fit_source(work, source, source.date, None, {})
    problems, result = fitted.problems, fitted.fitted
    if placed.problem is not None:
        problems = (*problems, placed.problem)
    burnt = work.snapshot.burnt_numbers
    gone = work.posted.get(ref)
    if gone is not None and isinstance(gone.payload, Invoice | CreditNote):
        burnt = burnt | {gone.payload.number}
    number = document_number(source.prefix, source.number, burnt)
    if not name_text(source.number):
        problems = (*problems, Problem(Code.DATA_UNREADABLE, "The document has no number that people can read."))
    if problems or result is None:
        work.hold(source.document, *problems)
        sale = Sale(source, ref, Standing.HELD)
        sale.problems = problems
        return sale
    payload = make_document(work, source, number, placed.day, status, fitted.mode, result, placed.moved_to)
    notes = result.notes
    if placed.moved_to is not None:
        notes = (*notes, f"Moved from {source.date} to {placed.moved_to}: the period is closed.")
    if not result.totals.total.amount:
        notes = (*notes, "The total is zero: nothing is left to pay.")
    work.postings.append(
        PlannedPosting(
            ref=ref,
            payload=payload,
            marker=number,
            depends_on=(work.contact, *item_refs(payload.lines, source.lines)),
            notes=notes,
            certificate=result.certificate,
            redated_to=placed.moved_to,
        )
    )
    standing = Standing.UNAPPROVED if status is not Status.AUTHORISED else Standing.READY
    return Sale(source, ref, standing, payload)


def _plan_again(work: Work, source: Source, live: Posted) -> Sale:
    """A document that Xero holds: kept as it is unless its own figures changed in the store (ACCOUNTING B7)."""
    payload = live.payload
    assert isinstance(payload, Invoice | CreditNote)
    standing = Standing.UNAPPROVED if live.status in UNAPPROVED else Standing.READY
    sale = Sale(source, live.ref, standing, payload)
    sale.posted = live
    if live.touched:
        sale.blocked = Problem(
            Code.CHANGED_BY_PERSON,
            f"{payload.number} was changed in Xero by a person: accept or restore it first.",
        )
    fitted = fit_source(
        work, source, source.date, payload.line_amount_types, copies_of(payload.lines, payload.number)
    )
    if fitted.fitted is None:
        work.postings.append(PlannedPosting(live.ref, payload, payload.number, problems=fitted.problems))
        sale.problems = fitted.problems
    else:
        plan_change(work, sale, fitted.fitted, fitted.mode)
    return sale


def fit_source(
    work: Work,
    source: Source,
    day: date,
    mode: LineAmountTypes | None,
    copies: dict[str, Copied],
) -> FittedLines:
    """The document's lines fitted to the store's figures, or everything that stands against it."""
    order = work.dossier.order
    return fit_lines(
        work,
        lines=source.lines,
        taxes=source.taxes,
        total=source.total,
        tax_total=source.tax_total,
        day=day,
        mode=mode,
        copies=copies,
        negative=source.total.amount < 0,
        shows_gross=order.shows_gross,
    )


def make_document(
    work: Work,
    source: Source,
    number: str,
    day: date,
    status: Status,
    mode: LineAmountTypes,
    fitted: Fitted,
    moved_to: date | None,
) -> Invoice | CreditNote:
    """The ledger document of a sale: an invoice, or a credit note when the store's total is negative."""
    order = work.dossier.order
    reference = reference_text(order.number, order.purchase_order, source.date if moved_to else None)
    if source.total.amount < 0:
        return CreditNote(
            number=number,
            reference=reference,
            contact=work.contact,
            date=day,
            status=status,
            line_amount_types=mode,
            currency=source.total.currency,
            lines=fitted.lines,
            totals=fitted.totals,
            rate=shop_rate(work),
        )
    rule = work.book.method_rule(order.payment_method, order.currency)
    return Invoice(
        number=number,
        reference=reference,
        contact=work.contact,
        date=day,
        due_date=source.due_date or day + timedelta(days=rule.due_days if rule is not None else 0),
        status=status,
        line_amount_types=mode,
        currency=source.total.currency,
        lines=fitted.lines,
        totals=fitted.totals,
        rate=shop_rate(work),
        url=url(source.url or order.url),
    )
