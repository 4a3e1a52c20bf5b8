"""From bytes to wire structures: fast when all is well, forgiving when a shop is careless, never raising."""

from __future__ import annotations

from datetime import MAXYEAR, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from tieout.errors import Problem
from tieout.money import AMOUNT_MAX
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
        """Older and extended shops send null, "" and [] for nothing, texts as numbers and numbers as texts.

        Amounts are not guessed at: what is no number where an amount belongs makes the document unreadable.
        """
        try:
            return msgspec.convert(_fitted(_untyped.decode(body), self._structure), self._structure, strict=False)
        except UNREADABLE as error:
            return unreadable(subject, str(error))


def unreadable(subject: str, why: str) -> Problem:
    return Problem(
        code=Code.DATA_UNREADABLE,
        reason=f"The store's data of {subject} cannot be read: {why[:300]}.",
        subject=subject,
    )


def refused(subject: str, document: msgspec.Struct, error: Exception) -> Problem:
    """Why a document that was decoded cannot be translated: the first odd figure or time in it, else the error."""
    return unreadable(subject, _odd(document) or str(error))


def _odd(value: Any, name: str = "") -> str:
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value) <= AMOUNT_MAX):
        return f"{name} is {str(value)[:40]}"
    if name == "created_at" and not _is_time(value):
        return f"the time {value[:40]!r} does not exist" if value else "its time is missing"
    if isinstance(value, msgspec.Struct):
        fields = ((field, getattr(value, field)) for field in value.__struct_fields__)
        return next((found for field, inner in fields if (found := _odd(inner, field))), "")
    if isinstance(value, tuple):
        return next((found for inner in value if (found := _odd(inner, name))), "")
    return ""


def _is_time(text: str) -> bool:
    try:
        # Days at the ends of the calendar cannot be turned into another time zone.
        return 1 < datetime.fromisoformat(text).year < MAXYEAR
    except ValueError:
        return False


def _fitted(value: Any, kind: Any) -> Any:
    """`value` in the shape of a wire type; None for "nothing"."""
    if value is None or value == "" or value == []:
        return None
    if kind is str:
        return str(value) if isinstance(value, (str, int, Decimal)) else None
    if get_origin(kind) is tuple:
        return _fitted_list(value, get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _fitted_struct(value, kind) if isinstance(value, dict) else None
    return value


def _fitted_list(value: Any, inner: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())  # PHP writes a list with gaps as an object
    if not isinstance(value, list):
        value = [value]
    return [entry for entry in (_fitted(entry, inner) for entry in value) if entry is not None]


def _fitted_struct(value: dict[str, Any], structure: type[msgspec.Struct]) -> dict[str, Any]:
    if structure not in _field_types:
        hints = get_type_hints(structure)
        _field_types[structure] = {
            field.encode_name: hints[field.name] for field in msgspec.structs.fields(structure)
        }
    kept = {name: _fitted(value[name], kind) for name, kind in _field_types[structure].items() if name in value}
    return {name: inner for name, inner in kept.items() if inner is not None}


_field_types: dict[type, dict[str, Any]] = {}

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
