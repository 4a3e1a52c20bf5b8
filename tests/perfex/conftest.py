"""Fixtures: simulated CRMs by REST in both generations, and in throw-away databases."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from perfex_rigs import DatabaseRig, RestRig, Rig

from storesim.perfex import Crm

for folder in ("contract", "records", "unit/xero", "cases", "two_way"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))


@pytest.fixture
def database(mariadb_url: str) -> Iterator[Callable[[Crm], DatabaseRig]]:
    """Puts a CRM into a database; all of them go with the test."""
    made: list[DatabaseRig] = []

    def put(crm: Crm) -> DatabaseRig:
        made.append(DatabaseRig(crm, mariadb_url))
        return made[-1]

    yield put
    for rig in made:
        rig.mirror.drop()


@pytest.fixture(params=["rest 2", "rest 3", "database"])
def rig_of(request: pytest.FixtureRequest) -> Callable[[Crm], Rig]:
    """Every way into a CRM."""
    way: str = request.param
    if way == "database":
        put: Callable[[Crm], Rig] = request.getfixturevalue("database")
        return put
    return lambda crm: RestRig(crm, generation=way[-1])
