"""Runs and the audit trail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tieout.web.access import Right, needs
from tieout.web.grids.history import AuditGrid, RunGrid
from tieout.web.views import grid_views


@needs(Right.READ)
def runs(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, RunGrid)


@needs(Right.READ)
def runs_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, RunGrid)


@needs(Right.READ)
def audit(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, AuditGrid)


@needs(Right.READ)
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, AuditGrid)
