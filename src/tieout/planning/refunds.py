"""Plan credit memos: credit note, allocation to what is open, refund of money that moved (A10, A11, C5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.accounting import CreditNote, Invoice, LineAmountTypes, Payment, Ref, Role, Status
from tieout.documents import DocumentKey, DocumentKind, Line, LineKind, Refund, TaxShare, TaxTotal
from tieout.errors import Problem
from tieout.money import Money, Rounding, total
from tieout.planning.dates import Placed, place
from tieout.planning.differences import editable
from tieout.planning.fitted import FittedLines, fit_lines
from tieout.planning.line_taxes import Copied, copies_of
from tieout.planning.naming import item_refs, reference_text, shop_rate
from tieout.planning.payments import MEANS_ORDINAL, bank_side, payment_reference, with_words
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.settlement import allocate
from tieout.planning.work import Sale, Standing, Work, marker_of
from tieout.rules.catalogue import Code
from tieout.rules.choices import MethodChoice
from tieout.rules.numbering import document_number
from tieout.rules.settings import Action
from tieout.rules.texts import name_text

_ZERO = Decimal(0)


def plan_refunds(work: Work) -> None:
    """All refunds of the dossier, in the order of their dates."""
    credited = sum([credit.amount for sale in work.sales for credit in sale.credits], _ZERO)
    sold = sum([sale.total for sale in work.sales if sale.document is not None], _ZERO) + credited
    for refund in work.dossier.refunds:
        if refund.applied is None:
            credited = _plan_refund(work, refund, sold, credited)


def _plan_refund(work: Work, refund: Refund, sold: Decimal, credited: Decimal) -> Decimal:
    """Plan one refund; returns what is credited of the sale so far."""
    document = DocumentKey(DocumentKind.REFUND, refund.key)
    ref = Ref(Role.CREDIT_NOTE, document)
    posted = work.posted.get(ref)
    if posted is not None and posted.deleted_by_person:
        problem = Problem(Code.DELETED_BY_PERSON, f"{marker_of(posted)} was deleted in Xero by a person.")
        work.postings.append(PlannedPosting(ref, posted.payload, marker_of(posted), problems=(problem,)))
        return credited
    live = work.live(ref)
    sales = _sales_of(work, refund)
    if live is None and not goes(work, refund, document, sales):
        return credited
    if live is not None and work.book.action("refund", refund.state) is Action.UNDO:
        work.postings.append(PlannedPosting(ref, None, marker_of(live), notes=("Taken back in the store.",)))
        return credited
    alone = not any(sale.document is not None for sale in sales)
    if live is None and not alone and credited + refund.total.amount > sold:
        work.hold(
            document,
            Problem(
                Code.REFUND_EXCEEDS_SALE,
                f"{refund.number} gives back {refund.total}; of the sale of {sold} only {sold - credited} is left.",
            ),
        )
        return credited
    number, note = plan_note(work, refund, ref, live, sales)
    if note is None:
        return credited
    obstacles = _obstacles(sales)
    waits = next(
        (f"Waits until {s.number} is approved in Xero." for s in sales if s.standing is Standing.UNAPPROVED), ""
    )
    done, allocations = allocate(
        work,
        sales,
        source=ref,
        source_number=number,
        amount=note.totals.total - _paid_out(work, ref, note.currency),
        day=note.date,
        document=document,
        problems=obstacles,
        waits=waits,
    )
    _give_back(work, refund, ref, note, note.totals.total.amount - done, allocations, obstacles, waits)
    return credited + note.totals.total.amount


def _paid_out(work: Work, note: Ref, currency: str) -> Money:
    """What went back already stays with the customer; only the rest of a credit can be allocated."""
    paid = [
        posted.payload.amount
        for ref in work.posted
        if ref.role is Role.REFUND_PAYMENT
        and ref.document == note.document
        and (posted := work.live(ref)) is not None
        and isinstance(posted.payload, Payment)
    ]
    return total(paid, currency)


def _sales_of(work: Work, refund: Refund) -> list[Sale]:
    """The sales a refund belongs to: its own store invoice's, else the order's, oldest first (C5)."""
    if refund.invoice_key and len(work.sales) > 1:
        own = [sale for sale in work.sales if sale.source.document.key == refund.invoice_key]
        if own:
            return own
    return work.sales


def goes(work: Work, refund: Refund, document: DocumentKey, sales: Sequence[Sale]) -> bool:
    """Whether a refund that is not in the ledger goes there now; otherwise it is held or skipped."""
    state = refund.state
    action = work.book.action("refund", state) if state else Action.AUTHORISED
    start = work.book.rules.start_date
    if action is None:
        problem = Problem(
            Code.STATE_UNKNOWN, f"No rule says what the refund's state “{state}” means.", f"state {state}"
        )
        work.hold(document, problem)
    elif action is Action.ASK:
        work.hold(
            document, Problem(Code.STATE_ASKS, f"The refund's state “{state}” needs a decision.", f"state {state}")
        )
    elif action is Action.WAIT:
        work.skip(document, Code.STATE_WAITS, f"The refund's state “{state}” is not final yet.")
    elif action is Action.SKIP:
        work.skip(document, Code.STATE_SKIPPED, f"Refunds in state “{state}” are not sent, by a rule.")
    elif action is Action.UNDO:
        work.skip(document, Code.CANCELLED_UNSENT, "Taken back in the store before it was sent: nothing to book.")
        # It may be under way just now, or a restored database may not know that it was sent.
        number = document_number(work.book.rules.numbering.refund, refund.number, work.snapshot.burnt_numbers)
        work.absent.append(PlannedPosting(Ref(Role.CREDIT_NOTE, document), None, number))
    elif start is not None and refund.date < start:
        work.skip(document, Code.BEFORE_START_DATE, f"Dated {refund.date}, before the start date {start}.")
    elif refund.applied is not None:
        return True
    elif any(sale.standing is Standing.HELD for sale in sales):
        held = next(sale for sale in sales if sale.standing is Standing.HELD)
        work.hold(document, Problem(Code.SALE_HELD, f"{held.number} is held; its refund waits for it.", "sale held"))
    elif sales and all(sale.standing is Standing.WAITS for sale in sales):
        work.skip(document, Code.STATE_WAITS, f"{sales[0].number} is not a sale yet; its refund waits for it.")
    elif not sales or all(sale.standing is Standing.ABSENT for sale in sales):
        work.skip(document, Code.SALE_MISSING, "Its sale is not booked, so there is nothing to credit.")
    else:
        return True
    return False


def plan_note(
    work: Work, refund: Refund, ref: Ref, live: Posted | None, sales: Sequence[Sale]
) -> tuple[str, CreditNote | None]:
    """The credit note itself: its own lines with the invoice's accounts and tax types."""
    documents = [sale.document for sale in sales if sale.document is not None]
    depends = tuple([sale.ref for sale in sales if sale.document is not None])
    if live is not None and isinstance(live.payload, CreditNote):
        note = live.payload
        depends_on = (work.contact, *depends, *item_refs(note.lines, refund.lines))
        posting = PlannedPosting(ref, note, note.number, depends_on)
        if _changed(work, refund, note):
            posting = _again(work, refund, posting, live, documents)
        work.postings.append(posting)
        assert isinstance(posting.payload, CreditNote)
        return note.number, posting.payload
    burnt = work.snapshot.burnt_numbers
    gone = work.posted.get(ref)
    if gone is not None and isinstance(gone.payload, CreditNote):
        burnt = burnt | {gone.payload.number}
    number = document_number(work.book.rules.numbering.refund, refund.number, burnt)
    not_before = min([d.date for d in documents], default=None)
    placed = place(refund.date, work.book, number, not_before if _moved_sale_date(sales) else None)
    fitted = _fit(work, refund, documents)
    problems = fitted.problems if placed.problem is None else (*fitted.problems, placed.problem)
    if not name_text(refund.number):
        problems = (*problems, Problem(Code.DATA_UNREADABLE, "The refund has no number that people can read."))
    result = fitted.fitted
    if problems or result is None:
        work.hold(ref.document, *problems)
        return number, None
    note = CreditNote(
        number=number,
        reference=reference_text(work.dossier.order.number, own_date=refund.date if placed.moved_to else None),
        contact=work.contact,
        date=placed.day,
        status=Status.AUTHORISED,
        line_amount_types=fitted.mode,
        currency=refund.total.currency,
        lines=result.lines,
        totals=result.totals,
        rate=_rate(work, sales),
    )
    waits = next(
        (f"Waits until {s.number} is approved in Xero." for s in sales if s.standing is Standing.UNAPPROVED), ""
    )
    work.postings.append(
        PlannedPosting(
            ref=ref,
            payload=note,
            marker=number,
            depends_on=(work.contact, *depends, *item_refs(note.lines, refund.lines)),
            problems=_obstacles(sales),
            waits=waits,
            notes=(*result.notes, *_notes(refund, placed, documents)),
            certificate=result.certificate,
            redated_to=placed.moved_to,
        )
    )
    return number, note


