"""The sweep: what people did in the ledger since the last time, so that nothing of theirs is overwritten.

It asks each list for what changed since; an organisation in which nobody did anything costs one call a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.accounting import Held, Role
from tieout.ports import Clock, Ledger, Meter
from tieout.ports.seeing import Difference, SeeingRecords, Update
from tieout.sync.news import news_of

#: Lists that are read; payments bring refund payments along.
LISTS = (Role.INVOICE, Role.CREDIT_NOTE, Role.PAYMENT)
#: Clocks differ, and Xero does not say whether its bound is inclusive: some minutes are read twice.
OVERLAP = timedelta(minutes=5)


class Swept(msgspec.Struct, frozen=True):
    """read: objects; changed: ours that a person touched; moved: ours whose status is another now."""

    read: int = 0
    changed: int = 0
    moved: int = 0


class Sweep:
    """Reads what changed in one organisation."""

    def __init__(self, records: SeeingRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def run(self, organisation: int, ledger: Ledger, meter: Meter, since: datetime | None) -> Swept:
        """Raises what reading raises; then nothing is lost, the same time is asked for again."""
        total = Swept()
        for role in LISTS:
            started = self._clock.now()
            for page in ledger.read(role, meter, since=since - OVERLAP if since else None):
                found = self.look(organisation, page, started)
                total = Swept(total.read + len(page), total.changed + found.changed, total.moved + found.moved)
        return total

    def look(self, organisation: int, page: Sequence[Held], started: datetime) -> Swept:
        """Compare what was just read with our postings. started: when it was asked for; `read` stays 0."""
        by_id = {held.remote_id: held for held in page}
        updates: list[Update] = []
        differences: list[Difference] = []
        changed = moved = 0
        for ours in self._records.posted_objects(organisation, page):
            if ours.posted_at is not None and ours.posted_at >= started:
                # We wrote it after this page was asked for: the page may tell of before.
                continue
            news = news_of(ours, by_id[ours.remote_id])
            differences += news.differences
            if news.update is not None:
                updates.append(news.update)
            changed += news.changed
            moved += news.moved
        if updates or differences:
            self._records.note_seen(updates, differences, self._clock.now())
        return Swept(changed=changed, moved=moved)
