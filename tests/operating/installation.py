"""Runs `tieout` as an operator does: a process of its own, a data folder, an environment."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SECONDS_MAX = 120
_TAKE_BACK = """
import sys
from tieout.config import start
start.prepare_django()
from django.core.management import call_command
call_command("migrate", "records", sys.argv[1], interactive=False, verbosity=0)
"""


def own_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment, with nothing of Tieout but `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIEOUT_", "DJANGO_"))}
    return kept | dict(variables)


def run_tieout(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tieout.cli.main", *arguments],
        env=own_environment(variables), capture_output=True, text=True, check=False, timeout=_SECONDS_MAX,
    )  # fmt: skip


class Installation:
    """One data folder. variables: set for every command."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.variables = {"TIEOUT_HOME": str(home), **variables}

    @property
    def database(self) -> Path:
        return self.home / "tieout.sqlite3"

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run_tieout(*arguments, **{**self.variables, **variables})

    def answer(self, *arguments: str, code: int = 0) -> Any:
        """What the command says as JSON; it must end with this code."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr + done.stdout
        return self.decoded(done)

    def take_back_to(self, migration: str) -> None:
        """The schema of an older version: later migrations undone, the rows of what it had kept."""
        subprocess.run(
            [sys.executable, "-c", _TAKE_BACK, migration], env=own_environment(self.variables), check=True,
            capture_output=True, timeout=_SECONDS_MAX,
        )  # fmt: skip

    @staticmethod
    def decoded(done: subprocess.CompletedProcess[str]) -> Any:
        return json.loads(done.stdout)

    def refusal(self, *arguments: str, code: int = 2, **variables: str) -> str:
        """The one sentence with which the command refuses; nothing is on stdout."""
        done = self.run(*arguments, **variables)
        assert done.returncode == code, done.stderr + done.stdout
        assert not done.stdout
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        return lines[0]

    def rows(self, query: str) -> list[Any]:
        reader = sqlite3.connect(self.database)
        try:
            return reader.execute(query).fetchall()
        finally:
            reader.close()

    def change(self, statement: str) -> None:
        writer = sqlite3.connect(self.database)
        try:
            writer.execute(statement)
            writer.commit()
        finally:
            writer.close()
