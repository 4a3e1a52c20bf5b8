"""Tables of a paper: what its CSV and its PDF have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from tieout.money import Money


class Kind(StrEnum):
    """How a column is drawn."""

    TEXT = "text"
    #: Long text, which takes what room is left.
    WORDS = "words"
    MONEY = "money"
    COUNT = "count"
    DAY = "day"


class Column(msgspec.Struct, frozen=True):
    """title: translated. csv_only: machines need it, people see it in the amount itself. width: share of the page
    for texts."""

    title: str
    kind: Kind = Kind.TEXT
    csv_only: bool = False
    width: float = 1.0


#: A cell is a text, a day, a count, an amount with its currency, or nothing.
Cell = str | date | int | Money | None


class Table(msgspec.Struct, frozen=True):
    """name: of the CSV file. note: a sentence under the title. empty: what is said when there is no row.

    marked: indexes of rows that a reader must not miss.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    empty: str = ""
    marked: frozenset[int] = frozenset()


class Paper(msgspec.Struct, frozen=True):
    """A whole paper. facts: (name, value) on its first page. verdict: its result in a sentence; good: or not."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    verdict: str
    good: bool
    tables: Sequence[Table]
    footer: str = ""


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount with its currency, None for none."""
    return None if amount is None or not currency else Money(amount, currency)


def currency_of(row: Sequence[Any]) -> str:
    """The currency of a row's first amount."""
    return next((cell.currency for cell in row if isinstance(cell, Money)), "")
