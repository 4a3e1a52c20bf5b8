"""The port of a store that can be written to: what the ledger holds is made, changed or ended there.

The discipline is that of writing to the ledger: the write is stored before it is sent; when its outcome is unknown
it is looked up by its marker before anything is sent again; a crash between any two steps loses and doubles nothing.
The writer keeps nothing between calls and decides nothing: what to write, and which side wins, was decided before.

Every call of a writer that talks to the store may raise
  RetryLater      surely not done (limit, outage, lock): the same again later
  OutcomeUnknown  sent, no whole answer (also an answer that cannot be understood): it may have been done
  NeedsOperator   rights or credentials of the connection, scope "connection"; refusals of a record are `Refused`
  ContractBroken  reads only
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec

from tieout.documents.entries import Entry, EntryKind
from tieout.errors import Problem
from tieout.ports.store import RawDocument


class WriteOperation(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    #: Ends a record and keeps it: an invoice cancelled, a customer or tax rate made inactive.
    CANCEL = "cancel"
    #: Takes a record away.
    DELETE = "delete"


class StoreWrite(msgspec.Struct, frozen=True):
    """One record about to be written.

    marker: 1 to 60 characters of [A-Za-z0-9-], the same for every try and for nothing else; the writer leaves it in
    the record where the store has room for it (a note, a transaction id), so that `look_up` finds it.
    key: the store's key of the record, "" for CREATE.
    entry: the whole record as it shall be; for CANCEL and DELETE as it was last known, for messages.
    changed: names of the entry's fields that differ from what the store has, for UPDATE; others may be left out of
    the request.
    """

    kind: EntryKind
    operation: WriteOperation
    marker: str
    entry: Entry
    key: str = ""
    changed: frozenset[str] = frozenset()


class Written(msgspec.Struct, frozen=True):
    """The store did it (or had it already): key of the record. For DELETE the key that was."""

    key: str


class Refused(msgspec.Struct, frozen=True):
    """The store said no, and nothing was changed. problems: each a code of the catalogue and a sentence with the
    store's own words. evidence: the answer as redacted text.

    gone: the record to be changed is not there any more.
    """

    problems: tuple[Problem, ...]
    evidence: str = ""
    gone: bool = False


class Current(msgspec.Struct, frozen=True):
    """A record as the store has it now.

    entry: in the same words as it is written, so that writing it unchanged would change nothing.
    raw: the record as the reader of this store yields it; None for kinds that are not read as documents.
    marker: ours, "" when it bears none.
    """

    key: str
    entry: Entry
    raw: RawDocument | None = None
    marker: str = ""


class StoreTax(msgspec.Struct, frozen=True):
    """A tax that the store offers. name and percent are what lines name it by."""

    key: str
    name: str
    percent: Decimal


class StoreMethod(msgspec.Struct, frozen=True):
    """A payment method that payments may be entered with."""

    key: str
    title: str


class Vocabulary(msgspec.Struct, frozen=True):
    """What entries may name: the store's currencies (ISO codes), taxes and payment methods, as of now."""

    currencies: tuple[str, ...]
    taxes: tuple[StoreTax, ...]
    methods: tuple[StoreMethod, ...]
    base_currency: str = ""


class StoreWriter(Protocol):
    """Writes one store connection. Implemented per kind in `stores/<kind>`, for kinds that can be written to; their
    adapter makes it by `writer(settings, *, allow_private, transport)`, as `reader` is made."""

    def operations(self) -> Mapping[EntryKind, frozenset[WriteOperation]]:
        """What can be done with which kind of record; kinds that cannot be written are left out. Pure."""
        ...

    def problems(self, write: StoreWrite, vocabulary: Vocabulary) -> tuple[Problem, ...]:
        """Why this record cannot be written exactly (a total that the store's arithmetic or columns cannot hold, a
        text that is missing): then nothing is sent. Pure."""
        ...

    def vocabulary(self) -> Vocabulary: ...

    def current(self, kind: EntryKind, key: str) -> Current | None:
        """The record as it is now; None when the store surely has it no more."""
        ...

    def look_up(self, write: StoreWrite) -> Written | None:
        """What a CREATE of unknown outcome has made: found by its marker; where the store has no room for one, by
        what makes a record of the kind one of a kind (stated in the store's page of the docs). None: it is not there,
        and the store is done with the request."""
        ...

    def send(self, write: StoreWrite, idempotency_key: str) -> Written | Refused:
        """Do it. idempotency_key: the same for every try of one write, for stores that know such keys."""
        ...

    def marker_of(self, document: RawDocument) -> str:
        """Our marker in a document as it is read, "" when it bears none. Pure; never raises."""
        ...


def can(writer: StoreWriter, kind: EntryKind, operation: WriteOperation) -> bool:
    """Whether this store takes such a write."""
    return operation in writer.operations().get(kind, frozenset())
