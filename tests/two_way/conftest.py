"""Where the tests of several organisations and the way back find the worlds that other tests have built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cases_world import Books
    from two_way_world import TwoWay

for folder in ("contract", "records", "unit/xero", "cases"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))


@pytest.fixture
def world(db: None) -> TwoWay:
    """A small CRM and a simulated organisation that exchange everything."""
    from two_way_world import TwoWay

    return TwoWay()


@pytest.fixture
def books(db: None) -> Books:
    """A shop of paper, connected to a simulated organisation."""
    from cases_world import Books

    return Books()
