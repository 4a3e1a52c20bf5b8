"""For machines that watch: is it alive, can it work, and the figures that Prometheus reads."""

from __future__ import annotations

import hmac

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tieout.web.access import Right, rights_of
from tieout.web.metrics import Tables
from tieout.web.use_cases import use_cases

_log = structlog.get_logger(__name__)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503: whether this process should be started again."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything that the work needs is there, else 503 with which is not. Why, is in the log: a stranger
    may ask here."""
    checks = use_cases().readiness()
    bad = [check for check in checks if not check.is_good]
    for check in bad:
        _log.warning("not ready", check=check.name, reason=check.sentence)
    told = {check.name: "ok" if check.is_good else "failing" for check in checks}
    return JsonResponse({"status": "not ready" if bad else "ready", "checks": told}, status=503 if bad else 200)


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
