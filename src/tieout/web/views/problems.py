"""Problems: one row per cause, with the button that mends it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from tieout.ports.records import Selection
from tieout.web.access import POST, Right, needs
from tieout.web.problems import causes, left_out
from tieout.web.use_cases import actor_of, use_cases

CAUSES_MAX = 200


@needs(Right.READ)
def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "web/problems.html", {"causes": causes(CAUSES_MAX), "left_out": left_out()})


@needs(Right.SYNC, methods=POST)
def problem_retry(request: HttpRequest) -> HttpResponse:
    """Everything held for one cause is tried again."""
    code, subject = request.POST.get("code", ""), request.POST.get("subject", "")
    chosen = Selection(states=("held",), code=code, subject=subject)
    moved = use_cases().retry(chosen, actor_of(request)) if code else 0
    messages.success(request, ngettext("%(n)d is tried again.", "%(n)d are tried again.", moved) % {"n": moved})
    return redirect("problems")
