"""The document page's content: store and Xero side by side, lines with their rules, proof, plan, history.

Only reads: the wanted payload and its certificate as planning wrote them, and what Xero answered or holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from tieout.accounting import (
    Allocation,
    Contact,
    ContactAddress,
    CreditNote,
    Invoice,
    Item,
    LedgerLine,
    Overpayment,
    Payload,
    Payment,
)
from tieout.errors import Problem
from tieout.money import Money, total
from tieout.planning.results import Certificate
from tieout.records.codec import decode_certificate, decode_payload, decode_problems
from tieout.records.models import Dependency, Document, Event, HeldFigures, Posting, PostingPayload
from tieout.web import formats, links, words
from tieout.web.lookups import Lookups

EVENTS_MAX = 50
#: An order of a thousand products is not drawn with a thousand items beside it.
SHARED_MAX = 30
#: The order in which a dossier's postings are shown.
_ORDER = {role: place for place, role in enumerate(words.ROLES)}
_SALES_ROLES = ("invoice", "credit_note", "difference")
_MAIN_ROLES = (*_SALES_ROLES, "contact", "item", "payment", "refund_payment", "overpayment", "allocation")


class Side(msgspec.Struct, frozen=True):
    """One row of the comparison; `differs` only where both sides have a figure."""

    title: str
    store: str
    xero: str
    differs: bool = False


class Remarks(msgspec.Struct, frozen=True):
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    redated_to: str | None = None


class PostingView(msgspec.Struct, frozen=True):
    """A posting as the page shows it. source: where Xero's figures come from, in words."""

    posting: Posting
    role: str
    action: str
    total: Money | None
    organisation: str
    xero_url: str
    document_number: str
    document_id: int
    needs: tuple[str, ...]
    remarks: Remarks


class Comparison(msgspec.Struct, frozen=True):
    """The main posting of a document against the store. certificate None: nothing was proved yet."""

    view: PostingView
    sides: tuple[Side, ...]
    source: str
    source_at: datetime | None
    lines: tuple[LedgerLine, ...]
    facts: tuple[tuple[str, str], ...]
    certificate: Certificate | None
    changed_since_posted: bool

    @property
    def differs(self) -> bool:
        return any(side.differs for side in self.sides)


class Page(msgspec.Struct, frozen=True):
    """Everything that the template shows."""

    document: Document
    title: str
    state: str
    store: str
    store_url: str
    comparisons: tuple[Comparison, ...]
    plan: tuple[PostingView, ...]
    members: tuple[Document, ...]
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]
    xero_url: str


def page(document: Document, lookups: Lookups) -> Page:
    """Read the document's dossier; a constant number of queries however large it is."""
    members = list(
        Document.objects.filter(
            connection_id=document.connection_id, root_kind=document.root_kind, root_key=document.root_key
        ).order_by("id")
    )
    leads = document.kind == document.root_kind and document.key == document.root_key
    chosen = Q(document=document) | Q(root=document) if leads else Q(document=document)
    postings = sorted(
        Posting.objects.filter(chosen)
        .exclude(state="gone", remote_id="")
        .select_related("document", "payloads", "held"),
        key=lambda posting: (posting.organisation_id, _ORDER.get(posting.role, 99), posting.ordinal, posting.pk),
    )
    needs = _needs([posting.pk for posting in postings])
    views = {posting.pk: _view(posting, lookups, needs.get(posting.pk, ())) for posting in postings}
    shared = _shared(postings)
    contact = next((_contact_name(posting) for posting in shared if posting.role == "contact"), "")
    own = [posting for posting in postings if posting.document_id == document.pk and posting.role in _MAIN_ROLES]
    leader = next(
        (member for member in members if (member.kind, member.key) == (member.root_kind, member.root_key)), None
    )
    customer = document.title or (leader.title if leader else "")
    comparisons = tuple(_compare(document, posting, views[posting.pk], (customer, contact)) for posting in own)
    problems = list(decode_problems(document.problems))
    for posting in postings:
        if posting.state == "held":
            problems += views[posting.pk].remarks.problems or [Problem(posting.code, posting.reason, posting.subject)]
    return Page(
        document=document,
        title=f"{words.entity(document.kind)} {document.number or document.title or document.key}",
        state="never" if document.never_send and document.sync_state != "posted" else document.sync_state,
        store=lookups.store(document.connection_id),
        store_url=links.in_store(document.url),
        comparisons=comparisons,
        plan=(*(_view(posting, lookups, ()) for posting in shared), *(views[posting.pk] for posting in postings)),
        members=tuple(members) if len(members) > 1 else (),
        events=tuple(Event.objects.filter(document=document).defer("detail").order_by("-id")[:EVENTS_MAX]),
        problems=tuple(dict.fromkeys(problems)),
        xero_url=next((entry.view.xero_url for entry in comparisons if entry.view.xero_url), ""),
    )


