"""The real storage on a real SQLite file and a real PostgreSQL server; every test gets a database of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from records_world import World

from tieout.config.database import sqlite
from tieout.records.storage import Storage

_numbers = itertools.count()


def add_database(alias: str, settings: dict[str, Any]) -> None:
    """Make a database known to Django under another alias than the default one."""
    whole = connections.configure_settings({"default": settings})["default"]
    connections.databases[alias] = whole


def remove_database(alias: str) -> None:
    connections[alias].close()
    del connections[alias]
    del connections.databases[alias]


def _migrate(alias: str) -> None:
    executor = MigrationExecutor(connections[alias])
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"])


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    with django_db_blocker.unblock():
        add_database("template", sqlite(path))
        connections["template"].cursor().execute("PRAGMA journal_mode=WAL")
        _migrate("template")
        connections["template"].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        remove_database("template")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str, django_db_blocker: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Settings of the server's maintenance database, and the name of a migrated template."""
    from tieout.config.database import _postgresql

    settings = _postgresql(postgresql_url)
    name = f"tieout_template_{next(_numbers)}_{id(settings)}"
    with django_db_blocker.unblock():
        add_database("maintenance", {**settings, "AUTOCOMMIT": True})
        connections["maintenance"].cursor().execute(f"CREATE DATABASE {name}")
        add_database("template", {**settings, "NAME": name})
        _migrate("template")
        remove_database("template")
        yield settings, name
        connections["maintenance"].cursor().execute(f"DROP DATABASE {name}")
        remove_database("maintenance")


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: Any) -> Iterator[Storage]:
    with django_db_blocker.unblock():
        if request.param == "sqlite":
            path = tmp_path / "tieout.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            add_database("records", sqlite(path))
            yield Storage("records")
            remove_database("records")
            return
        settings, template = request.getfixturevalue("postgresql_template")
        name = f"{template}_{next(_numbers)}"
        connections["maintenance"].cursor().execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        add_database("records", {**settings, "NAME": name})
        yield Storage("records")
        remove_database("records")
        connections["maintenance"].cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(storage: Storage) -> World:
    """One shop, one organisation, rules between them."""
    return World(storage)
