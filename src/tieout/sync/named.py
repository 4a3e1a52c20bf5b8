"""Reading the documents that a store named in a call, one by one, so that they need not wait for the next pull."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tieout.documents import DocumentKey, DocumentKind
from tieout.ports import Clock, RawDocument, StoreAdapter, StoreReader
from tieout.ports.records import DocumentRecords, StoreConnection


class Named(msgspec.Struct, frozen=True):
    """new, changed, same: counts of documents. gone: the store has them no more."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: tuple[DocumentKey, ...] = ()

    def words(self) -> str:
        gone = len(self.gone)
        counts = {"new": self.new, "changed": self.changed, "as before": self.same, "not in the store": gone}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing of a known kind"


def read_named(
    records: DocumentRecords,
    clock: Clock,
    connection: StoreConnection,
    adapter: StoreAdapter,
    reader: StoreReader,
    keys: Sequence[DocumentKey],
) -> Named:
    """Read and keep exactly these documents; watermarks stay. The connection's context must have been read.

    Raises RetryLater, NeedsOperator and ContractBroken as the reader does; what was read until then is kept.
    """
    translator = adapter.translator(connection.context, connection.options)
    known = set(reader.kinds())
    total = Named()
    for kind in DocumentKind:
        wanted = [one.key for one in keys if one.kind is kind]
        if not wanted or kind not in known:
            continue
        found: list[RawDocument] = []
        gone: list[DocumentKey] = []
        for key in wanted:
            raw = reader.one(kind, key)
            if raw is None:
                gone.append(DocumentKey(kind, key))
            else:
                found.append(raw)
        page = [(raw, translator.envelope(raw)) for raw in found]
        saved = records.save_page(connection.id, kind, page, None, clock.now())
        total = Named(
            total.new + saved.new, total.changed + saved.changed, total.same + saved.same, (*total.gone, *gone)
        )
    return total
