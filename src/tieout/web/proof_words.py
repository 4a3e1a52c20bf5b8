"""Words of tie-outs: kinds of documents, names of control totals, decisions. For screens and papers alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.web import words

_KINDS: dict[str, Any] = {
    "sale": gettext_lazy("Sales"),
    "refund": gettext_lazy("Credit memos"),
    "payment": gettext_lazy("Payments"),
    "own": gettext_lazy("Documents of our own making"),
    "tax": gettext_lazy("Tax"),
}
_DECISIONS: dict[str, Any] = {
    "accept": gettext_lazy("accepted"),
    "restore": gettext_lazy("restored"),
    "leave": gettext_lazy("left"),
}
ACCOUNT_KINDS: dict[str, Any] = {
    "debtors": gettext_lazy("Debtors"),
    "clearing": gettext_lazy("Clearing account"),
    "liability": gettext_lazy("Liability"),
    "tax": gettext_lazy("Tax account"),
    "rounding": gettext_lazy("Rounding"),
    "currency": gettext_lazy("Currency movement"),
    "income": gettext_lazy("Income"),
}


def kind(name: str) -> str:
    """ "Sales" for "sale"."""
    return str(_KINDS.get(name, name))


def document(name: str) -> str:
    """A document's kind or a posting's role in words."""
    return str(words.ENTITIES.get(name) or words.ROLES.get(name, name))


def account(code: str, names: Mapping[str, str]) -> str:
    """ "610 Accounts Receivable"."""
    return f"{code} {names.get(code, '')}".rstrip()


def tax_types(key: str, names: Mapping[str, str]) -> str:
    """Names of tax rates for "OUTPUT2 + RROUTPUT"; a type that is not known is shown as it is."""
    return " + ".join(names.get(one, one) for one in key.split(" + "))


def control(name: str, accounts: Mapping[str, str], rates: Mapping[str, str]) -> str:
    """A control total's name: "debtors", "rounding", "account 610" and "tax OUTPUT2" in words."""
    what, _space, rest = name.partition(" ")
    match what:
        case "account":
            return account(rest, accounts)
        case "tax":
            return _("Tax: %(rates)s") % {"rates": tax_types(rest, rates)}
        case "debtors":
            return _("Debtors: open on orders, due on invoices")
        case "rounding":
            return _("Rounding")
        case _:
            return name


def decision(name: str, by: str) -> str:
    """ "accepted by Ada", "open"."""
    if not name:
        return _("open")
    done = str(_DECISIONS.get(name, name))
    return _("%(done)s by %(who)s") % {"done": done, "who": by} if by else done
