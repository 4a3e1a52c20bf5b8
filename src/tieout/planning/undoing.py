"""Undo a sale that was cancelled in the store (ACCOUNTING B5)."""

from __future__ import annotations

from tieout.accounting import CreditNote, Invoice
from tieout.errors import Problem
from tieout.planning.differences import (
    CANCELLATION_ORDINAL,
    Stand,
    changes_to,
    count_own_document,
    has_money,
    own_documents,
    plan_difference,
    stands,
)
from tieout.planning.results import PlannedPosting, Posted
from tieout.planning.work import UNAPPROVED, Sale, Source, Standing, Work
from tieout.rules.catalogue import Code


def undo_sale(work: Work, source: Source, live: Posted) -> Sale:
    """Draft → delete; unpaid in an open period → void; otherwise a credit note dated at the cancellation."""
    payload = live.payload
    assert isinstance(payload, Invoice | CreditNote)
    documents = own_documents(work, Sale(source, live.ref, Standing.READY), first=CANCELLATION_ORDINAL)
    if _can_vanish(work, live, bool(documents)):
        work.postings.append(
            PlannedPosting(
                live.ref, None, payload.number, notes=(f"Cancelled in the store: {payload.number} is taken back.",)
            )
        )
        return Sale(source, live.ref, Standing.ABSENT)
    sale = Sale(source, live.ref, Standing.UNAPPROVED if live.status in UNAPPROVED else Standing.READY, payload)
    sale.posted = live
    if live.touched:
        sale.blocked = Problem(
            Code.CHANGED_BY_PERSON,
            f"{payload.number} was changed in Xero by a person and is cancelled in the store: decide by hand.",
        )
    work.postings.append(PlannedPosting(live.ref, payload, payload.number))
    for posted, document in documents:
        work.postings.append(PlannedPosting(posted.ref, document, document.number))
        count_own_document(sale, posted.ref, document)
    if not isinstance(payload, Invoice):
        return sale
    have = stands([(1, payload.lines), *[(1 if isinstance(d, Invoice) else -1, d.lines) for _, d in documents]])
    changes = changes_to(_refunded(work), have)
    if changes:
        taken = [posted.ref.ordinal for posted, _ in documents]
        cancellation = work.dossier.order.cancellation
        plan_difference(
            work,
            sale,
            changes,
            payload.line_amount_types,
            "Cancelled in the store after payment, or after its period was closed",
            max(taken) + 1 if taken else CANCELLATION_ORDINAL,
            cancellation.date if cancellation is not None else None,
        )
    return sale


def _can_vanish(work: Work, live: Posted, has_documents: bool) -> bool:
    if live.status in UNAPPROVED:
        return True
    payload = live.payload
    assert isinstance(payload, Invoice | CreditNote)
    closed = work.book.locked_until
    return (
        live.status == "AUTHORISED"
        and not live.touched
        and not has_documents
        and (closed is None or payload.date > closed)
        and not has_money(work, live.ref)
    )


def _refunded(work: Work) -> dict[str, Stand]:
    """What the store's own refunds, already posted, have taken back: that is not credited a second time."""
    return stands(
        [
            (1, posted.payload.lines)
            for ref, posted in work.posted.items()
            if isinstance(posted.payload, CreditNote) and ref.role.value == "credit_note" and work.live(ref)
        ]
    )
