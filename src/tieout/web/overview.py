"""The dashboard's figures, each from one grouped query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from tieout.records.models import Connection, Event, Organisation, Posting, Request
from tieout.web import charts, formats
from tieout.web.forecast import Forecast, Ready, forecast
from tieout.web.grids.queue import in_queue
from tieout.web.plan_page import budgets

CHART_DAYS = 30
CAUSES_MAX = 8


class Live(msgspec.Struct, frozen=True):
    """The numbers that refresh themselves."""

    waiting: int
    sending: int
    held: int
    posted_today: int
    calls_today: int
    calls_left: int | None
    day_limit: int
    last_read: datetime | None
    forecast: Forecast

    @property
    def used_percent(self) -> int:
        """Share of today's calls that is used, of all organisations together, 0 to 100."""
        if self.calls_left is None or not self.day_limit:
            return 0
        return max(0, min(100, round(100 * (self.day_limit - self.calls_left) / self.day_limit)))


class Link(msgspec.Struct, frozen=True):
    """A connection on the dashboard."""

    name: str
    kind: str
    status: str
    note: str
    url_name: str
    id: int


def live(now: datetime) -> Live:
    """States of the queue, what was posted since the reader's midnight, and the calls."""
    counts = dict(in_queue().order_by().values_list("state").annotate(Count("id")))
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    known_budgets = budgets()
    ready = [
        Ready(organisation, role, count)
        for organisation, role, count in Posting.objects.filter(state="queued")
        .order_by()
        .values_list("organisation_id", "role")
        .annotate(Count("id"))
    ]
    known = [budget.remaining for budget in known_budgets if budget.remaining is not None]
    return Live(
        waiting=counts.get("queued", 0) + counts.get("waiting", 0),
        sending=counts.get("sending", 0),
        held=counts.get("held", 0),
        posted_today=Event.objects.filter(status="success", at__gte=midnight).exclude(role="").count(),
        calls_today=Request.objects.filter(opened_at__gte=midnight).count(),
        calls_left=sum(known) if known else None,
        day_limit=sum(budget.day_limit for budget in known_budgets if budget.remaining is not None),
        last_read=Connection.objects.filter(removed_at=None).aggregate(at=Max("last_read_at"))["at"],
        forecast=forecast(ready, known_budgets, now),
    )


def links(now: datetime) -> list[Link]:
    """Every store and organisation with its state in words."""
    found = [
        Link(store.name, store.kind, store.status, _store_note(store, now), "store", store.pk)
        for store in Connection.objects.filter(removed_at=None)
        .order_by("name")
        .only("name", "kind", "status", "status_reason", "last_read_at", "not_before")
    ]
    for organisation in Organisation.objects.filter(removed_at=None).order_by("name").defer("reference"):
        status, note = organisation_state(organisation, now)
        found.append(Link(str(organisation), "xero", status, note, "organisation", organisation.pk))
    return found


def _store_note(store: Connection, now: datetime) -> str:
    if store.status in ("failing", "refused") and store.status_reason:
        return store.status_reason
    if store.last_read_at is None:
        return _("Not read yet")
    return _("Read %(ago)s") % {"ago": formats.ago(store.last_read_at, now)}


def organisation_state(organisation: Organisation, now: datetime) -> tuple[str, str]:
    """(state, sentence): an organisation that waits says for what and until when (C112, C135)."""
    if organisation.status != "connected":
        return organisation.status, organisation.status_reason
    if organisation.hold_until and organisation.hold_until > now:
        reason = organisation.hold_reason or _("A limit of Xero was reached")
        until = formats.moment(organisation.hold_until, now=now)
        return "limited", _("%(reason)s; goes on at %(until)s") % {"reason": reason, "until": until}
    if organisation.catch_up:
        return "catching_up", _("Looks up what Xero holds before anything new is created")
    if organisation.day_remaining is None:
        return "connected", _("No call yet")
    left = formats.number(organisation.day_remaining)
    return "connected", _("%(left)s calls left today") % {"left": left}


def posted_chart(now: datetime) -> tuple[charts.Chart, Sequence[tuple[date, int]]]:
    """Documents sent per day of the last 30, by the ledger of requests, in the reader's zone."""
    today = timezone.localtime(now).date()
    first = today - timedelta(days=CHART_DAYS - 1)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight - timedelta(days=CHART_DAYS - 1)
    by_day: dict[Any, int] = dict(
        Request.objects.filter(opened_at__gte=begin, status__gte=200, status__lt=300)
        .annotate(day=TruncDate("opened_at"))
        .order_by()
        .values_list("day")
        .annotate(Sum("documents"))
    )
    days = [(first + timedelta(days=index), 0) for index in range(CHART_DAYS)]
    figures = [(day, by_day.get(day, 0)) for day, _zero in days]
    points = [
        charts.Point(
            label=formats.day(day, with_year=False), title=f"{formats.day(day)}: {formats.number(count)}", value=count
        )
        for day, count in figures
    ]
    total = sum(count for _day, count in figures)
    sentence = _("Documents sent to Xero per day, last 30 days: %(total)s in all, at most %(peak)s in a day.") % {
        "total": formats.number(total),
        "peak": formats.number(max(count for _day, count in figures)),
    }
    return charts.bars(points, sentence), figures
