"""Databases for simulations: a file per world, copied from a migrated template, without waiting for the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tieout.config.database import sqlite
from tieout.records.storage import Storage

ALIAS = "simulation"


def _add(path: Path) -> None:
    settings = sqlite(path)
    settings["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"
    connections.databases[ALIAS] = connections.configure_settings({"default": settings})["default"]


def _remove() -> None:
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.databases[ALIAS]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    path: Path = tmp_path_factory.mktemp("simulation") / "template.sqlite3"
    with django_db_blocker.unblock():
        _add(path)
        executor = MigrationExecutor(connections[ALIAS])
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"])
        _remove()
    return path


@pytest.fixture
def new_storage(template: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Callable[..., Storage]]:
    """Makes an empty storage; the one made before is gone then."""
    path = tmp_path / "tieout.sqlite3"
    with django_db_blocker.unblock():

        def make(kind: type[Storage] = Storage) -> Storage:
            if ALIAS in connections.databases:
                _remove()
            shutil.copy(template, path)
            _add(path)
            return kind(ALIAS)

        yield make
        if ALIAS in connections.databases:
            _remove()
