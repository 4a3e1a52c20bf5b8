"""Fixtures of the acceptance tests; what they are made of lies in `acceptance_tools`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from acceptance_tools import SAMPLE, Demo


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path / "state")


@pytest.fixture
def shop_copy(tmp_path: Path) -> Path:
    """The sample shop's data, to be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "shop"))
