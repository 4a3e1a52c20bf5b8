"""From bytes to wire structures: fast when all is well, forgiving when a shop is careless, never raising."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from tieout.errors import Problem
from tieout.rules.catalogue import Code
from tieout.stores.magento2 import wire

S = TypeVar("S", bound=msgspec.Struct)

#: What reading hostile JSON can raise; all of it means "not readable".
UNREADABLE = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError, OverflowError, TypeError)

_untyped = msgspec.json.Decoder(float_hook=Decimal)


def untyped(body: bytes) -> Any:
    """Any JSON as plain values, amounts as decimals. Raises what UNREADABLE names."""
    return _untyped.decode(body)


class Reader(Generic[S]):
    """Decodes one kind of document. base: read the figures in the website's base currency."""

    def __init__(self, structure: type[S], *, base: bool = False) -> None:
        self._structure = wire.base_variant(structure) if base else structure
        self._decoder = msgspec.json.Decoder(self._structure)

    def read(self, body: bytes, subject: str) -> S | Problem:
        """The structure, or why it cannot be read. subject: what it is, for the sentence ("order 16")."""
        try:
            return self._decoder.decode(body)
        except UNREADABLE:
            return self._read_careless(body, subject)

    def _read_careless(self, body: bytes, subject: str) -> S | Problem:
        """Older and extended shops send null, "" and [] for nothing, and numbers as texts."""
        try:
            return msgspec.convert(_without_nothing(_untyped.decode(body)), self._structure, strict=False)
        except UNREADABLE as error:
            return unreadable(subject, str(error))


def unreadable(subject: str, why: str) -> Problem:
    return Problem(
        code=Code.DATA_UNREADABLE,
        reason=f"The store's data of {subject} cannot be read: {why[:300]}.",
        subject=subject,
    )


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_nothing(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner is not None and inner != "" and inner != []}
    if isinstance(value, list):
        return [_without_nothing(inner) for inner in value]
    return value


_levies = msgspec.json.Decoder(tuple[wire.Levy, ...])
_base_levies = msgspec.json.Decoder(tuple[wire.base_variant(wire.Levy), ...])  # type: ignore[misc]


def levies(text: str, row_amount: Decimal, *, base: bool) -> tuple[wire.Levy, ...]:
    """The fixed product taxes of an item, from the JSON text inside it.

    row_amount: the item's own sum of them, net; the answer when the text cannot be read (old shops write PHP's
    own serialisation there).
    """
    if len(text) > 2:
        decoder = _base_levies if base else _levies
        try:
            return decoder.decode(text)
        except UNREADABLE:
            if not row_amount:
                return ()
    elif not row_amount:
        return ()
    return (wire.Levy(title="", row_amount=row_amount, row_amount_incl_tax=row_amount),)
