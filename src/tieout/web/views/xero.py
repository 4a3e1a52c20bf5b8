"""Xero's side of the connections: consent, test, start and pause, limits, disconnect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from tieout.errors import TieoutError
from tieout.ports.administration import OrganisationEntry
from tieout.records.models import Connection, Mapping, Organisation, Posting
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.given import is_number
from tieout.web.redirects import safe_next
from tieout.web.sentences import sentence
from tieout.web.use_cases import Actor, actor_of, use_cases
from tieout.xero.scopes import SCOPES, scopes_for

#: Where the sealed state of a consent waits in the session, until Xero sends the browser back.
_CONSENT = "xero_consent"


class XeroForm(forms.Form):
    client_id = forms.CharField(label=gettext_lazy("Client id"), max_length=120)
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}, render_value=False),
        help_text=gettext_lazy("Kept sealed and never shown again. Leave empty for an app without one (PKCE)."),
    )
    custom = forms.BooleanField(
        label=gettext_lazy("This is a custom connection (one organisation, no consent page)"), required=False
    )


class LimitsForm(forms.Form):
    day_limit = forms.IntegerField(label=gettext_lazy("Calls a day"), min_value=1, max_value=100_000)
    day_reserve = forms.IntegerField(label=gettext_lazy("of them kept for people"), min_value=0, max_value=100_000)

    def clean(self) -> dict[str, int]:
        data: dict[str, int] = self.cleaned_data
        if data.get("day_reserve", 0) >= data.get("day_limit", 1):
            raise forms.ValidationError(_("The reserve must be smaller than the limit."))
        return data


def redirect_address(request: HttpRequest) -> str:
    """What has to be entered in the app at Xero, to the letter."""
    base = settings.TIEOUT_BASE_URL.rstrip("/")
    path = reverse("xero_callback")
    return base + path if base else request.build_absolute_uri(path)


class Elsewhere(msgspec.Struct, frozen=True):
    """Why Xero would not take this page's redirect address, and where to go instead ("" for nowhere)."""

    sentence: str
    url: str


def elsewhere(request: HttpRequest) -> Elsewhere | None:
    """Xero takes redirect addresses with https, and http only for the name localhost. None when all is well.

    The session's cookie belongs to the name in the address, so that a person has to be at that name already."""
    address = urlsplit(redirect_address(request))
    if address.scheme == "https" or address.hostname == "localhost":
        return None
    if address.hostname in ("127.0.0.1", "::1"):
        port = f":{address.port}" if address.port else ""
        told = _("Xero sends nobody back to this address: without https it takes the name localhost only.")
        return Elsewhere(told, f"http://localhost{port}{request.path}")
    told = _(
        "Xero sends nobody back to this address: it takes https only. Put a server with a certificate in front "
        "and set TIEOUT_BASE_URL to its address."
    )
    return Elsewhere(told, "")


@sensitive_post_parameters("client_secret")
@needs(Right.OWN, methods=FORM)
def connect_xero(request: HttpRequest) -> HttpResponse:
    """Client id and secret in; out comes a link to Xero's consent page. It is a link and no redirect, because the
    page's own policy lets no form lead to another host."""
    form, address = XeroForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["custom"]:
                found = use_cases().connect_custom(data["client_id"], data["client_secret"], actor_of(request))
                return _connected(request, found)
            sealed, address = use_cases().begin_consent(
                data["client_id"], data["client_secret"], redirect_address(request)
            )
            request.session[_CONSENT] = sealed
        except TieoutError as error:
            form.add_error(None, sentence(error))
    wanted = set(scopes_for().split())
    context = {
        "form": form,
        "address": address,
        "redirect_address": redirect_address(request),
        "elsewhere": elsewhere(request),
        "base_address": request.build_absolute_uri("/"),
        "scopes": [scope for scope in SCOPES if scope.name in wanted],
    }
    return render(request, "web/connect_xero.html", context)


@needs(Right.OWN)
def xero_callback(request: HttpRequest) -> HttpResponse:
    """Xero sends the browser back: the state must be that of this session, and serves once."""
    sealed = request.session.pop(_CONSENT, "")
    if not sealed:
        messages.error(request, _("No consent is under way in this browser. Press Connect again."))
        return redirect("connections")
    try:
        found = use_cases().finish_consent(sealed, request.GET.dict(), actor_of(request))
    except TieoutError as error:
        messages.error(request, sentence(error))
        return redirect("connections")
    return _connected(request, found)


