"""Postings that Xero holds and that nothing in the store's dossier asks for any more."""

from __future__ import annotations

from tieout.accounting import Payment, Role
from tieout.errors import Problem
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.work import Work, marker_of
from tieout.rules.catalogue import Code

_SHARED = frozenset((Role.CONTACT, Role.ITEM))


def keep_the_rest(work: Work) -> None:
    """Keep what is posted; a payment that the store took back is reversed (ACCOUNTING C10).

    A part of the dossier that could not be read proves nothing gone: then everything is kept.
    """
    if not work.posted:
        return
    planned = {posting.ref for posting in work.postings}
    whole = not work.dossier.unreadable
    for ref, posted in work.posted.items():
        if ref in planned or ref.role in _SHARED or work.live(ref) is None:
            continue
        if ref.role is Role.PAYMENT and whole and not posted.deleted_by_person:
            reversal = _reversal(posted)
            if reversal.payload is None and isinstance(posted.payload, Payment):
                work.wait_for(ref, posted.payload.target)
            work.postings.append(reversal)
        else:
            work.keep(posted)


def _reversal(posted: Posted) -> PlannedPosting:
    payload = posted.payload
    assert isinstance(payload, Payment)
    if posted.reconciled:
        problem = Problem(
            Code.PAYMENT_RECONCILED,
            f"{payload.amount} was reversed in the store, but its payment {payload.reference} is reconciled in Xero.",
        )
        return PlannedPosting(posted.ref, payload, marker_of(posted), problems=(problem,))
    note = f"{payload.amount} was reversed in the store: its payment is taken back."
    return PlannedPosting(posted.ref, None, marker_of(posted), notes=(note,))
