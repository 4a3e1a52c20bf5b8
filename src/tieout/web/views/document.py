"""The document page and what may be done on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tieout.ports.records import Selection
from tieout.records.models import Document
from tieout.web import dossier_page
from tieout.web.access import POST, Right, needs
from tieout.web.lookups import lookups
from tieout.web.problems import entry, mend_url
from tieout.web.redirects import safe_next
from tieout.web.use_cases import actor_of, use_cases


@needs(Right.READ)
def document(request: HttpRequest, document: int) -> HttpResponse:
    found = get_object_or_404(Document, pk=document)
    page = dossier_page.page(found, lookups())
    problems = [(problem, entry(problem.code), mend_url(entry(problem.code).button)) for problem in page.problems]
    return render(request, "web/document.html", {"page": page, "problems": problems})


@needs(Right.SYNC, methods=POST)
def document_act(request: HttpRequest, document: int, action: str) -> HttpResponse:
    found = get_object_or_404(Document, pk=document)
    cases, actor = use_cases(), actor_of(request)
    if action == "sync":
        cases.sync_now(Selection(documents=(found.pk,)), actor)
        messages.success(request, _("First in line. It goes as soon as the organisation's limits let it."))
    elif action == "retry":
        cases.retry(Selection(documents=(found.pk,)), actor)
        messages.success(request, _("It is tried again."))
    elif action == "never":
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, _("Say why first: the reason is kept in the history."))
        else:
            cases.never_send((found.pk,), reason, actor)
            messages.success(request, _("It will not be sent. What is in Xero already stays there."))
    elif action == "allow":
        cases.send_again((found.pk,), actor)
        messages.success(request, _("It may be sent again."))
    else:
        raise Http404(action)
    if request.POST.get("next"):
        return redirect(safe_next(request, "dashboard"))
    return redirect("document", found.pk)
