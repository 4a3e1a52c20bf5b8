"""Databases for simulations; what they are made of lies in the benchmark of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tieout.cli.benching.simulation.storages import Storages
from tieout.records.storage import Storage


@pytest.fixture(scope="session")
def storages(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Storages:
    with django_db_blocker.unblock():
        return Storages(tmp_path_factory.mktemp("simulation"))


@pytest.fixture
def new_storage(storages: Storages, django_db_blocker: Any) -> Iterator[Callable[..., Storage]]:
    """Makes an empty storage; the one made before is gone then."""
    with django_db_blocker.unblock():
        yield storages.new
        storages.close()


@pytest.fixture
def unblocked_storages(storages: Storages, django_db_blocker: Any) -> Iterator[Storages]:
    """For what makes its storages itself."""
    with django_db_blocker.unblock():
        yield storages
        storages.close()
