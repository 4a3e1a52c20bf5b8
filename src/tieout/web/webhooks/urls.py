"""Addresses below /webhooks/, open to the world."""

from __future__ import annotations

from django.urls import path

from tieout.web.webhooks import receiving

urlpatterns = [
    path("store/<int:connection>", receiving.store, name="webhook_of_store"),
    path("xero", receiving.xero, name="webhook_of_xero"),
]
