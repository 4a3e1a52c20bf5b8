"""Addresses of several organisations, links and the way back."""

from __future__ import annotations

from django.urls import URLPattern, path

from tieout.web.views import exchange

PATTERNS: list[URLPattern] = [
    path("organisations", exchange.organisations, name="organisations"),
    path("organisations/<int:store>/choose", exchange.choose_organisation, name="choose_organisation"),
    path("organisations/<int:store>/<int:organisation>/links", exchange.links, name="links"),
    path("from-xero", exchange.brought, name="brought"),
    path("from-xero.csv", exchange.brought_csv, name="brought_csv"),
    path("from-xero/bulk", exchange.brought_bulk, name="brought_bulk"),
    path("from-xero/bring", exchange.bring, name="bring"),
    path("from-xero/conflicts/<int:conflict>", exchange.conflict_seen, name="conflict_seen"),
]
