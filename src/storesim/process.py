"""A simulated store in a process of its own, for benchmarks and drills that must not share one."""

import subprocess
import sys
from collections.abc import Sequence

import msgspec

from storesim.magento2.auth import Credentials

STOP_SECONDS_MAX = 10.0


class Started(msgspec.Struct, frozen=True):
    """What `python -m storesim` prints on its first line."""

    store: str
    base_url: str
    credentials: Credentials


class StoreProcess:
    """A running store process.  Use as a context manager or stop it."""

    def __init__(self, process: "subprocess.Popen[bytes]", started: Started) -> None:
        self._process = process
        self.base_url = started.base_url
        self.credentials = started.credentials

    @property
    def process_id(self) -> int:
        """The operating system's id of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> "StoreProcess":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def start_process(arguments: Sequence[str]) -> StoreProcess:
    """Run `python -m storesim` with these arguments and wait until it answers.

    Raises RuntimeError when it ends without saying where it listens.
    """
    process = subprocess.Popen([sys.executable, "-m", "storesim", *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.stdout.close()
        raise RuntimeError(f"The simulated store ended with code {process.wait()}.")
    return StoreProcess(process, msgspec.json.decode(line, type=Started))
