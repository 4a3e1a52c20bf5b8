"""The grids of orders, invoices, credit memos, payments, customers and products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path

from tieout.documents import DocumentKind
from tieout.ports.records import Selection
from tieout.records.models import Document
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.grids.documents import GRIDS, DocumentGrid
from tieout.web.lookups import lookups
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views


def act(request: HttpRequest, action: str, ids: Sequence[int]) -> int:
    """The use case of an action, on documents."""
    cases, actor = use_cases(), actor_of(request)
    match action:
        case "sync":
            return cases.sync_now(Selection(documents=tuple(ids)), actor)
        case "never":
            return cases.never_send(tuple(ids), request.POST["reason"].strip(), actor)
        case "queue":
            return _add(ids, request)
    raise AssertionError(f"the bulk bar offers {action}, nothing does it")


def _add(ids: Sequence[int], request: HttpRequest) -> int:
    """Add to the queue, store by store, because planning goes by store."""
    by_store: dict[int, list[int]] = {}
    kinds: dict[int, set[str]] = {}
    for pk, connection, kind in Document.objects.filter(pk__in=ids).values_list("id", "connection_id", "kind"):
        by_store.setdefault(connection, []).append(pk)
        kinds.setdefault(connection, set()).add(kind)
    cases, actor = use_cases(), actor_of(request)
    return sum(
        cases.add_to_queue(
            connection, [DocumentKind(kind) for kind in sorted(kinds[connection])], actor, documents=tuple(documents)
        )
        for connection, documents in by_store.items()
    )


def _views(grid: type[DocumentGrid]) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    @needs(Right.READ)
    def show(request: HttpRequest) -> HttpResponse:
        return grid_views.show(request, grid)

    @needs(Right.READ)
    def csv(request: HttpRequest) -> HttpResponseBase:
        return grid_views.csv(request, grid)

    @needs(Right.SYNC, methods=FORM)
    def bulk(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return grid_views.confirm(request, grid)
        return grid_views.bulk(request, grid, act)

    return show, csv, bulk


@needs(Right.SYNC, methods=POST)
def row_sync(request: HttpRequest, grid: str, document: int) -> HttpResponse:
    """ "Sync now" on a row of a grid: htmx gets the row as it is now."""
    make = GRIDS.get(grid)
    if make is None:
        raise Http404(grid)
    get_object_or_404(Document, pk=document, kind=make.kind)
    act(request, "sync", (document,))
    shown = make(request, lookups())
    record = shown.queryset().get(pk=document)
    shown.prepare([record])
    return render(request, make.row_template, {"row": shown.row(record), "grid": shown, "may_bulk": True})


def patterns() -> list[URLPattern]:
    """Page, CSV and bulk address of every grid of documents."""
    found = [path("row/<slug:grid>/<int:document>", row_sync, name="row_sync")]
    for name, grid in GRIDS.items():
        show, csv, bulk = _views(grid)
        found += [
            path(name, show, name=name),
            path(f"{name}.csv", csv, name=f"{name}_csv"),
            path(f"{name}/bulk", bulk, name=f"{name}_bulk"),
        ]
    return found