def _changed(work: Work, refund: Refund, note: CreditNote) -> bool:
    """Whether the store's figures of a posted refund moved."""
    _, _, tax_total = _with_taxed_adjustments(work, refund)
    counted = sum([line.amount.amount for line in note.lines if line.counts_as_tax], _ZERO)
    taxed = note.totals.total_tax.amount + counted
    return note.totals.total.amount != refund.total.amount or taxed != tax_total.amount


def _again(
    work: Work, refund: Refund, posting: PlannedPosting, live: Posted, documents: Sequence[Invoice | CreditNote]
) -> PlannedPosting:
    """A refund that changed after posting: edited in place while nothing hangs on it, else asked (B7)."""
    note = live.payload
    assert isinstance(note, CreditNote)
    fitted = _fit(work, refund, [note, *documents])
    replace = msgspec.structs.replace
    if fitted.fitted is not None and editable(work, live):
        lines, totals = fitted.fitted.lines, fitted.fitted.totals
        edited = replace(note, lines=lines, totals=totals, line_amount_types=fitted.mode)
        told = ("Changed in the store before it was used: edited in place.",)
        return replace(posting, payload=edited, notes=told, certificate=fitted.fitted.certificate)
    problem = Problem(
        Code.DATA_CONTRADICTORY,
        f"{note.number} was posted over {note.totals.total}; the store now says {refund.total}. "
        "It is in use in Xero, so the difference is booked by hand.",
    )
    return replace(posting, problems=(*fitted.problems, problem))


