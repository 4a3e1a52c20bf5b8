"""Notices: what needs a person, in one query, for the banner, the list and the mails.

No notice carries a customer's data: names of stores, organisations and counts are all there is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tieout.records.attention import COUNT_MAX, AttentionRow, attention
from tieout.records.consents import CONSENT_LIFE
from tieout.sync.alarms import CONSENT_WARNING, SILENT_AFTER
from tieout.web import formats

#: Results of tie-outs older than this are no news.
PROOF_AGE_MAX = timedelta(days=3)

_LOUD = ("danger", "warning")
_ORDER = {"danger": 0, "warning": 1, "info": 2}


class Notice(msgspec.Struct, frozen=True):
    """code: what it is about, equal as long as it lasts. tone: danger, warning or info. url, button: where to go."""

    code: str
    tone: str
    icon: str
    text: str
    url: str = ""
    button: str = ""


def notices(now: datetime) -> list[Notice]:
    """Everything that needs a person, the worst first."""
    rows = attention(now, now + CONSENT_WARNING - CONSENT_LIFE, now - PROOF_AGE_MAX)
    found = [notice for row in rows if (notice := _WORDS[row.what](row, now)) is not None]
    return sorted(found, key=lambda one: _ORDER[one.tone])


def loud(found: list[Notice]) -> list[Notice]:
    """Those that a person must act on; the others only tell."""
    return [one for one in found if one.tone in _LOUD]


def _url(name: str, query: str = "") -> str:
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


def _worker(row: AttentionRow, now: datetime) -> Notice | None:
    """The scheduler stops and nobody notices: here somebody does (CASES C105)."""
    if not row.count or (row.at is not None and now - row.at <= SILENT_AFTER):
        return None
    text = _("The worker does not run: nothing is read and nothing is sent. Start it with tieout serve.")
    if row.at is not None:
        text = _("The worker stopped at %(when)s: nothing is read and nothing is sent. Start it with tieout serve.")
        text %= {"when": formats.moment(row.at, now=now)}
    return Notice("worker", "danger", "circle-x", text, _url("log"), _("Log"))


def _organisation(row: AttentionRow, now: datetime) -> Notice:
    text = _("Xero gives no access to %(name)s: %(reason)s Its work waits and goes on by itself after connecting.")
    reason = (row.reason or _("the connection was ended")).rstrip(".") + "."
    shown = text % {"name": row.name, "reason": reason}
    return Notice(f"access:{row.number}", "danger", "plug", shown, _url("connections"), _("Connect again"))


def _waits(row: AttentionRow, now: datetime) -> Notice:
    text = _("%(name)s waits until %(until)s: %(reason)s. It goes on by itself.") % {
        "name": row.name,
        "until": formats.moment(row.at, now=now),
        "reason": (row.reason or _("a limit of Xero was reached")).rstrip("."),
    }
    return Notice(f"waits:{row.number}", "info", "gauge", text, _url("report"), _("Daily request report"))


def _catch_up(row: AttentionRow, now: datetime) -> Notice:
    text = _("%(name)s catches up: Tieout looks up what Xero holds before it creates anything.")
    return Notice(f"catch_up:{row.number}", "info", "search", text % {"name": row.name}, _url("log"), _("Log"))


def _store(row: AttentionRow, now: datetime) -> Notice:
    text = _("The store %(name)s cannot be read: %(reason)s") % {"name": row.name, "reason": row.reason}
    tone = "danger" if row.state == "refused" else "warning"
    return Notice(f"store:{row.number}", tone, "store", text, _url("connections"), _("Connections"))


def _consent(row: AttentionRow, now: datetime) -> Notice:
    text = _("The consent of Xero ends on %(day)s unless it is used before.")
    shown = text % {"day": formats.day((row.at + CONSENT_LIFE).date() if row.at else None)}
    return Notice(f"consent:{row.number}", "warning", "clock", shown, _url("connections"), _("Connections"))


def _held(row: AttentionRow, now: datetime) -> Notice | None:
    if not row.count:
        return None
    text = ngettext(
        "%(n)s posting is held and needs a person.", "%(n)s postings are held and need a person.", row.count
    )
    return Notice("held", "warning", "pause", text % {"n": _shown(row.count)}, _url("problems"), _("Problems"))


def _drift(row: AttentionRow, now: datetime) -> Notice | None:
    if not row.count:
        return None
    text = ngettext(
        "%(n)s figure was changed in Xero by a person and waits for a decision.",
        "%(n)s figures were changed in Xero by people and wait for a decision.",
        row.count,
    )
    return Notice("drift", "warning", "git-compare", text % {"n": _shown(row.count)}, _url("drift"), _("Drift"))


def _proof(row: AttentionRow, now: datetime) -> Notice:
    """The newest tie-out of an organisation, when it is not clean."""
    tone, number = "warning", abs(row.count)
    if row.state == "failed":
        text = _("The last tie-out of %(name)s did not come to an end: %(reason)s")
    elif row.count > 0:
        tone = "danger"
        text = ngettext(
            "The last tie-out of %(name)s found %(n)s difference.",
            "The last tie-out of %(name)s found %(n)s differences.",
            number,
        )
    else:
        tone = "info"
        text = ngettext(
            "The last tie-out of %(name)s found nothing that differs, and %(n)s thing to look at.",
            "The last tie-out of %(name)s found nothing that differs, and %(n)s things to look at.",
            number,
        )
    shown = text % {"name": row.name, "n": formats.number(number), "reason": row.reason}
    query = f"?from={row.first or ''}&to={row.last or ''}&organisation={row.number}"
    return Notice(f"proof:{row.number}", tone, "scale", shown, _url("tie_out", query), _("Tie-out"))


def _shown(count: int) -> str:
    return formats.number(COUNT_MAX) + "+" if count > COUNT_MAX else formats.number(count)


_WORDS: dict[str, Callable[[AttentionRow, datetime], Notice | None]] = {
    "worker": _worker,
    "organisation": _organisation,
    "waits": _waits,
    "catch_up": _catch_up,
    "store": _store,
    "consent": _consent,
    "held": _held,
    "drift": _drift,
    "proof": _proof,
}
