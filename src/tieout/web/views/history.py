"""Runs and the audit trail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tieout.errors import TieoutError
from tieout.records.models import Event, Posting, Proof, Run
from tieout.web import under_way, words
from tieout.web.access import FORM, Right, needs
from tieout.web.grids.history import AuditGrid, RunGrid, counts
from tieout.web.lookups import lookups
from tieout.web.sentences import sentence
from tieout.web.use_cases import actor_of, use_cases
from tieout.web.views import grid_views


@needs(Right.READ)
def runs(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, RunGrid)


@needs(Right.READ)
def runs_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, RunGrid)


@needs(Right.READ)
def run(request: HttpRequest, run: int) -> HttpResponse:
    """One run: what it was asked, what came of it, and what it did in Xero."""
    found = get_object_or_404(Run, pk=run)
    done = (
        Event.objects.filter(run_id=run)
        .order_by()
        .values_list("action", "role", "status")
        .annotate(Count("id"))
        .order_by("status", "role", "action")
    )
    context = {
        "run": found,
        "progress": under_way.progress_of([run])[run],
        "open_states": under_way.OPEN_STATES,
        "row": RunGrid(request, lookups()).row(found),
        "scope": counts(found.scope),
        "done": [(words.event(action, role), status, count) for action, role, status, count in done],
        "proof_url": _proof_url(run),
        "postings": Posting.objects.filter(run_id=run).count(),
        "undone_by": list(Run.objects.filter(undoes_id=run).order_by("id")[:10]),
    }
    return render(request, "web/run.html", context)


def _proof_url(run: int) -> str:
    """Where a tie-out's result is shown, "" for other runs."""
    proof = Proof.objects.filter(run=run).values_list("dated_from", "dated_to", "organisation_id").first()
    if proof is None:
        return ""
    first, last, organisation = proof
    return f"{reverse('tie_out')}?from={first or ''}&to={last or ''}&organisation={organisation}"


@needs(Right.READ)
def run_live(request: HttpRequest, run: int) -> HttpResponse:
    """How far a run is; when it has ended the page is loaded anew."""
    found = get_object_or_404(Run, pk=run)
    context = {"run": found, "progress": under_way.progress_of([run])[run], "open_states": under_way.OPEN_STATES}
    answer = render(request, "web/_run_live.html", context)
    if found.state not in under_way.OPEN_STATES:
        answer["HX-Refresh"] = "true"
    return answer


@needs(Right.APPROVE, methods=FORM)
def undo(request: HttpRequest, run: int) -> HttpResponse:
    """First the plan: what is deleted or voided, and what cannot be, with the reason. Then the deed, if wanted."""
    get_object_or_404(Run, pk=run)
    try:
        plan = use_cases().undo_plan(run)
    except TieoutError as error:
        messages.error(request, sentence(error))
        return redirect("run", run)
    possible = plan.actions()
    if request.method == "POST":
        if request.POST.get("count") != str(len(possible)):
            messages.error(request, _("The plan changed meanwhile. Look at it once more."))
            return redirect("undo", run)
        moved = use_cases().undo(plan, actor_of(request))
        messages.success(request, _("%(n)d documents are queued to be taken back in Xero.") % {"n": moved})
        return redirect("runs")
    postings = {
        posting.pk: posting
        for posting in Posting.objects.filter(pk__in=[step.posting for step in plan.steps]).select_related("document")
    }
    steps = [
        (
            step,
            words.action(step.action, step.role) if step.action != "keep" else _("Keep"),
            postings.get(step.posting),
        )
        for step in plan.steps
    ]
    kept: dict[str, list[Any]] = {}
    for one in steps:
        if one[0].posting not in possible:
            kept.setdefault(one[0].reason, []).append(one)
    context = {
        "run": run,
        "steps": [one for one in steps if one[0].posting in possible],
        "kept": list(kept.items()),
        "kept_count": len(steps) - len(possible),
        "count": len(possible),
    }
    return render(request, "web/undo.html", context)


@needs(Right.READ)
def audit(request: HttpRequest) -> HttpResponse:
    return grid_views.show(request, AuditGrid)


@needs(Right.READ)
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    return grid_views.csv(request, AuditGrid)
