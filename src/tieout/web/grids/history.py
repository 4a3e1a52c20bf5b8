"""Grids of runs and of the audit trail."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tieout.records.models import Audit, Run
from tieout.web import words
from tieout.web.grids.base import Grid, GridFilter, choice, column, dates, search, starts_with, table_of

#: The CSV has the whole.
CHANGE_LENGTH_MAX = 3000
RUN_STATES = [(state, state.capitalize()) for state in ("asked", "running", "paused", "done", "failed", "undone")]


def counts(text: str) -> list[tuple[str, str]]:
    """A run's totals or scope for people; unreadable text is shown as it is."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return [("", text)]
    if not isinstance(found, dict):
        return [("", str(found))]
    return [(str(name).replace("_", " "), str(value)) for name, value in found.items() if value not in ("", None)]


class RunFilter(GridFilter):
    kind = choice("kind", _("Any kind"), list(words.RUN_KINDS.items()))
    state = choice("state", _("Any state"), RUN_STATES)


class RunRow(msgspec.Struct, frozen=True):
    id: int
    kind: str
    state: str
    started_at: datetime
    seconds: int | None
    started_by: str
    between: str
    totals: list[tuple[str, str]]


class RunGrid(Grid):
    name = "runs"
    title = _("Runs")
    table = table_of(
        state=column(_("State")),
        kind=column(_("Run")),
        started_at=column(_("Started")),
        seconds=column(_("Lasted"), "num"),
        between=column(_("Between")),
        totals=column(_("What came of it")),
    )
    filters = RunFilter
    sorts = {"started_at": "started_at"}
    default_sort = "-started_at"
    row_template = "web/rows/run.html"
    empty_icon = "history"
    empty_title = _("Nothing ran yet.")
    empty_text = _("Syncs, back-fills, tie-outs and undos are listed here.")

    def queryset(self) -> QuerySet[Run]:
        return Run.objects.all()

    def row(self, record: Run) -> RunRow:
        look = self.lookups
        ends = (look.store(record.connection_id), look.organisation(record.organisation_id))
        return RunRow(
            id=record.pk,
            kind=words.run_kind(record.kind),
            state=record.state,
            started_at=record.started_at,
            seconds=round((record.ended_at - record.started_at).total_seconds()) if record.ended_at else None,
            started_by=record.started_by,
            between=" → ".join(end for end in ends if end),
            totals=counts(record.totals),
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        return (
            (str(_("Run")), lambda run: run.pk),
            (str(_("Kind")), lambda run: words.run_kind(run.kind)),
            (str(_("State")), lambda run: run.state),
            (str(_("Started")), lambda run: run.started_at),
            (str(_("Ended")), lambda run: run.ended_at),
            (str(_("By")), lambda run: run.started_by),
            (str(_("What came of it")), lambda run: ", ".join(f"{n} {v}" for n, v in counts(run.totals))),
        )


def changes(before: str, after: str) -> list[tuple[str, str, str]]:
    """(name, before, after) of what differs: field by field where both are JSON objects, else as two texts."""
    if not before and not after:
        return []
    try:
        old, new = json.loads(before or "{}", parse_float=str), json.loads(after or "{}", parse_float=str)
    except ValueError:
        return [("", before, after)]
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [("", before, after)]
    names = [name for name in {**old, **new} if _short(old.get(name)) != _short(new.get(name)) and name != "version"]
    return [(name.replace("_", " "), _short(old.get(name)), _short(new.get(name))) for name in names]


def _short(value: object) -> str:
    text = "" if value in (None, [], {}, "") else json.dumps(value, indent=1, ensure_ascii=False)
    return text if len(text) <= CHANGE_LENGTH_MAX else text[:CHANGE_LENGTH_MAX] + " …"


class AuditRow(msgspec.Struct, frozen=True):
    at: datetime
    user: str
    action: str
    subject: str
    address: str
    changes: list[tuple[str, str, str]]


class AuditFilter(GridFilter):
    q = search("find", _("User"))
    since = dates("at", "gte", _("From"))
    until = dates("at", "lte", _("To"))

    def find(self, queryset: QuerySet[Audit], name: str, value: str) -> QuerySet[Audit]:
        return queryset.filter(starts_with("user", value.strip()))


class AuditGrid(Grid):
    name = "audit"
    title = _("Audit")
    table = table_of(
        at=column(_("Time")),
        user=column(_("User")),
        action=column(_("What")),
        subject=column(_("About")),
        address=column(_("From")),
    )
    filters = AuditFilter
    sorts = {"at": "at"}
    default_sort = "-at"
    row_template = "web/rows/audit.html"
    empty_icon = "shield-check"
    empty_title = _("Nobody changed anything yet.")
    empty_text = _("Every change of mapping, access and money is written here with its user.")

    def queryset(self) -> QuerySet[Audit]:
        return Audit.objects.all()

    def row(self, record: Audit) -> AuditRow:
        return AuditRow(
            at=record.at,
            user=record.user,
            action=record.action,
            subject=record.subject,
            address=record.address,
            changes=changes(record.before, record.after),
        )

    def csv_columns(self) -> Sequence[tuple[str, Callable[[Any], object]]]:
        return (
            (str(_("Time")), lambda audit: audit.at),
            (str(_("User")), lambda audit: audit.user),
            (str(_("What")), lambda audit: audit.action),
            (str(_("About")), lambda audit: audit.subject),
            (str(_("Before")), lambda audit: audit.before),
            (str(_("After")), lambda audit: audit.after),
            (str(_("From")), lambda audit: audit.address),
        )
