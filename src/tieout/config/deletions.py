"""The nightly look for what stores have no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports.deletions import DeletionReader
from tieout.ports.records import StoreConnection
from tieout.ports.schedules import Job
from tieout.sync.missing import Missing

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring


def missing(wired: Wiring, connection: StoreConnection) -> Missing | None:
    """For a store that tells no deletions; None for others, and for one that was never read."""
    reader = wired.reader(connection)
    if not isinstance(reader, DeletionReader) or not connection.context:
        return None
    translator = wired.adapter(connection).translator(connection.context, connection.options)
    return Missing(wired.records, wired.clock, connection.id, reader, translator)


def look(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Compare all ids of a store with what was read from it. A failure is logged and waits for the next night."""
    store = wired.records.connection(job.connection or 0)
    if store.status in ("paused", "refused"):
        return "left out: the store is paused or waits for a person"
    finder = missing(wired, store)
    if finder is None:
        return "this store tells its deletions itself"
    try:
        found = finder.compare()
    except (RetryLater, NeedsOperator, ContractBroken) as error:
        now = wired.clock.now()
        wired.administration.log(action="deletions", status="error", message=str(error), now=now, connection=store.id)
        return str(error)
    return f"{found.removed} deleted in the store"
