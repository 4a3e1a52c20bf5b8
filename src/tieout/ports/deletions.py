"""Ports of deletions: what a store has no more, where no change tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from tieout.documents import DocumentKind
from tieout.ports.records import DocumentRecords
from tieout.ports.store import RawDocument


@runtime_checkable
class DeletionReader(Protocol):
    """A store reader whose deletions are found by comparing all ids. Its calls raise as those of StoreReader."""

    def deletable(self) -> Sequence[DocumentKind]:
        """Entities of which this store may delete one without telling."""
        ...

    def keys(self, kind: DocumentKind) -> Iterator[str]:
        """The keys of everything the store has now."""
        ...

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None: ...

    def removed(self, raw: RawDocument, at: datetime) -> RawDocument:
        """The document as it was last read, saying that it was found deleted at this moment (UTC)."""
        ...


class DeletionRecords(DocumentRecords, Protocol):
    """Documents, with what a comparison of ids needs."""

    def living_keys(self, connection: int, kind: DocumentKind) -> frozenset[str]:
        """Keys of the documents that the store had when it was last looked at."""
        ...

    def last_read(self, connection: int, kind: DocumentKind, keys: Sequence[str]) -> Sequence[RawDocument]:
        """Documents as they were read last; those that were never read are left out."""
        ...

    def mark_removed(self, connection: int, kind: DocumentKind, keys: Sequence[str]) -> int:
        """The store has these no more: planned again, as members of their dossier no longer. How many."""
        ...
