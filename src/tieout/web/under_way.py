"""What is being done just now: runs with how far they are, stores being read. For the dashboard and a run's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from tieout.records.models import Document, Posting, Proof, Run, Schedule, Watermark
from tieout.web import formats, words
from tieout.web.lookups import Lookups

#: Runs that have not come to their end.
OPEN_STATES = ("asked", "running", "paused")
RUNS_MAX = 5
#: A read that takes longer is worth a line; those of every minute are not.
READ_AFTER = timedelta(seconds=3)
#: States in which a posting of a run needs nothing more of the run.
_DONE = ("posted", "gone", "held", "removed")


class Progress(msgspec.Struct, frozen=True):
    """How far a run is. of: all its postings, and documents not planned yet."""

    done: int
    held: int
    of: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.of if self.of else 0


class Work(msgspec.Struct, frozen=True):
    """A line of what is under way. percent None where nobody knows how much there is."""

    icon: str
    text: str
    url: str
    percent: int | None = None


def progress_of(runs: list[int]) -> dict[int, Progress]:
    """Two queries for any number of runs."""
    states: dict[int, dict[str, int]] = {run: {} for run in runs}
    rows = Posting.objects.filter(run__in=runs).order_by().values_list("run_id", "state").annotate(count=Count("id"))
    for run, state, count in rows:
        states[run or 0][state] = count
    unplanned: dict[Any, int] = dict(
        Document.objects.filter(planning_run__in=runs, planning_due=True)
        .order_by()
        .values_list("planning_run")
        .annotate(Count("id"))
    )
    return {
        run: Progress(
            done=sum(count for state, count in found.items() if state in _DONE),
            held=found.get("held", 0),
            of=sum(found.values()) + unplanned.get(run, 0),
        )
        for run, found in states.items()
    }


def under_way(names: Lookups, now: datetime) -> list[Work]:
    """Runs first, then stores that are being read; a constant number of queries."""
    runs = list(Run.objects.filter(state__in=OPEN_STATES).order_by("-id")[:RUNS_MAX])
    progress = progress_of([run.pk for run in runs])
    told = dict(Proof.objects.filter(run__in=[run.pk for run in runs]).values_list("run_id", "progress"))
    return [*(_run(run, progress[run.pk], told) for run in runs), *_reading(names, now)]


def _run(run: Run, progress: Progress, told: dict[int, str]) -> Work:
    url = reverse("run", args=(run.pk,))
    name = words.run_kind(run.kind)
    if run.pk in told:
        return Work("scale", f"{name}: {told[run.pk] or _('waits for the worker')}", url)
    text = _("%(name)s: %(done)s of %(of)s done") % {
        "name": name,
        "done": formats.number(progress.done),
        "of": formats.number(progress.of),
    }
    if run.state == "paused":
        return Work("pause", f"{text}, {_('paused')}", url, progress.percent)
    return Work("loader", text, url, progress.percent)


def _reading(names: Lookups, now: datetime) -> list[Work]:
    jobs = Schedule.objects.filter(
        job="pull", lease_until__gt=now, last_started_at__lte=now - READ_AFTER, connection__isnull=False
    )
    stores = [job.connection_id or 0 for job in jobs.order_by("id")]
    marks: dict[int, tuple[str, datetime]] = {}
    for store, kind, changed in (
        Watermark.objects.filter(connection__in=stores)
        .order_by("read_at")
        .values_list("connection_id", "kind", "updated_at")
    ):
        marks[store] = (kind, changed)
    return [_read(names.store(store), marks.get(store), now) for store in stores]


def _read(store: str, mark: tuple[str, datetime] | None, now: datetime) -> Work:
    url = reverse("connections")
    if mark is None:
        return Work("download", _("%(store)s is being read") % {"store": store}, url)
    kind, changed = mark
    text = _("%(store)s is being read: %(entity)s changed up to %(when)s") % {
        "store": store,
        "entity": words.entity(kind).lower(),
        "when": formats.moment(changed, now=now),
    }
    return Work("download", text, url)
