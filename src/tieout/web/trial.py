""" "Try this order": one document planned by rules that are not saved, as the screens show it."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tieout.accounting import CreditNote, Invoice, LedgerLine, Overpayment, Payment
from tieout.documents import DocumentKey, DocumentKind
from tieout.errors import TieoutError
from tieout.money import Money
from tieout.planning.results import PlannedPosting
from tieout.records.models import Document
from tieout.rules.settings import Rules
from tieout.web import words
from tieout.web.pairs import Pair
from tieout.web.sentences import sentence
from tieout.web.use_cases import use_cases

#: Documents that may be tried, in the order in which a number is looked for.
_KINDS = ("order", "invoice", "refund", "customer", "product")


class TrialPosting(msgspec.Struct, frozen=True):
    """One posting as it would be. account: of a payment, "" for what has lines. problems: why it would be held."""

    title: str
    marker: str
    status: str
    total: Money | None
    tax: Money | None
    account: str
    lines: tuple[LedgerLine, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


class Trial(msgspec.Struct, frozen=True):
    """number: what was asked for. trouble: why there is nothing to show, "" when there is."""

    number: str
    trouble: str = ""
    postings: tuple[TrialPosting, ...] = ()
    held: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def trial(request: HttpRequest, pair: Pair, rules: Rules) -> Trial:
    """What the order named in the form would become by these rules."""
    number = request.POST.get("try_number", "").strip()[:60]
    document = _document(pair.connection, number)
    if document is None:
        return Trial(number, trouble=_("No document of this store has the number %(number)s.") % {"number": number})
    root = DocumentKey(DocumentKind(document.root_kind or document.kind), document.root_key or document.key)
    try:
        plan = use_cases().try_rules(pair.connection, pair.organisation, rules, root)
    except TieoutError as error:
        return Trial(number, trouble=sentence(error))
    if plan is None:
        return Trial(number, trouble=_("It cannot be planned yet: read the store and the organisation first."))
    return Trial(
        document.number,
        postings=tuple(_posting(one) for one in plan.postings),
        held=tuple(problem.reason for one in plan.held for problem in one.problems),
        skipped=tuple(one.reason for one in plan.skipped),
    )


def _document(connection: int, number: str) -> Document | None:
    """The newest order when no number is given."""
    found = Document.objects.filter(connection_id=connection, removed=False)
    if not number:
        return found.filter(kind="order").order_by("-id").first()
    named = {one.kind: one for one in found.filter(number=number, kind__in=_KINDS)[:20]}
    return next((named[kind] for kind in _KINDS if kind in named), None)


def _posting(planned: PlannedPosting) -> TrialPosting:
    payload = planned.payload
    whole = payload if isinstance(payload, Invoice | CreditNote) else None
    money = payload if isinstance(payload, Payment | Overpayment) else None
    return TrialPosting(
        title=words.role(planned.ref.role.value),
        marker=planned.marker,
        status=whole.status.value if whole is not None else "",
        total=whole.totals.total if whole is not None else money.amount if money is not None else None,
        tax=whole.totals.total_tax if whole is not None else None,
        account=money.account_code if money is not None else "",
        lines=whole.lines if whole is not None else (),
        problems=tuple(problem.reason for problem in planned.problems),
        notes=(*((planned.waits,) if planned.waits else ()), *planned.notes),
    )
