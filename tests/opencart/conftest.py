"""Fixtures: OpenCart shops in throw-away databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opencart_shops import Shops


@pytest.fixture(scope="session")
def shops(mariadb_url: str) -> Iterator[Shops]:
    """Makes databases of recorded shops; all of them go when the run ends."""
    made = Shops(mariadb_url)
    try:
        yield made
    finally:
        made.close()
