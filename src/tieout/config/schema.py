"""The database's schema: made, checked at the start, brought up to date.

SQLite is brought up to date by itself after a snapshot; PostgreSQL, which other processes may be using, only by
`tieout upgrade`.
"""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from tieout.config import snapshot
from tieout.errors import ConfigurationWrong

#: Snapshots of this many upgrades stay beside the database.
UPGRADE_SNAPSHOTS = 3

#: Our tables are made in one transaction, so that one of them stands for all.
_HAS_OURS = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'posting'"

#: How long a change of a table waits for workers, how often it is tried again, and after which pause.
_LOCK_SECONDS, _LOCK_TRIES, _LOCK_PAUSE_SECONDS = 5, 12, 2.0
#: PostgreSQL's code for a lock that was not got in time.
_LOCK_NOT_AVAILABLE = "55P03"


def is_sqlite() -> bool:
    return bool(connection.vendor == "sqlite")


def pending() -> list[str]:
    """Names of the migrations that this database has not had. Raises ConfigurationWrong when it is newer than us."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    unknown = [
        name for app, name in executor.loader.applied_migrations if app == "records" and (app, name) not in known
    ]
    if unknown:
        raise ConfigurationWrong(
            "TIEOUT_DATABASE_URL",
            f"This database was made by a newer Tieout ({unknown[0]}). Install that version, or restore a backup.",
        )
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in steps]


def make_or_check() -> list[str]:
    """At the start of every process: a missing SQLite file is made, an old one brought up to date.

    Returns the migrations that were applied. Raises ConfigurationWrong when an operator must run `tieout upgrade`.
    """
    if is_sqlite():
        _make_file(Path(str(settings.DATABASES["default"]["NAME"])))
    todo = pending()
    if not todo:
        return []
    if not is_sqlite():
        raise ConfigurationWrong(
            "TIEOUT_DATABASE_URL", f"The database lacks {len(todo)} migrations. Run: tieout upgrade"
        )
    return upgrade()


def make_in_empty() -> None:
    """The whole schema where there is none yet; a database that holds anything is left as it is."""
    if not is_sqlite() and not connection.introspection.table_names():
        upgrade()


def upgrade() -> list[str]:
    """Apply what is missing; on SQLite after a snapshot beside the file. Returns the names."""
    todo = pending()
    if not todo:
        return []
    if is_sqlite():
        file = Path(str(settings.DATABASES["default"]["NAME"]))
        if _has_records(file):
            snapshot.copy_database(file, snapshot.dated(file, "before-upgrade", datetime.now(UTC)))
            snapshot.keep_newest(file, "before-upgrade", UPGRADE_SNAPSHOTS)
    if is_sqlite():
        call_command("migrate", interactive=False, verbosity=0)
    else:
        _migrate_beside_workers()
    return todo


def _migrate_beside_workers() -> None:
    """Workers of the version before go on meanwhile: a change that would have to wait lets them pass first.

    Without the time limit a change that waits for one long transaction would keep everybody else waiting behind it.
    """
    for remaining in reversed(range(_LOCK_TRIES)):
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            return
        except OperationalError as error:
            if not remaining or getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            time.sleep(_LOCK_PAUSE_SECONDS)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 0")


def _make_file(file: Path) -> None:
    """A new SQLite file gets its journal mode once; setting it again later would need all others to let go."""
    if str(file) == ":memory:" or (file.exists() and file.stat().st_size):
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = sqlite3.connect(file)
    try:
        made.execute("PRAGMA journal_mode=WAL")
        # Any write makes the mode stick in the file's header.
        made.execute("PRAGMA user_version=1")
    finally:
        made.close()
    file.chmod(0o600)


def _has_records(file: Path) -> bool:
    """Whether there is anything to lose. A process that was killed while it made the tables left none of ours."""
    reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return bool(reader.execute(_HAS_OURS).fetchone()[0])
    finally:
        reader.close()
