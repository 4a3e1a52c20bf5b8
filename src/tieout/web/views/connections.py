"""Connections: stores and organisations, their state, and the ways to connect them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.errors import TieoutError
from tieout.records.models import Connection, Organisation
from tieout.stores.kinds import KINDS
from tieout.stores.values import SettingField, SettingKind
from tieout.web import connections_page
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.sentences import sentence
from tieout.web.use_cases import actor_of, use_cases

#: Where the sealed state of a consent waits in the session, until Xero sends the browser back.
_CONSENT = "xero_consent"


@needs(Right.READ)
def connections(request: HttpRequest) -> HttpResponse:
    context = {
        "stores": connections_page.store_cards(),
        "organisations": connections_page.organisation_cards(timezone.now()),
        "kinds": [(kind, adapter.title) for kind, adapter in KINDS.items()],
    }
    return render(request, "web/connections.html", context)


class StoreForm(forms.Form):
    """Made from what the kind of store says it needs; secrets are never shown again."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("As you call the shop.")
    )
    start_date = forms.DateField(
        label=gettext_lazy("Start date"),
        required=False,
        help_text=gettext_lazy("Sales before this day are left out."),
        widget=forms.DateInput({"type": "date"}),
    )

    def __init__(self, *args: Any, fields: tuple[SettingField, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = fields
        for field in fields:
            self.fields[f"set_{field.name}"] = _form_field(field)

    def given(self) -> dict[str, str]:
        return {field.name: str(self.cleaned_data.get(f"set_{field.name}") or "") for field in self.asked}


def _form_field(field: SettingField) -> forms.Field:
    common: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help + (f" {_('Example:')} {field.example}" if field.example else ""),
        "required": field.required,
        "initial": field.default,
    }
    if field.secret:
        widget = forms.PasswordInput({"autocomplete": "off"}, render_value=False)
        return forms.CharField(**common, max_length=500, widget=widget)
    match field.kind:
        case SettingKind.CHOICE:
            return forms.ChoiceField(**common, choices=field.choices)
        case SettingKind.NUMBER:
            return forms.IntegerField(**common)
        case SettingKind.URL:
            return forms.URLField(**common, assume_scheme="https", max_length=500)
        case _:
            return forms.CharField(**common, max_length=500)


@needs(Right.OWN, methods=FORM)
def add_store(request: HttpRequest, kind: str) -> HttpResponse:
    adapter = KINDS.get(kind)
    if adapter is None:
        raise Http404(kind)
    form = StoreForm(request.POST or None, fields=tuple(adapter.fields()))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        number = use_cases().add_store(kind, data["name"], form.given(), data["start_date"], actor_of(request))
        messages.success(request, _("Connected. Test it now."))
        return redirect("test_store", number)
    return render(request, "web/add_store.html", {"form": form, "adapter": adapter})


@needs(Right.OWN, methods=FORM)
def test_store(request: HttpRequest, store: int) -> HttpResponse:
    """Ask the store what it is; the answer is shown, nothing is changed."""
    row = get_object_or_404(Connection.objects.only("name", "kind", "status"), pk=store, removed_at=None)
    found, problem = None, ""
    if request.method == "POST":
        try:
            found = use_cases().test_store(row.pk)
        except TieoutError as error:
            problem = sentence(error)
    return render(request, "web/test_store.html", {"store": row, "found": found, "problem": problem})


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


def redirect_address(request: HttpRequest) -> str:
    """What has to be entered in the app at Xero, to the letter."""
    base = settings.TIEOUT_BASE_URL.rstrip("/")
    path = reverse("xero_callback")
    return base + path if base else request.build_absolute_uri(path)


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
                return _connected(request, [entry.name for entry in found])
            sealed, address = use_cases().begin_consent(
                data["client_id"], data["client_secret"], redirect_address(request)
            )
            request.session[_CONSENT] = sealed
        except TieoutError as error:
            form.add_error(None, sentence(error))
    context = {"form": form, "address": address, "redirect_address": redirect_address(request)}
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
    return _connected(request, [entry.name for entry in found])


def _connected(request: HttpRequest, names: list[str]) -> HttpResponse:
    messages.success(request, _("Connected: %(names)s.") % {"names": ", ".join(names)})
    return redirect("connections")


@needs(Right.OWN, methods=POST)
def assign(request: HttpRequest, organisation: int) -> HttpResponse:
    """Let a store go to an organisation."""
    store = request.POST.get("store", "")
    chosen = get_object_or_404(Organisation.objects.only("id"), pk=organisation, removed_at=None)
    if not store.isdigit() or not Connection.objects.filter(pk=int(store), removed_at=None).exists():
        messages.error(request, _("Choose a store."))
        return redirect("connections")
    try:
        use_cases().assign(chosen.pk, int(store), actor_of(request))
        messages.success(request, _("Assigned. Accounts and taxes come next."))
    except TieoutError as error:
        messages.error(request, sentence(error))
        return redirect("connections")
    return redirect(f"{reverse('accounts')}?pair={store}-{chosen.pk}")
