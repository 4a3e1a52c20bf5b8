"""The month-end pack as a paper: a first page to file, then every list behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tieout.sync.month_end import MonthEnd
from tieout.web import formats
from tieout.web.papers import month_end_lists, month_end_sums
from tieout.web.papers.tables import Paper

_LOCKS: dict[str, Any] = {
    "period": gettext_lazy("Period lock date in Xero"),
    "year": gettext_lazy("Year-end lock date in Xero"),
    "ours": gettext_lazy("Books closed in Tieout"),
}


def month_name(month: date) -> str:
    """ "October 2026" in the reader's language."""
    names = formats.locale().months["stand-alone"]["wide"]
    return f"{names[month.month]} {month.year}"


def file_name(pack: MonthEnd) -> str:
    """Without spaces or signs, for downloads: "month-end-2026-10-harbour-trading"."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in pack.organisation.casefold())
    return f"month-end-{pack.month:%Y-%m}-{'-'.join(filter(None, plain.split('-')))[:40]}"


def paper(pack: MonthEnd, made_at: datetime) -> Paper:
    """The pack, in the active language; amounts in their currency's format."""
    return Paper(
        title=_("Month-end pack · %(month)s") % {"month": month_name(pack.month)},
        subtitle=pack.organisation,
        facts=_facts(pack, made_at),
        verdict=_verdict(pack),
        good=not pack.result.differences,
        tables=(*month_end_sums.tables(pack), *month_end_lists.tables(pack)),
        footer=_("%(organisation)s · %(month)s · tie-out %(run)s · Tieout")
        % {"organisation": pack.organisation, "month": month_name(pack.month), "run": pack.run},
    )


def _verdict(pack: MonthEnd) -> str:
    result = pack.result
    if result.differences:
        n = len(result.differences)
        sentence = ngettext(
            "%(n)s difference in %(documents)s documents is not explained.",
            "%(n)s differences in %(documents)s documents are not explained.",
            n,
        )
        return sentence % {"n": formats.number(n), "documents": formats.number(result.documents)}
    if not result.documents:
        return _("Nothing was posted for this month.")
    sentence = ngettext(
        "%(n)s document ties out, to the cent.", "All %(n)s documents tie out, to the cent.", result.documents
    )
    return sentence % {"n": formats.number(result.documents)}


def _facts(pack: MonthEnd, made_at: datetime) -> list[tuple[str, str]]:
    result = pack.result
    zone = timezone.get_current_timezone_name()
    facts = [
        (_("Period"), f"{formats.day(pack.month)} – {formats.day(pack.last)}"),
        (
            _("Organisation"),
            f"{pack.organisation} ({pack.base_currency})" if pack.base_currency else pack.organisation,
        ),
        (_("Stores"), ", ".join(pack.stores) or formats.DASH),
        (_("Xero was read"), f"{_exact(pack.read_at)} ({zone})"),
        (_("Pack was made"), f"{_exact(made_at)} ({zone})"),
        (_("Documents compared"), formats.number(result.documents)),
        (_("Differences"), formats.number(len(result.differences))),
        (_("Explained by settings"), formats.number(len(result.chosen))),
        (_("Held, left out by rules"), f"{formats.number(len(pack.held))}, {formats.number(len(pack.skipped))}"),
        (_("Open credits"), formats.number(len(pack.open_credits))),
    ]
    facts += [(str(_LOCKS[name]), formats.day(day) if day is not None else _("none")) for name, day in pack.locks]
    if result.reports_refused:
        facts.append((_("Xero's reports"), result.reports_refused))
    return facts


def _exact(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{formats.day(local.date())} {local:%H:%M}"
