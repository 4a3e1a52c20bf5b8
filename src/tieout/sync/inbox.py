"""Working off the inbox: what stores and Xero told becomes a look at exactly those documents.

Rows may come in any order, doubled, or not at all. Whatever cannot be done now is left to the next pull or sweep,
which see the same change; no row stays behind, so that none keeps others waiting.
"""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from tieout.documents import DocumentKey
from tieout.errors import ContractBroken, NeedsOperator, OutcomeUnknown, RetryLater
from tieout.ports import Clock
from tieout.ports.webhooks import InboxRecords, InboxRow, LedgerEvent

#: Rows taken at once, so that ten calls about one order are one question to the store.
ROWS_AT_ONCE = 500
#: More documents of one store than this are left to a pull, which reads them by the page.
DOCUMENTS_AT_ONCE = 25

STORE_SOURCE = "store:"
XERO_SOURCE = "xero"

_log = structlog.get_logger(__name__)


class Sides(msgspec.Struct, frozen=True):
    """What is done about a row, by side; each returns words about it and may raise errors of `tieout.errors`.

    touched: documents that a store's body names; ValueError for a body of another form.
    read: read these documents of a store now. pull: let the store's next pull come at once.
    hear: look after events of one organisation of Xero, by its tenant id.
    """

    touched: Callable[[int, bytes], Sequence[DocumentKey]]
    read: Callable[[int, Sequence[DocumentKey]], str]
    pull: Callable[[int], None]
    hear: Callable[[str, Sequence[LedgerEvent]], Mapping[LedgerEvent, str]]


class InboxWork:
    def __init__(self, records: InboxRecords, clock: Clock, sides: Sides) -> None:
        self._records = records
        self._clock = clock
        self._sides = sides

    def run(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Handle everything that waits. Returns how many rows."""
        count = 0
        while not stop() and (rows := self._records.unhandled(ROWS_AT_ONCE)):
            results: dict[int, str] = {}
            stores: dict[int, list[InboxRow]] = defaultdict(list)
            for row in rows:
                if row.source.startswith(STORE_SOURCE):
                    stores[int(row.source.removeprefix(STORE_SOURCE))].append(row)
            for connection, of_store in stores.items():
                results |= self._store(connection, of_store)
            results |= self._xero([row for row in rows if row.source == XERO_SOURCE])
            others = {row.id: "from nobody that is known" for row in rows if row.id not in results}
            self._records.calls_handled(results | others, self._clock.now())
            count += len(rows)
        return count

    def _store(self, connection: int, rows: Sequence[InboxRow]) -> dict[int, str]:
        results: dict[int, str] = {}
        keys: dict[DocumentKey, None] = {}
        readable = []
        for row in rows:
            try:
                keys |= dict.fromkeys(self._sides.touched(connection, row.body.encode()))
                readable.append(row.id)
            except (ValueError, LookupError) as error:
                results[row.id] = f"cannot be read: {error}"
        words = self._tried(lambda: self._read(connection, list(keys)), "the next pull") if readable else ""
        return results | dict.fromkeys(readable, words)

    def _read(self, connection: int, keys: Sequence[DocumentKey]) -> str:
        """Something changed even where no document is named."""
        if not 0 < len(keys) <= DOCUMENTS_AT_ONCE:
            self._sides.pull(connection)
            return f"{len(keys) or 'no'} documents named, read with the next pull"
        return self._sides.read(connection, keys)

    def _xero(self, rows: Sequence[InboxRow]) -> dict[int, str]:
        events: dict[int, LedgerEvent] = {}
        results: dict[int, str] = {}
        for row in rows:
            try:
                events[row.id] = msgspec.json.decode(row.body, type=LedgerEvent)
            except msgspec.MsgspecError as error:
                results[row.id] = f"cannot be read: {error}"
        by_tenant: dict[str, dict[LedgerEvent, None]] = defaultdict(dict)
        for event in events.values():
            by_tenant[event.tenant_id][event] = None
        for tenant, found in by_tenant.items():
            words: Mapping[LedgerEvent, str] = {}

            def hear(tenant: str = tenant, found: Sequence[LedgerEvent] = tuple(found)) -> str:
                nonlocal words
                words = self._sides.hear(tenant, found)
                return ""

            failure = self._tried(hear, "the hourly look")
            results |= {
                row: failure or words.get(event, "") for row, event in events.items() if event.tenant_id == tenant
            }
        return results

    def _tried(self, work: Callable[[], str], left_to: str) -> str:
        """Words about what came of it, whatever that is."""
        try:
            return work()
        except (RetryLater, NeedsOperator, ContractBroken, OutcomeUnknown) as error:
            return f"left to {left_to}: {error}"
        except Exception as error:  # noqa: BLE001 - a bug is told with its trace; it must not stop every later call
            _log.error("webhook failed", trace=traceback.format_exc(limit=-12))
            return f"left to {left_to}: {type(error).__name__}"
