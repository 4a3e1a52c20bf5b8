"""The screen of the webhooks: which addresses to enter in stores and at Xero, the keys, and what came lately."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from tieout.records.models import App, Connection, Inbox
from tieout.stores.webhooks import OWN_KEY
from tieout.web.access import FORM, Right, needs
from tieout.web.use_cases import actor_of, use_cases

RECENT_MAX = 20
KEY_LENGTH_MAX = 200


class StoreCard(msgspec.Struct, frozen=True):
    """A store and where it calls. own_key: its kind signs with a key that is in the connection's settings."""

    id: int
    name: str
    address: str
    own_key: bool
    has_secret: bool


class Came(msgspec.Struct, frozen=True):
    """A call as it is listed."""

    at: datetime
    who: str
    what: str
    result: str


def public_address(request: HttpRequest, path: str) -> str:
    """An address as others reach it: below the base URL where one is set."""
    base = str(settings.TIEOUT_BASE_URL)
    return base + path if base else request.build_absolute_uri(path)


@sensitive_post_parameters("key")
@needs(Right.OWN, methods=FORM)
def webhooks(request: HttpRequest) -> HttpResponse:
    made: dict[str, Any] = {}
    if request.method == "POST":
        match request.POST.get("action", ""):
            case "secret":
                made = _new_secret(request)
            case "key":
                return _keep_key(request)
            case _:
                messages.error(request, _("Nothing was changed."))
                return redirect("webhooks")
    names = dict(Connection.objects.values_list("id", "name"))
    context = {
        "stores": [
            StoreCard(
                id=row.pk,
                name=row.name,
                address=public_address(request, reverse("webhook_of_store", args=[row.pk])),
                own_key=row.kind in OWN_KEY,
                has_secret=bool(row.webhook_secret),
            )
            for row in Connection.objects.filter(removed_at=None).order_by("name").defer("context")
        ],
        "apps": [
            {"id": pk, "name": name, "client_id": client_id, "has_key": bool(key)}
            for pk, name, client_id, key in App.objects.order_by("id").values_list(
                "id", "name", "client_id", "webhook_key"
            )
        ],
        "xero_address": public_address(request, reverse("webhook_of_xero")),
        "insecure": not public_address(request, "/").startswith("https://"),
        "came": [_came(row, names) for row in Inbox.objects.order_by("-id")[:RECENT_MAX]],
        **made,
    }
    return render(request, "web/webhooks.html", context)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404(text)
    return int(text)


def _new_secret(request: HttpRequest) -> dict[str, Any]:
    store = _number(request.POST.get("store", ""))
    row = Connection.objects.filter(pk=store, removed_at=None).values("name", "kind").first()
    if row is None or row["kind"] in OWN_KEY:
        raise Http404(store)
    return {"secret": use_cases().new_webhook_secret(store, actor_of(request)), "secret_of": row["name"]}


def _keep_key(request: HttpRequest) -> HttpResponse:
    app, key = _number(request.POST.get("app", "")), request.POST.get("key", "").strip()
    if not App.objects.filter(pk=app).exists():
        raise Http404(app)
    if len(key) > KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        messages.error(request, _("That is no webhook key of Xero's. Copy it again."))
        return redirect("webhooks")
    use_cases().keep_xero_webhook_key(app, key, actor_of(request))
    messages.success(request, _("The key is kept.") if key else _("The key is forgotten."))
    return redirect("webhooks")


def _came(row: Inbox, stores: dict[int, str]) -> Came:
    side, mark, number = row.source.partition(":")
    who = stores.get(int(number), row.source) if mark and number.isdigit() else "Xero"
    waits = _("waits") if row.handled_at is None else row.result
    return Came(row.received_at, who, row.body[:200] if side == "store" else _xero_words(row.body), waits)


def _xero_words(body: str) -> str:
    """What Xero told, in a few words; rows of another version as they are."""
    try:
        event = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return body[:200]
    return f"{event.get('category', '')} {event.get('action', '')} {event.get('resource_id', '')}"
