"""Verb `move`: from SQLite to PostgreSQL, once and whole."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tieout.cli.files import text_of
from tieout.cli.output import Progress, emit, json_option
from tieout.config import home, start
from tieout.config.database import EXAMPLE, NAME, database, sqlite
from tieout.errors import ConfigurationWrong

_SOURCE, _TARGET = "moved_from", "default"


@click.command(epilog="Example: tieout move --to postgresql://tieout@db.example/tieout")
@click.option("--to", "address", metavar="URL", help="Address of an empty PostgreSQL database.")
@click.option(
    "--to-file", "address_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file that holds the address, so that its password is in no list of processes.",
)  # fmt: skip
@json_option
def move(address: str | None, address_file: Path | None, as_json: bool) -> None:
    """Move everything from SQLite to PostgreSQL; row counts and digests of both are compared.

    Nothing else may run meanwhile. The SQLite file is kept under another name. Afterwards nothing is created in Xero
    until what is open was looked up there.
    """
    if bool(address) == bool(address_file):
        raise click.UsageError("Say where to: --to URL or --to-file FILE.")
    target = address or (text_of(address_file).strip() if address_file else "")
    if not target.startswith(("postgresql://", "postgres://")):
        raise click.UsageError(f"Tieout moves to PostgreSQL only. Example: --to {EXAMPLE}")
    from tieout.cli.locking import ServeLock

    file = _source_file()
    with ServeLock(home.folder()):
        _open_both(file, target)
        answer = _move(file)
    if as_json:
        emit(answer)
        return
    click.echo(f"Moved {answer['rows']} rows of {len(answer['tables'])} tables; counts and digests agree.")
    click.echo(f"The SQLite file is kept as {answer['kept']}.")
    count = answer["organisations_catching_up"]
    click.echo(f"{count} organisations look up in Xero what is open before they create anything there.")
    click.echo(f"From now on set {NAME} to the new address (or {NAME}_FILE to a file that holds it).")


def _source_file() -> Path:
    described = database(home.folder())
    if not described["ENGINE"].endswith("sqlite3"):
        raise ConfigurationWrong(NAME, f"{NAME} names PostgreSQL already; moving starts from SQLite.")
    file = Path(described["NAME"])
    if not file.exists():
        raise ConfigurationWrong(NAME, f"There is no database {file} to move.")
    return file


def _open_both(file: Path, target: str) -> None:
    """The target becomes this process's own database, brought up to date; the SQLite file a second one beside it."""
    for name in (NAME, f"{NAME}_FILE"):
        os.environ.pop(name, None)
    os.environ[NAME] = target
    start.prepare_django()
    from django.db import OperationalError, connections

    from tieout.cli.moving_tables import refuse_different_schemas, refuse_used
    from tieout.config import schema

    home.open_vault(home.folder())
    connections.databases[_SOURCE] = connections.configure_settings({"default": sqlite(file)})["default"]
    try:
        schema.upgrade()
    except OperationalError as error:
        told = str(error).strip().splitlines()[0]
        raise ConfigurationWrong(NAME, f"The target cannot be reached: {told}") from error
    refuse_different_schemas(_SOURCE, _TARGET)
    refuse_used(_TARGET)


def _move(file: Path) -> dict[str, Any]:
    from django.db import connections

    from tieout.cli.moving_tables import copy_all
    from tieout.config import catch_up

    with Progress("Moving") as progress:
        tables = copy_all(_SOURCE, _TARGET, progress.at)
    organisations = catch_up.begin()
    kept = _put_aside(file)
    connections[_SOURCE].close()
    catch_up.note("move", str(kept))
    rows = sum(table.rows for table in tables)
    return {"tables": tables, "rows": rows, "kept": str(kept), "organisations_catching_up": organisations}


def _put_aside(file: Path) -> Path:
    """Rename the file, so that nobody goes on from it by mistake; if somebody does, it looks up first."""
    from django.db import connections

    with connections[_SOURCE].cursor() as cursor:
        cursor.execute("UPDATE organisation SET catch_up=%s", [True])
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections[_SOURCE].close()
    kept = file.with_suffix(datetime.now(UTC).strftime(".moved-%Y%m%d-%H%M%S.sqlite3"))
    file.rename(kept)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    return kept
