"""A paper as CSV: one file a table, all in one archive; no cell that a spreadsheet would run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from tieout.money import Money
from tieout.web import csv_export
from tieout.web.papers.tables import Cell, Paper, Table, currency_of

#: Files in an archive carry a time; a fixed one makes equal packs equal byte for byte.
_FIXED = (1980, 1, 1, 0, 0, 0)


def archive(paper: Paper) -> bytes:
    """A zip with a file for each table, in the paper's order, and one with its facts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        facts = [(paper.title, paper.subtitle), *paper.facts, (paper.verdict, "")]
        _put(packed, "00-summary.csv", csv_export.lines(facts[0], facts[1:]))
        for number, table in enumerate(paper.tables, start=1):
            _put(packed, f"{number:02}-{table.name}.csv", csv_export.lines(_header(table), _rows(table)))
    return buffer.getvalue()


def _put(packed: zipfile.ZipFile, name: str, parts: object) -> None:
    # The mark at its head tells spreadsheets that it is UTF-8.
    text = "\ufeff" + "".join(parts)  # type: ignore[arg-type]
    entry = zipfile.ZipInfo(name, _FIXED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, text.encode())


def _header(table: Table) -> Sequence[str]:
    return [column.title for column in table.columns]


def _rows(table: Table) -> list[list[object]]:
    return [
        [
            currency_of(row) if column.csv_only else _plain(cell)
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]


def _plain(cell: Cell) -> object:
    return cell.amount if isinstance(cell, Money) else cell
