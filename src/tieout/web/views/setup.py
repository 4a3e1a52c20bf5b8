"""Accounts and mapping of a store into an organisation; and the buttons "create missing …"."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tieout.errors import TieoutError
from tieout.records.models import Document, Posting
from tieout.sync.setup import Proposals
from tieout.web import setup_forms
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.pair_pages import back, page, refused, save
from tieout.web.pairs import chosen, pairs
from tieout.web.rule_tables import ACCOUNT_TABLES, TABLES, Table
from tieout.web.sentences import sentence
from tieout.web.trial import trial
from tieout.web.use_cases import actor_of, use_cases


@needs(Right.READ, methods=FORM)
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts by role, and the finer rules."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/accounts.html", None, known)
    data = request.POST or None
    form = setup_forms.AccountsForm(data, rules=pair.rules, reference=pair.reference)
    tables = [Table(entry, pair.rules, pair.reference, data) for entry in ACCOUNT_TABLES]
    tried = None
    if request.method == "POST":
        if refused(request, pair):
            return back("accounts", pair)
        valid = [form.is_valid(), *(table.is_valid() for table in tables)]
        if all(valid):
            changed = {table.field: table.values() for table in tables}
            rules = msgspec.structs.replace(form.rules(), **changed)
            if request.POST.get("action") != "try":
                save(request, pair, rules, "accounts chosen")
                return back("accounts", pair)
            tried = trial(request, pair, rules)
        else:
            messages.error(request, _("Not saved: look at the rows with a sentence beside them."))
    return page(request, "web/accounts.html", pair, known, form=form, tables=tables, trial=tried)


@needs(Right.READ, methods=FORM)
def mapping(request: HttpRequest) -> HttpResponse:
    """Taxes, statuses, payment methods, store views, numbers and contacts."""
    known = pairs()
    pair = chosen(request, known)
    if pair is None:
        return page(request, "web/mapping.html", None, known)
    data = request.POST or None
    tables = [Table(entry, pair.rules, pair.reference, data) for entry in TABLES]
    now, tried = pair.rules.numbering, None
    prefixes = setup_forms.NumberingForm(
        data, initial={"order": now.order, "invoice": now.invoice, "refund": now.refund}, prefix="numbering"
    )
    contacts = setup_forms.ContactsForm(
        data, initial=setup_forms.ContactsForm.initial_of(pair.rules.contacts), prefix="contacts"
    )
    if request.method == "POST":
        if refused(request, pair):
            return back("mapping", pair)
        valid = [*(table.is_valid() for table in tables), prefixes.is_valid(), contacts.is_valid()]
        if all(valid):
            changed: dict[str, Any] = {table.field: table.values() for table in tables}
            changed["numbering"] = setup_forms.numbering(prefixes)
            changed["contacts"] = contacts.rules(pair.rules.contacts)
            rules = msgspec.structs.replace(pair.rules, **changed)
            if request.POST.get("action") != "try":
                save(request, pair, rules, "mapping changed")
                return back("mapping", pair)
            tried = trial(request, pair, rules)
        else:
            messages.error(request, _("Not saved: look at the rows with a sentence beside them."))
    example = Document.objects.filter(connection_id=pair.connection, kind="order").order_by("-id").first()
    return page(
        request,
        "web/mapping.html",
        pair,
        known,
        tables=tables,
        numbering=prefixes,
        contacts=contacts,
        trial=tried,
        tracking=pair.reference.tracking if pair.reference else (),
        example=example.number if example else "000000123",
        held=Posting.objects.filter(state="held", connection_id=pair.connection).count(),
    )


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
