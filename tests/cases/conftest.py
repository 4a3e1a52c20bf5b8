"""Where the tests of the cases find the worlds that other tests have built."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

for folder in ("contract", "records", "unit/xero"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))

from cases_world import Books


@pytest.fixture
def books(db: None) -> Books:
    return Books()
