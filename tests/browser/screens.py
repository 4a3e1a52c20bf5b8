"""Every screen once, for the tests that look at all of them and for the screenshots."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from web_records import Shop

#: Name → address for a filled shop.
SCREENS: dict[str, Callable[[Shop], str]] = {
    "dashboard": lambda shop: reverse("dashboard"),
    "queue": lambda shop: reverse("queue"),
    "queue_all": lambda shop: reverse("queue_bulk") + "?state=queued",
    "orders": lambda shop: reverse("orders"),
    "customers": lambda shop: reverse("customers"),
    "products": lambda shop: reverse("products"),
    "log": lambda shop: reverse("log"),
    "log_detail": lambda shop: reverse("log_detail", args=(shop.events["posted"].pk,)),
    "report": lambda shop: reverse("report"),
    "document_posted": lambda shop: reverse("document", args=(shop.documents["order"].pk,)),
    "document_held": lambda shop: reverse("document", args=(shop.documents["held"].pk,)),
    "document_customer": lambda shop: reverse("document", args=(shop.documents["customer"].pk,)),
    "problems": lambda shop: reverse("problems"),
    "plan": lambda shop: reverse("plan"),
    "tie_out": lambda shop: reverse("tie_out"),
    "drift": lambda shop: reverse("drift"),
    "runs": lambda shop: reverse("runs"),
    "run": lambda shop: reverse("run", args=(shop.run.pk,)),
    "undo": lambda shop: reverse("undo", args=(shop.run.pk,)),
    "proposals": lambda shop: reverse("proposals"),
    "audit": lambda shop: reverse("audit"),
    "accounts": lambda shop: reverse("accounts"),
    "mapping": lambda shop: reverse("mapping"),
    "coverage": lambda shop: reverse("coverage"),
    "rule_versions": lambda shop: reverse("rule_versions"),
    "rules_text": lambda shop: reverse("rules_text"),
    "sync_settings": lambda shop: reverse("sync_settings"),
    "connections": lambda shop: reverse("connections"),
    "add_store": lambda shop: reverse("add_store", args=("magento2",)),
    "test_store": lambda shop: reverse("test_store", args=(shop.connection.pk,)),
    "change_store": lambda shop: reverse("change_store", args=(shop.connection.pk,)),
    "remove_store": lambda shop: reverse("remove_store", args=(shop.connection.pk,)),
    "reconnect": lambda shop: reverse("reconnect", args=(shop.organisation.pk,)),
    "disconnect": lambda shop: reverse("disconnect", args=(shop.organisation.pk,)),
    "checklist": lambda shop: reverse("checklist"),
    "connect_xero": lambda shop: reverse("connect_xero"),
    "users": lambda shop: reverse("users"),
    "tokens": lambda shop: "/tokens",
    "webhooks": lambda shop: "/connections/webhooks",
    "password": lambda shop: reverse("password"),
    "find": lambda shop: reverse("find") + "?q=0000",
    "preferences": lambda shop: reverse("preferences"),
}
