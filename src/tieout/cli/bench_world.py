"""A benchmark's own installation: a folder that is thrown away, a simulated shop, a simulated Xero."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieout.cli.demo import private_environment
from tieout.cli.output import emit, table
from tieout.config import start
from tieout.errors import ConfigurationWrong


@contextmanager
def workplace() -> Iterator[Path]:
    """A fresh data folder with its database."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-bench-"))
    try:
        private_environment(folder)
        start.make()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def quiet(sentence: str) -> None:
    """Benchmarks print figures only."""


def point_at(xero_url: str) -> None:
    os.environ["TIEOUT_XERO_URL"] = xero_url


def tell(figures: dict[str, object], as_json: bool) -> int:
    """Print a benchmark's figures; 1 when its bar was missed."""
    if "verdict" not in figures:
        raise ConfigurationWrong("bench", "This benchmark came to no verdict.")
    if as_json:
        emit(figures)
    else:
        table("Benchmark", ("figure", "value"), [(name.replace("_", " "), value) for name, value in figures.items()])
    return 0 if figures["verdict"] == "met" else 1
