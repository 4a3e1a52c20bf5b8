"""`tieout serve`: one command, two children, restarted when they die, ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance_tools import run_tieout

_PATIENCE_SECONDS = 40


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _serving(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = _free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")}
    environment["TIEOUT_HOME"] = str(home)
    command = [sys.executable, "-m", "tieout.cli.main", "serve", "--listen", f"127.0.0.1:{port}"]
    with (home / "serve.out").open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            _until(lambda: _answers(port), "the web admin answers")
            yield process, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_PATIENCE_SECONDS)


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.1)
    pytest.fail(f"waited in vain until {what}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False


def _children(parent: int) -> dict[int, str]:
    """Direct children of a process with their command lines."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(entry.parent.name)] = (entry.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    done = run_tieout("init", "--owner", "anna", home=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")
def test_both_children_come_back_and_end_with_their_parent(home: Path) -> None:
    with _serving(home) as (process, port):
        _until(lambda: len(_children(process.pid)) == 2, "both children run")
        first = _children(process.pid)
        for child in first:
            os.kill(child, signal.SIGKILL)
        _until(lambda: len(set(_children(process.pid)) - set(first)) == 2, "both children were started again")
        _until(lambda: _answers(port), "the web admin answers again")
        last = _children(process.pid)
    assert process.returncode == 0
    assert not any(Path(f"/proc/{child}").exists() for child in last)


def test_a_second_serve_on_the_same_folder_is_refused(home: Path) -> None:
    with _serving(home):
        second = run_tieout("serve", "--listen", f"127.0.0.1:{_free_port()}", home=home)
        restored = run_tieout("worker", home=home)
    assert second.returncode == restored.returncode == 2
    assert "already serves" in second.stderr
    assert second.stderr.count("\n") == 1


def test_without_init_nothing_starts_and_the_sentence_says_what_to_run(tmp_path: Path) -> None:
    done = run_tieout("serve", home=tmp_path / "nothing")
    assert done.returncode == 2
    assert "tieout init" in done.stderr
    assert "Traceback" not in done.stderr
