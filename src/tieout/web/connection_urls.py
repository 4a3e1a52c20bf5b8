"""Addresses of the first run, of stores, and of Xero's organisations."""

from __future__ import annotations

from django.urls import URLPattern, path

from tieout.web.views import connections, first_run, stores, xero

PATTERNS: list[URLPattern] = [
    path("first", first_run.first_owner, name="first_owner"),
    path("start", first_run.steps, name="checklist"),
    path("connections", connections.connections, name="connections"),
    path("connections/add/<slug:kind>", stores.add_store, name="add_store"),
    path("connections/store/<int:store>/test", stores.test_store, name="test_store"),
    path("connections/store/<int:store>/change", stores.change_store, name="change_store"),
    path("connections/store/<int:store>/pause", stores.pause_store, name="pause_store"),
    path("connections/store/<int:store>/read", stores.read_now, name="read_now"),
    path("connections/store/<int:store>/remove", stores.remove_store, name="remove_store"),
    path("connections/xero", xero.connect_xero, name="connect_xero"),
    path("connections/xero/callback", xero.xero_callback, name="xero_callback"),
    path("connections/xero/<int:organisation>/assign", xero.assign, name="assign"),
    path("connections/xero/<int:organisation>/reconnect", xero.reconnect, name="reconnect"),
    path("connections/xero/<int:organisation>/disconnect", xero.disconnect, name="disconnect"),
    path("connections/xero/<int:organisation>/limits", xero.limits, name="organisation_limits"),
    path("connections/xero/<int:organisation>/<slug:action>", xero.organisation_act, name="organisation_act"),
]