def _fit(work: Work, refund: Refund, documents: Sequence[Invoice | CreditNote]) -> FittedLines:
    copies: dict[str, Copied] = {}
    for sold in reversed(documents):
        copies |= copies_of(sold.lines, sold.number)
    lines, taxes, tax_total = _with_taxed_adjustments(work, refund)
    return fit_lines(
        work,
        lines=lines,
        taxes=taxes,
        total=refund.total,
        tax_total=tax_total,
        day=refund.date,
        mode=_mode(documents, tax_total),
        copies=copies,
        shows_gross=work.dossier.order.shows_gross,
    )


def _mode(documents: Sequence[Invoice | CreditNote], tax_total: Money) -> LineAmountTypes | None:
    """The tax basis of the invoice; a refund with tax never takes over a basis without tax."""
    mode = documents[0].line_amount_types if documents else None
    return None if mode is LineAmountTypes.NO_TAX and tax_total.amount else mode


def _with_taxed_adjustments(work: Work, refund: Refund) -> tuple[tuple[Line, ...], tuple[TaxTotal, ...], Money]:
    """By the owner's setting adjustments carry the order's single rate, tax inside (ACCOUNTING A11)."""
    order = work.dossier.order
    codes = {(tax.code, tax.title, tax.percent) for tax in order.taxes if tax.amount}
    if not work.book.rules.adjustments_taxed or len(codes) != 1:
        return refund.lines, refund.taxes, refund.tax_total
    code, title, percent = next(iter(codes))
    lines, added = [], Money.zero(refund.total.currency)
    for line in refund.lines:
        if line.kind is LineKind.ADJUSTMENT and not line.tax:
            tax = Money(line.gross.amount * percent / (100 + percent), line.gross.currency).rounded(Rounding.HALF_UP)
            share = TaxShare(code=code, title=title, percent=percent, amount=tax)
            line = msgspec.structs.replace(line, net=line.gross - tax, tax=tax, taxes=(share,))
            added += tax
        lines.append(line)
    if not added:
        return refund.lines, refund.taxes, refund.tax_total
    taxes = (*refund.taxes, TaxTotal(code, title, percent, added))
    return tuple(lines), taxes, refund.tax_total + added


