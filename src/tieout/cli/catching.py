"""Verb `catch-up`: a database that was put back by other means than `restore`."""

from __future__ import annotations

import click

from tieout.cli.output import emit, json_option
from tieout.config import start


@click.command("catch-up", epilog="Example: tieout catch-up")
@json_option
def catch_up(as_json: bool) -> None:
    """Say that this database was not the last one to write: a PostgreSQL backup, a copied file, a snapshot.

    Until what is open was looked up in Xero and the stores were read, nothing is created there. Run it before
    anything else of Tieout is started; `tieout restore` and `tieout move` do it by themselves.
    """
    start.begin()
    from tieout.config import catch_up as catching

    organisations = catching.begin()
    catching.note("catch up", f"{organisations} organisations")
    if as_json:
        emit({"organisations_catching_up": organisations})
    else:
        click.echo(f"{organisations} organisations look up in Xero what changed before they create anything there.")
