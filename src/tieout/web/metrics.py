"""The figures that Prometheus reads, made from the tables when asked: nothing is counted twice by several processes.

They name organisations and stores by their numbers here, never by name, and hold no amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tieout.records.models import (
    Authorisation,
    Call,
    Connection,
    Inbox,
    Installation,
    Organisation,
    Posting,
    Proof,
    Request,
    Schedule,
)

_BEAT = "heartbeat "
_LATELY = timedelta(hours=1)
_DAY = timedelta(days=1)


class Tables(Collector):
    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        for part in PARTS:
            yield from part(now)


def gauge(name: str, text: str, rows: Sequence[tuple[str, float]], label: str) -> Metric:
    """A figure with one label; without rows it is there all the same."""
    family = GaugeMetricFamily(f"tieout_{name}", text, labels=[label])
    for value, figure in rows:
        family.add_metric([value], figure)
    return family


def one(name: str, text: str, figure: float) -> Metric:
    return GaugeMetricFamily(f"tieout_{name}", text, value=figure)


def age(at: datetime | None, now: datetime) -> float:
    """Seconds since; 0 where there is nothing to be old."""
    return max((now - at).total_seconds(), 0.0) if at else 0.0


def queue(now: datetime) -> Iterator[Metric]:
    counts = Posting.objects.exclude(state__in=("posted", "gone")).order_by().values_list("state")
    yield gauge("postings", "Postings that are not at rest, by state", list(counts.annotate(Count("id"))), "state")
    held = Posting.objects.filter(state="held").order_by().values_list("code").annotate(Count("id"))
    yield gauge("held", "Held postings by the code of their reason", list(held), "code")
    oldest = Posting.objects.filter(state="queued").aggregate(at=Min("queued_at"))["at"]
    yield one("queue_age_seconds", "Age of the oldest queued posting", age(oldest, now))
    calls = Call.objects.exclude(state="done").order_by().values_list("state").annotate(Count("id"))
    yield gauge(
        "calls", "Frozen calls that are not settled, by state; unknown ones are looked up", list(calls), "state"
    )


def organisations(now: datetime) -> Iterator[Metric]:
    rows = list(
        Organisation.objects.filter(removed_at=None).values(
            "id", "day_remaining", "day_limit", "hold_until", "status"
        )
    )
    left = [(str(row["id"]), row["day_remaining"]) for row in rows if row["day_remaining"] is not None]
    yield gauge("xero_calls_left", "Calls left today as Xero told", left, "organisation")
    limits = [(str(row["id"]), row["day_limit"]) for row in rows]
    yield gauge("xero_day_limit", "Calls a day", limits, "organisation")
    waits = [
        (str(row["id"]), float(row["status"] != "connected" or bool(row["hold_until"] and row["hold_until"] > now)))
        for row in rows
    ]
    yield gauge("organisation_waits", "1 while an organisation waits for a limit or access", waits, "organisation")
    # By organisation, as the index is: the ledger of requests goes back a year.
    recent = Request.objects.filter(organisation_id__in=[row["id"] for row in rows])
    lately = recent.filter(opened_at__gte=now - _LATELY).aggregate(
        all=Count("id"), failed=Count("id", filter=Q(status__gte=400) | Q(status=0))
    )
    told = [("failed", lately["failed"]), ("all", lately["all"])]
    yield gauge("xero_requests_hour", "Requests to Xero in the last hour", told, "outcome")
    posted = recent.filter(opened_at__gte=now - _DAY, status__gte=200, status__lt=300)
    sent = posted.order_by().values_list("organisation_id").annotate(Sum("documents"))
    rows_sent = [(str(organisation), count or 0) for organisation, count in sent]
    yield gauge("documents_posted_day", "Documents sent to Xero in the last 24 hours", rows_sent, "organisation")


def consents(now: datetime) -> Iterator[Metric]:
    """Only those that something lives on."""
    rows = list(
        Authorisation.objects.filter(organisation__removed_at=None, organisation__isnull=False)
        .distinct()
        .values_list("id", "refreshed_at", "created_at", "refresh_expires_at")
    )
    ages = [(str(pk), age(refreshed or created, now)) for pk, refreshed, created, _ in rows]
    yield gauge("token_age_seconds", "Since the tokens of a consent were renewed", ages, "authorisation")
    ends = [(str(pk), (end - now).total_seconds()) for pk, _, _, end in rows if end is not None]
    yield gauge(
        "token_ends_seconds", "Until the tokens of a consent end if nobody renews them", ends, "authorisation"
    )


def stores(now: datetime) -> Iterator[Metric]:
    rows = list(Connection.objects.filter(removed_at=None).values_list("id", "last_read_at", "created_at", "status"))
    ages = [(str(pk), age(read or created, now)) for pk, read, created, status in rows if status != "paused"]
    yield gauge("store_read_age_seconds", "Since a store was read to its end", ages, "store")
    failing = sum(status in ("failing", "refused") for *_, status in rows)
    yield one("stores_failing", "Store connections that cannot be read", failing)
    waiting = Inbox.objects.filter(handled_at=None).aggregate(count=Count("id"), at=Min("received_at"))
    yield one("webhooks_waiting", "Webhooks that were not handled yet", waiting["count"])
    yield one("webhooks_age_seconds", "Age of the oldest webhook that was not handled yet", age(waiting["at"], now))


def workers(now: datetime) -> Iterator[Metric]:
    beats = Installation.objects.filter(name__startswith=_BEAT).values_list("name", "changed_at")
    ages = [(name.removeprefix(_BEAT), age(at, now)) for name, at in beats]
    yield gauge("worker_heartbeat_age_seconds", "Since a worker told that it lives", ages, "worker")
    failing = Schedule.objects.filter(failures__gt=0, enabled=True).order_by().values_list("job")
    yield gauge("jobs_failing", "Recurring jobs whose last try failed", list(failing.annotate(Count("id"))), "job")
    backup = Installation.objects.filter(name="backup").values_list("changed_at", flat=True).first()
    if backup is not None:
        yield one("backup_age_seconds", "Since the last backup", age(backup, now))


def tie_outs(now: datetime) -> Iterator[Metric]:
    """Of each organisation the newest that came to an end."""
    newest = (
        Proof.objects.filter(run__state="done", organisation__removed_at=None)
        .order_by()
        .values("organisation_id")
        .annotate(run=Max("run_id"))
        .values_list("run", flat=True)
    )
    rows = list(
        Proof.objects.filter(pk__in=list(newest)).values_list("organisation_id", "differences", "run__ended_at")
    )
    differences = [(str(organisation), count) for organisation, count, _ in rows]
    yield gauge("tie_out_differences", "Differences that the last tie-out found", differences, "organisation")
    ages = [(str(organisation), age(ended, now)) for organisation, _, ended in rows]
    yield gauge("tie_out_age_seconds", "Since the last tie-out ended", ages, "organisation")


PARTS: tuple[Callable[[datetime], Iterator[Metric]], ...] = (
    queue,
    organisations,
    consents,
    stores,
    workers,
    tie_outs,
)
