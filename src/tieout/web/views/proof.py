"""Plan, tie-out and drift: what would be, what is, and what a person changed in Xero."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tieout.web import csv_export, plan_page, tie_out_page
from tieout.web.access import POST, Right, needs
from tieout.web.grids.drift import DriftGrid
from tieout.web.lookups import lookups
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views

#: The period shown first: this month and the one before.
_DAYS_MAX = 400


@needs(Right.READ)
def plan(request: HttpRequest) -> HttpResponse:
    return render(request, "web/plan.html", {"plan": plan_page.plan(lookups(), timezone.now())})


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _period(request: HttpRequest) -> tuple[date, date, int | None]:
    today = timezone.localdate()
    last = _date(request.GET.get("to", "")) or today
    first = _date(request.GET.get("from", "")) or (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    first = max(min(first, last), last - timedelta(days=_DAYS_MAX))
    organisation = request.GET.get("organisation", "")
    return first, last, int(organisation) if organisation.isdigit() else None


@needs(Right.READ)
def tie_out(request: HttpRequest) -> HttpResponse:
    names = lookups()
    first, last, organisation = _period(request)
    context = {
        "found": tie_out_page.tie_out(names, first, last, organisation),
        "first": first,
        "last": last,
        "organisation": str(organisation or ""),
        "organisations": names.organisation_choices(),
    }
    return render(request, "web/tie_out.html", context)


@needs(Right.READ)
def tie_out_csv(request: HttpRequest) -> HttpResponseBase:
    first, last, organisation = _period(request)
    found = tie_out_page.tie_out(lookups(), first, last, organisation)
    header = (_("Day"), _("Organisation"), _("What"), _("Currency"), _("Documents"), _("Store"), _("Sent"), _("Xero"))

    def amount(money: object) -> object:
        return getattr(money, "amount", "")

    rows = (
        (
            sheet.day, sheet.organisation, sheet.role, getattr(sheet.sent or sheet.store, "currency", ""),
            sheet.documents, amount(sheet.store), amount(sheet.sent), amount(sheet.xero),
        )
        for sheet in found.sheets
    )  # fmt: skip
    return csv_export.response(f"tie-out-{first}-{last}", header, rows)


@needs(Right.READ)
def drift(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, DriftGrid, may=Right.APPROVE)


@needs(Right.READ)
def drift_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, DriftGrid)


@needs(Right.APPROVE, methods=POST)
def drift_bulk(request: HttpRequest) -> HttpResponse:
    """Accept, restore or leave what a person changed in Xero; row by row, never by a filter."""
    decision = request.POST.get("action", "")
    ids = [int(value) for value in request.POST.getlist("id") if value.isdigit()]
    if decision not in ("accept", "restore", "leave") or not ids:
        messages.info(request, _("Choose rows first."))
        return redirect("drift")
    moved = use_cases().decide_drift(ids, decision, actor_of(request))
    messages.success(request, _("%(n)d decided.") % {"n": moved})
    return redirect("drift")
