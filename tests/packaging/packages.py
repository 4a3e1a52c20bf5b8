"""Builds the project away from the checkout and installs it into environments of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

#: Left behind when the project is copied: what a checkout collects and a repository does not hold.
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "dist", "site", "*.sqlite3*"
)


def copy_project(target: Path) -> Path:
    """The project as it is now, symbolic links kept; building would leave files in the checkout."""
    return Path(shutil.copytree(PROJECT, target, symlinks=True, ignore=_NOT_COPIED))


def build(project: Path, target: Path, kind: str) -> Path:
    """Build an "sdist" or a "wheel" with the pinned setuptools, without a network and without isolation."""
    target.mkdir(parents=True, exist_ok=True)
    script = f"import setuptools.build_meta as backend; print(backend.build_{kind}({str(target)!r}))"
    built = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False, timeout=60
    )
    assert built.returncode == 0, built.stderr
    return target / built.stdout.splitlines()[-1]


class Installation:
    """An empty environment with one wheel of ours.

    Nothing is downloaded: a path file shows the environment the third-party packages of the one that runs the
    tests, whose own editable Tieout is not followed, for path files of such a folder are not read.
    """

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        venv.create(folder / "env", symlinks=True, with_pip=False)
        self.bin = folder / "env" / "bin"
        self._run(
            [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install", "--quiet", "--no-deps",
             "--no-index", "--disable-pip-version-check", str(wheel)]
        )  # fmt: skip
        self.packages = next((folder / "env" / "lib").glob("python*/site-packages"))
        (self.packages / "third-party.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def begin(self, *command: str) -> subprocess.Popen[bytes]:
        """Start an installed program that stays."""
        return subprocess.Popen(
            [str(self.bin / command[0]), *command[1:]], cwd=self.folder, env=self._environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run an installed program in a folder of its own, with a home of its own."""
        return self._run([str(self.bin / command[0]), *command[1:]], check=False)

    def _run(self, command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        return {**kept, "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
