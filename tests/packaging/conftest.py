"""One build of each kind for all tests of a process."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from packages import build, copy_project


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("copy") / "tieout")


@pytest.fixture(scope="session")
def sdist(project_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(project_copy, tmp_path_factory.mktemp("sdist"), "sdist")


@pytest.fixture(scope="session")
def wheel(project_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(project_copy, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="session")
def wheel_of_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build(next(folder.iterdir()), tmp_path_factory.mktemp("wheel-of-sdist"), "wheel")
