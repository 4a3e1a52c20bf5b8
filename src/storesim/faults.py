"""Things that go wrong between a store and its client: planned one by one or drawn by a seed."""

from collections.abc import Callable
from random import Random
from typing import Literal

import msgspec

from storesim.wire import Request, Response

FaultKind = Literal["500", "503", "cut", "timeout", "401", "duplicate", "slow", "429"]
FAULT_KINDS: tuple[FaultKind, ...] = ("500", "503", "cut", "timeout", "401", "duplicate", "slow", "429")

# The kinds whose answer replaces the store's; the others spoil an answer that was given.
_REPLACING = ("500", "503", "timeout", "401", "429")


class Fault(msgspec.Struct, frozen=True):
    """One planned fault.

    path_part: only calls whose path contains this text.  skip: let so many such calls pass first.
    times: then spoil so many.  seconds: how long a "slow" answer takes.
    method: only this HTTP method, or any.
    """

    kind: FaultKind
    path_part: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 30.0
    method: str | None = None


class Faults:
    """Decides for each call whether something goes wrong."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._random: Random | None = None
        self._chances: dict[FaultKind, float] = {}

    def plan(self, fault: Fault) -> None:
        """Add one planned fault."""
        self._planned.append(fault)

    def draw(self, *, seed: int, chances: dict[FaultKind, float]) -> None:
        """From now on draw faults: a probability per kind for every call, repeatable by seed."""
        self._random = Random(seed)
        self._chances = dict(chances)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._planned.clear()
        self._random = None
        self._chances = {}

    def next(self, request: Request) -> Fault | None:
        """The fault that hits this call, if any; counts the call."""
        for number, fault in enumerate(self._planned):
            if fault.path_part not in request.path or fault.method not in (None, request.method):
                continue
            if fault.skip > 0:
                self._planned[number] = msgspec.structs.replace(fault, skip=fault.skip - 1)
                continue
            if fault.times <= 1:
                del self._planned[number]
            else:
                self._planned[number] = msgspec.structs.replace(fault, times=fault.times - 1)
            return fault
        return self._drawn()

    def _drawn(self) -> Fault | None:
        if self._random is None:
            return None
        for kind, chance in self._chances.items():
            if self._random.random() < chance:
                return Fault(kind=kind, seconds=1.0)
        return None


def with_fault(fault: Fault, answer: Callable[[], Response], replacement: Callable[[], Response]) -> Response:
    """The spoiled answer.

    answer: what the store would say; not asked when the fault keeps the call from reaching it.
    replacement: the error answer of kinds 500, 503, 401 and 429.
    """
    if fault.kind == "timeout":
        return Response(status=504, hangs=True)
    if fault.kind in _REPLACING:
        return replacement()
    response = answer()
    if fault.kind == "cut":
        half = response.body[: len(response.body) // 2]
        return msgspec.structs.replace(response, body=half)
    if fault.kind == "slow":
        return msgspec.structs.replace(response, delay_seconds=fault.seconds)
    return response
