"""A store's own screens: connect, test, change, pause, remove."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tieout.errors import TieoutError
from tieout.records.models import Connection, Document, Mapping, Organisation, Posting
from tieout.stores.kinds import KINDS
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.redirects import safe_next
from tieout.web.sentences import sentence
from tieout.web.store_forms import StoreForm
from tieout.web.use_cases import actor_of, use_cases


def _store(number: int) -> Connection:
    return get_object_or_404(
        Connection.objects.only("name", "kind", "status", "options", "start_date"), pk=number, removed_at=None
    )


@needs(Right.OWN, methods=FORM)
def add_store(request: HttpRequest, kind: str) -> HttpResponse:
    adapter = KINDS.get(kind)
    if adapter is None:
        raise Http404(kind)
    form = StoreForm(request.POST or None, fields=tuple(adapter.fields()))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        number = use_cases().add_store(kind, data["name"], form.given(), data["start_date"], actor_of(request))
        _assign_the_only_one(request, number)
        messages.success(request, _("Saved. Now test whether the store lets Tieout in."))
        return redirect("test_store", number)
    return render(request, "web/add_store.html", {"form": form, "adapter": adapter})


def _assign_the_only_one(request: HttpRequest, store: int) -> None:
    """The first store goes to the only organisation, when there is one already."""
    organisations = list(Organisation.objects.filter(removed_at=None).values_list("pk", flat=True)[:2])
    if len(organisations) == 1 and not Mapping.objects.filter(current=True).exists():
        use_cases().assign(organisations[0], store, actor_of(request))


@needs(Right.OWN, methods=FORM)
def change_store(request: HttpRequest, store: int) -> HttpResponse:
    """Other settings; secrets that are left empty stay."""
    row = _store(store)
    adapter = KINDS.get(row.kind)
    if adapter is None:
        raise Http404(row.kind)
    known = msgspec.json.decode(row.options, type=dict[str, str])
    initial = {"name": row.name, "start_date": row.start_date}
    form = StoreForm(request.POST or None, initial=initial, fields=tuple(adapter.fields()), known=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        use_cases().change_store(row.pk, data["name"], form.given(), data["start_date"], actor_of(request))
        messages.success(request, _("Saved. Test it now."))
        return redirect("test_store", row.pk)
    return render(request, "web/change_store.html", {"form": form, "adapter": adapter, "store": row})


@needs(Right.OWN, methods=FORM)
def test_store(request: HttpRequest, store: int) -> HttpResponse:
    """Ask the store what it is; the answer is shown, nothing is changed."""
    row = _store(store)
    found, problem = None, ""
    if request.method == "POST":
        try:
            found = use_cases().test_store(row.pk)
        except TieoutError as error:
            problem = sentence(error)
    return render(request, "web/test_store.html", {"store": row, "found": found, "problem": problem})


@needs(Right.OWN, methods=POST)
def pause_store(request: HttpRequest, store: int) -> HttpResponse:
    """Pause, or go on."""
    row = _store(store)
    if row.status == "paused":
        use_cases().resume_store(row.pk, actor_of(request))
        messages.success(request, _("Reading goes on."))
    else:
        use_cases().pause_store(row.pk, actor_of(request))
        messages.success(request, _("Paused. Nothing is read, and what is queued waits."))
    return redirect("connections")


@needs(Right.SYNC, methods=POST)
def read_now(request: HttpRequest, store: int) -> HttpResponse:
    """Pull at once."""
    row = _store(store)
    if row.status == "paused":
        messages.error(request, _("%(name)s is paused. Resume it first.") % {"name": row.name})
    else:
        use_cases().read_now(row.pk, actor_of(request))
        messages.success(request, _("%(name)s is read as soon as a worker is free.") % {"name": row.name})
    return redirect(safe_next(request, "connections"))


@needs(Right.OWN, methods=FORM)
def remove_store(request: HttpRequest, store: int) -> HttpResponse:
    """Says first what happens; the name has to be typed."""
    row = _store(store)
    wrong = False
    if request.method == "POST":
        if request.POST.get("name", "").strip() == row.name.strip():
            use_cases().remove_store(row.pk, actor_of(request))
            messages.success(request, _("%(name)s was removed. Its history stays.") % {"name": row.name})
            return redirect("connections")
        wrong = True
    context: dict[str, Any] = {
        "store": row,
        "wrong": wrong,
        "documents": Document.objects.filter(connection=row).count(),
        "waiting": Posting.objects.filter(connection=row, state__in=("queued", "waiting", "held")).count(),
        "sent": Posting.objects.filter(connection=row, state="posted").count(),
    }
    return render(request, "web/remove_store.html", context)
