"""Databases for simulated worlds: a file per world, copied from a migrated template, without waiting for the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tieout.config.database import sqlite
from tieout.records.storage import Storage

ALIAS = "simulation"


class Storages:
    """Makes empty storages, one at a time: the one made before is gone then."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "world.sqlite3"
        self._template = folder / "template.sqlite3"
        if not self._template.exists():
            _add(self._template)
            executor = MigrationExecutor(connections[ALIAS])
            executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"])
            _remove()

    def new(self, kind: type[Storage] = Storage) -> Storage:
        self.close()
        shutil.copy(self._template, self.path)
        _add(self.path)
        return kind(ALIAS)

    def close(self) -> None:
        if ALIAS in connections.databases:
            _remove()


def _add(path: Path) -> None:
    settings = sqlite(path)
    settings["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"
    connections.databases[ALIAS] = connections.configure_settings({"default": settings})["default"]


def _remove() -> None:
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.databases[ALIAS]
