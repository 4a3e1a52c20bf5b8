"""Sync settings as people change them, and the recurring work that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from cronsim import CronSim, CronSimError

from tieout.engine.forecast import Forecast, OpenWork, forecast, why_batches
from tieout.errors import ConfigurationWrong
from tieout.ports import Clock
from tieout.ports.administration import Administration
from tieout.ports.entities import (
    CRON_LENGTH_MAX,
    EVERY_MINUTES_MAX,
    EVERY_MINUTES_MIN,
    EntityRecords,
    EntitySync,
    Pace,
    RunState,
)
from tieout.rules.entities import Mode
from tieout.sync.queue import Person

#: Postings that a document of a run becomes, until its own tell better: contact, sale, payment.
_ROLES_EACH = ("contact", "invoice", "payment")


class RunForecast(msgspec.Struct, frozen=True):
    """A run of added documents. ends_at: by the limits of now, None when nothing is open; paused adds nothing."""

    run: int
    state: str
    unplanned: int
    open: int
    calls: int
    ends_at: datetime | None


class EntitySettings:
    """What the Sync settings screen and the terminal ask for."""

    def __init__(self, records: EntityRecords, administration: Administration, clock: Clock) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock

    def list(self, connection: int) -> Sequence[EntitySync]:
        """The five entities of a connection, with the next time and what waits."""
        return self._records.entity_syncs(connection)

    def save(self, wanted: EntitySync, actor: Person) -> EntitySync:
        """Keep one; what is queued already follows it. Raises ConfigurationWrong naming the field."""
        wanted = msgspec.structs.replace(wanted, cron=" ".join(wanted.cron.split()))
        check(wanted)
        now = self._clock.now()
        due_at = next_time(wanted, now) if wanted.mode is Mode.SCHEDULED and wanted.sends else None
        self._records.save_entity_sync(wanted, due_at=due_at, by=actor.user, address=actor.address, now=now)
        return next(one for one in self.list(wanted.connection) if one.entity is wanted.entity)

    def pause_run(self, run: int, actor: Person) -> None:
        self._records.pause_run(run, by=actor.user, address=actor.address, now=self._clock.now())

    def resume_run(self, run: int, actor: Person) -> None:
        self._records.resume_run(run, by=actor.user, address=actor.address, now=self._clock.now())

    def forecasts(self) -> Sequence[RunForecast]:
        """Runs of added documents that are under way or paused, and when they will end."""
        return [self._forecast(run) for run in self._records.open_runs()]

    def forecast(self, organisation: int) -> Forecast:
        """When everything that is queued for an organisation will be there."""
        pace = self._records.pace(organisation, self._clock.now())
        return self._of(pace.work, pace)

    # recurring work

    def release(self, connection: int, entity: str) -> int:
        """What is due of a scheduled entity; without one, what immediate entities collected for the day's sake."""
        entities = [
            one.entity
            for one in self.list(connection)
            if one.sends and (one.entity.value == entity if entity else one.mode is Mode.IMMEDIATELY)
        ]
        return self._records.release_entities(connection, entities, self._clock.now())

    def watch_pace(self, organisation: int, every_minutes: int) -> str:
        """Decide anew whether immediate work of an organisation is collected. Returns the reason, "" for no."""
        pace = self._records.pace(organisation, self._clock.now())
        left = pace.bounds.day if pace.day_remaining is None else pace.day_remaining
        reason = why_batches(
            pace.calls_last_hour,
            max(left - pace.bounds.day_reserve, 0),
            self._clock.now(),
            already=bool(pace.batching),
            every_minutes=every_minutes,
        )
        # The figures of a reason that holds on change by the minute; the first one stays.
        if bool(reason) != bool(pace.batching):
            self._records.set_batching(organisation, reason)
        return reason

    def watch_runs(self) -> int:
        """End runs of which nothing is open, keep paused what joined them late. Returns how many ended."""
        self._records.follow_pauses(self._clock.now())
        running = [run for run in self._records.open_runs() if run.state == "running"]
        done = [run for run in running if not run.unplanned and not run.work]
        for run in done:
            self._administration.end_run(run.id, state="done", totals={}, now=self._clock.now())
        return len(done)

    def _forecast(self, run: RunState) -> RunForecast:
        work = [*run.work, *(OpenWork(role, run.unplanned) for role in _ROLES_EACH if run.unplanned)]
        organisations = run.organisations or (
            self._records.organisations_of(run.connection) if run.connection is not None else ()
        )
        now = self._clock.now()
        forecasts = [self._of(work, self._records.pace(organisation, now)) for organisation in organisations]
        return RunForecast(
            run=run.id,
            state=run.state,
            unplanned=run.unplanned,
            open=sum(one.count for one in run.work),
            calls=max((one.calls for one in forecasts), default=0),
            ends_at=max((one.ends_at for one in forecasts if one.ends_at is not None), default=None),
        )

    def _of(self, work: Sequence[OpenWork], pace: Pace) -> Forecast:
        return forecast(
            work, pace.bounds, self._clock.now(), day_remaining=pace.day_remaining, hold_until=pace.hold_until
        )


def check(wanted: EntitySync) -> None:
    """Raises ConfigurationWrong when it cannot be kept as it is."""
    if not EVERY_MINUTES_MIN <= wanted.every_minutes <= EVERY_MINUTES_MAX:
        raise ConfigurationWrong(
            "every_minutes", f"Choose between {EVERY_MINUTES_MIN} and {EVERY_MINUTES_MAX} minutes, for example 30."
        )
    if not wanted.cron:
        return
    try:
        if len(wanted.cron) > CRON_LENGTH_MAX:
            raise CronSimError("too long")
        next(CronSim(wanted.cron, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        raise ConfigurationWrong(
            "cron", f"“{wanted.cron[:60]}” is no cron expression that ever comes; an example is 0 6,18 * * 1-5."
        ) from error


def next_time(wanted: EntitySync, now: datetime) -> datetime:
    """When a scheduled entity goes next, counted from now."""
    if wanted.cron:
        return next(CronSim(wanted.cron, now))
    return now + timedelta(minutes=wanted.every_minutes)
