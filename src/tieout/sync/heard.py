"""What Xero's webhooks mean for our own postings: a look at exactly the documents that somebody else changed.

Xero tells of our own writes as well. An event that is not younger than our last write of the document, or of a
payment or allocation of it, is its echo and costs no call; nor does one of a document that is not ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tieout.accounting import Role
from tieout.ports import Clock, Ledger, Meter
from tieout.ports.seeing import SeeingRecords
from tieout.ports.webhooks import EchoRecords, LedgerEvent
from tieout.sync.sweep import Sweep

#: Categories whose documents are compared with ours, as the sweep compares them.
CATEGORIES = {"INVOICE": Role.INVOICE, "CREDITNOTE": Role.CREDIT_NOTE}
#: Xero's clock and ours differ; a person does not change a document within seconds of our writing it.
ECHO = timedelta(seconds=5)


class Heard:
    """Looks after the events of one organisation."""

    def __init__(self, records: SeeingRecords, echoes: EchoRecords, clock: Clock) -> None:
        self._echoes = echoes
        self._clock = clock
        self._sweep = Sweep(records, clock)

    def look(
        self, organisation: int, ledger: Ledger, meter: Meter, events: Sequence[LedgerEvent]
    ) -> dict[LedgerEvent, str]:
        """Words about each event. Raises what reading raises; then nothing is lost, the sweep comes."""
        of_ours = [event for event in events if event.category in CATEGORIES]
        written = self._echoes.last_written(organisation, [event.resource_id for event in of_ours])
        news = [event for event in of_ours if _is_news(event, written)]
        changed = 0
        for category, role in CATEGORIES.items():
            ids = list(dict.fromkeys(event.resource_id for event in news if event.category == category))
            if ids:
                started = self._clock.now()
                for page in ledger.read_some(role, ids, meter):
                    seen = self._sweep.look(organisation, page, started)
                    changed += seen.changed + seen.moved
        looked = f"looked at: {changed} of {len(news)} changed by people" if news else ""
        chosen = set(news)
        return {event: looked if event in chosen else _quiet(event, written) for event in events}


def _is_news(event: LedgerEvent, written: dict[str, datetime | None]) -> bool:
    if event.resource_id not in written:
        return False
    at = written[event.resource_id]
    return at is not None and event.at > at + ECHO


def _quiet(event: LedgerEvent, written: dict[str, datetime | None]) -> str:
    if event.category not in CATEGORIES or event.resource_id not in written:
        return "not ours"
    return "our own writing"
