"""The plan: what Tieout would do in Xero next, added up from the queue as planning wrote it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Count, Sum

from tieout.money import Money
from tieout.records.models import Document, Organisation, Posting
from tieout.web import words
from tieout.web.forecast import Budget, Forecast, Ready, forecast
from tieout.web.lookups import Lookups


class Step(msgspec.Struct, frozen=True):
    """Queued postings of one organisation, kind, action and currency. total None where there is no amount."""

    organisation: str
    action: str
    role: str
    action_name: str
    count: int
    total: Money | None


class Plan(msgspec.Struct, frozen=True):
    """unplanned: documents that were read and not planned yet; they may add to it."""

    steps: tuple[Step, ...]
    forecast: Forecast
    waiting: int
    held: int
    unplanned: int
    minutes: int = 0


def budgets() -> list[Budget]:
    """What each connected organisation bears."""
    return [
        Budget(
            organisation=row["id"],
            batches=row["batches"],
            minute_limit=row["minute_limit"],
            day_limit=row["day_limit"],
            remaining=row["day_remaining"],
            hold_until=row["hold_until"],
        )
        for row in Organisation.objects.filter(removed_at=None).values(
            "id", "batches", "minute_limit", "day_limit", "day_remaining", "hold_until"
        )
    ]


def plan(lookups: Lookups, now: datetime) -> Plan:
    """Grouped by the database; a constant number of queries."""
    rows = list(
        Posting.objects.filter(state="queued")
        .order_by()
        .values("organisation_id", "role", "action", "currency")
        .annotate(count=Count("id"), total=Sum("total_minor"))
    )
    place = {role: index for index, role in enumerate(words.ROLES)}
    rows.sort(key=lambda row: (row["organisation_id"], place.get(row["role"], 99), row["action"], row["currency"]))
    steps = tuple(
        Step(
            organisation=lookups.organisation(row["organisation_id"]),
            action=words.action(row["action"], row["role"]),
            role=row["role"],
            action_name=row["action"],
            count=row["count"],
            total=Money.from_minor(row["total"], row["currency"]) if row["total"] and row["currency"] else None,
        )
        for row in rows
    )
    ready = [Ready(row["organisation_id"], row["role"], row["count"]) for row in rows]
    states = dict(
        Posting.objects.filter(state__in=("waiting", "held")).order_by().values_list("state").annotate(Count("id"))
    )
    expected = forecast(ready, budgets(), now)
    seconds = (expected.done_at - now).total_seconds() if expected.done_at else 0
    return Plan(
        steps=steps,
        forecast=expected,
        minutes=max(-(-int(seconds) // 60), 1) if expected.done_at else 0,
        waiting=states.get("waiting", 0),
        held=states.get("held", 0),
        unplanned=Document.objects.filter(planning_due=True).count(),
    )
