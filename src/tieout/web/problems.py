"""The catalogue of problems as the screens show it: title, help, and where the button leads."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tieout.rules import catalogue
from tieout.rules.catalogue import Entry

#: Names of screens as the catalogue writes them → URL names.
_SCREENS = {
    "mapping": "mapping",
    "accounts": "accounts",
    "sync settings": "sync_settings",
    "settings": "sync_settings",
    "connections": "connections",
    "connection": "connections",
    "drift": "drift",
    "queue": "queue",
    "document": "queue",
    "tie-out": "tie_out",
}


def entry(code: str) -> Entry:
    """The catalogue's entry; a code of another version of Tieout is shown as it is."""
    entries = getattr(catalogue, "CATALOGUE", {})
    found: Entry | None = entries.get(code)
    return found or Entry(title=code.replace("_", " ").capitalize() or _("Held"), help="", button="")


def mend_url(button: str) -> str:
    """The address of the screen that mends it, "" when it is mended elsewhere (in the store, in Xero)."""
    name = _SCREENS.get(button.casefold(), "")
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""
