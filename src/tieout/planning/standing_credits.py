"""Plan credit notes that stand on their own: the store itself says what each settled and what went back.

Nothing is allocated of our own accord, and what is neither applied nor given back stays open credit.
"""

from __future__ import annotations

import msgspec

from tieout.accounting import Allocation, CreditNote, Payment, Ref, Role
from tieout.documents import AppliedCredit, DocumentKey, DocumentKind, Refund
from tieout.errors import Problem
from tieout.planning.refunds import goes, pay_out, plan_note
from tieout.planning.results import PlannedPosting
from tieout.planning.work import Work, marker_of
from tieout.rules.catalogue import Code
from tieout.rules.settings import Action

_MONEY = (Role.ALLOCATION, Role.REFUND_PAYMENT)


def plan_standing_credits(work: Work) -> None:
    """All of the dossier, in the store's order."""
    for refund in work.dossier.refunds:
        if refund.applied is not None:
            _plan(work, refund)


def _plan(work: Work, refund: Refund) -> None:
    document = DocumentKey(DocumentKind.REFUND, refund.key)
    ref = Ref(Role.CREDIT_NOTE, document)
    posted = work.posted.get(ref)
    if posted is not None and posted.deleted_by_person:
        problem = Problem(Code.DELETED_BY_PERSON, f"{marker_of(posted)} was deleted in Xero by a person.")
        work.postings.append(PlannedPosting(ref, posted.payload, marker_of(posted), problems=(problem,)))
        return
    live = work.live(ref)
    if live is None and not goes(work, refund, document, ()):
        return
    if live is not None and work.book.action("refund", refund.state) is Action.UNDO:
        gone = _take_back(work, document, frozenset())
        work.postings.append(
            PlannedPosting(ref, None, marker_of(live), depends_on=gone, notes=("Taken back in the store.",))
        )
        return
    number, note = plan_note(work, refund, ref, live, ())
    if note is None:
        return
    wanted = _apply(work, refund, ref, number) | _give_back(work, refund, ref, note)
    _take_back(work, document, wanted)


def _apply(work: Work, refund: Refund, ref: Ref, number: str) -> frozenset[Ref]:
    """An allocation for each use that the store tells; the invoice may belong to another dossier."""
    refs = []
    for applied in refund.applied or ():
        if not _is_booked(work, applied):
            continue
        own, invoice = Ref(Role.ALLOCATION, ref.document, int(applied.key)), Ref(Role.INVOICE, applied.invoice)
        known = work.live(own)
        payload = Allocation(source=ref, invoice=invoice, amount=applied.amount, date=applied.date)
        if known is not None and isinstance(known.payload, Allocation) and known.payload.invoice == invoice:
            # Once made, its date cannot be changed and means nothing.
            payload = msgspec.structs.replace(payload, date=known.payload.date)
        marker = f"{number} > {applied.invoice} .{own.ordinal}"
        work.postings.append(PlannedPosting(own, payload, marker, depends_on=(ref, invoice)))
        refs.append(own)
    return frozenset(refs)


def _is_booked(work: Work, applied: AppliedCredit) -> bool:
    """Whether the invoice is one of those that go to the ledger; else the credit stays open there (B9)."""
    start, day = work.book.rules.start_date, applied.invoice_date
    if start is not None and day is not None and day < start:
        return False
    action = work.book.action("invoice", applied.invoice_state) if applied.invoice_state else Action.AUTHORISED
    return action not in (Action.UNDO, Action.SKIP, Action.WAIT)


def _give_back(work: Work, refund: Refund, ref: Ref, note: CreditNote) -> frozenset[Ref]:
    """A refund payment for each amount that went back, from the account of its method."""
    refs = []
    for back in refund.given_back:
        rule = work.book.method_rule(back.method, back.amount.currency)
        own = Ref(Role.REFUND_PAYMENT, ref.document, int(back.key))
        if rule is not None and rule.skip and work.live(own) is None:
            continue
        told = msgspec.structs.replace(refund, date=back.date, reference=back.reference)
        choice = work.book.method(back.method, back.amount.currency)
        pay_out(work, told, own, note, back.amount.amount, choice, None, (ref,), (), "")
        refs.append(own)
    return frozenset(refs)


def _take_back(work: Work, document: DocumentKey, wanted: frozenset[Ref]) -> tuple[Ref, ...]:
    """Undo what is posted of a credit note and is not wanted any more; what is reconciled needs a person."""
    gone = []
    for ref in sorted(one for one in work.posted if one.document == document and one.role in _MONEY):
        posted = work.live(ref)
        if posted is None or ref in wanted or posted.deleted_by_person:
            continue
        if posted.reconciled and isinstance(posted.payload, Payment):
            problem = Problem(
                Code.PAYMENT_RECONCILED,
                f"{posted.payload.amount} was taken back in the store, but its payment is reconciled in Xero.",
            )
            work.postings.append(PlannedPosting(ref, posted.payload, marker_of(posted), problems=(problem,)))
            continue
        work.postings.append(PlannedPosting(ref, None, marker_of(posted), notes=("Taken back in the store.",)))
        gone.append(ref)
    return tuple(gone)
