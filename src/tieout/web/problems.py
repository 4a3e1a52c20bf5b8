"""The catalogue of problems as the screens show it: title, help, and where the button leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import Count, Min
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tieout.records.models import Document, Posting
from tieout.rules.catalogue import ENTRIES, Code, Entry

#: Names of screens as the catalogue writes them → URL name and the part of the page.
_SCREENS = {
    "Accounts": ("accounts", ""),
    "Drift": ("drift", ""),
    "From Xero": ("brought", ""),
    "Log": ("log", ""),
    "Mapping": ("mapping", ""),
    "Numbering": ("mapping", "#numbering"),
    "Order statuses": ("mapping", "#statuses"),
    "Organisations": ("organisations", ""),
    "Payment methods": ("mapping", "#methods"),
    "Stores": ("connections", ""),
    "Sync settings": ("sync_settings", ""),
    "Taxes": ("mapping", "#taxes"),
}


class Cause(msgspec.Struct, frozen=True):
    """Postings held for one reason. reason: the sentence of one of them."""

    code: str
    subject: str
    count: int
    title: str
    help: str
    button: str
    url: str
    reason: str = ""


class LeftOut(msgspec.Struct, frozen=True):
    """Documents that a rule leaves out: no failure."""

    code: str
    count: int
    title: str
    help: str


def entry(code: str) -> Entry:
    """The catalogue's entry; a code of another version of Tieout is shown as it is."""
    try:
        return ENTRIES[Code(code)]
    except (KeyError, ValueError):
        return Entry(title=code.replace("_", " ").capitalize() or _("Held"), help="", button="")


def mend_url(button: str) -> str:
    """The address of the screen that mends it, "" when it is mended elsewhere (in the store, in Xero)."""
    name, part = _SCREENS.get(button, ("", ""))
    try:
        return reverse(name) + part if name else ""
    except NoReverseMatch:
        return ""


def _documents(button: str, row: Mapping[str, Any], examples: Mapping[int, tuple[int, str]]) -> str:
    """Where the documents themselves are mended: the one, or the list of those with this cause."""
    if button != "Document":
        return ""
    if row["count"] == 1 and row["example"] in examples:
        return reverse("document", args=(examples[row["example"]][0],))
    query = urlencode({"state": "held", "code": row["code"], "subject": row["subject"]})
    return f"{reverse('queue')}?{query}"


def causes(limit: int) -> list[Cause]:
    """What is held, one row per cause, the commonest first; two queries."""
    rows = list(
        Posting.objects.filter(state="held")
        .order_by()
        .values("code", "subject")
        .annotate(count=Count("id"), example=Min("id"))
        .order_by("-count", "code", "subject")[:limit]
    )
    examples = {
        posting: (document, reason)
        for posting, document, reason in Posting.objects.filter(pk__in=[row["example"] for row in rows]).values_list(
            "id", "document_id", "reason"
        )
    }
    return [
        Cause(
            code=row["code"],
            subject=row["subject"],
            count=row["count"],
            title=(known := entry(row["code"])).title,
            help=known.help,
            button=known.button,
            url=mend_url(known.button) or _documents(known.button, row, examples),
            reason=examples.get(row["example"], (0, ""))[1],
        )
        for row in rows
    ]


def left_out() -> list[LeftOut]:
    """Documents left out by rules, by rule."""
    rows = (
        Document.objects.exclude(skipped_code="")
        .order_by()
        .values_list("skipped_code")
        .annotate(count=Count("id"))
        .order_by("-count")
    )
    return [LeftOut(code, count, entry(code).title, entry(code).help) for code, count in rows]
