"""plan_dossier: everything wanted in the ledger for one order and what hangs on it. Pure."""

from __future__ import annotations

from tieout.accounting import Role
from tieout.documents import DocumentKey, DocumentKind, Dossier
from tieout.planning.cancellations import plan_cancellation
from tieout.planning.leftovers import keep_the_rest
from tieout.planning.payments import count_posted, plan_means, plan_payments
from tieout.planning.refunds import plan_refunds
from tieout.planning.results import DossierPlan, Snapshot
from tieout.planning.sales import plan_sale, sources
from tieout.planning.settlement import allocate_own_credits, count_allocated
from tieout.planning.standing_credits import plan_standing_credits
from tieout.planning.work import Work
from tieout.rules.book import RuleBook
from tieout.rules.catalogue import Code
from tieout.rules.settings import Action, SalesDocuments

__all__ = ["plan_dossier"]


def plan_dossier(dossier: Dossier, book: RuleBook, snapshot: Snapshot) -> DossierPlan:
    """The postings wanted for a dossier, what is held or skipped, and why.

    The same dossier, rules and snapshot give the same plan; a snapshot that already holds the postings gives
    the same payloads. Never raises for what a store may say.
    """
    work = Work(dossier, book, snapshot)
    documents = SalesDocuments(snapshot.sales_documents or book.rules.sales_documents)
    for unreadable in dossier.unreadable:
        work.hold(unreadable.document, *unreadable.problems)
    if not book.assigned(dossier.order.store_view) and not snapshot.posted:
        _skip_all(work)
    else:
        _plan_all(work, documents)
    return DossierPlan(
        tuple(work.postings), tuple(work.held), tuple(work.skipped), documents.value, tuple(work.absent)
    )


def _plan_all(work: Work, documents: SalesDocuments) -> None:
    for source in sources(work, documents):
        work.sales.append(plan_sale(work, source))
    order = work.dossier.order
    if documents is SalesDocuments.ORDERS and work.book.action("order", order.state) is not Action.UNDO:
        plan_cancellation(work, work.sales[0])
    if work.posted:
        count_posted(work)
    for sale in work.sales:
        plan_means(work, sale)
    plan_payments(work)
    if work.posted:
        count_allocated(work)
    for sale in work.sales:
        allocate_own_credits(work, sale)
    plan_refunds(work)
    plan_standing_credits(work)
    keep_the_rest(work)
    _skip_the_other_kind(work, documents)


def _skip_the_other_kind(work: Work, documents: SalesDocuments) -> None:
    """A shop's revenue is its orders or its store invoices, never both (ACCOUNTING B1)."""
    if documents is SalesDocuments.INVOICES:
        if any(refund.applied is not None for refund in work.dossier.refunds):
            return
        key = DocumentKey(DocumentKind.ORDER, work.dossier.order.key)
        work.skip(key, Code.OTHER_SALES_DOCUMENT, "Store invoices are the sales documents of this shop.")
        return
    told = {p.ref.document for p in work.postings if p.ref.role in (Role.PAYMENT, Role.OVERPAYMENT)}
    told.update(skipped.document for skipped in work.skipped)
    for invoice in work.dossier.invoices:
        key = DocumentKey(DocumentKind.INVOICE, invoice.key)
        if key not in told:
            work.skip(key, Code.OTHER_SALES_DOCUMENT, "Orders are the sales documents of this shop.")


def _skip_all(work: Work) -> None:
    dossier, order = work.dossier, work.dossier.order
    keys = [
        DocumentKey(DocumentKind.ORDER, order.key),
        *(DocumentKey(DocumentKind.INVOICE, invoice.key) for invoice in dossier.invoices),
        *(DocumentKey(DocumentKind.REFUND, refund.key) for refund in dossier.refunds),
    ]
    for key in dict.fromkeys([*keys, *(payment.document for payment in dossier.payments)]):
        work.skip(key, Code.OTHER_STORE_VIEW, f"Store view {order.store_view} does not belong to this organisation.")
