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
    stores = connections_page.store_cards()
    organisations = connections_page.organisation_cards(timezone.now())
    # What is drawn anew while somebody looks; buttons stay, so that none moves under a finger.
    parts = [
        *(f"#store-{part}-{card.row.pk}" for card in stores for part in ("state", "read")),
        *(f"#organisation-{part}-{card.row.pk}" for card in organisations for part in ("state", "facts")),
    ]
    context = {
        "stores": stores,
        "organisations": organisations,
        "live_parts": ",".join(parts),
        "kinds": [(kind, adapter.title) for kind, adapter in KINDS.items()],
    }
    return render(request, "web/connections.html", context)
