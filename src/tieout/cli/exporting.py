"""Verb `export`: everything a merchant may take along, as CSV for people and JSON for programs. No secrets."""

from __future__ import annotations

import csv
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tieout.cli.output import Progress, emit, json_option
from tieout.config import start
from tieout.web.csv_export import guarded

if TYPE_CHECKING:
    from tieout.cli.exported import Sheet

_encode = msgspec.json.Encoder(decimal_format="string").encode


@click.command(epilog="Example: tieout export /home/anna/tieout-export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bodies", is_flag=True, help="In documents.json also each document as the store sent it.")
@json_option
def export(folder: Path, bodies: bool, as_json: bool) -> None:
    """Write documents, postings, the log, the audit trail, mappings and connections to a folder.

    Each as NAME.csv and NAME.json. Amounts are decimal numbers in their currency, times are UTC. In CSV files a cell
    that a spreadsheet would run as a formula begins with an apostrophe.
    """
    start.begin()
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; name a new folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It holds customers' names and addresses.
    folder.chmod(0o700)
    from tieout.cli import exported

    sheets = {
        "stores": exported.stores(),
        "organisations": exported.organisations(),
        "mappings": exported.mappings(),
        "documents": exported.documents(bodies=bodies),
        "postings": exported.postings(),
        "log": exported.log(),
        "audit": exported.audit(),
    }
    counts = {}
    with Progress("Exporting") as progress:
        for name, sheet in sheets.items():
            progress.at(name)
            counts[name] = _write(folder, name, sheet)
    if as_json:
        emit({"folder": str(folder), "rows": counts})
        return
    for name, count in counts.items():
        click.echo(f"{name}: {count}")
    click.echo(f"Written to {folder}, each as CSV and as JSON.")


def _write(folder: Path, name: str, sheet: Sheet) -> int:
    """Write both files, row by row. Returns the number of rows."""
    flat = [column not in sheet.nested for column in sheet.columns]
    count = 0
    with (
        (folder / f"{name}.json").open("wb") as json_file,
        (folder / f"{name}.csv").open("w", newline="", encoding="utf-8-sig") as csv_file,
    ):
        writer = csv.writer(csv_file)
        writer.writerow(compress(sheet.columns, flat))
        for row in sheet.rows:
            json_file.write((b",\n" if count else b"[\n") + _encode(dict(zip(sheet.columns, row, strict=True))))
            writer.writerow([guarded(cell) for cell in compress(row, flat)])
            count += 1
        json_file.write(b"\n]\n" if count else b"[]\n")
    return count
