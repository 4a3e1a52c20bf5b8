"""Judges every exchange between any test and a simulated Xero by Xero's published files (`contract.described`).

A pytest plugin. It stands in front of `World.handle` and of the webhooks of worlds in this process; simulators in
processes of their own write their exchanges into a folder (XEROSIM_RECORD), which is read after every test.
Exchanges of one operation, status and shape are judged once per process, the shape being names and kinds of members
at every depth; so the cost stays small. A misfit fails the test that caused it, or the one during which it was read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import pytest

from contract import described
from xerosim import recording
from xerosim.recording import Exchange
from xerosim.webhooks import Webhooks
from xerosim.wire import Request, Response
from xerosim.world import World

#: Shapes judged per operation, status and process: a bound on the time this takes.
SHAPES_MAX = 12

_seen: set[tuple[object, ...]] = set()
_counts: dict[str, int] = {}
_found: list[str] = []
_guard = threading.Lock()


def shape(value: object) -> object:
    """Names and kinds of members at every depth; of a list the different shapes in it."""
    if isinstance(value, dict):
        return tuple(sorted((name, shape(member)) for name, member in value.items()))
    if isinstance(value, list):
        return ("list", frozenset(shape(member) for member in value))
    return type(value).__name__


def _shape_of(body: bytes, kind: str) -> object:
    if "json" not in kind:
        # The first bytes of XML carry its root; the members are told apart by their names alone.
        return (kind, frozenset(described.TAG.findall(body)) if "xml" in kind else not body)
    try:
        return shape(msgspec.json.decode(body))
    except msgspec.DecodeError:
        return "malformed"


def problem(request: Request, response: Response) -> str | None:
    """What the files have against an exchange, None if nothing or if one like it was judged before."""
    path, _, text = request.target.partition("?")
    name = f"{request.method} {response.status} {described.template(unquote(path))}"
    if _counts.get(name, 0) >= SHAPES_MAX:
        return None
    ours = described.by_tieout(request)
    asked = _shape_of(request.body, "json") if ours and request.body else None
    answer = _shape_of(response.body, response.headers.get("content-type", ""))
    key = (name, answer, asked, ours, tuple(sorted(dict(parse_qsl(text)))))
    with _guard:
        if key in _seen:
            return None
        _seen.add(key)
        _counts[name] = _counts.get(name, 0) + 1
    return described.misfit(request, response)


def note(request: Request, response: Response) -> None:
    """Judge an exchange, unless its answer never arrives whole; the test that is running answers for it."""
    if response.drop or response.hang or response.cut is not None:
        return
    found = problem(request, response)
    if found is not None:
        _found.append(found)


class Folder:
    """Where simulators of other processes write, and how far it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[Path, int] = {}

    def judge(self) -> int:
        """Judge what is new; returns how many exchanges that were."""
        count = 0
        for file in sorted(self.path.iterdir()):
            for position, one in recording.exchanges(file, self._read.get(file, 0)):
                self._read[file] = position
                note(*_replayed(one))
                count += 1
        return count


def _replayed(one: Exchange) -> tuple[Request, Response]:
    return (
        Request(one.method, one.target, one.headers, one.body),
        Response(one.status, one.answer_headers, one.answer, drop=not one.arrived),
    )


def _watched(handle: Any) -> Any:
    def watched(self: World, request: Request) -> Response:
        response: Response = handle(self, request)
        note(request, response)
        return response

    return watched


def _overheard(pump: Any) -> Any:
    def overheard(self: Webhooks, now: float, send: Any) -> int:
        def noted(url: str, headers: dict[str, str], body: bytes) -> int:
            note(Request("POST", url if url.startswith("http") else f"http://{url}", headers, body), Response(200))
            status: int = send(url, headers, body)
            return status

        arrived: int = pump(self, now, noted)
        return arrived

    return overheard


@pytest.fixture(scope="session", autouse=True)
def _every_exchange_is_judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    folder = Folder(tmp_path_factory.mktemp("exchanges"))
    patch = pytest.MonkeyPatch()
    patch.setattr(World, "handle", _watched(World.handle))
    patch.setattr(Webhooks, "pump", _overheard(Webhooks.pump))
    # Worlds of this process are watched above; only those of others write.
    patch.setattr(recording, "from_environment", lambda: None)
    patch.setenv(recording.VARIABLE, str(folder.path))
    yield folder
    folder.judge()
    patch.undo()
    assert not _found, "Exchanges that Xero's description does not allow:\n" + "\n".join(_found[:5])


@pytest.fixture(autouse=True)
def _no_exchange_misfits(_every_exchange_is_judged: Folder) -> Iterator[None]:
    yield
    _every_exchange_is_judged.judge()
    told, _found[:] = list(_found), []
    assert not told, "Exchanges that Xero's description does not allow:\n" + "\n".join(told[:5])
