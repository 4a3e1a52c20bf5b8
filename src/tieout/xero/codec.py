"""The one JSON codec towards Xero: exact decimals both ways, dates in Xero's forms.

Xero's description calls amounts "double"; they are decimals here, read from the digits and written as JSON
numbers with the digits of the decimal. No binary floating point anywhere.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(decimal_format="number")
_loose = msgspec.json.Decoder(float_hook=Decimal)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

#: Xero's "no id": the identifier of an element that was not saved.
ZERO_ID = "00000000-0000-0000-0000-000000000000"


def encode(value: object) -> str:
    """JSON text without spaces; members in the order of their declaration, so equal values give equal text."""
    return _encoder.encode(value).decode()


def decode_loose(data: bytes) -> Any:
    """Any JSON, numbers with a fraction as Decimal. Raises msgspec.DecodeError."""
    return _loose.decode(data)


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder for wire types: unknown members ignored, numbers also accepted as text."""
    return msgspec.json.Decoder(kind, strict=False)


def number(value: Decimal) -> Decimal:
    """The same number in a form whose text has no exponent (1E+2 → 100, 0E-8 → 0).

    Only numbers nearer to zero than 0.000001 keep one; Xero has no field with that many decimals.
    """
    if "E" not in str(value):
        return value
    return Decimal(format(value, "f")) if value else Decimal(0)


def date_out(day: dt.date) -> str:
    """YYYY-MM-DD, the form Xero always takes."""
    return day.isoformat()


def _milliseconds(text: str) -> tuple[int, int] | None:
    """(milliseconds since 1970 UTC, offset in minutes) of "/Date(1789378199100+0000)/"; None for other text."""
    if not text.startswith("/Date(") or not text.endswith(")/"):
        return None
    inner = text[6:-2]
    offset = 0
    if len(inner) > 5 and inner[-5] in "+-" and inner[-4:].isdigit():
        offset = (int(inner[-4:-2]) * 60 + int(inner[-2:])) * (-1 if inner[-5] == "-" else 1)
        inner = inner[:-5]
    try:
        return int(inner), offset
    except ValueError:
        return None


def moment_in(text: str | None) -> dt.datetime | None:
    """A moment in UTC from /Date()/ or ISO text (without zone it is UTC); None when it is neither."""
    if not text:
        return None
    found = _milliseconds(text)
    try:
        if found is not None:
            return _EPOCH + dt.timedelta(milliseconds=found[0])
        moment = dt.datetime.fromisoformat(_six_digits(text))
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _six_digits(text: str) -> str:
    """ISO text with at most six fractional digits (connections carry seven)."""
    head, dot, fraction = text.partition(".")
    if not dot:
        return text
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    return f"{head}.{fraction[: min(digits, 6)].ljust(6, '0')}{fraction[digits:]}"


def date_in(text: str | None, twin: str | None = None) -> dt.date | None:
    """The calendar date of a date field. twin: its …String form, preferred because it carries no zone."""
    for candidate in (twin, text):
        if not candidate:
            continue
        found = _milliseconds(candidate)
        try:
            if found is not None:
                return (_EPOCH + dt.timedelta(milliseconds=found[0], minutes=found[1])).date()
            return dt.date.fromisoformat(candidate[:10])
        except (ValueError, OverflowError):
            continue
    return None
