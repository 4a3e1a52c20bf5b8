"""What lies in deploy/ names things that exist."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from reference_pages import DOCS, PROJECT
from settings_in_code import settings

from tieout.cli.serving import SETTLE_SECONDS_MAX

DEPLOY = PROJECT / "deploy"
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file())
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


@pytest.mark.parametrize(
    "file", [*FILES, *sorted(DOCS.rglob("*.md"))], ids=lambda file: str(file.relative_to(PROJECT))
)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    known = {one.name for one in settings()} | {"TIEOUT_SHARED"}
    named = set(re.findall(r"\bTIEOUT_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf-8")))
    assert not {name for name in named if name.removesuffix("_FILE") not in known}


def test_every_file_of_deploy_that_a_page_names_is_there() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    named = set(re.findall(r"deploy/[\w./@-]*\w", pages)) - {"deploy/secrets"}
    named = {name for name in named if not name.startswith("deploy/secrets/")}
    assert len(named) > 6
    assert not [name for name in named if not (PROJECT / name).exists()]


def test_every_page_that_a_file_of_deploy_names_is_there() -> None:
    named = set(re.findall(r"docs/[\w/-]+\.md", "\n".join(file.read_text(encoding="utf-8") for file in FILES)))
    assert named
    assert not [name for name in named if not (PROJECT / name).exists()]


def test_the_image_runs_without_root_and_copies_what_building_needs() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER \d+:\d+$", last, re.MULTILINE)
    assert "VOLUME /var/lib/tieout" in last
    copied = [word for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for word in line.split()]
    assert {"pyproject.toml", "MANIFEST.in", "sample_data", "src"} <= set(copied)
    assert not [name for name in copied if not (PROJECT / name).exists()]


def test_the_requirements_hold_the_builder_where_the_image_looks_for_it() -> None:
    text = (PROJECT / "requirements/develop.txt").read_text(encoding="utf-8")
    pinned = re.search(r"^setuptools==.*?# via", text, re.MULTILINE | re.DOTALL)
    assert pinned
    assert pinned.group(0).count("--hash=sha256:") >= 1
    assert pinned.group(0).count("==") == 1


def test_the_compose_example_is_postgresql_with_two_workers_and_closed_containers() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("upgrade", "web", "worker"):
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert set(service["secrets"]) <= set(compose["secrets"])
        for variable, value in service["environment"].items():
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert int(service["stop_grace_period"].removesuffix("s")) > SETTLE_SECONDS_MAX
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened_and_waits_longer_than_turns_take(unit: Path) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit.read_text(encoding="utf-8"))
    service = parsed["Service"]
    wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "CapabilityBoundingSet": ""}
    assert {name: service[name] for name in wanted} == wanted
    assert service["User"] == "tieout"
    if service["Type"] != "oneshot":
        assert int(service["TimeoutStopSec"]) > SETTLE_SECONDS_MAX


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """The program that they start is not installed here; any other one stands for it."""
    copies = []
    for unit in [*UNITS, *DEPLOY.glob("systemd/*.timer")]:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text(encoding="utf-8").replace("/opt/tieout/bin/tieout", "/bin/true"))
        copies.append(str(copy))
    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *copies], capture_output=True, text=True, check=False, timeout=60
    )
    assert (verdict.returncode, verdict.stderr) == (0, "")
