"""Sync settings: entity by entity, what is a sale, and what goes into the queue at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from tieout.documents import DocumentKind
from tieout.errors import TieoutError
from tieout.records.models import Run
from tieout.web import setup_forms, words
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.entity_forms import entity_forms
from tieout.web.pair_pages import back, page, refused, save
from tieout.web.pairs import Pair, chosen, pairs
from tieout.web.sentences import sentence
from tieout.web.use_cases import actor_of, use_cases


class AddAllForm(forms.Form):
    kinds = forms.MultipleChoiceField(required=False, choices=list(words.ENTITIES.items()))
    dated_from = forms.DateField(required=False)
    dated_to = forms.DateField(required=False)


@needs(Right.READ, methods=FORM)
def sync_settings(request: HttpRequest) -> HttpResponse:
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/sync_settings.html", None, known)
    form = setup_forms.SettingsForm(request.POST or None, initial=setup_forms.SettingsForm.initial_of(pair.rules))
    if request.method == "POST":
        if refused(request, pair):
            return back("sync_settings", pair)
        if form.is_valid():
            save(request, pair, form.rules(pair.rules), "sync settings changed")
            return back("sync_settings", pair)
    return _shown(request, pair, known, form, None)


def _shown(
    request: HttpRequest, pair: Pair, known: list[Pair], form: setup_forms.SettingsForm, data: object
) -> HttpResponse:
    cases = use_cases()
    writable = cases.can_be_written(pair.connection)
    return page(
        request,
        "web/sync_settings.html",
        pair,
        known,
        form=form,
        entities=entity_forms(data, cases.entities(pair.connection), writable=writable),
        writable=writable,
        runs=cases.added_runs(),
        kinds=list(words.ENTITIES.items()),
        add=AddAllForm(),
    )


@needs(Right.MAP, methods=POST)
def entity_settings(request: HttpRequest) -> HttpResponse:
    """Keep the rows that were changed."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return redirect("sync_settings")
    cases = use_cases()
    rows = entity_forms(request.POST, cases.entities(pair.connection), writable=cases.can_be_written(pair.connection))
    valid = [row.is_valid() for row in rows]
    if not all(valid):
        messages.error(request, _("Not saved: look at the rows with a sentence beside them."))
        form = setup_forms.SettingsForm(initial=setup_forms.SettingsForm.initial_of(pair.rules))
        return _shown(request, pair, known, form, request.POST)
    changed = [row for row in rows if row.wanted() != row.now]
    for row in changed:
        try:
            cases.save_entity(row.wanted(), actor_of(request))
        except TieoutError as error:
            messages.error(request, f"{row.title}: {sentence(error)}")
            return back("sync_settings", pair)
    if changed:
        messages.success(request, _("Saved: %(what)s.") % {"what": ", ".join(str(row.title) for row in changed)})
    else:
        messages.info(request, _("Nothing was changed."))
    return back("sync_settings", pair)


@needs(Right.SYNC, methods=POST)
def add_all(request: HttpRequest) -> HttpResponse:
    """Everything of a store, or what a form chose of it, goes into the queue."""
    pair = chosen(request, pairs())
    form = AddAllForm(request.POST)
    if pair is None or not form.is_valid():
        messages.error(request, _("Choose entities and real dates."))
        return redirect("sync_settings")
    kinds = [DocumentKind(kind) for kind in form.cleaned_data["kinds"]] or list(DocumentKind)
    moved = use_cases().add_to_queue(
        pair.connection,
        kinds,
        actor_of(request),
        dated_from=form.cleaned_data["dated_from"],
        dated_to=form.cleaned_data["dated_to"],
    )
    messages.success(request, _("%(n)d documents are planned again; what differs is queued.") % {"n": moved})
    return back("sync_settings", pair)


@needs(Right.SYNC, methods=POST)
def pause_run(request: HttpRequest, run: int) -> HttpResponse:
    """Pause a run of added documents, or let it go on."""
    row = get_object_or_404(Run.objects.only("state"), pk=run)
    if row.state == "paused":
        use_cases().resume_run(row.pk, actor_of(request))
        messages.success(request, _("The run goes on."))
    else:
        use_cases().pause_run(row.pk, actor_of(request))
        messages.success(request, _("Paused. What is being sent just now still ends."))
    return redirect("sync_settings")
