"""Reading single fields out of documents, and the order in which the database sorts their values."""

from decimal import Decimal
from typing import Any, Protocol

import msgspec

from storesim.wire import decode

Value = int | Decimal | str | None
Comparable = tuple[int, Decimal | int | str]

NULL: Comparable = (-1, "")


class FieldReader(Protocol):
    """Reads one plain field out of a document's JSON text; None when it is absent."""

    def __call__(self, raw: bytes, /) -> Value: ...


def field_reader(name: str) -> FieldReader:
    """A reader that parses past everything but the one field."""
    reader = _READERS.get(name)
    if reader is None:
        form = msgspec.defstruct("Column", [("value", Any, None)], rename={"value": name})
        decoder = msgspec.json.Decoder(form, float_hook=Decimal)

        def reader(raw: bytes, /) -> Value:
            return _plain(decoder.decode(raw).value)  # type: ignore[attr-defined]

        _READERS[name] = reader
    return reader


def plain_fields(raw: bytes) -> set[str]:
    """Names of the document's own fields that hold no list and no object."""
    document = decode(raw)
    assert isinstance(document, dict)
    return {name for name, value in document.items() if not isinstance(value, dict | list)}


def comparable(value: Value) -> Comparable:
    """A sort key in the database's order: nulls first, numbers by size, texts without case."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return (1, value.casefold())
    return (0, value)


def _plain(value: object) -> Value:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | Decimal | str) else None


def attribute(raw: bytes, name: str) -> Value:
    """A product's own attribute, which sits in a list; None when absent or not a text."""
    document = decode(raw)
    assert isinstance(document, dict)
    for attribute in document.get("custom_attributes", []):
        if attribute["attribute_code"] == name:
            value = attribute["value"]
            return value if isinstance(value, str) else None
    return None


_READERS: dict[str, FieldReader] = {}
