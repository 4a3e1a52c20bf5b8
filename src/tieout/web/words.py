"""The words and colours of states, actions and entities; the only place that knows how they are shown."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tieout.engine.parking import PARKED_PRIORITY, PAUSED_STEP
from tieout.web.icons import icon


class Look(msgspec.Struct, frozen=True):
    """title: lazy text. tone: one of calm, good, warn, bad, busy, off. icon: lucide's name."""

    title: Any
    tone: str
    icon: str


_UNKNOWN = Look(_("Unknown"), "off", "circle-question-mark")

STATES: dict[str, Look] = {
    # documents and postings
    "received": Look(_("Read"), "calm", "download"),
    "translated": Look(_("Read"), "calm", "download"),
    "planned": Look(_("Planned"), "calm", "file-check"),
    "waiting": Look(_("Waiting"), "calm", "clock"),
    "queued": Look(_("Queued"), "calm", "clock"),
    "sending": Look(_("Sending"), "busy", "send"),
    "unknown": Look(_("Being looked up"), "busy", "search"),
    "posted": Look(_("Posted"), "good", "circle-check"),
    "verified": Look(_("Verified"), "good", "check-check"),
    "held": Look(_("Held"), "warn", "pause"),
    "skipped": Look(_("Skipped"), "off", "ban"),
    "removed": Look(_("Removed"), "off", "x"),
    "gone": Look(_("Not in Xero"), "off", "circle-off"),
    "never": Look(_("Never send"), "off", "ban"),
    # log
    "success": Look(_("Success"), "good", "circle-check"),
    "error": Look(_("Error"), "bad", "circle-x"),
    # connections and runs
    "new": Look(_("New"), "calm", "plug"),
    "working": Look(_("Working"), "good", "circle-check"),
    "failing": Look(_("Failing, tried again"), "warn", "triangle-alert"),
    "connected": Look(_("Connected"), "good", "circle-check"),
    "paused": Look(_("Paused"), "off", "pause"),
    "limited": Look(_("Waits for a limit"), "warn", "gauge"),
    "refused": Look(_("Access refused"), "bad", "circle-x"),
    "no_access": Look(_("Access withdrawn"), "bad", "circle-x"),
    "withdrawn": Look(_("Access withdrawn"), "bad", "circle-x"),
    "expired": Look(_("Access expired"), "bad", "circle-x"),
    "disconnected": Look(_("Disconnected"), "off", "plug"),
    "catching_up": Look(_("Catching up"), "busy", "search"),
    "asked": Look(_("Waits"), "calm", "clock"),
    "running": Look(_("Running"), "busy", "loader"),
    "done": Look(_("Done"), "good", "circle-check"),
    "failed": Look(_("Failed"), "bad", "circle-x"),
    "undone": Look(_("Undone"), "off", "undo-2"),
    "open": Look(_("Open"), "calm", "clock"),
}

ENTITIES: dict[str, Any] = {
    "customer": _("Customer"),
    "product": _("Product"),
    "order": _("Order"),
    "invoice": _("Invoice"),
    "refund": _("Credit memo"),
    "payment": _("Payment"),
}

ROLES: dict[str, Any] = {
    "contact": _("Contact"),
    "item": _("Item"),
    "invoice": _("Invoice"),
    "quote": _("Quote"),
    "credit_note": _("Credit note"),
    "difference": _("Difference document"),
    "payment": _("Payment"),
    "overpayment": _("Overpayment"),
    "allocation": _("Allocation"),
    "refund_payment": _("Refund payment"),
}

ACTIONS: dict[str, Any] = {
    "create": _("Create"),
    "update": _("Update"),
    "void": _("Void"),
    "delete": _("Delete"),
    "archive": _("Archive"),
    "nothing": _("Nothing"),
    "impossible": _("Not possible"),
}

#: Names of products, the same in every language.
STORE_KINDS: dict[str, str] = {
    "magento2": "Magento 2",
    "opencart": "OpenCart",
    "perfex": "Perfex CRM",
    "woocommerce": "WooCommerce",
    "shopify": "Shopify",
    "xero": "Xero",
}

#: Actions of the log that are not about one ledger object.
EVENTS: dict[str, Any] = {
    "pull": _("Read from the store"),
    "plan": _("Plan"),
    "verify": _("Check after posting"),
    "look_up": _("Look up in Xero"),
    "tie_out": _("Tie-out"),
    "drift": _("Changed in Xero"),
    "link": _("Linked with what Xero had"),
    "reference": _("Read accounts and rates"),
    "contacts": _("Read contacts"),
}

#: Short codes of `posting.why`; a sentence that is not in here is shown as it is.
WHYS: dict[str, Any] = {
    "document": _("Changed in the store"),
    "new": _("New in the store"),
    "rules": _("Mapping changed"),
    "release": _("Released by a person"),
    "restore": _("Restored after a change in Xero"),
    "undo": _("Undo of a run"),
}


def look(state: str) -> Look:
    """How a state is shown; an unknown word is shown as such, never hidden."""
    return STATES.get(state, _UNKNOWN)


def badge(state: str) -> SafeString:
    """The state's badge: words, colour and sign, so that colour is never alone."""
    return _badge(state, get_language() or "en")


@lru_cache(maxsize=256)
def _badge(state: str, language: str) -> SafeString:
    shown = look(state)
    title = shown.title if state in STATES else state
    return format_html('<span class="badge tone-{}">{}{}</span>', shown.tone, icon(shown.icon, 14), title)


#: Kinds of runs.
RUN_KINDS: dict[str, Any] = {
    "sync": _("Sync"),
    "add": _("Added documents"),
    "backfill": _("Back-fill"),
    "pull": _("Read from the store"),
    "undo": _("Undo"),
    "tie_out": _("Tie-out"),
}


def run_kind(name: str) -> str:
    """ "Added documents" for "add"."""
    return str(RUN_KINDS.get(name, name.replace("_", " ").capitalize()))


def entity(kind: str) -> str:
    """ "Credit memo" for "refund"."""
    return str(ENTITIES.get(kind, kind))


def role(name: str) -> str:
    """ "Credit note" for "credit_note"."""
    return str(ROLES.get(name, name))


def action(name: str, role_name: str) -> str:
    """ "Create invoice"."""
    verb = str(ACTIONS.get(name, name))
    return verb if name in ("nothing", "impossible") else f"{verb} {role(role_name).lower()}"


def why(code: str) -> str:
    """Why a posting was queued, in words."""
    return str(WHYS.get(code, code))


def why_parked(priority: int) -> str:
    """Why a queued posting stays where it is although it could go, "" when it is only waiting its turn."""
    if priority >= PAUSED_STEP:
        return str(_("Paused: it goes on when the store or the run is resumed."))
    if priority >= PARKED_PRIORITY:
        return str(_("Waits for its time, or for “Sync now”: see Sync settings."))
    return ""


def event(name: str, role_name: str) -> str:
    """The log's action: "Create invoice", "Pull"; a word that is not known is shown as it is."""
    if role_name and name in ACTIONS:
        return action(name, role_name)
    return str(EVENTS.get(name, name.replace("_", " ").capitalize()))


#: Postings that stand for their document in a list, before those that hang on it.
MAIN_ROLES = ("invoice", "credit_note", "contact", "item", "difference")
