"""Issue 8, Shows 1: what is published works away from any checkout."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from packages import Installation

pytestmark = pytest.mark.xdist_group("packaging")


def _source_files(project: Path) -> set[str]:
    """Everything below src, as a wheel names it. The recorded shops lie behind a symbolic link."""
    roots = {project / "src": "", project / "sample_data": "storesim/sample_data/"}
    return {
        prefix + str(file.relative_to(root))
        for root, prefix in roots.items()
        for file in root.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and ".egg-info" not in str(file)
    }


def test_the_wheel_holds_every_file_of_the_sources(project_copy: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert not _source_files(project_copy) - packed


def test_every_dependency_of_the_wheel_is_pinned_with_hashes(project_copy: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    asked = {one.lower() for one in re.findall(r"^Requires-Dist: ([A-Za-z0-9._-]+)", metadata, re.MULTILINE)}
    locked = (project_copy / "requirements/production.txt").read_text()
    pinned = set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==\S+.*\\\n    --hash=sha256:", locked, re.MULTILINE))
    assert asked
    assert not asked - pinned


def test_the_wheel_of_the_source_distribution_is_the_wheel_of_the_checkout(wheel: Path, wheel_of_sdist: Path) -> None:
    assert _contents(wheel_of_sdist) == _contents(wheel)


def _contents(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist() if not entry.filename.endswith("RECORD")}


def test_the_source_distribution_holds_what_building_testing_and_running_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "LICENSE",
        "Makefile",
        "deploy/compose.yaml",
        "docs/tutorial.md",
        "properdocs.yml",
        "requirements/production.txt",
        "sample_data/magento2/orders.json.gz",
        "tests/packaging/test_packages.py",
    }
    assert not wanted - names


def test_the_installed_demo_ties_out_away_from_the_checkout(wheel_of_sdist: Path, tmp_path: Path) -> None:
    installed = Installation(tmp_path, wheel_of_sdist)
    where = installed.run("python", "-c", "import tieout, storesim; print(tieout.__file__); print(storesim.__file__)")
    assert all(line.startswith(str(installed.packages)) for line in where.stdout.splitlines()), where
    demo = installed.run("tieout", "demo", "--once", "--json")
    assert demo.returncode == 0, demo.stderr
    result = json.loads(demo.stdout)
    assert result["differences"] == []
    assert result["posted"]["order"] > 0


def test_an_installation_makes_its_folder_and_its_owner(wheel: Path, tmp_path: Path) -> None:
    installed = Installation(tmp_path, wheel)
    made = installed.run("tieout", "init", "--owner", "anna", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["user"] == "anna"
    version = installed.run("tieout", "--version")
    assert version.stdout.startswith("tieout, version ")
    simulator = installed.run("xerosim", "--help")
    assert simulator.returncode == 0, simulator.stderr
