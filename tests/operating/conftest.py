"""A shop that was synced once, kept in a folder, and a fresh copy of that folder for each test."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from installation import Installation, run_tieout

_numbers = itertools.count()


@pytest.fixture(scope="session")
def synced_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State folder of a demo that ran once: data folder `tieout` and what the simulated Xero holds."""
    folder = tmp_path_factory.mktemp("shop") / "state"
    done = run_tieout("demo", "--once", "--json", "--state", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def installation(synced_shop: Path, tmp_path: Path) -> Installation:
    """A Tieout of its own with everything posted."""
    return Installation(Path(shutil.copytree(synced_shop / "tieout", tmp_path / "tieout")))


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    """Address of an empty database, dropped afterwards."""
    name = f"tieout_operating_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgresql_url, autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    yield postgresql_url.rpartition("/")[0] + "/" + name
    with psycopg.connect(postgresql_url, autocommit=True) as maintenance:
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]
