"""Several organisations, links, and the way back from Xero."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tieout.errors import TieoutError
from tieout.ports.routing import RoutedElsewhere
from tieout.records.models import Conflict, Connection, Organisation
from tieout.rules.routing import RoutingWrong
from tieout.web import words
from tieout.web.access import FORM, POST, Right, needs, rights_of
from tieout.web.given import is_number
from tieout.web.grids.brought import BroughtGrid
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views

#: Lines of a plan that are printed; all are counted.
LINES_MAX = 500
CONFLICTS_MAX = 50

FOUND: dict[str, tuple[Any, str]] = {
    "adopt": (gettext_lazy("would be taken over"), "good"),
    "amount_differs": (gettext_lazy("amount differs"), "bad"),
    "several": (gettext_lazy("several fit"), "warn"),
    "not_found": (gettext_lazy("not found"), "calm"),
    "linked": (gettext_lazy("linked already"), "off"),
    "held": (gettext_lazy("held"), "warn"),
}


class OrganisationLine(msgspec.Struct, frozen=True):
    id: int
    name: str
    currency: str
    links: int


class StoreCard(msgspec.Struct, frozen=True):
    """A store with its organisations, rules and what waits for a person. error: of rules that were refused."""

    id: int
    name: str
    organisations: list[OrganisationLine]
    rules: str
    rows: int
    elsewhere: list[RoutedElsewhere]
    error: str = ""


@needs(Right.READ, methods=FORM)
def organisations(request: HttpRequest) -> HttpResponse:
    """Which documents go where; rules are saved per store."""
    if request.method != "POST":
        return render(request, "web/organisations.html", {"cards": _cards()})
    if not _may(request, Right.MAP):
        messages.error(request, _("Your role may not change rules."))
        return redirect("organisations")
    store, text = _number(request.POST.get("store", "")), request.POST.get("rules", "")
    if not Connection.objects.filter(pk=store, removed_at=None).exists():
        raise Http404
    try:
        use_cases().save_routing(store, text, actor_of(request))
    except RoutingWrong as error:
        return render(request, "web/organisations.html", {"cards": _cards(store, text, str(error))}, status=422)
    messages.success(request, _("The rules are saved. What is held or waits is planned again."))
    return redirect("organisations")


def _cards(refused: int = 0, text: str = "", error: str = "") -> list[StoreCard]:
    cases = use_cases()
    currencies = dict(Organisation.objects.values_list("id", "base_currency"))
    cards = []
    for store in Connection.objects.filter(removed_at=None).order_by("id"):
        rules = text if store.pk == refused else cases.routing(store.pk)
        lines = [
            OrganisationLine(
                number, name, currencies.get(number, ""), sum(cases.link_counts(store.pk, number).by_role.values())
            )
            for number, name in cases.organisations_of_store(store.pk).items()
        ]
        elsewhere = list(cases.routed_elsewhere(store.pk)) if len(lines) > 1 else []
        rows = max(4, min(16, rules.count("\n") + 2))
        shown = error if store.pk == refused else ""
        cards.append(StoreCard(store.pk, store.name, lines, rules, rows, elsewhere, shown))
    return cards


@needs(Right.APPROVE, methods=POST)
def choose_organisation(request: HttpRequest, store: int) -> HttpResponse:
    """Keep documents where they are booked, or move them."""
    to = request.POST.get("to", "")
    chosen: dict[int, list[int]] = defaultdict(list)
    for value in request.POST.getlist("document"):
        document, _dash, organisation = value.partition("-")
        if is_number(document) and is_number(organisation):
            chosen[int(organisation) if to == "keep" else _number(to)].append(int(document))
    if not chosen:
        messages.info(request, _("Choose rows first."))
        return redirect("organisations")
    goes_to = use_cases().organisations_of_store(store)
    count = 0
    try:
        for target, documents in chosen.items():
            if target not in goes_to:
                raise Http404
            count += use_cases().choose_organisation(documents, target, actor_of(request))
    except TieoutError as error:
        messages.error(request, str(error))
        return redirect("organisations")
    messages.success(request, ngettext("%(n)d document decided.", "%(n)d documents decided.", count) % {"n": count})
    return redirect("organisations")


@needs(Right.OWN, methods=FORM)
def links(request: HttpRequest, store: int, organisation: int) -> HttpResponse:
    """Migrate and reset the links of a store into an organisation; the plan first."""
    cases = use_cases()
    names = cases.organisations_of_store(store)
    row = Connection.objects.filter(pk=store, removed_at=None).first()
    if row is None or organisation not in names:
        raise Http404
    try:
        if request.method == "POST":
            return _act(request, store, organisation)
        counts = cases.link_counts(store, organisation).by_role
        context: dict[str, Any] = {
            "store": row.name,
            "organisation": names[organisation],
            "count": sum(counts.values()),
            "roles": [(words.role(role), n) for role, n in counts.items()],
            "others": [(number, name) for number, name in names.items() if number != organisation],
            "dated_from": _day(request.GET.get("from", "")),
        }
        if request.GET.get("plan"):
            context |= _planned(store, organisation, context["dated_from"])
    except TieoutError as error:
        messages.error(request, str(error))
        return redirect("organisations")
    return render(request, "web/links.html", context)


def _planned(store: int, organisation: int, dated_from: date | None) -> dict[str, Any]:
    plan = use_cases().plan_links(store, organisation, dated_from)
    return {
        "plan": plan,
        "found": [(FOUND[name][0], n, FOUND[name][1]) for name, n in sorted(plan.counts.items())],
        "lines": [(line, *FOUND[line.found]) for line in plan.lines[:LINES_MAX]],
        "more": max(0, len(plan.lines) - LINES_MAX),
        "adoptable": plan.counts.get("adopt", 0),
    }


def _act(request: HttpRequest, store: int, organisation: int) -> HttpResponse:
    actor = actor_of(request)
    if request.POST.get("do") == "migrate":
        former = _number(request.POST.get("former", "")) or None
        dated_from = _day(request.POST.get("from", ""))
        done = use_cases().migrate_links(store, organisation, dated_from, former, actor)
        text = ngettext("%(n)d document taken over.", "%(n)d documents taken over.", done.documents)
        messages.success(request, text % {"n": done.documents})
    elif request.POST.get("do") == "reset" and request.POST.get("sure"):
        count = use_cases().reset_links(store, organisation, actor)
        messages.success(request, ngettext("%(n)d link forgotten.", "%(n)d links forgotten.", count) % {"n": count})
    else:
        messages.info(request, _("Say first that you are sure."))
    return redirect("links", store, organisation)


@needs(Right.READ)
def brought(request: HttpRequest) -> HttpResponse:
    conflicts = [
        {
            "id": one.pk,
            "name": one.brought.number or one.brought.title,
            "field": one.field,
            "store": one.store,
            "ledger": one.ledger,
            "winner": one.winner,
        }
        for one in Conflict.objects.filter(decided_at=None).select_related("brought").order_by("id")[:CONFLICTS_MAX]
    ]
    return grid_views.show(request, BroughtGrid, conflicts=conflicts, pairs=use_cases().writable_pairs())


@needs(Right.READ)
def brought_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, BroughtGrid)


@needs(Right.SYNC, methods=POST)
def brought_bulk(request: HttpRequest) -> HttpResponse:
    """Sync again."""
    return grid_views.bulk(
        request, BroughtGrid, lambda asked, name, ids: use_cases().sync_again(ids, actor_of(asked))
    )


@needs(Right.SYNC, methods=POST)
def bring(request: HttpRequest) -> HttpResponse:
    """Sync from Xero: everything, or what changed since a day."""
    store, _dash, organisation = request.POST.get("pair", "").partition("-")
    known = {(one[0], one[1]) for one in use_cases().writable_pairs()}
    if (_number(store), _number(organisation)) not in known:
        messages.info(request, _("Choose an organisation and a store that can be written to."))
        return redirect("brought")
    try:
        since = _day(request.POST.get("since", ""))
        words_of = use_cases().sync_from_xero(int(store), int(organisation), since, actor_of(request))
        messages.success(request, words_of)
    except TieoutError as error:
        messages.error(request, str(error))
    return redirect("brought")


@needs(Right.APPROVE, methods=POST)
def conflict_seen(request: HttpRequest, conflict: int) -> HttpResponse:
    if use_cases().see_conflict(conflict, actor_of(request)):
        messages.success(request, _("Noted in the audit trail."))
    return redirect("brought")


def _may(request: HttpRequest, right: Right) -> bool:
    return right in rights_of(request.user)


def _number(text: str) -> int:
    return int(text) if is_number(text) else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
