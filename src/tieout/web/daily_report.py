"""The daily request report: calls per day, organisation and endpoint, from the ledger of requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from tieout.records.models import Request
from tieout.web import charts, formats

PERIODS = (7, 30, 90)
CHART_DAYS = 30
#: Average of so many days is what tomorrow is expected to cost.
FORECAST_DAYS = 7
#: More rows than this are for the CSV.
ROWS_MAX = 1000

_FAILED = Q(status=0) | Q(status__gte=400)


class Line(msgspec.Struct, frozen=True):
    """One day, organisation and endpoint. remaining: the least that Xero's headers named on that day."""

    day: date
    organisation_id: int | None
    endpoint: str
    calls: int
    failed: int
    documents: int
    bytes_out: int
    bytes_in: int
    remaining: int | None


def _begin(now: datetime, days: int) -> datetime:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def requests(now: datetime, days: int, organisation: int | None) -> QuerySet[Request]:
    """Requests since the beginning of the first of `days` days, in the reader's zone."""
    found = Request.objects.filter(opened_at__gte=_begin(now, days))
    return found.filter(organisation_id=organisation) if organisation else found


def lines(chosen: QuerySet[Request], limit: int | None = ROWS_MAX) -> list[Line]:
    """The report's rows, newest day first."""
    rows = (
        chosen.annotate(day=TruncDate("opened_at"))
        .order_by()
        .values("day", "organisation_id", "endpoint")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=_FAILED),
            documents=Sum("documents"),
            bytes_out=Sum("bytes_out"),
            bytes_in=Sum("bytes_in"),
            remaining=Min("day_remaining"),
        )
        .order_by("-day", "organisation_id", "endpoint")
    )
    return [Line(**row) for row in (rows[:limit] if limit else rows)]


class Expected(msgspec.Struct, frozen=True):
    """What tomorrow costs if it is like the last week: calls and bytes, averages rounded up."""

    calls: int
    bytes: int


def chart(now: datetime, organisation: int | None) -> tuple[charts.Chart, Sequence[tuple[date, int, int]], Expected]:
    """Calls of 30 days, failed ones told apart, tomorrow's forecast beside them."""
    by_day = {
        row["day"]: (row["calls"], row["failed"], row["bytes_in"] + row["bytes_out"])
        for row in requests(now, CHART_DAYS, organisation)
        .annotate(day=TruncDate("opened_at"))
        .order_by()
        .values("day")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=_FAILED),
            bytes_in=Sum("bytes_in"),
            bytes_out=Sum("bytes_out"),
        )
    }
    first = _begin(now, CHART_DAYS).date()
    figures = []
    for index in range(CHART_DAYS):
        day = first + timedelta(days=index)
        calls, failed, _bytes = by_day.get(day, (0, 0, 0))
        figures.append((day, calls, failed))
    # The week before today: today is not over, it would make tomorrow look cheap.
    week = [
        by_day.get(first + timedelta(days=CHART_DAYS - 1 - back), (0, 0, 0)) for back in range(1, FORECAST_DAYS + 1)
    ]
    expected = Expected(
        calls=-(-sum(entry[0] for entry in week) // FORECAST_DAYS),
        bytes=-(-sum(entry[2] for entry in week) // FORECAST_DAYS),
    )
    points = [
        charts.Point(
            label=formats.day(day, with_year=False),
            title=_("%(day)s: %(calls)s calls, %(failed)s failed")
            % {"day": formats.day(day), "calls": formats.number(calls), "failed": formats.number(failed)},
            value=calls,
            second=failed,
        )
        for day, calls, failed in figures
    ]
    points.append(
        charts.Point(
            label=_("tomorrow"),
            title=_("Tomorrow: about %(calls)s calls") % {"calls": formats.number(expected.calls)},
            value=expected.calls,
            faint=True,
        )
    )
    total = sum(calls for _day, calls, _failed in figures)
    sentence = _("Calls to Xero per day: %(total)s in 30 days, about %(expected)s expected tomorrow.") % {
        "total": formats.number(total),
        "expected": formats.number(expected.calls),
    }
    return charts.bars(points, sentence), figures, expected
