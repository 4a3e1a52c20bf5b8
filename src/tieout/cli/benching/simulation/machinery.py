"""The parts of a simulated world that stand for network, login, clock and processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from tieout.accounting import Role
from tieout.http import Lost, Reply, Request
from tieout.ports.turn import Claim
from tieout.sync.turn import Outcome
from xerosim.clock import VirtualClock
from xerosim.faults import Fault
from xerosim.wire import Request as SimulatedRequest
from xerosim.world import World

HTTP_SECONDS = 30.0


class Transport:
    """Answers at once; how long the answer would take is told to the scheduler.

    struck: told of every fault that strikes. passes: time goes by while an answer is under way (reads in between).
    """

    def __init__(self, world: World, struck: Callable[[Fault], None]) -> None:
        self._world = world
        self._struck = struck
        self.seconds = 0.0
        self.passes = False

    def send(self, request: Request) -> Reply:
        target = "/" + request.url.split("/", 3)[3]
        headers = {name.lower(): value for name, value in request.headers.items()}
        standing = list(self._world.faults.orders)
        answer = self._world.handle(SimulatedRequest(request.method, target, headers, request.body))
        for fault in standing:
            if fault not in self._world.faults.orders:
                self._struck(fault)
        hangs = answer.hang or answer.delay_seconds > HTTP_SECONDS
        seconds = HTTP_SECONDS if hangs else answer.delay_seconds
        self.seconds += seconds
        if self.passes:
            self._world.clock.advance(seconds)
        if hangs or answer.drop or answer.cut is not None:
            raise Lost("no whole answer")
        return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.body)


class Tokens:
    """The access token of one organisation's app; a new one is had at once."""

    def __init__(self, issue: Callable[[], str]) -> None:
        self._issue = issue
        self.token = ""

    def access_token(self) -> str:
        return self.token or self.refresh_after_401("")

    def refresh_after_401(self, refused: str) -> str:
        self.token = self._issue()
        return self.token


class Clock:
    """Our clock: the world's, plus how wrong it is."""

    def __init__(self, virtual: VirtualClock) -> None:
        self._virtual = virtual
        self.wrong = dt.timedelta()

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._virtual.now(), dt.UTC) + self.wrong


@dataclass
class Worker:
    """One process: what it holds is gone when it crashes."""

    name: str
    claim: Claim | None = None
    lost: bool = False
    under_way: dict[int, Role] = field(default_factory=dict)
    generation: int = 0


@dataclass
class Arrival:
    """An answer on its way to a worker."""

    at: float
    worker: Worker
    generation: int
    key: int
    outcome: Outcome