def _moved_sale_date(sales: Sequence[Sale]) -> bool:
    return any(sale.document is not None and sale.document.date > sale.source.date for sale in sales)


def _notes(refund: Refund, placed: Placed, documents: Sequence[Invoice | CreditNote]) -> tuple[str, ...]:
    notes = []
    if placed.moved_to is not None:
        notes.append(f"Moved from {refund.date} to {placed.moved_to}.")
    if not documents and refund.applied is None:
        notes.append("Its sale is older than the start date: booked on its own.")
    if any(line.kind is LineKind.ADJUSTMENT and line.gross for line in refund.lines):
        notes.append("Holds an adjustment without tax: listed in the month-end pack.")
    return tuple(notes)


def _rate(work: Work, sales: Sequence[Sale]) -> Decimal | None:
    """A credit note repeats its invoice's rate (ACCOUNTING C9)."""
    for sale in sales:
        if sale.posted is not None and sale.posted.rate is not None:
            return sale.posted.rate
        if sale.document is not None:
            return sale.document.rate
    return shop_rate(work)


def _obstacles(sales: Sequence[Sale]) -> tuple[Problem, ...]:
    return tuple([sale.blocked for sale in sales if sale.blocked is not None])


def _give_back(
    work: Work,
    refund: Refund,
    ref: Ref,
    note: CreditNote,
    rest: Decimal,
    allocations: tuple[Ref, ...],
    obstacles: tuple[Problem, ...],
    waits: str,
) -> None:
    """Refund payments from the accounts the money went from: store credit and the like, then the method."""
    for index, means in enumerate(refund.means):
        share = min(rest, means.amount.amount)
        if share > 0:
            choice = work.book.method(means.method, means.amount.currency)
            out = Ref(Role.REFUND_PAYMENT, ref.document, MEANS_ORDINAL + index)
            pay_out(work, refund, out, note, share, choice, None, (ref, *allocations), obstacles, waits)
            rest -= share
    out = Ref(Role.REFUND_PAYMENT, ref.document)
    if rest <= 0 and work.live(out) is None:
        return
    rule = work.book.method_rule(refund.method, refund.total.currency)
    if rule is not None and rule.skip:
        return
    moved = refund.money_moved or (rule is not None and rule.money_seen)
    if not moved and work.live(out) is None:
        return
    base = refund.base_total if rest == refund.total.amount else None  # never a part of it (C9)
    choice = work.book.method(refund.method, refund.total.currency)
    pay_out(work, refund, out, note, rest, choice, base, (ref, *allocations), obstacles, waits)


def pay_out(
    work: Work,
    refund: Refund,
    ref: Ref,
    note: CreditNote,
    amount: Decimal,
    choice: MethodChoice | Problem,
    base_amount: Money | None,
    depends_on: tuple[Ref, ...],
    obstacles: tuple[Problem, ...],
    waits: str,
) -> None:
    live = work.live(ref)
    if live is not None:
        work.postings.append(PlannedPosting(ref, live.payload, marker_of(live), depends_on=(depends_on[0],)))
        return
    money = Money(amount, refund.total.currency)
    marker = payment_reference(note.number, "B", ref.document, ref.ordinal)
    placed = place(refund.date, work.book, f"The refund of {money} for {note.number}")
    problems = [*obstacles] if placed.problem is None else [*obstacles, placed.problem]
    payload = None
    if isinstance(choice, Problem):
        problems.append(choice)
    else:
        bank_amount = bank_side(choice, money, base_amount)
        if isinstance(bank_amount, Problem):
            problems.append(bank_amount)
        else:
            payload = Payment(
                target=Ref(Role.CREDIT_NOTE, ref.document),
                account_code=choice.account.code,
                date=placed.day,
                amount=money,
                reference=with_words(marker, name_text(refund.reference, 60)),
                bank_amount=bank_amount,
                account_id=choice.account.account_id,
            )
    work.postings.append(
        PlannedPosting(
            ref=ref,
            payload=payload,
            marker=payload.reference if payload is not None else marker,
            depends_on=depends_on,
            problems=tuple(problems),
            waits="" if problems else waits,
            redated_to=placed.moved_to,
        )
    )
