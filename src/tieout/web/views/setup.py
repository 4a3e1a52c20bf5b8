"""Accounts and mapping of a store into an organisation; and the buttons "create missing …"."""

from __future__ import annotations

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.errors import TieoutError
from tieout.records.models import Document, Posting
from tieout.rules.settings import Rules
from tieout.sync.setup import Proposals
from tieout.web import setup_forms
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.pair_pages import back, page, refused, save
from tieout.web.pairs import chosen, pairs
from tieout.web.sentences import sentence
from tieout.web.use_cases import actor_of, use_cases

RULES_TEXT_MAX = 500_000


@needs(Right.READ, methods=FORM)
def accounts(request: HttpRequest) -> HttpResponse:
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/accounts.html", None, known)
    form = setup_forms.AccountsForm(request.POST or None, rules=pair.rules, reference=pair.reference)
    if request.method == "POST":
        if refused(request, pair):
            return back("accounts", pair)
        if form.is_valid():
            save(request, pair, form.rules(), "accounts chosen")
            return back("accounts", pair)
    return page(request, "web/accounts.html", pair, known, form=form)


@needs(Right.READ, methods=FORM)
def mapping(request: HttpRequest) -> HttpResponse:
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/mapping.html", None, known)
    data = request.POST or None
    tables = [setup_forms.Table(entry, pair.rules, pair.reference, data) for entry in setup_forms.TABLES]
    now = pair.rules.numbering
    prefixes = setup_forms.NumberingForm(
        data, initial={"order": now.order, "invoice": now.invoice, "refund": now.refund}, prefix="numbering"
    )
    if request.method == "POST":
        if refused(request, pair):
            return back("mapping", pair)
        if all([*(table.is_valid() for table in tables), prefixes.is_valid()]):
            changed = {table.field: table.values() for table in tables}
            rules = msgspec.structs.replace(pair.rules, numbering=setup_forms.numbering(prefixes), **changed)
            save(request, pair, rules, "mapping changed")
            return back("mapping", pair)
        messages.error(request, _("Not saved: look at the rows with a sentence beside them."))
    example = Document.objects.filter(connection_id=pair.connection, kind="order").order_by("-id").first()
    return page(
        request,
        "web/mapping.html",
        pair,
        known,
        tables=tables,
        numbering=prefixes,
        example=example.number if example else "000000123",
        held=Posting.objects.filter(state="held", connection_id=pair.connection).count(),
    )


class RulesTextForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Rules as JSON"),
        max_length=RULES_TEXT_MAX,
        widget=forms.Textarea({"rows": 24, "spellcheck": "false", "class": "form-control font-monospace"}),
    )

    def clean_text(self) -> Rules:
        try:
            return msgspec.json.decode(self.cleaned_data["text"], type=Rules)
        except msgspec.MsgspecError as error:
            raise forms.ValidationError(_("These are no rules: %(why)s") % {"why": error}) from error


@needs(Right.READ, methods=FORM)
def rules_text(request: HttpRequest) -> HttpResponse:
    """All rules of a pair as one text, to keep, compare and put back."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/rules_text.html", None, known)
    text = msgspec.json.format(msgspec.json.encode(pair.rules), indent=2).decode()
    if request.GET.get("download"):
        answer = HttpResponse(text, content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="tieout-rules-{pair.key}-v{pair.rules.version}.json"'
        return answer
    form = RulesTextForm(request.POST or None, initial={"text": text})
    if request.method == "POST":
        if refused(request, pair):
            return back("rules_text", pair)
        if form.is_valid():
            rules = msgspec.structs.replace(form.cleaned_data["text"], version=pair.rules.version)
            save(request, pair, rules, "rules read from a text")
            return back("rules_text", pair)
    return page(request, "web/rules_text.html", pair, known, form=form)


@needs(Right.MAP, methods=POST)
def refresh(request: HttpRequest) -> HttpResponse:
    """Read the organisation's accounts and rates from Xero again."""
    pair = chosen(request, pairs())
    if pair is None:
        return redirect("accounts")
    try:
        use_cases().refresh(pair.connection, pair.organisation, actor_of(request))
        messages.success(request, _("Accounts, tax rates, currencies and lock dates were read from Xero."))
    except TieoutError as error:
        messages.error(request, sentence(error))
    return back("accounts", pair)


@needs(Right.MAP, methods=FORM)
def proposals(request: HttpRequest) -> HttpResponse:
    """What "create missing …" would do, each to be ticked first; nothing is made in Xero silently."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return redirect("accounts")
    try:
        found = use_cases().proposals(pair.connection, pair.organisation, actor_of(request))
    except TieoutError as error:
        messages.error(request, sentence(error))
        return back("accounts", pair)
    if request.method != "POST":
        return page(request, "web/proposals.html", pair, known, proposals=found)
    picked = _picked(request, found)
    if not any((picked.accounts, picked.taxes, picked.zero_rules, picked.currencies, picked.offline)):
        messages.info(request, _("Choose something first."))
        return redirect(f"{reverse('proposals')}?pair={pair.key}")
    try:
        use_cases().accept(pair.connection, pair.organisation, picked, actor_of(request))
        messages.success(request, _("Done. What waited for it is planned again."))
    except TieoutError as error:
        messages.error(request, sentence(error))
    return redirect(f"{reverse('proposals')}?pair={pair.key}")


def _picked(request: HttpRequest, found: Proposals) -> Proposals:
    """The proposals that were ticked, with names as they were edited. Ticks carry what was shown, so that a list
    that changed meanwhile never makes something else."""

    def ticked(kind: str, key: str) -> bool:
        return key in request.POST.getlist(kind)

    accounts = tuple(
        msgspec.structs.replace(one, name=request.POST.get(f"name-{one.code}", "").strip()[:150] or one.name)
        for one in found.accounts
        if ticked("account", f"{one.code} {one.role} {one.method} {one.method_currency}")
    )
    return Proposals(
        accounts=accounts,
        taxes=tuple(one for one in found.taxes if ticked("tax", f"{' + '.join(one.codes)} {one.country}")),
        zero_rules=tuple(one for one in found.zero_rules if ticked("zero", one.sentence)),
        currencies=tuple(one for one in found.currencies if ticked("currency", one.currency)),
        offline=tuple(method for method in found.offline if ticked("offline", method)),
    )