def _connected(request: HttpRequest, found: Sequence[OrganisationEntry]) -> HttpResponse:
    """With one store and one organisation it is clear what goes where; else a person chooses."""
    names = ", ".join(entry.name for entry in found)
    messages.success(request, _("Connected: %(names)s.") % {"names": names})
    stores = list(Connection.objects.filter(removed_at=None).values_list("pk", flat=True)[:2])
    if len(found) == 1 and len(stores) == 1 and not Mapping.objects.filter(current=True).exists():
        use_cases().assign(found[0].id, stores[0], actor_of(request))
    elif stores and not Mapping.objects.filter(current=True, organisation__in=[one.id for one in found]).exists():
        messages.info(request, _("Choose which store goes to which organisation."))
    return redirect("connections")


def _organisation(number: int) -> Organisation:
    return get_object_or_404(Organisation.objects.defer("reference"), pk=number, removed_at=None)


@needs(Right.OWN, methods=FORM)
def reconnect(request: HttpRequest, organisation: int) -> HttpResponse:
    """Consent again with the app that is known; a custom connection just logs in."""
    row, cases, address = _organisation(organisation), use_cases(), ""
    if request.method == "POST":
        try:
            if cases.grant_of(row.pk) == "custom":
                cases.log_in_again(row.pk, actor_of(request))
                messages.success(request, _("Connected: %(names)s.") % {"names": row})
                return redirect("connections")
            sealed, address = cases.consent_again(row.pk, redirect_address(request))
            request.session[_CONSENT] = sealed
        except TieoutError as error:
            messages.error(request, sentence(error))
            return redirect("connections")
    context = {"organisation": row, "address": address, "elsewhere": elsewhere(request)}
    return render(request, "web/reconnect.html", context)


@needs(Right.OWN, methods=FORM)
def disconnect(request: HttpRequest, organisation: int) -> HttpResponse:
    """Says first what happens, then ends the connection at Xero."""
    row = _organisation(organisation)
    if request.method == "POST":
        try:
            if use_cases().disconnect(row.pk, actor_of(request)):
                messages.success(request, _("Disconnected from %(name)s, at Xero too.") % {"name": row})
            else:
                told = _("%(name)s was not connected at Xero any more. It is marked as disconnected here.")
                messages.warning(request, told % {"name": row})
        except TieoutError as error:
            messages.error(request, _("Not disconnected: %(why)s") % {"why": sentence(error)})
        return redirect("connections")
    waiting = Posting.objects.filter(organisation=row, state__in=("queued", "waiting", "held")).count()
    return render(request, "web/disconnect.html", {"organisation": row, "waiting": waiting})


@needs(Right.OWN, methods=POST)
def organisation_act(request: HttpRequest, organisation: int, action: str) -> HttpResponse:
    """Test, start or pause on the spot."""
    row, cases = _organisation(organisation), use_cases()
    acts: dict[str, tuple[Callable[[int, Actor], None], str]] = {
        "test": (cases.test_organisation, _("%(name)s answers: accounts, rates and lock dates were read.")),
        "start": (cases.start_sending, _("%(name)s: what waits goes now.")),
        "pause": (cases.pause_sending, _("%(name)s: nothing is sent until you start it again.")),
    }
    if action not in acts:
        return HttpResponseBadRequest(_("There is no such action."))
    act, told = acts[action]
    try:
        act(row.pk, actor_of(request))
        messages.success(request, told % {"name": row})
    except TieoutError as error:
        messages.error(request, sentence(error))
    return redirect(safe_next(request, "connections"))


@needs(Right.OWN, methods=POST)
def limits(request: HttpRequest, organisation: int) -> HttpResponse:
    """How many calls a day Xero allows this organisation, and how many are kept for people."""
    row, form = _organisation(organisation), LimitsForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        use_cases().set_limits(row.pk, data["day_limit"], data["day_reserve"], actor_of(request))
        messages.success(request, _("Saved."))
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    return redirect("connections")


@needs(Right.OWN, methods=POST)
def assign(request: HttpRequest, organisation: int) -> HttpResponse:
    """Let a store go to an organisation."""
    store = request.POST.get("store", "")
    chosen = _organisation(organisation)
    if not is_number(store) or not Connection.objects.filter(pk=int(store), removed_at=None).exists():
        messages.error(request, _("Choose a store."))
        return redirect("connections")
    try:
        use_cases().assign(chosen.pk, int(store), actor_of(request))
        messages.success(request, _("Assigned. Accounts and taxes come next."))
    except TieoutError as error:
        messages.error(request, sentence(error))
        return redirect("connections")
    return redirect(f"{reverse('accounts')}?pair={store}-{chosen.pk}")
