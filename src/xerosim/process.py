"""The simulated Xero as a process of its own, for benchmarks and drills."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import msgspec


class Running(msgspec.Struct):
    """A started simulator: where it is and what is needed to connect."""

    url: str
    client_id: str
    client_secret: str
    organisations: list[dict[str, str]]
    pid: int

    def control(self, method: str, name: str, **body: object) -> object:
        """Call the control API; GET sends members as the query."""
        url = f"{self.url}/__sim__/{name}"
        if method == "GET":
            answer = httpx.get(url, params={k: str(v) for k, v in body.items()}, timeout=120)
        else:
            answer = httpx.post(url, json=body, timeout=120)
        answer.raise_for_status()
        return answer.json()


@contextlib.contextmanager
def start_process(*options: str) -> Iterator[Running]:
    """Run `xerosim --port 0 OPTIONS` and stop it at the end. Raises RuntimeError if it does not start."""
    command = [sys.executable, "-m", "xerosim", "--port", "0", "--json", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None, "stdout is a pipe"
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the simulated Xero did not start")
        told = json.loads(line)
        yield Running(
            told["url"], told["app"]["client_id"], told["app"]["client_secret"], told["organisations"], process.pid
        )
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
