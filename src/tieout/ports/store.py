"""Ports of stores: reading one, translating what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from tieout.documents import Customer, DocumentKind, Dossier, Envelope, Product
from tieout.errors import Problem
from tieout.rules.settings import Rules


class Mark(msgspec.Struct, frozen=True):
    """How far an entity was read: the last (updated_at, key) of a page that was stored whole."""

    updated_at: datetime
    key: str = ""


class RawDocument(msgspec.Struct, frozen=True):
    """One document as the store sent it: the exact bytes of its JSON."""

    kind: DocumentKind
    key: str
    updated_at: datetime
    body: bytes


class Page(msgspec.Struct, frozen=True):
    """One page of changes. mark: where to go on after this page is stored; last: nothing more just now."""

    documents: tuple[RawDocument, ...]
    mark: Mark | None
    last: bool


class Found(msgspec.Struct, frozen=True):
    """What a connection test found. rights_missing: the store's names of what the token may not read."""

    name: str
    version: str
    store_views: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]
    rights_missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class StoreReader(Protocol):
    """Reads one store connection. Implemented per kind in `stores/<kind>`; all calls may raise RetryLater,
    NeedsOperator or ContractBroken; nothing half-read is ever yielded."""

    def kinds(self) -> Sequence[DocumentKind]:
        """The entities this store has, in the order in which they are read."""
        ...

    def context(self) -> bytes:
        """Settings of the store that translation needs (store views, time zones, currencies), as JSON."""
        ...

    def changes(self, kind: DocumentKind, since: Mark | None) -> Iterator[Page]:
        """Pages of what changed since the mark, oldest first, with the store's overlap rule. One call a page."""
        ...

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None:
        """The document as it is now, None when the store has it no more."""
        ...

    def test(self) -> Found: ...


class StoreTranslator(Protocol):
    """Pure translation of one kind of store; made from the context bytes and the connection's options."""

    def envelope(self, raw: RawDocument) -> Envelope:
        """What grids and grouping need; unreadable data is told in `problems`, never raised."""
        ...

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        """All documents of one order put together; problems when the order itself cannot be read."""
        ...

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]: ...

    def product(self, body: bytes) -> Product | tuple[Problem, ...]: ...


@runtime_checkable
class HasZones(Protocol):
    """A translator that knows in which time zones its store dates documents (ACCOUNTING B3)."""

    def zones(self) -> Sequence[tuple[str, str]]:
        """(store view, IANA name), a row for each view; the view is "" where the store has one zone."""
        ...


class StoreAdapter(Protocol):
    """One kind of store: the entry in the list of stores."""

    kind: str
    title: str

    def default_rules(self) -> Rules:
        """Status rules, offline methods and prefixes that fit this kind of store."""
        ...

    def translator(self, context: bytes, options: Mapping[str, str]) -> StoreTranslator: ...
