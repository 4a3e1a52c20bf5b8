"""What all tests share: services, and names of what a run had to leave out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

import services
from contract.every_answer import _every_exchange_is_judged, _no_exchange_misfits  # noqa: F401 – used by every test

PROJECT = Path(__file__).resolve().parent.parent


# The same examples in every run, so that a red build means a change; TIEOUT_EXPLORE=1 looks for new ones.
hypothesis_settings.register_profile("steady", derandomize=not os.environ.get("TIEOUT_EXPLORE"))
hypothesis_settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    if services.RUN not in os.environ:
        services.begin()
        config.add_cleanup(services.end)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    sentences = services.left_out()
    if sentences:
        terminalreporter.section("LEFT OUT OF THIS RUN", red=True)
        for sentence in sentences:
            terminalreporter.line(sentence)


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Address of a PostgreSQL server whose user may create databases."""
    address = services.postgresql()
    if address is None:
        pytest.skip("no PostgreSQL")
    return address


@pytest.fixture(scope="session")
def mariadb_url() -> str:
    """Address of a MariaDB server whose user may create databases."""
    address = services.mariadb()
    if address is None:
        pytest.skip("no MariaDB")
    return address


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = services.chromium()
    if path is None:
        pytest.skip("no Chromium")
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared samples beside the project (or where TIEOUT_SHARED says); some cannot be kept in here."""
    folder = Path(os.environ.get("TIEOUT_SHARED") or PROJECT.parent / "shared")
    if not folder.is_dir():
        services.leave_out(f"shared samples: {folder} is not here; set TIEOUT_SHARED")
        pytest.skip("no shared samples")
    return folder
