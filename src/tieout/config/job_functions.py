"""What the standard recurring jobs do. Each takes the wiring, its job and whether to stop; returns a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.ports.schedules import Job
from tieout.records.housekeeping import Retention
from tieout.sync.sweep import Sweep, Swept

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring


def pull(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Read what changed in a store."""
    store = wired.records.connection(job.connection or 0)
    if store.status in ("paused", "refused"):
        return "left out: the store is paused or waits for a person"
    if store.not_before is not None and store.not_before > wired.clock.now():
        return f"left out: the store is tried again at {store.not_before:%H:%M:%S} UTC"
    pulled = wired.puller().pull(store, wired.adapter(store), wired.reader(store), stop=stopping)
    return pulled.failure or f"{pulled.new} new, {pulled.changed} changed"


def plan(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Plan what changed in a store."""
    store = wired.records.connection(job.connection or 0)
    if store.status == "paused":
        return "left out: the store is paused"
    planned = wired.planner(store).plan_due(priority=None, stop=stopping).dossiers if store.context else 0
    return f"{planned} planned"


def reference(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Read an organisation's settings again."""
    wired.adopt(wired.administration.organisation(job.organisation or 0))
    return "accounts, tax rates, currencies and lock dates read"


def sweep(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Ask what people changed in Xero. From the first time on: what was there before we came is nobody's change."""
    organisation = wired.administration.organisation(job.organisation or 0)
    if organisation.status != "connected":
        return f"left out: the organisation is {organisation.status}"
    started, mark = wired.clock.now(), f"swept:{organisation.id}"
    since = wired.administration.fact(mark)
    swept = Swept()
    if since:
        swept = Sweep(wired.records, wired.clock).run(
            organisation.id,
            wired.ledger(organisation),
            wired.meter(organisation),
            datetime.fromisoformat(since),
        )
    wired.administration.note_fact(mark, started.isoformat(), started)
    return f"{swept.read} read, {swept.changed} changed by people, {swept.moved} approved or ended"


def clean(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Delete what was kept long enough."""
    gone = dict(wired.records.clean(Retention(), wired.clock.now()))
    if wired.bell is not None:
        gone["rings"] = wired.bell.forget_broken()
    return ", ".join(f"{count} {what}" for what, count in gone.items() if count) or "nothing was old enough"
