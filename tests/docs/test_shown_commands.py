"""Every `tieout …` that is shown can be run as it is shown; what needs nothing outside is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from reference_pages import DOCS, commands
from shown_commands import Shown, blocks, deployed, find, inline, parse

pytestmark = pytest.mark.xdist_group("docs")

#: Verbs that stay, ask a person, or reach a real shop, Xero or PostgreSQL: their command line is checked, not run.
OUTSIDE = frozenset(
    (
        "serve",
        "worker",
        "connect",
        "store add",
        "store test",
        "pull",
        "tie-out",
        "move",
        "demo",
        "restore",
        "init",
        "links plan",
        "links migrate",
        "links bring",
    )
)
#: Exit codes that a run may end with: problems found is an answer, too.
_FINE = (0, 1)


def _with_own_files(line: str, folder: Path) -> str:
    """The line with the files that it names in a folder of the test's."""
    line = re.sub(r"(?<=[\s=\"])(?:~|/var/backups|/var/lib|/etc|/home/anna)(/\S+)", rf"{folder}\1", line)
    return re.sub(r"(?<= )(secret\.txt|keys\.json|october\.csv)", rf"{folder}/\1", line)


def _make_files(line: str, folder: Path) -> None:
    """Files that click wants to see there before a command begins."""
    reads = line.startswith("tieout restore") or "-file " in line
    for path in re.findall(rf"{folder}\S*", line) if reads else ():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("{}")


@pytest.mark.parametrize("shown", [*blocks(), *deployed()], ids=lambda shown: f"{shown.page}: {shown.line}"[:120])
def test_a_command_that_is_shown_exists_with_its_options(shown: Shown, tmp_path: Path) -> None:
    line = _with_own_files(shown.line, tmp_path)
    _make_files(line, tmp_path)
    parse(line)


@pytest.mark.parametrize("shown", [*inline()], ids=lambda shown: f"{shown.page}: {shown.line}"[:120])
def test_a_command_within_a_sentence_exists(shown: Shown) -> None:
    words = shown.line.split()
    names = {name for name, _ in commands()} | {"tieout --help", "tieout --version"}
    known = [name for name in names if shown.line == name or shown.line.startswith(f"{name} ")]
    assert known, shown
    options = {word for word in words if word.startswith("--")}
    command = dict(commands()).get(max(known, key=len))
    if command is not None:
        assert not options - {name for option in command.params for name in option.opts} - {"--help"}


def test_the_pages_show_each_verb_at_least_once() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md") if page.name != "commands.md")
    verbs = [name for name, command in commands() if not isinstance(command, click.Group)]
    assert verbs
    rarely = ("tieout bench", "tieout queue add", "tieout queue remove", "tieout key new")
    missing = [name for name in verbs if name not in pages and not name.startswith(rarely)]
    assert not missing


def test_what_needs_nothing_outside_runs_as_shown(tmp_path: Path) -> None:
    """The tutorial's demos first, then everything else that the pages show, on what the first one left."""
    state = tmp_path / "tieout-demo"
    lines = [Shown(shown.page, _with_own_files(shown.line, tmp_path)) for shown in blocks()]
    first, *further = [
        one.line for one in lines if "tutorial" in one.page and one.line.startswith("tieout demo --once")
    ]
    assert str(state) in first
    assert further
    for line in (first, *further):
        assert _run(tmp_path, [line], {}) == {line: 0}
    others = list(dict.fromkeys(one.line for one in lines if _may_run(one.line)))
    assert len(others) > 20
    codes = _run(tmp_path, others, {"TIEOUT_HOME": str(state / "tieout")})
    assert {line: code for line, code in codes.items() if code not in _FINE} == {}
    assert (state / "first-backup.sqlite3").exists()
    assert (tmp_path / "tieout" / "export" / "postings.csv").exists()


def _may_run(line: str) -> bool:
    verb = find(line)[0]
    return verb not in OUTSIDE and not verb.startswith("bench")


#: Runs command lines one after the other in one process, for starting Python takes longer than most of them.
_RUNNER = """
import json, shlex, sys
from tieout.cli.main import run
codes = {line: run(shlex.split(line)[1:]) for line in json.load(sys.stdin)}
with open(sys.argv[1], "w") as file:
    json.dump(codes, file)
"""


def _run(folder: Path, lines: list[str], variables: dict[str, str]) -> dict[str, int]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER, str(folder / "codes.json")], input=json.dumps(lines), env=kept | variables,
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes: dict[str, int] = json.loads((folder / "codes.json").read_text())
    return codes
