"""What goes wrong in a simulated world, and where: faults of Xero, crashes, clocks, people, a shop that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from tieout.ports.ledger import AnswerKind
from tieout.sync.turn import Outcome
from tieout.sync.turn.values import Answered
from xerosim.faults import Fault

if TYPE_CHECKING:
    from tieout.cli.benching.simulation.machinery import Worker
    from tieout.cli.benching.simulation.world import Simulation

#: Faults of Xero: what happens, and before or after the call took effect.
FAULTS = (
    ("500", "before"), ("500", "after"), ("502", "after"), ("504", "before"), ("drop", "before"), ("drop", "after"),
    ("hang", "after"), ("cut", "after"), ("minute", "before"), ("concurrent", "before"), ("maintenance", "before"),
)  # fmt: skip
FAULT_NAMES = tuple(f"{kind} {when}" for kind, when in FAULTS)
#: Everything else that may happen anywhere.
OTHERS = ("crash", "clock jump", "long sleep", "shop changes", "person in xero", "webhook")
#: Where it may happen: right after a step of a turn.
BOUNDARIES = ("claim", "prepare", "send", "settle", "release")
_AT_A_BOUNDARY = 0.15
#: A process dies while something that went wrong is not settled yet.
_CRASH_AFTER_FAULT = 0.08


class Troubles:
    """Draws troubles and counts them: `<what> @ <boundary>`, and `<fault>, crash @ <boundary>`."""

    def __init__(self, world: Simulation) -> None:
        self._world = world
        self.over = False
        #: Faults that struck and whose calls are not settled yet.
        self._open: list[str] = []
        self._deeds: dict[str, Callable[[Worker], None]] = {
            "crash": self._crash,
            "clock jump": self._jump,
            "long sleep": self._sleep,
            "shop changes": self._shop,
            "person in xero": self._person,
            "webhook": self._webhook,
        }

    def boundary(self, name: str, worker: Worker) -> bool:
        """A step of the worker has ended; perhaps something happens before the next one. Whether the worker lives."""
        if self.over:
            return True
        generation = worker.generation
        if self._open and self._world.random.random() < _CRASH_AFTER_FAULT:
            for fault in dict.fromkeys(self._open):
                self._world.coverage[f"{fault}, crash @ {name}"] += 1
            self._world.coverage[f"crash @ {name}"] += 1
            self._crash(worker)
        elif self._world.random.random() < _AT_A_BOUNDARY:
            self.happen(name, worker)
        return worker.generation == generation

    def happen(self, where: str, worker: Worker) -> None:
        """One trouble, drawn from all."""
        name = self._world.random.choice((*FAULT_NAMES, *OTHERS))
        self._world.coverage[f"{name} @ {where}"] += 1
        if name in self._deeds:
            self._deeds[name](worker)
        else:
            self._order(name)

    def struck(self, fault: Fault) -> None:
        name = f"{fault.kind} {fault.when}"
        self._world.coverage[f"{name} struck"] += 1
        self._open.append(name)

    def settled(self, outcome: Outcome) -> None:
        """Something came through: what went wrong before is over."""
        if isinstance(outcome, Answered) and outcome.answer.kind is AnswerKind.SETTLED:
            self._open.clear()

    def _order(self, name: str) -> None:
        kind, _, when = name.partition(" ")
        path = self._world.random.choice(("", "/Invoices", "/Payments", "/Contacts"))
        method = self._world.random.choice(("PUT", "PUT", ""))
        fault = Fault(kind=kind, when=when, path=path, method=method, seconds=5, keep=40)  # type: ignore[arg-type]
        self._world.xero.faults.add(fault)

    def _crash(self, worker: Worker) -> None:
        self._world.crash(worker)

    def _jump(self, worker: Worker) -> None:
        self._world.clock.wrong = dt.timedelta(seconds=self._world.random.choice((-20, 0, 5, 40)))

    def _sleep(self, worker: Worker) -> None:
        """The machine sleeps; Xero forgets idempotency keys meanwhile."""
        self._world.virtual.advance(self._world.random.uniform(60, 900))

    def _shop(self, worker: Worker) -> None:
        world = self._world
        world.coverage[world.shop.happen()] += 1
        identity = f"{world.random.getrandbits(32)}"
        world.webhooks += [(identity, "changed")] * world.random.choice((0, 1, 1, 2))

    def _person(self, worker: Worker) -> None:
        world = self._world
        deed = world.people.act(world.virtual.now())
        world.coverage[f"person: {deed}"] += 1

    def _webhook(self, worker: Worker) -> None:
        """One or two of the calls under way arrive, in any order."""
        world = self._world
        world.random.shuffle(world.webhooks)
        calls, world.webhooks = world.webhooks[:2], world.webhooks[2:]
        world.deliver(calls)
