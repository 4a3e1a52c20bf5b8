"""The queue and what may be done to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tieout.ports.records import Selection
from tieout.records.models import Posting
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.grids.queue import QueueGrid, in_queue
from tieout.web.lookups import lookups
from tieout.web.redirects import safe_next
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views


@needs(Right.READ)
def queue(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, QueueGrid, kept=("code", "subject", "run"))


@needs(Right.READ)
def queue_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, QueueGrid)


@needs(Right.SYNC, methods=FORM)
def queue_bulk(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return grid_views.confirm(request, QueueGrid)
    return grid_views.bulk(request, QueueGrid, act)


@needs(Right.SYNC, methods=POST)
def queue_act(request: HttpRequest, posting: int, action: str) -> HttpResponse:
    """One action on one row; htmx gets the row as it is now."""
    if action not in ("sync", "front", "retry", "remove"):
        raise Http404(action)
    if not Posting.objects.filter(pk=posting).exists():
        raise Http404(posting)
    act(request, action, (posting,))
    if not getattr(request, "htmx", False):
        messages.success(request, _("Done. It goes as soon as the organisation's limits let it."))
        return redirect(safe_next(request, "queue"))
    grid = QueueGrid(request, lookups())
    record = in_queue().select_related("document").filter(pk=posting).first()
    if record is None:
        # Sent meanwhile: the row leaves the queue, and an empty answer takes it away.
        return HttpResponse("")
    return render(request, QueueGrid.row_template, {"row": grid.row(record), "may_bulk": True, "grid": grid})


def act(request: HttpRequest, action: str, ids: Sequence[int]) -> int:
    """The use case of an action, on postings."""
    cases, actor, chosen = use_cases(), actor_of(request), Selection(postings=tuple(ids))
    match action:
        case "sync":
            return cases.sync_now(chosen, actor)
        case "front":
            return cases.move_to_front(chosen, actor)
        case "retry":
            return cases.retry(chosen, actor)
        case "remove":
            return cases.remove(chosen, actor)
        case "never":
            documents = Posting.objects.filter(pk__in=ids).values_list("document_id", flat=True).distinct()
            return cases.never_send(tuple(documents), request.POST["reason"].strip(), actor)
    raise AssertionError(f"the bulk bar offers {action}, nothing does it")
