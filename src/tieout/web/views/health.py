"""For machines that watch: is it alive, and the figures that Prometheus reads. Neither holds names or amounts."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from tieout.records.models import Connection, Organisation, Posting, Request
from tieout.web.access import Right, rights_of


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


class Tables(Collector):
    """Reads the tables when asked: nothing is counted twice by several processes."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        queue = GaugeMetricFamily("tieout_postings", "Postings that are not at rest, by state", labels=["state"])
        states = Posting.objects.exclude(state__in=("posted", "gone")).order_by().values_list("state")
        for state, count in states.annotate(Count("id")):
            queue.add_metric([state], count)
        yield queue
        oldest = (
            Posting.objects.filter(state="queued").order_by("queued_at").values_list("queued_at", flat=True).first()
        )
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("tieout_queue_age_seconds", "Age of the oldest queued posting", value=age)
        left = GaugeMetricFamily("tieout_xero_calls_left", "Calls left today as Xero told", labels=["organisation"])
        held_back = GaugeMetricFamily(
            "tieout_organisation_waits",
            "1 while an organisation waits for a limit or access",
            labels=["organisation"],
        )
        for row in Organisation.objects.filter(removed_at=None).values("id", "day_remaining", "hold_until", "status"):
            if row["day_remaining"] is not None:
                left.add_metric([str(row["id"])], row["day_remaining"])
            waits = row["status"] != "connected" or bool(row["hold_until"] and row["hold_until"] > now)
            held_back.add_metric([str(row["id"])], int(waits))
        yield left
        yield held_back
        calls = GaugeMetricFamily(
            "tieout_xero_requests_hour", "Requests to Xero in the last hour", labels=["outcome"]
        )
        recent = Request.objects.filter(opened_at__gte=now - timedelta(hours=1))
        failed = recent.filter(status__gte=400).count() + recent.filter(status=0).count()
        calls.add_metric(["failed"], failed)
        calls.add_metric(["all"], recent.count())
        yield calls
        failing = Connection.objects.filter(removed_at=None, status__in=("failing", "refused")).count()
        yield GaugeMetricFamily("tieout_stores_failing", "Store connections that cannot be read", value=failing)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For users who may read, and for a watcher with the token of TIEOUT_METRICS_TOKEN."""
    token = settings.TIEOUT_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = bool(token) and hmac.compare_digest(given.encode(), token.encode())
    if not known and Right.READ not in rights_of(request.user):
        return HttpResponseForbidden("A token is needed: TIEOUT_METRICS_TOKEN.\n", content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(Tables())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
