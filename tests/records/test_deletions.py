"""What a store has no more is found by comparing ids, and a comparison that finds far too much stops itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import pytest
from records_world import START, World, order_key

from tieout.documents import Customer, DocumentKey, DocumentKind, Dossier, Envelope, Product
from tieout.errors import NeedsOperator, Problem
from tieout.ports.deletions import DeletionReader
from tieout.ports.store import RawDocument
from tieout.sync.missing import MUCH_MISSING, Missed, Missing


class _Store:
    """Orders by number; `hidden` are left out of the list of ids though they are there."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.orders = {order_key(number).key for number in numbers}
        self.hidden: set[str] = set()

    def deletable(self) -> Sequence[DocumentKind]:
        return (DocumentKind.ORDER,)

    def keys(self, kind: DocumentKind) -> Iterator[str]:
        yield from self.orders - self.hidden

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None:
        return RawDocument(kind, key, START, b'"there"') if key in self.orders else None

    def removed(self, raw: RawDocument, at: datetime) -> RawDocument:
        return msgspec.structs.replace(raw, body=b'"removed"')


class _Translator:
    def envelope(self, raw: RawDocument) -> Envelope:
        key = DocumentKey(raw.kind, raw.key)
        return Envelope(key, key, number=raw.key, state=raw.body.decode(), updated_at=START, digest=raw.body.hex())

    def dossier(self, root: bytes, members: Sequence[tuple[DocumentKind, bytes]]) -> Dossier | tuple[Problem, ...]:
        raise AssertionError("a comparison of ids plans nothing")

    def customer(self, body: bytes) -> Customer | tuple[Problem, ...]:
        raise AssertionError("a comparison of ids plans nothing")

    def product(self, body: bytes) -> Product | tuple[Problem, ...]:
        raise AssertionError("a comparison of ids plans nothing")


def _missing(world: World, store: _Store) -> Missing:
    return Missing(world.storage, world.clock, world.connection, store, _Translator())


def _removed(world: World) -> set[str]:
    known = {order_key(number).key for number in range(1, 101)}
    return known - world.storage.living_keys(world.connection, DocumentKind.ORDER)


def test_a_deleted_order_is_marked_once_and_planned_again(world: World) -> None:
    world.save_orders(range(1, 101))
    world.plan()
    store = _Store(range(2, 101))
    assert isinstance(store, DeletionReader)
    assert _missing(world, store).compare() == Missed(removed=1)
    assert _removed(world) == {order_key(1).key}
    [due] = world.storage.due_dossiers(world.connection, 10)
    assert (due.root, due.cause, due.members[0].removed) == (order_key(1), "document", True)
    assert due.members[0].body == b'"removed"'
    assert _missing(world, store).compare() == Missed()


def test_an_order_that_only_the_list_left_out_is_no_deletion(world: World) -> None:
    world.save_orders(range(1, 101))
    store = _Store(range(1, 101))
    store.hidden = {order_key(5).key}
    assert _missing(world, store).compare() == Missed(back=1)
    assert _removed(world) == set()


def test_an_order_that_comes_back_lives_again(world: World) -> None:
    world.save_orders(range(1, 101))
    store = _Store(range(2, 101))
    _missing(world, store).compare()
    world.save_orders([1])
    assert _removed(world) == set()


def test_an_emptied_table_changes_nothing_until_a_person_says_so(world: World) -> None:
    """Another prefix, a wrong database or a restored dump look like many deletions."""
    world.save_orders(range(1, 101))
    store = _Store(range(50, 101))
    with pytest.raises(NeedsOperator, match="49 of 100 documents") as refused:
        _missing(world, store).compare()
    assert refused.value.code == MUCH_MISSING
    assert _removed(world) == set()
    assert _missing(world, store).compare(however_many=True) == Missed(removed=49)
