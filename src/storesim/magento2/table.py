"""Rows of one resource: recorded or generated documents under a layer of edits, with sort indexes.

A row is addressed by its position in the shop's natural order.  Documents stay JSON text; a column
is read out of them only when somebody filters or sorts by it.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from storesim.magento2.columns import (
    NULL,
    Comparable,
    FieldReader,
    Value,
    attribute,
    comparable,
    field_reader,
    plain_fields,
)
from storesim.magento2.resources import Resource

Key = int | str


class Documents(Protocol):
    """Where a table's documents come from; positions count from 0 in the shop's natural order."""

    def __len__(self) -> int: ...

    def key(self, position: int) -> Key:
        """Identity of the document at a position."""
        ...

    def position(self, key: Key) -> int | None:
        """Where the document with this identity is, or None."""
        ...

    def raw(self, position: int) -> bytes:
        """JSON text of the document."""
        ...

    def column(self, name: str) -> list[Value] | None:
        """Values of a field by position when they are cheap to compute, else None."""
        ...

    def field_names(self) -> frozenset[str]:
        """Fields with a plain value that occur at all."""
        ...


class RecordedDocuments:
    """Documents held in memory as JSON text, exactly as they were recorded."""

    def __init__(self, resource: Resource, raws: Iterable[bytes]) -> None:
        self._raws = list(raws)
        reader = field_reader(resource.key)
        self._keys = [_key(resource, reader(raw)) for raw in self._raws]
        self._positions = {key: position for position, key in enumerate(self._keys)}

    def __len__(self) -> int:
        return len(self._raws)

    def key(self, position: int) -> Key:
        """See `Documents`."""
        return self._keys[position]

    def position(self, key: Key) -> int | None:
        """See `Documents`."""
        return self._positions.get(key)

    def raw(self, position: int) -> bytes:
        """See `Documents`."""
        return self._raws[position]

    def column(self, name: str) -> list[Value] | None:
        """None: recorded documents must be read."""
        return None

    def field_names(self) -> frozenset[str]:
        """Union over the first documents; later ones of a large folder have the same form."""
        names: set[str] = set()
        for raw in self._raws[:_FORM_SAMPLE_MAX]:
            names.update(plain_fields(raw))
        return frozenset(names)


class UnknownColumn(Exception):
    """A filter or sort names a field that the resource's table does not have."""


