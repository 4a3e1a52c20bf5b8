"""The log, and one entry of it with the request and the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from tieout.records.models import Call, Event
from tieout.web import exchange
from tieout.web.access import Right, needs
from tieout.web.grids.log import LogGrid
from tieout.web.lookups import lookups
from tieout.web.views import grid_views


@needs(Right.READ)
def log(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, LogGrid, kept=("run", "document"))


@needs(Right.READ)
def log_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, LogGrid)


@needs(Right.READ)
def log_detail(request: HttpRequest, event: int) -> HttpResponse:
    found = get_object_or_404(Event, pk=event)
    call = Call.objects.filter(pk=found.call_id).first() if found.call_id else None
    context = {
        "event": found,
        "row": LogGrid(request, lookups()).row(found),
        "exchange": exchange.exchange(call, found.posting_id, found.detail) if call else None,
        "detail": "" if call else exchange.pretty(found.detail),
    }
    return render(request, "web/log_detail.html", context)
