"""Verbs that look: log, report, tie-out, doctor."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click

from tieout.cli.output import emit, json_option, table
from tieout.config import start
from tieout.config.clocks import SystemClock

_ROWS_MAX = 10_000


@click.command(epilog="Example: tieout log --status error --limit 20")
@click.option("--status", type=click.Choice(("success", "error", "held", "skipped")))
@click.option("--number", help="Only this document's number.")
@click.option("--limit", type=click.IntRange(1, _ROWS_MAX), default=50, show_default=True)
@json_option
def log(status: str | None, number: str | None, limit: int, as_json: bool) -> None:
    """What happened, newest first."""
    start.begin()
    from tieout.records.models import Event

    rows = Event.objects.order_by("-at", "-id")
    if status:
        rows = rows.filter(status=status)
    if number:
        rows = rows.filter(number=number)
    entries = [
        {
            "at": row.at,
            "entity": row.entity,
            "number": row.number,
            "action": row.action,
            "status": row.status,
            "code": row.code,
            "message": row.message,
            "duration_ms": row.duration_ms,
            "run": row.run_id,
        }
        for row in rows[:limit]
    ]
    if as_json:
        emit({"log": entries})
        return
    shown = ("at", "entity", "number", "action", "status", "message")
    table("Log", shown, [[_short(entry[name]) for name in shown] for entry in entries])


def _short(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else value


@click.command(epilog="Example: tieout report --days 7")
@click.option("--days", type=click.IntRange(1, 400), default=30, show_default=True)
@json_option
def report(days: int, as_json: bool) -> None:
    """Calls to Xero per day, organisation and endpoint."""
    start.begin()
    from django.db.models import Count, Min, Q, Sum
    from django.db.models.functions import TruncDate

    from tieout.records.models import Request

    since = SystemClock().now() - timedelta(days=days)
    rows = (
        Request.objects.filter(opened_at__gte=since)
        .annotate(day=TruncDate("opened_at"))
        .values("day", "organisation__name", "endpoint")
        .annotate(
            calls=Count("id"),
            failed=Count("id", filter=Q(status__gte=400) | Q(status=0)),
            documents=Sum("documents"),
            bytes_out=Sum("bytes_out"),
            bytes_in=Sum("bytes_in"),
            day_remaining=Min("day_remaining"),
        )
        .order_by("-day", "organisation__name", "endpoint")
    )
    entries: list[dict[str, Any]] = [
        {("organisation" if key == "organisation__name" else key): value for key, value in row.items()}
        for row in rows
    ]
    if as_json:
        emit({"report": entries})
        return
    columns = (
        "day",
        "organisation",
        "endpoint",
        "calls",
        "failed",
        "documents",
        "bytes_out",
        "bytes_in",
        "day_remaining",
    )
    table(
        "Requests to Xero",
        [name.replace("_", " ") for name in columns],
        [[entry[name] for name in columns] for entry in entries],
        right=range(3, 9),
    )


@click.command(epilog="Example: tieout doctor")
@json_option
def doctor(as_json: bool) -> int:
    """Look at configuration, rights, mapping, lock dates, disk and backups. Exits 1 when something is wrong."""
    start.begin()
    from tieout.config.wiring import wiring

    findings = wiring().doctor()
    if as_json:
        emit({"findings": findings, "problems": sum(not one.fine for one in findings)})
    else:
        marks = {True: "fine", False: "LOOK"}
        table(
            "Doctor",
            ("", "what", "found", "what to do"),
            [(marks[f.fine], f.what, f.found, f.advice) for f in findings],
        )
    sys.stdout.flush()
    return 0 if all(one.fine for one in findings) else 1
