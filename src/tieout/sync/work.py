"""Working until nothing is left: turns one after the other, waiting where a limit says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from tieout.ports import Clock
from tieout.ports.administration import Administration
from tieout.sync.turn.driver import Driver
from tieout.sync.waiting import Waiter

#: Turns in a row that sent nothing, after which what is left waits for something else than time.
FRUITLESS_MAX = 300


class Worked(msgspec.Struct, frozen=True):
    """What came of working. waits_until: work is left that may go then; None when everything settled."""

    turns: int = 0
    calls: int = 0
    waits_until: datetime | None = None


def work_until_idle(
    driver: Driver,
    administration: Administration,
    clock: Clock,
    wait: Waiter,
    *,
    wait_until_max: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] | None = None,
) -> Worked:
    """Take turns until no organisation has work. wait_until_max: give up when the next work is due later."""
    turns = calls = fruitless = 0
    while not stop():
        done = driver.turn()
        if done is not None:
            turns, calls = turns + 1, calls + done.calls
            fruitless = 0 if done.calls else fruitless + 1
            if fruitless > FRUITLESS_MAX:
                return Worked(turns, calls, done.ask_again or clock.now())
            if progress is not None:
                progress(calls)
            continue
        due = administration.next_due_at(clock.now())
        if due is None:
            break
        if wait_until_max is not None and due > wait_until_max:
            return Worked(turns, calls, due)
        wait(due)
    return Worked(turns, calls)
