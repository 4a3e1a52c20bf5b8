"""One document with its figures: what the store shows, what was sent, what Xero holds, and the proof between them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from tieout.accounting import LedgerLine
from tieout.proof.certificate import Certificate
from tieout.records.models import Document, HeldFigures, Posting
from tieout.web import dossier_page, links
from tieout.web.access import Right
from tieout.web.api.documents import DocumentEntry, entries
from tieout.web.api.endpoints import Call, Endpoint
from tieout.web.api.refusals import ApiCode, Refused
from tieout.web.api.values import Amount, Moment, amount, amount_of
from tieout.web.lookups import Lookups, lookups


class Line(msgspec.Struct, frozen=True):
    """A line as it goes to Xero. why_account, why_tax: the rule that chose."""

    description: str
    item: str
    quantity: Decimal
    unit_amount: Decimal
    amount: Amount | None
    tax: Amount | None
    account: str
    tax_type: str
    why_account: str
    why_tax: str


class Proof(msgspec.Struct, frozen=True):
    """Before sending: the store's figures against those that Xero will calculate. steps: for a bookkeeper."""

    store_total: Amount | None
    store_tax: Amount | None
    predicted_total: Amount | None
    predicted_tax: Amount | None
    rounding: Amount | None
    steps: list[str]


class Figures(msgspec.Struct, frozen=True):
    """Sums of one side; null where that side has none."""

    total: Amount | None
    tax: Amount | None
    due: Amount | None


class InXero(msgspec.Struct, frozen=True):
    """An object of the ledger that the document leads to.

    wanted: what should be there. answered: what Xero answered when it was sent. held: what Xero holds by the last
    tie-out or look, at held_at; null before.
    """

    posting: int
    role: str
    state: str
    action: str
    organisation: int
    organisation_name: str
    marker: str
    xero_id: str
    xero_status: str
    xero_url: str
    date: date | None
    posted_at: Moment | None
    wanted: Figures
    answered: Figures
    held: Figures | None
    held_at: Moment | None
    code: str
    reason: str
    lines: list[Line]
    proof: Proof | None


class ProblemEntry(msgspec.Struct, frozen=True):
    """Why something is held. code: of the closed list of held reasons."""

    code: str
    reason: str
    subject: str


class DocumentDetail(msgspec.Struct, frozen=True):
    """A document with everything that hangs on it. related: documents of the same order."""

    document: DocumentEntry
    in_xero: list[InXero]
    problems: list[ProblemEntry]
    related: list[DocumentEntry]


def one_document(call: Call) -> DocumentDetail:
    document = Document.objects.filter(pk=call.ids["document"]).first()
    if document is None:
        raise Refused(ApiCode.NOT_FOUND)
    names = lookups()
    page = dossier_page.page(document, names)
    compared = {comparison.view.posting.pk: comparison for comparison in page.comparisons}
    known = entries([document, *(one for one in page.members if one.pk != document.pk)], names)
    return DocumentDetail(
        document=known[0],
        in_xero=[_in_xero(view.posting, compared.get(view.posting.pk), names) for view in page.plan],
        problems=[ProblemEntry(one.code, one.reason, one.subject) for one in page.problems],
        related=known[1:],
    )


def _in_xero(posting: Posting, comparison: dossier_page.Comparison | None, names: Lookups) -> InXero:
    held: HeldFigures | None = getattr(posting, "held", None)
    return InXero(
        posting=posting.pk,
        role=posting.role,
        state=posting.state,
        action=posting.action,
        organisation=posting.organisation_id,
        organisation_name=names.organisation(posting.organisation_id),
        marker=posting.marker,
        xero_id=posting.remote_id,
        xero_status=posting.remote_status,
        xero_url=links.in_xero(posting.role, posting.remote_id, names.short_code(posting.organisation_id)),
        date=posting.date,
        posted_at=posting.posted_at,
        wanted=_figures(posting.currency, posting.total_minor, posting.tax_minor),
        answered=_figures(posting.currency, posting.posted_total_minor, posting.posted_tax_minor, posting.due_minor),
        held=_held(held, posting.currency) if held else None,
        held_at=held.read_at if held else None,
        code=posting.code,
        reason=posting.reason,
        lines=[_line(line) for line in comparison.lines] if comparison else [],
        proof=_proof(comparison.certificate) if comparison and comparison.certificate else None,
    )


def _figures(currency: str, total: int | None, tax: int | None, due: int | None = None) -> Figures:
    return Figures(amount(total, currency), amount(tax, currency), amount(due, currency))


def _held(held: HeldFigures, currency: str) -> Figures:
    total = held.total_minor if held.total_minor is not None else held.amount_minor
    return _figures(held.currency or currency, total, held.tax_minor, held.due_minor)


def _line(line: LedgerLine) -> Line:
    same: dict[str, Any] = {
        name: getattr(line, name)
        for name in ("description", "quantity", "unit_amount", "tax_type", "why_account", "why_tax")
    }
    return Line(
        item=line.item_code, amount=amount_of(line.amount), tax=amount_of(line.tax), account=line.account_code, **same
    )


def _proof(found: Certificate) -> Proof:
    return Proof(
        store_total=amount_of(found.total),
        store_tax=amount_of(found.tax),
        predicted_total=amount_of(found.predicted_total),
        predicted_tax=amount_of(found.predicted_tax),
        rounding=amount_of(found.rounding),
        steps=list(found.steps),
    )


ENDPOINTS = (
    Endpoint("GET", "documents/{document}", "readDocument", "One document with its figures on every side", Right.READ,
             one_document, DocumentDetail, refusals=(ApiCode.NOT_FOUND,)),
)  # fmt: skip
