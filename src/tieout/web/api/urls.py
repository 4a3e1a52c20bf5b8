"""Addresses below /api/, by token."""

from __future__ import annotations

from django.urls import path

from tieout.web.api import description
from tieout.web.api.description import ENDPOINTS
from tieout.web.api.endpoints import Endpoint, nothing_here, view_of


def _by_path() -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        found.setdefault(endpoint.path, []).append(endpoint)
    # Names before ids: queue/retry is not the entry "retry".
    return dict(sorted(found.items(), key=lambda entry: "{" in entry[0]))


def _route(address: str) -> str:
    return address.replace("{", "<str:").replace("}", ">")


urlpatterns = [
    path("openapi.json", description.openapi, name="openapi"),
    *(path(f"v1/{_route(address)}", view_of(found)) for address, found in _by_path().items()),
    path("<path:rest>", nothing_here),
]
