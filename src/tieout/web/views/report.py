"""The daily request report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tieout.records.models import Organisation
from tieout.web import csv_export, daily_report, overview
from tieout.web.access import Right, needs
from tieout.web.given import is_number
from tieout.web.lookups import lookups


def _choice(request: HttpRequest) -> tuple[int, int | None]:
    days, organisation = request.GET.get("days", ""), request.GET.get("organisation", "")
    chosen = int(days) if is_number(days) and int(days) in daily_report.PERIODS else daily_report.PERIODS[0]
    return chosen, int(organisation) if is_number(organisation) else None


@needs(Right.READ)
def report(request: HttpRequest) -> HttpResponse:
    now, names = timezone.now(), lookups()
    days, organisation = _choice(request)
    rows = daily_report.lines(daily_report.requests(now, days, organisation))
    drawing, figures, expected = daily_report.chart(now, organisation)
    organisations = Organisation.objects.filter(removed_at=None).defer("reference").order_by("name")
    context = {
        "rows": [(line, names.organisation(line.organisation_id)) for line in rows],
        "cut": len(rows) >= daily_report.ROWS_MAX,
        "totals": {
            "calls": sum(line.calls for line in rows),
            "failed": sum(line.failed for line in rows),
            "documents": sum(line.documents for line in rows),
            "bytes_out": sum(line.bytes_out for line in rows),
            "bytes_in": sum(line.bytes_in for line in rows),
        },
        "chart": drawing,
        "figures": figures,
        "expected": expected,
        "limits": [entry for entry in organisations if organisation is None or entry.pk == organisation][:10],
        "live": overview.live(now),
        "days": days,
        "periods": daily_report.PERIODS,
        "organisation": str(organisation or ""),
        "organisations": names.organisation_choices(),
    }
    return render(request, "web/report.html", context)


@needs(Right.READ)
def report_csv(request: HttpRequest) -> HttpResponseBase:
    names = lookups()
    days, organisation = _choice(request)
    header = (
        _("Day"), _("Organisation"), _("Endpoint"), _("Calls"), _("Failed calls"), _("Documents sent"),
        _("Bytes out"), _("Bytes in"), _("Least remaining of the day's limit"),
    )  # fmt: skip
    rows = (
        (
            line.day, names.organisation(line.organisation_id), line.endpoint, line.calls, line.failed,
            line.documents, line.bytes_out, line.bytes_in, line.remaining,
        )
        for line in daily_report.lines(daily_report.requests(timezone.now(), days, organisation), limit=None)
    )  # fmt: skip
    return csv_export.response(f"requests-{timezone.localdate():%Y-%m-%d}", header, rows)
