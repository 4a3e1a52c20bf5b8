"""Collections of frozen values with indexes, changed by replacement so that every change can be taken back."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar


class Kept(Protocol):
    """What a collection keeps: a value with an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Kept)
Undo = Callable[[], None]


class Changes:
    """The changes of the call in hand, newest last: taken back together, or written to the state file."""

    def __init__(self) -> None:
        self.undo: list[Undo] = []
        self.dirty: list[tuple[str, str]] = []

    def roll_back(self, mark: int = 0) -> None:
        """Take back every change after `mark`, newest first."""
        while len(self.undo) > mark:
            self.undo.pop()()
        del self.dirty[mark:]

    def clear(self) -> None:
        self.undo.clear()
        self.dirty.clear()


def changed_at(value: object) -> int:
    """When a value was changed, in milliseconds since 1970; 0 for those that do not say."""
    return getattr(value, "updated", 0)


#: So many moments keep their values' ids in order; a standing clock needs one.
_MOMENTS_MOST = 64


class Collection(Generic[T]):
    """Values by id, in the order of their last change, with named indexes.

    indexes: name -> function giving the key a value is found by (None or "": not indexed).
    An index holds a dict of ids per key, oldest first.
    """

    def __init__(self, name: str, changes: Changes, indexes: dict[str, Callable[[T], object]] | None = None) -> None:
        self.name = name
        self._changes = changes
        self._values: dict[str, T] = {}
        self._keys = indexes or {}
        # Most keys find one value: its id alone is far smaller than a dict of one.
        self._indexes: dict[str, dict[object, str | dict[str, None]]] = {name: {} for name in self._keys}
        self._ordered: list[T] | None = None
        self._shuffled = False
        self._ties: dict[int, list[str]] = {}
        self.version = 0

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, id: str) -> bool:
        return id in self._values

    def get(self, id: str) -> T | None:
        return self._values.get(id)

    def __getitem__(self, id: str) -> T:
        return self._values[id]

    def values(self) -> Iterable[T]:
        """All values, oldest change first."""
        return self._values.values()

    def ordered(self) -> list[T]:
        """All values as a list, oldest change first; not to be changed."""
        if self._ordered is None:
            ordered = list(self._values.values())
            if self._shuffled:
                ordered.sort(key=changed_at)
                self._values = {value.id: value for value in ordered}
                self._shuffled = False
            self._ordered = ordered
        return self._ordered

    def page(self, start: int, end: int) -> list[T]:
        """Part of all values in the order of their change, those of one moment in the order of their ids."""
        ordered = self.ordered()
        part = ordered[start:end]
        result: list[T] = []
        at = start
        while len(result) < len(part):
            moment = changed_at(ordered[at])
            first = bisect_left(ordered, moment, key=changed_at)
            last = bisect_right(ordered, moment, key=changed_at)
            ids = self._tied(moment, first, last)
            result += [self._values[id] for id in ids[at - first : end - first]]
            at = last
        return result

    def _tied(self, moment: int, first: int, last: int) -> list[str]:
        """The ids of a moment's values in order: sorted when first asked for, kept in order from then on."""
        ids = self._ties.get(moment)
        if ids is None:
            if len(self._ties) >= _MOMENTS_MOST:
                self._ties.clear()
            ids = self._ties[moment] = sorted(value.id for value in self.ordered()[first:last])
        return ids

    def since(self, moment: int, key: Callable[[T], int], inclusive: bool = True) -> list[T]:
        """Values changed at or after a moment (milliseconds)."""
        ordered = self.ordered()
        cut = bisect_left if inclusive else bisect_right
        return ordered[cut(ordered, moment, key=key) :]

    def by(self, index: str, key: object) -> list[T]:
        """Values that an index finds, oldest first."""
        ids = self._indexes[index].get(key)
        if ids is None:
            return []
        return [self._values[ids]] if isinstance(ids, str) else [self._values[id] for id in ids]

    def first(self, index: str, key: object) -> T | None:
        """The oldest value that an index finds."""
        ids = self._indexes[index].get(key)
        if ids is None:
            return None
        return self._values[ids if isinstance(ids, str) else next(iter(ids))]

    def put(self, value: T) -> T:
        """Add or replace; a value with a new moment of change moves to the end of the order."""
        old = self._values.get(value.id)
        self._replace(value.id, value, old)
        self._changes.undo.append(lambda: self._restore(value.id, old, value))
        self._changes.dirty.append((self.name, value.id))
        return value

    def remove(self, id: str) -> None:
        """Take a value out for good."""
        old = self._values[id]
        self._replace(id, None, old)
        self._changes.undo.append(lambda: self._restore(id, old, None))
        self._changes.dirty.append((self.name, id))

    def excerpt_of(self, ids: Iterable[str]) -> "Collection[T]":
        """Some of the values as a collection of the same name, for reading; unknown ids are left out."""
        part: Collection[T] = Collection(self.name, Changes(), self._keys)
        values = [self._values[id] for id in ids if id in self._values]
        part.load(sorted(values, key=lambda value: (changed_at(value), value.id)))
        return part

    def load(self, values: Iterable[T]) -> None:
        """Fill an empty collection without recording changes."""
        for value in values:
            self._replace(value.id, value, None)

    def _restore(self, id: str, new: T | None, old: T | None) -> None:
        self._replace(id, new, old)
        self._shuffled = self._shuffled or new is not None

    def _replace(self, id: str, new: T | None, old: T | None) -> None:
        self._ordered = None
        self.version += 1
        if old is not None and (new is None or changed_at(new) != changed_at(old)):
            del self._values[id]
        if new is not None:
            self._values[id] = new
        if self._ties:
            self._retie(id, new, old)
        for name, key_of in self._keys.items():
            index = self._indexes[name]
            before = key_of(old) if old is not None else None
            after = key_of(new) if new is not None else None
            if before == after:
                continue
            if before:
                _leave(index, before, id)
            if after:
                _enter(index, after, id)

    def _retie(self, id: str, new: T | None, old: T | None) -> None:
        before = changed_at(old) if old is not None else None
        after = changed_at(new) if new is not None else None
        if before == after:
            return
        if before is not None and (ids := self._ties.get(before)) is not None:
            del ids[bisect_left(ids, id)]
        if after is not None and (ids := self._ties.get(after)) is not None:
            insort(ids, id)


def _enter(index: dict[object, str | dict[str, None]], key: object, id: str) -> None:
    held = index.get(key)
    if held is None:
        index[key] = id
    elif isinstance(held, str):
        index[key] = {held: None, id: None}
    else:
        held[id] = None


def _leave(index: dict[object, str | dict[str, None]], key: object, id: str) -> None:
    held = index[key]
    if isinstance(held, str):
        del index[key]
    else:
        held.pop(id, None)
        if not held:
            del index[key]
