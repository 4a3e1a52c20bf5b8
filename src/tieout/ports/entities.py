"""The port of the Sync settings: entity by entity when changes of a store go to Xero, pauses, and what is open.

Each method of `EntityRecords` is a transaction of its own, and none reads a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tieout.engine.forecast import OpenWork
from tieout.engine.limits import Bounds
from tieout.rules.entities import Entity, Mode

#: Minutes between two sendings of a scheduled entity when nobody chose others, and the bounds of a choice.
EVERY_MINUTES, EVERY_MINUTES_MIN, EVERY_MINUTES_MAX = 30, 1, 7 * 24 * 60
#: A cron expression fits its column.
CRON_LENGTH_MAX = 120


class EntitySync(msgspec.Struct, frozen=True):
    """How one entity of one store connection is synced.

    enabled: off, nothing of it is planned to be sent; what Xero holds stays as it is.
    every_minutes: of mode scheduled.  cron: instead of it when not "", read in UTC.
    outward: from the store to Xero; off does the same as not enabled, for this direction.
    inward: from Xero into the store, where the store can be written to.
    due_at: next sending of a scheduled entity (read only).  waiting: postings that wait for it (read only).
    batching: why mode immediately goes in batches for now, "" when it does not (read only).
    """

    connection: int
    entity: Entity
    enabled: bool = True
    mode: Mode = Mode.IMMEDIATELY
    every_minutes: int = EVERY_MINUTES
    cron: str = ""
    outward: bool = True
    inward: bool = False
    due_at: datetime | None = None
    waiting: int = 0
    batching: str = ""

    @property
    def sends(self) -> bool:
        """Whether anything of it goes to Xero."""
        return self.enabled and self.outward


class RunState(msgspec.Struct, frozen=True):
    """A run and what is open of it. unplanned: documents not planned yet; work: postings by role."""

    id: int
    kind: str
    state: str
    connection: int | None
    organisations: tuple[int, ...]
    unplanned: int
    work: tuple[OpenWork, ...]


class Pace(msgspec.Struct, frozen=True):
    """What forecasts of an organisation need. calls_last_hour: made for immediate work. work: all that is queued."""

    organisation: int
    bounds: Bounds
    day_remaining: int | None
    hold_until: datetime | None
    calls_last_hour: int
    batching: str
    work: tuple[OpenWork, ...]


class EntityRecords(Protocol):
    """Sync settings, releases and pauses."""

    def entity_syncs(self, connection: int) -> Sequence[EntitySync]:
        """All five, in the order of `Entity`; what nobody set has its defaults."""
        ...

    def save_entity_sync(
        self, wanted: EntitySync, *, due_at: datetime | None, by: str, address: str, now: datetime
    ) -> None:
        """Keep it, move what waits accordingly, write the audit row. due_at: first time of a scheduled entity."""
        ...

    def release_entities(self, connection: int, entities: Collection[Entity], now: datetime) -> int:
        """What waits of these entities may go, with the contacts and items it needs. Returns how many postings."""
        ...

    def pause_run(self, run: int, *, by: str, address: str, now: datetime) -> None: ...

    def resume_run(self, run: int, *, by: str, address: str, now: datetime) -> None: ...

    def open_runs(self) -> Sequence[RunState]:
        """Runs of added documents that are running or paused."""
        ...

    def follow_pauses(self, now: datetime) -> int:
        """What is queued of paused stores and runs stays where it is, what was resumed may go. How many moved.

        Called after a pause or resume, and now and then for what was queued just while somebody pressed it.
        """
        ...

    def pace(self, organisation: int, now: datetime) -> Pace: ...

    def set_batching(self, organisation: int, reason: str) -> None:
        """Immediate work is collected from now on, "" no more."""
        ...

    def organisations_of(self, connection: int) -> Sequence[int]:
        """The organisations that a connection goes to."""
        ...
