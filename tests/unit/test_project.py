"""The project's own promises about its files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
CASE_ROW = re.compile(r"^\| (C\d{2,3}) \|(.*)\|$", re.MULTILINE)
TEST_NAME = re.compile(r"`(test_[a-z0-9_]+)`")


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.split("\n") if listed.returncode == 0 else []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_to_files(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_decision_records_are_numbered_without_gaps_and_have_a_status() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(len(records)))
    for record in records[1:]:
        assert re.search(r"^Status: (accepted|proposed|superseded by \d{4})", record.read_text(), re.MULTILINE), (
            record
        )


def test_every_known_failure_of_other_connectors_has_a_test_or_a_reason() -> None:
    rows = dict(CASE_ROW.findall((ROOT / "docs/cases.md").read_text(encoding="utf-8")))
    assert list(rows) == [f"C{number:02d}" for number in range(1, 143)]
    defined: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        defined.update(re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    for case, row in rows.items():
        named = TEST_NAME.findall(row)
        assert named or re.search(r"(not yet|does not apply): \w+", row), f"{case} names neither a test nor a reason"
        unknown = [name for name in named if name not in defined]
        assert not unknown, f"{case} names tests that do not exist: {unknown}"


def test_modules_of_the_tests_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    tracked = [name for name in _tracked() if name.endswith((".py", ".md", ".toml", ".txt", ".sh", ".html", ".in"))]
    bad = [
        name
        for name in tracked
        if (ROOT / name).exists()
        and re.search(r"(^|[\s\"'`(])/(work|root)/[a-z.]", (ROOT / name).read_text(encoding="utf-8"))
    ]
    assert not bad
