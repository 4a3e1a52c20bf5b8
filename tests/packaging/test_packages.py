"""Issue 8, Shows 1: what is published works away from any checkout."""

from __future__ import annotations

import json
import re
import signal
import socket
import tarfile
import time
import urllib.error
import urllib.request
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
    asked = re.findall(r"^Requires-Dist: ([A-Za-z0-9._-]+)(.*)$", metadata, re.MULTILINE)
    always = {name.lower() for name, more in asked if "extra ==" not in more}
    assert always
    assert not always - _pinned(project_copy / "requirements/production.txt")
    optional = {name.lower() for name, more in asked if "extra ==" in more}
    assert not optional - _pinned(project_copy / "requirements/develop.txt")


def _pinned(locked: Path) -> set[str]:
    pattern = r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==\S+.*\\\n    --hash=sha256:"
    return set(re.findall(pattern, locked.read_text(), re.MULTILINE))


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


def test_an_installed_web_admin_answers_with_its_style_sheets(wheel: Path, tmp_path: Path) -> None:
    installed = Installation(tmp_path, wheel)
    assert installed.run("tieout", "init").returncode == 0
    address = f"http://127.0.0.1:{_free_port()}"
    serving = installed.begin("tieout", "serve", "--listen", address.removeprefix("http://"))
    try:
        assert json.loads(_fetched(f"{address}/healthz")) == {"status": "ok"}
        page = _fetched(f"{address}/login").decode()
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert any(file.partition("?")[0].endswith(".css") for file in files)
        assert all(_fetched(address + file) for file in files)
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=60) == 0


def _fetched(address: str, seconds_max: float = 30) -> bytes:
    """The answer, once the server is there."""
    deadline = time.monotonic() + seconds_max
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