def _needs(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What each posting still waits for, in words."""
    found: dict[int, list[str]] = {}
    rows = (
        Dependency.objects.filter(posting_id__in=ids)
        .exclude(needs__state__in=("posted", "gone"))
        .values_list("posting_id", "needs__role", "needs__marker")
    )
    for posting, role, marker in rows:
        found.setdefault(posting, []).append(f"{words.role(role)} {marker}".strip())
    return {posting: tuple(names) for posting, names in found.items()}


def _view(posting: Posting, lookups: Lookups, needs: tuple[str, ...]) -> PostingView:
    units, currency = posting.total_minor, posting.currency
    return PostingView(
        posting=posting,
        role=words.role(posting.role),
        action=words.action(posting.action, posting.role),
        total=Money.from_minor(units, currency) if units is not None and currency else None,
        organisation=lookups.organisation(posting.organisation_id),
        xero_url=links.in_xero(posting.role, posting.remote_id, lookups.short_code(posting.organisation_id)),
        document_number=posting.document.number or posting.document.key,
        document_id=posting.document_id,
        needs=needs,
        remarks=_remarks(posting.remarks),
    )


def _remarks(text: str) -> Remarks:
    if not text:
        return Remarks()
    try:
        return msgspec.json.decode(text, type=Remarks)
    except msgspec.DecodeError:
        return Remarks(notes=(text,))


def _shared(postings: Sequence[Posting]) -> list[Posting]:
    """Contacts and items that these postings need and that other documents lead."""
    ids = [posting.pk for posting in postings]
    found = Posting.objects.filter(dependents__posting_id__in=ids, role__in=("contact", "item")).exclude(pk__in=ids)
    return list(found.select_related("document", "payloads").distinct().order_by("role", "id")[:SHARED_MAX])


def _contact_name(posting: Posting) -> str:
    payloads: PostingPayload | None = getattr(posting, "payloads", None)
    payload = decode_payload(payloads.wanted) if payloads and payloads.wanted else None
    return payload.name if isinstance(payload, Contact) else ""


def _compare(document: Document, posting: Posting, view: PostingView, buyer: tuple[str, str]) -> Comparison:
    payloads: PostingPayload | None = getattr(posting, "payloads", None)
    payload = decode_payload(payloads.wanted) if payloads and payloads.wanted else None
    certificate = decode_certificate(payloads.certificate) if payloads and payloads.certificate else None
    figures, source, at = _xero_figures(posting, payload)
    lines = payload.lines if isinstance(payload, Invoice | CreditNote) else ()
    return Comparison(
        view=view,
        sides=_sides(document, posting, payload, certificate, figures, buyer),
        source=source,
        source_at=at,
        lines=lines,
        facts=_facts(payload),
        certificate=certificate,
        changed_since_posted=bool(posting.posted_digest) and posting.posted_digest != posting.wanted_digest,
    )


class Figures(msgspec.Struct, frozen=True):
    """Xero's figures of a document, None where not known."""

    total: Money | None = None
    tax: Money | None = None
    due: Money | None = None
    known: bool = False


def _xero_figures(posting: Posting, payload: Payload | None) -> tuple[Figures, str, datetime | None]:
    """What Xero holds (tie-out), else what it answered, else what is predicted."""
    held: HeldFigures | None = getattr(posting, "held", None)

    def amount(units: int | None, currency: str) -> Money | None:
        return Money.from_minor(units, currency) if units is not None and currency else None

    if held is not None and posting.remote_id:
        currency = held.currency or posting.currency
        units = held.total_minor if held.total_minor is not None else held.amount_minor
        tax, due = amount(held.tax_minor, currency), amount(held.due_minor, currency)
        return Figures(amount(units, currency), tax, due, True), _("as read back from Xero"), held.read_at
    if posting.posted_at is not None and posting.remote_id:
        currency = posting.currency
        units = posting.posted_total_minor if posting.posted_total_minor is not None else posting.total_minor
        tax, due = amount(posting.posted_tax_minor, currency), amount(posting.due_minor, currency)
        return Figures(amount(units, currency), tax, due, True), _("as Xero answered"), posting.posted_at
    if isinstance(payload, Invoice | CreditNote):
        return Figures(payload.totals.total, payload.totals.total_tax), _("predicted, not in Xero yet"), None
    if isinstance(payload, Payment | Overpayment | Allocation):
        return Figures(payload.amount), _("wanted, not in Xero yet"), None
    return Figures(), _("not in Xero yet") if not posting.remote_id else "", None


def _sides(
    document: Document,
    posting: Posting,
    payload: Payload | None,
    certificate: Certificate | None,
    figures: Figures,
    buyer: tuple[str, str],
) -> tuple[Side, ...]:
    rows: list[Side] = []

    def text(title: str, store: str, xero: str) -> None:
        if store or xero:
            rows.append(Side(title, store or formats.DASH, xero or formats.DASH))

    def money(title: str, store: Money | None, xero: Money | None) -> None:
        if store is not None or xero is not None:
            differs = store is not None and xero is not None and store != xero
            rows.append(Side(title, formats.money(store), formats.money(xero), differs))

    money_moves = posting.role in ("payment", "refund_payment", "overpayment", "allocation")
    if not money_moves:
        number = getattr(payload, "number", "") or posting.marker
        text(_("Number"), document.number or document.key, number)
    if document.date or posting.date:
        text(_("Date"), "" if money_moves else formats.day(document.date), formats.day(posting.date))
    if isinstance(payload, Invoice):
        text(_("Due"), "", formats.day(payload.due_date))
    text(_("Status"), "" if money_moves else document.state, posting.remote_status)
    if posting.role in _SALES_ROLES:
        text(_("Customer"), *buyer)
    if isinstance(payload, Contact):
        text(_("Name"), document.title, payload.name)
        text(_("E-mail"), document.email, payload.email)
    if isinstance(payload, Item):
        text(_("Name"), document.title, payload.name)
    if certificate is not None:
        extra = _counted_as_tax(payload)
        tax = figures.tax + extra if figures.tax is not None and extra is not None else figures.tax
        net = figures.total - tax if figures.total is not None and tax is not None else None
        money(_("Net"), certificate.total - certificate.tax, net)
        # Xero tells one tax for the document; its parts are as predicted while that one is.
        as_predicted = not figures.known or figures.tax == certificate.predicted_tax or extra is not None
        for title, store_tax, predicted in _tax_groups(certificate):
            money(title, store_tax, predicted if as_predicted else None)
        money(_("Tax"), certificate.tax, tax)
        money(_("Total"), certificate.total, figures.total)
    elif posting.role in _SALES_ROLES:
        store = (
            Money.from_minor(document.total_minor, document.currency)
            if document.total_minor is not None and document.currency
            else None
        )
        comparable = figures.total if store and figures.total and store.currency == figures.total.currency else None
        money(_("Total"), store, comparable or figures.total) if comparable else _alone(rows, store, figures.total)
    elif figures.total is not None:
        money(_("Amount"), getattr(payload, "amount", None), figures.total)
    if figures.due is not None:
        rows.append(Side(_("Open in Xero"), formats.DASH, formats.money(figures.due)))
    return tuple(rows)


def _tax_groups(certificate: Certificate) -> list[tuple[str, Money, Money]]:
    """(title, store's tax, predicted tax) for taxes that can be compared: several taxes of the store that go to one
    tax type (a composite rate), or one that goes to several, are added up first."""
    groups: list[tuple[set[str], set[str]]] = []
    for name, _store, tax_type, _predicted in certificate.taxes:
        joined = ({name}, {tax_type})
        rest = []
        for names, types in groups:
            if names & joined[0] or types & joined[1]:
                joined = (names | joined[0], types | joined[1])
            else:
                rest.append((names, types))
        groups = [*rest, joined]
    found = []
    for names, types in groups:
        stores = {name: amount for name, amount, _type, _predicted in certificate.taxes if name in names}
        sums = {tax_type: amount for name, _store, tax_type, amount in certificate.taxes if tax_type in types}
        currency = certificate.total.currency
        title = " + ".join(stores) + " → " + " + ".join(filter(None, sums))
        found.append((title, total(list(stores.values()), currency), total(list(sums.values()), currency)))
    return found


def _alone(rows: list[Side], store: Money | None, xero: Money | None) -> None:
    """Totals in two currencies, or of which one is missing: shown, not compared."""
    if store is not None or xero is not None:
        rows.append(Side(_("Total"), formats.money(store), formats.money(xero)))


def _counted_as_tax(payload: Payload | None) -> Money | None:
    """Out-of-scope lines that are a tax of the store (ACCOUNTING A7, A8), None when there is none."""
    if not isinstance(payload, Invoice | CreditNote):
        return None
    amounts = [line.amount for line in payload.lines if line.counts_as_tax]
    return total(amounts, payload.currency) if amounts else None


def _facts(payload: Payload | None) -> tuple[tuple[str, str], ...]:
    """The rest of what goes to Xero, title and text."""
    found: list[tuple[str, Any]] = []
    match payload:
        case Invoice() | CreditNote():
            found = [
                (_("Reference"), payload.reference),
                (_("Amounts"), payload.line_amount_types.value),
                (_("Exchange rate"), payload.rate),
                (_("Status"), payload.status.value),
            ]
        case Contact():
            found = [
                (_("Contact number"), payload.contact_number),
                (_("Phone"), payload.phone),
                (_("Tax number"), payload.tax_number),
                *(_address(address) for address in payload.addresses),
            ]
        case Item():
            found = [
                (_("Code"), payload.code),
                (_("Sales price"), payload.unit_price),
                (_("Account"), payload.account_code),
                (_("Tax type"), payload.tax_type),
                (_("Description"), payload.description),
            ]
        case Payment() | Overpayment():
            found = [(_("Account"), payload.account_code or payload.account_id), (_("Reference"), payload.reference)]
        case _:
            pass
    return tuple((title, str(value)) for title, value in found if value not in (None, ""))


def _address(address: ContactAddress) -> tuple[str, str]:
    title = _("Billing address") if address.type == "POBOX" else _("Delivery address")
    parts = (*address.lines, address.postal_code, address.city, address.region, address.country)
    return title, ", ".join(part for part in parts if part)
