"""Verbs of the operator: init, key, upgrade, backup, restore."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from tieout.cli.output import emit, json_option, say
from tieout.config import home, start
from tieout.errors import ConfigurationWrong


@click.command(epilog="Example: tieout init --owner anna")
@click.option("--owner", metavar="NAME", help="Also make the first user, who may do everything.")
@json_option
def init(owner: str | None, as_json: bool) -> None:
    """Make the data folder: keys, database, and the first user if asked."""
    folder = home.folder()
    made = start.make(folder)
    answer: dict[str, object] = {"home": str(folder), "made": [str(path) for path in made]}
    if owner is not None:
        from tieout.cli import users

        answer["user"], answer["password"] = owner, users.make_user(owner, "owner")
    if as_json:
        emit(answer)
        return
    for path in made:
        click.echo(f"made {path}")
    click.echo(f"Tieout keeps its data in {folder}. Back up {home.VAULT_KEY_FILE} on its own, away from the data.")
    if owner:
        click.echo(f"User {owner}, password {answer['password']} (shown this once).")


@click.group()
def key() -> None:
    """The key that seals tokens and secrets at rest."""


@key.command(epilog="Example: tieout key new")
def new() -> None:
    """Print a new key, for TIEOUT_VAULT_KEY."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


@key.command(epilog="Example: tieout key rotate")
@json_option
def rotate(as_json: bool) -> None:
    """Put a new key first and seal all stored secrets with it; the old key keeps opening what is left."""
    start.begin()
    from tieout.config import secrets_at_rest

    home.rotate(home.folder())
    count = secrets_at_rest.reseal_all(home.open_vault(home.folder()))
    if as_json:
        emit({"resealed": count})
    else:
        click.echo(f"A new key seals from now on; {count} secrets were sealed again.")


@click.command(epilog="Example: tieout upgrade")
@json_option
def upgrade(as_json: bool) -> None:
    """Bring the database up to date with this version of Tieout."""
    start.prepare_django()
    from tieout.config import schema

    home.open_vault(home.folder())
    applied = schema.upgrade()
    if as_json:
        emit({"applied": applied})
    else:
        click.echo(f"Applied {len(applied)} migrations." if applied else "The database is up to date.")


@click.command(epilog="Example: tieout backup /var/backups/tieout --keep 30")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N",
    help="FILE is a folder: name the copy after the time (UTC), then delete all but the newest N there.",
)  # fmt: skip
@json_option
def backup(file: Path, keep: int | None, as_json: bool) -> None:
    """Copy the database while everything runs, and check the copy. Keys are never in it."""
    source = _sqlite_file("back up PostgreSQL with pg_dump")
    from tieout.config import snapshot

    folder = file
    if keep:
        file = snapshot.dated(folder / source.name, "backup", datetime.now(UTC))
    if file.is_dir():
        raise click.UsageError(f"{file} is a folder; name a file in it, or say --keep to name it after the time.")
    if file.exists():
        raise click.UsageError(f"{file} is already there; give a name that is free.")
    file.parent.mkdir(parents=True, exist_ok=True)
    snapshot.copy_database(source, file)
    deleted = snapshot.keep_newest(folder / source.name, "backup", keep) if keep else []
    _note("backup", str(file))
    if as_json:
        emit({"file": str(file), "bytes": file.stat().st_size, "checked": True, "deleted": list(map(str, deleted))})
        return
    click.echo(f"Backed up to {file} ({file.stat().st_size} bytes), checked. Keep the key files elsewhere.")
    if deleted:
        click.echo(f"Deleted {len(deleted)} older copies.")


@click.command(epilog="Example: tieout restore /var/backups/tieout-monday.sqlite3")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the database that is there (a copy of it is kept beside).")
@json_option
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Put a backup in place. Nothing is created in Xero until what changed since was looked up there."""
    target = _sqlite_file("restore PostgreSQL with pg_restore, then run: tieout catch-up", check=False)
    from tieout.cli.locking import ServeLock
    from tieout.config import snapshot

    snapshot.check_database(file)
    with ServeLock(home.folder()):
        kept = None
        if target.exists():
            if not force:
                raise click.UsageError(f"{target} is there already; say --force to replace it.")
            kept = snapshot.dated(target, "before-restore", datetime.now(UTC))
            snapshot.copy_database(target, kept)
        _put_in_place(file, target)
        start.begin()
        from tieout.config import catch_up

        organisations = catch_up.begin()
    _note("restore", str(file))
    if as_json:
        emit({"restored": str(file), "kept": str(kept or ""), "organisations_catching_up": organisations})
        return
    if kept:
        say(f"The database that was there is kept as {kept}.")
    click.echo(f"Restored {file}.")
    click.echo(f"{organisations} organisations look up in Xero what changed since before they create anything there.")


def _put_in_place(file: Path, target: Path) -> None:
    """Copy the backup to the database's place; WAL is set again, for a backup is one plain file."""
    import sqlite3

    from tieout.config import snapshot

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving = target.with_name(target.name + ".arriving")
    snapshot.copy_database(file, arriving)
    made = sqlite3.connect(arriving)
    try:
        made.execute("PRAGMA journal_mode=WAL")
    finally:
        made.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
        Path(f"{arriving}{suffix}").unlink(missing_ok=True)
    os.replace(arriving, target)


def _sqlite_file(instead: str, *, check: bool = True) -> Path:
    if check:
        start.begin()
    else:
        start.prepare_django()
        home.open_vault(home.folder())
    from django.conf import settings

    described = settings.DATABASES["default"]
    if not described["ENGINE"].endswith("sqlite3"):
        raise ConfigurationWrong("TIEOUT_DATABASE_URL", f"This verb is for SQLite; {instead}.")
    return Path(described["NAME"])


def _note(action: str, subject: str) -> None:
    from tieout.config import catch_up

    catch_up.note(action, subject)
