"""Every screen once, for the tests that look at all of them and for the screenshots."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

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
    "tie_out_taxes": lambda shop: reverse("tie_out") + "?view=taxes",
    "tie_out_controls": lambda shop: reverse("tie_out") + "?view=controls",
    "tie_out_accounts": lambda shop: reverse("tie_out") + "?view=accounts",
    "drift": lambda shop: reverse("drift"),
    "runs": lambda shop: reverse("runs"),
    "run": lambda shop: reverse("run", args=(shop.run.pk,)),
    "undo": lambda shop: reverse("undo", args=(shop.run.pk,)),
    "proposals": lambda shop: reverse("proposals"),
    "audit": lambda shop: reverse("audit"),
    "organisations": lambda shop: reverse("organisations"),
    "links": lambda shop: reverse("links", args=(shop.connection.pk, shop.organisation.pk)) + "?plan=1",
    "brought": lambda shop: reverse("brought"),
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


def every_screen(shop: Shop) -> dict[str, str]:
    """Name → address of every page that the owner's browser can be led to: those above, and whatever else the
    addresses of the web admin answer with a whole page."""
    found = {name: address(shop) for name, address in SCREENS.items()}
    known = {address.partition("?")[0] for address in found.values()}
    client = Client()
    client.force_login(shop.users["owner"], backend="django.contrib.auth.backends.ModelBackend")
    values = {
        "document": shop.documents["order"].pk,
        "event": shop.events["posted"].pk,
        "grid": "orders",
        "kind": "magento2",
        "organisation": shop.organisation.pk,
        "run": shop.run.pk,
        "store": shop.connection.pk,
        "user": shop.users["viewer"].pk,
    }
    for pattern in get_resolver().url_patterns:
        if (
            not isinstance(pattern, URLPattern)
            or not pattern.name
            or not set(pattern.pattern.converters) <= set(values)
        ):
            continue
        if "GET" not in getattr(pattern.callback, "methods", ()):
            continue
        address = reverse(pattern.name, kwargs={name: values[name] for name in pattern.pattern.converters})
        if address not in known and _is_a_page(client, address):
            found[pattern.name] = address
    return found


def _is_a_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    kind = answer.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith("text/html") and b"<html" in answer.content
