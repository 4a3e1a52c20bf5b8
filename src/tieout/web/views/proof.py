"""Plan and drift: what would be, and what a person changed in Xero."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tieout.web import plan_page
from tieout.web.access import POST, Right, needs
from tieout.web.given import is_number
from tieout.web.grids.drift import DriftGrid
from tieout.web.lookups import lookups
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views


@needs(Right.READ)
def plan(request: HttpRequest) -> HttpResponse:
    return render(request, "web/plan.html", {"plan": plan_page.plan(lookups(), timezone.now())})


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
    ids = [int(value) for value in request.POST.getlist("id") if is_number(value)]
    if decision not in ("accept", "restore", "leave") or not ids:
        messages.info(request, _("Choose rows first."))
        return redirect("drift")
    moved = use_cases().decide_drift(ids, decision, actor_of(request))
    messages.success(request, _("%(n)d decided.") % {"n": moved})
    return redirect("drift")
