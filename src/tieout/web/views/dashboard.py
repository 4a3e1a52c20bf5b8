"""The dashboard and its live numbers; the search over all documents."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tieout.web import overview, under_way
from tieout.web.access import Right, needs
from tieout.web.checklist import checklist, has_started
from tieout.web.finding import find_documents
from tieout.web.lookups import lookups
from tieout.web.problems import causes


@needs(Right.READ)
def dashboard(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    drawing, figures = overview.posted_chart(now)
    context = {
        "live": overview.live(now),
        "works": under_way.under_way(lookups(), now),
        "causes": causes(overview.CAUSES_MAX),
        "links": overview.links(now),
        "chart": drawing,
        "figures": figures,
        "checklist": None if has_started() else checklist(),
    }
    return render(request, "web/dashboard.html", context)


@needs(Right.READ)
def live(request: HttpRequest) -> HttpResponse:
    """Only the numbers, each to be swapped into its place: focus and open details stay as they are."""
    now = timezone.now()
    context = {"live": overview.live(now), "works": under_way.under_way(lookups(), now), "swap": True}
    return render(request, "web/_live.html", context)


@needs(Right.READ)
def find(request: HttpRequest) -> HttpResponse:
    """Documents by number, marker, name or e-mail; a single exact hit opens at once."""
    text = request.GET.get("q", "").strip()[:120]
    found = find_documents(text) if text else []
    if len(found) == 1:
        return redirect("document", found[0].pk)
    names = lookups()
    rows = [(document, names.store(document.connection_id)) for document in found]
    return render(request, "web/find.html", {"found_for": text, "rows": rows})