class Table:
    """One resource with its edits.  `version` grows with every change."""

    def __init__(self, resource: Resource, documents: Documents) -> None:
        self.resource = resource
        self.version = 0
        self._documents = documents
        self._recorded_count = len(documents)
        self._changed: dict[int, bytes] = {}
        self._given: dict[int, Mapping[str, Value]] = {}
        self._added: dict[Key, int] = {}
        self._added_keys: list[Key] = []
        self._removed: set[int] = set()
        self._columns: dict[str, list[Value]] = {}
        self._indexes: dict[str, list[tuple[Comparable, int]]] = {}
        self._names: set[str] | None = None
        self._natural: dict[str, bool] = {}

    def __len__(self) -> int:
        return self._recorded_count + len(self._added) - len(self._removed)

    @property
    def row_count(self) -> int:
        """How many positions exist, removed ones included."""
        return self._recorded_count + len(self._added)

    def positions(self) -> Sequence[int]:
        """All rows in natural order."""
        if not self._removed:
            return range(self.row_count)
        return [row for row in range(self.row_count) if row not in self._removed]

    def is_removed(self, position: int) -> bool:
        """Whether the row was taken away."""
        return position in self._removed

    @property
    def has_removed(self) -> bool:
        """Whether any row was taken away."""
        return bool(self._removed)

    def position(self, key: Key) -> int | None:
        """Where the document is, or None when the shop has none with this key."""
        found = self._added.get(key)
        if found is None:
            found = self._documents.position(key)
        return None if found is None or found in self._removed else found

    def key(self, position: int) -> Key:
        """Identity of the row."""
        if position < self._recorded_count:
            return self._documents.key(position)
        return self._added_keys[position - self._recorded_count]

    def raw(self, position: int) -> bytes:
        """JSON text of the row."""
        changed = self._changed.get(position)
        return self._documents.raw(position) if changed is None else changed

    def get(self, key: Key) -> bytes | None:
        """JSON text of the document, or None."""
        position = self.position(key)
        return None if position is None else self.raw(position)

    def put(self, key: Key, raw: bytes, columns: Mapping[str, Value] | None = None) -> None:
        """Save a new or changed document under its key and keep columns and indexes right.

        columns: what filters and sorts see, for a text that cannot be read; None: the document's own.
        """
        position = self.position(key)
        if position is None:
            position = self.row_count
            self._added[key] = position
            self._added_keys.append(key)
            self._natural.clear()
            for column in self._columns.values():
                column.append(None)
            for index in self._indexes.values():
                insort(index, (NULL, position))
        self._changed[position] = raw
        self._given.pop(position, None)
        if columns is not None:
            self._given[position] = columns
        if columns is None and self._names is not None:
            self._names |= plain_fields(raw)
        self.version += 1
        for name, column in self._columns.items():
            value = self._value(name, position)
            self._reindex(name, position, column[position], value)
            column[position] = value

    def remove(self, key: Key) -> None:
        """Take a document away, as if deleted in the shop.  Raises KeyError when it is not there."""
        position = self.position(key)
        if position is None:
            raise KeyError(key)
        self._removed.add(position)
        self.version += 1

    def column(self, name: str) -> list[Value]:
        """Values of a field by position.  Raises UnknownColumn."""
        name = self._real_name(name)
        column = self._columns.get(name)
        if column is None:
            column = self._build_column(name)
            self._columns[name] = column
        return column

    def index(self, name: str) -> list[tuple[Comparable, int]]:
        """(comparable value, position) in ascending order.  Raises UnknownColumn."""
        column = self.column(name)
        name = self._real_name(name)
        index = self._indexes.get(name)
        if index is None:
            index = sorted((comparable(value), row) for row, value in enumerate(column))
            self._indexes[name] = index
        return index

    def is_natural_order(self, name: str) -> bool:
        """Whether sorting by this field leaves rows in natural order.  Raises UnknownColumn."""
        found = self._natural.get(name)
        if found is None:
            values = self.comparables(name)
            found = self._is_key(name) and all(one < two for one, two in pairwise(values))
            self._natural[name] = found
        return found

    def comparables(self, name: str) -> list[Comparable]:
        """Comparable values of a field by position.  Raises UnknownColumn."""
        column = self.column(name)
        return [comparable(value) for value in column]

    def _is_key(self, name: str) -> bool:
        """Whether edits never change the field: the key, or the id beside a key that is a text."""
        return self.resource.aliases.get(name, name) in (self.resource.key, "id")

    def _reindex(self, name: str, position: int, before: Value, after: Value) -> None:
        index = self._indexes.get(name)
        if index is None or before == after:
            return
        entry = (comparable(before), position)
        del index[bisect_left(index, entry)]
        insort(index, (comparable(after), position))

    def _real_name(self, name: str) -> str:
        real = self.resource.aliases.get(name, name)
        if self._names is None:
            self._names = {*self._documents.field_names(), *self.resource.column_names}
            for position, raw in self._changed.items():
                self._names |= plain_fields(raw) if position not in self._given else set()
        if real not in self._names and not self._is_attribute(real):
            raise UnknownColumn(name)
        return real

    def _is_attribute(self, name: str) -> bool:
        """Products filter by their attributes too, which sit in a list of their own."""
        if self.resource.name != "products":
            return False
        return any(attribute(self.raw(row), name) is not None for row in self.positions())

    def _build_column(self, name: str) -> list[Value]:
        column = self._documents.column(name)
        if column is None:
            return [self._value(name, row) for row in range(self.row_count)]
        column = list(column) + [None] * len(self._added)
        for position in self._changed:
            column[position] = self._value(name, position)
        return column

    def _value(self, name: str, position: int) -> Value:
        given = self._given.get(position)
        return self._reader(name)(self.raw(position)) if given is None else given.get(name)

    def _reader(self, name: str) -> FieldReader:
        if self.resource.name == "products" and name not in self._documents.field_names():
            return lambda raw: attribute(raw, name)
        return field_reader(name)


def _key(resource: Resource, value: Value) -> Key:
    if resource.key_is_text:
        return str(value)
    if not isinstance(value, int):
        raise ValueError(f"{resource.name}: {resource.key} is not a whole number: {value!r}")
    return value


_FORM_SAMPLE_MAX = 200
