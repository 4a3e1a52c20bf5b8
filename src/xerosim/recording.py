"""Exchanges on file, a line of JSON each, so that somebody outside can judge what a served world was asked and said.

`--record FILE`, or the variable XEROSIM_RECORD: a file, or a folder that gets a file per process.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from xerosim.wire import Request, Response

VARIABLE = "XEROSIM_RECORD"
# Headers that open doors stay out of the file.
_SECRET = frozenset({"authorization", "cookie"})


class Exchange(msgspec.Struct, frozen=True):
    """One request and its answer; bodies are base64 in the file. A webhook's target is a whole address.

    arrived: false where a fault kept the answer, or part of it, from the caller.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes
    arrived: bool = True


_decoder = msgspec.json.Decoder(Exchange)


class Recorder:
    """Appends exchanges to a file. May be called from several threads."""

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            path = path / f"{os.getpid()}.jsonl"
        self._file = path.open("ab", buffering=0)
        self._lock = threading.Lock()

    def __call__(self, request: Request, response: Response) -> None:
        self._write(request.method, request.target, request.headers, request.body, response)

    def webhook(self, url: str, headers: Mapping[str, str], body: bytes, status: int) -> None:
        """Note a webhook that was sent, and what its receiver answered."""
        self._write("POST", url, headers, body, Response(status))

    def _write(self, method: str, target: str, headers: Mapping[str, str], body: bytes, answer: Response) -> None:
        named = {name: value for name, value in headers.items() if name not in _SECRET}
        arrived = not (answer.drop or answer.hang or answer.cut is not None)
        line = msgspec.json.encode(
            Exchange(method, target, named, body, answer.status, dict(answer.headers), answer.body, arrived)
        )
        with self._lock:
            self._file.write(line + b"\n")

    def close(self) -> None:
        self._file.close()


def from_environment() -> Recorder | None:
    """The recorder that the environment asks for, if it does."""
    path = os.environ.get(VARIABLE)
    return Recorder(Path(path)) if path else None


def exchanges(path: Path, start: int = 0) -> Iterator[tuple[int, Exchange]]:
    """The whole lines of a file from a position on, each with the position after it."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            start += len(line)
            yield start, _decoder.decode(line)
