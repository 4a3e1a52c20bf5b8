"""All rules as one text: keep, compare, try, put back; and the versions there were."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.records.models import Mapping
from tieout.rules.settings import Rules
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.grids.history import changes
from tieout.web.pair_pages import back, page, refused, save
from tieout.web.pairs import Pair, chosen, pairs
from tieout.web.trial import trial

RULES_TEXT_MAX = 500_000
#: Versions shown; older ones stay in the database and in the audit trail.
VERSIONS_MAX = 50


class RulesTextForm(forms.Form):
    """Text, or a file that takes its place."""

    text = forms.CharField(
        label=gettext_lazy("Rules as JSON"),
        required=False,
        max_length=RULES_TEXT_MAX,
        widget=forms.Textarea({"rows": 24, "spellcheck": "false", "class": "form-control font-monospace"}),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        widget=forms.FileInput({"accept": ".json,application/json"}),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        upload = data.get("file")
        if upload is not None and upload.size > RULES_TEXT_MAX:
            raise forms.ValidationError(_("The file is too large to be rules."))
        given = upload.read() if upload is not None else data.get("text", "").encode()
        try:
            data["rules"] = msgspec.json.decode(given, type=Rules)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise forms.ValidationError(_("These are no rules: %(why)s") % {"why": error}) from error
        return data


def as_text(rules: Rules) -> str:
    """The rules as people keep them beside their books."""
    return msgspec.json.format(msgspec.json.encode(rules), indent=2).decode()


@needs(Right.READ, methods=FORM)
def rules_text(request: HttpRequest) -> HttpResponse:
    """All rules of a pair as one text, to keep, compare, try and put back."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/rules_text.html", None, known)
    if request.GET.get("download"):
        return _download(pair.key, pair.rules)
    text = as_text(pair.rules)
    more: dict[str, Any] = {}
    form = RulesTextForm(request.POST or None, request.FILES or None, initial={"text": text})
    if request.method == "POST":
        if refused(request, pair):
            return back("rules_text", pair)
        if form.is_valid():
            rules = msgspec.structs.replace(form.cleaned_data["rules"], version=pair.rules.version)
            if request.POST.get("action") not in ("compare", "try"):
                save(request, pair, rules, "rules read from a text")
                return back("rules_text", pair)
            more["changes"] = changes(text, as_text(rules))
            if request.POST.get("action") == "try":
                more["trial"] = trial(request, pair, rules)
            # A file cannot stand in a form that is shown again: its text does.
            form = RulesTextForm(initial={"text": as_text(rules)})
            more["compared"] = True
    return page(request, "web/rules_text.html", pair, known, form=form, **more)


def _download(key: str, rules: Rules) -> HttpResponse:
    answer = HttpResponse(as_text(rules), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="tieout-rules-{key}-v{rules.version}.json"'
    return answer


@needs(Right.READ)
def rule_versions(request: HttpRequest) -> HttpResponse:
    """Who changed what when, the newest first; each can be kept as a file or brought back."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/rule_versions.html", None, known)
    rows = list(
        Mapping.objects.filter(connection_id=pair.connection, organisation_id=pair.organisation).order_by("-version")[
            : VERSIONS_MAX + 1
        ]
    )
    wanted = request.GET.get("download", "")
    if wanted:
        return _download(pair.key, _version(pair, wanted))
    versions = [
        (row, changes(before.rules if before else "", row.rules))
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ][:VERSIONS_MAX]
    return page(request, "web/rule_versions.html", pair, known, versions=versions)


@needs(Right.MAP, methods=POST)
def bring_back(request: HttpRequest) -> HttpResponse:
    """An older version becomes the next one."""
    pair = chosen(request, pairs())
    if pair is None:
        return redirect("mapping")
    if refused(request, pair):
        return back("rule_versions", pair)
    wanted = request.POST.get("number", "")
    rules = msgspec.structs.replace(_version(pair, wanted), version=pair.rules.version)
    if rules == pair.rules:
        messages.info(request, _("Nothing was changed."))
    else:
        save(request, pair, rules, f"version {wanted} brought back")
    return back("rule_versions", pair)


def _version(pair: Pair, number: str) -> Rules:
    row = (
        Mapping.objects.filter(
            connection_id=pair.connection, organisation_id=pair.organisation, version=int(number)
        ).first()
        if number.isdecimal() and len(number) < 9
        else None
    )
    if row is None:
        raise Http404(number)
    return msgspec.json.decode(row.rules, type=Rules)
