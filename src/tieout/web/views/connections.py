"""Connections: stores and organisations with their state, and the ways to connect more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tieout.stores.kinds import KINDS
from tieout.web import connections_page
from tieout.web.access import Right, needs


@needs(Right.READ)
def connections(request: HttpRequest) -> HttpResponse:
    context = {
        "stores": connections_page.store_cards(),
        "organisations": connections_page.organisation_cards(timezone.now()),
        "kinds": [(kind, adapter.title) for kind, adapter in KINDS.items()],
    }
    return render(request, "web/connections.html", context)
