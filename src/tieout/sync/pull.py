"""Reading what changed in a store, page by page; a page and its watermark are stored together.

A failure marks the connection and leaves the watermark where the last whole page was: nothing is marked as read
that was not read. An entity that fails does not keep the others from being read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tieout.documents import DocumentKind, Envelope
from tieout.engine.pauses import backoff
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports import Clock, Page, RawDocument, StoreAdapter, StoreReader, StoreTranslator
from tieout.ports.administration import Administration
from tieout.ports.records import DocumentRecords, StoreConnection

#: Settings of the store (views, zones, currencies) are read again after this time.
CONTEXT_AGE_MAX = timedelta(hours=24)
#: An answer that breaks the contract is tried again, slowly: somebody may mend the store.
_PAUSE_FIRST_SECONDS = 30.0


class Pulled(msgspec.Struct, frozen=True):
    """What a pull brought. failure: a sentence, "" when every entity was read to its end."""

    new: int = 0
    changed: int = 0
    same: int = 0
    pages: int = 0
    failure: str = ""
    failed: tuple[DocumentKind, ...] = ()


class Puller:
    """Reads one store connection at a time."""

    def __init__(self, records: DocumentRecords, administration: Administration, clock: Clock) -> None:
        self._records = records
        self._administration = administration
        self._clock = clock

    def pull(
        self,
        connection: StoreConnection,
        adapter: StoreAdapter,
        reader: StoreReader,
        *,
        kinds: Sequence[DocumentKind] = (),
        jitter: float = 0.5,
        progress: Callable[[DocumentKind, int], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Pulled:
        """Read every entity (or the named ones) to its end. Failures are marked and told, not raised."""
        totals = Pulled()
        failures: list[str] = []
        failed: list[DocumentKind] = []
        worst: Exception | None = None
        try:
            translator = self._translator(connection, adapter, reader)
        except (RetryLater, NeedsOperator, ContractBroken) as error:
            self._mark_failure(connection, error, jitter)
            return Pulled(failure=str(error), failed=tuple(kinds or reader.kinds()))
        for kind in kinds or reader.kinds():
            try:
                totals = self._read_kind(connection, reader, translator, kind, totals, progress, stop)
            except (RetryLater, NeedsOperator, ContractBroken) as error:
                failures.append(f"{kind.value}: {error}")
                failed.append(kind)
                worst = error
                if isinstance(error, NeedsOperator) and error.scope == "connection":
                    break
        if worst is not None:
            self._mark_failure(connection, worst, jitter, "; ".join(failures))
            return msgspec.structs.replace(totals, failure="; ".join(failures), failed=tuple(failed))
        self._administration.reading_went_well(connection.id, self._clock.now())
        return totals

    def _translator(self, connection: StoreConnection, adapter: StoreAdapter, reader: StoreReader) -> StoreTranslator:
        """The store's settings are read first when they are unknown or old."""
        read_at = self._administration.context_read_at(connection.id)
        context = connection.context
        if not context or read_at is None or self._clock.now() - read_at > CONTEXT_AGE_MAX:
            context = reader.context()
            self._administration.save_context(connection.id, context, self._clock.now())
        try:
            return adapter.translator(context, connection.options)
        except (ValueError, LookupError) as error:
            raise ContractBroken(f"The store's settings cannot be understood: {error}") from error

    def _read_kind(
        self,
        connection: StoreConnection,
        reader: StoreReader,
        translator: StoreTranslator,
        kind: DocumentKind,
        totals: Pulled,
        progress: Callable[[DocumentKind, int], None] | None,
        stop: Callable[[], bool],
    ) -> Pulled:
        since = self._records.watermark(connection.id, kind)
        count = 0
        for page in reader.changes(kind, since):
            saved = self._records.save_page(
                connection.id, kind, envelopes(translator, page), page.mark, self._clock.now()
            )
            totals = msgspec.structs.replace(
                totals,
                new=totals.new + saved.new,
                changed=totals.changed + saved.changed,
                same=totals.same + saved.same,
                pages=totals.pages + 1,
            )
            count += len(page.documents)
            if progress is not None:
                progress(kind, count)
            if stop():
                break
        return totals

    def _mark_failure(self, connection: StoreConnection, error: Exception, jitter: float, reason: str = "") -> None:
        """RetryLater and broken answers are tried again after a growing pause; refusals wait for a person."""
        now = self._clock.now()
        status, not_before = "failing", self._next_try(connection, error, now, jitter)
        if isinstance(error, NeedsOperator):
            status = "refused"
        self._administration.reading_failed(
            connection.id, status=status, reason=reason or str(error), not_before=not_before
        )
        self._administration.log(
            action="pull", status="error", message=reason or str(error), now=now, connection=connection.id
        )

    def _next_try(self, connection: StoreConnection, error: Exception, now: datetime, jitter: float) -> datetime:
        if isinstance(error, RetryLater):
            if error.not_before is not None:
                return error.not_before
            if error.after_seconds is not None:
                return now + timedelta(seconds=error.after_seconds)
        return now + backoff(connection.failures + 1, jitter, first=_PAUSE_FIRST_SECONDS)


def envelopes(translator: StoreTranslator, page: Page) -> list[tuple[RawDocument, Envelope]]:
    """Each document once (pages may repeat one), the latest version of it, with its envelope."""
    latest = {raw.key: raw for raw in page.documents}
    return [(raw, translator.envelope(raw)) for raw in latest.values()]
