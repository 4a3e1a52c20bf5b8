"""Where the tests of the cases find the worlds that other tests have built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cases_world import Books

for folder in ("contract", "records", "unit/xero"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))


@pytest.fixture
def books(db: None) -> Books:
    """A shop of paper, connected to a simulated organisation."""
    from cases_world import Books

    return Books()
