"""Worker processes that are killed and replaced."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from tieout.cli.benching.worker_program import DrillPolicy

#: A worker settles what is under way when it is asked to stop: no longer than its HTTP time limit.
_STOP_SECONDS_MAX = 120


class Herd:
    """So many workers at a time."""

    def __init__(self, count: int, policy: DrillPolicy, threads: int) -> None:
        self._count = count
        self._command = [
            sys.executable, "-m", "tieout.cli.benching.worker_program",
            msgspec.json.encode(policy).decode(), str(threads),
        ]  # fmt: skip
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        while len(self.processes) < self._count:
            self.processes.append(subprocess.Popen(self._command))

    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def kill(self, pid: int) -> None:
        """SIGKILL, and bury it, so that its id says that it is dead."""
        process = next(one for one in self.processes if one.pid == pid)
        process.kill()
        process.wait()
        self.processes.remove(process)

    def died(self) -> list[int]:
        """Exit codes of workers that ended by themselves: none should."""
        return [code for process in self.processes if (code := process.poll()) is not None]

    def bury(self) -> list[int]:
        """Take away workers that ended by themselves, which none should; their exit codes."""
        ended = [process for process in self.processes if process.poll() is not None]
        self.processes = [process for process in self.processes if process not in ended]
        return [process.returncode for process in ended]

    def kill_all(self) -> None:
        for pid in self.pids():
            self.kill(pid)

    def stop(self) -> list[int]:
        """Ask all to stop; their exit codes."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(_STOP_SECONDS_MAX) for process in self.processes]
        self.processes.clear()
        return codes


@contextmanager
def herd(count: int, policy: DrillPolicy, threads: int = 4) -> Iterator[Herd]:
    made = Herd(count, policy, threads)
    try:
        yield made
    finally:
        made.kill_all()
