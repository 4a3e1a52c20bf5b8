"""Drive a turn with threads: one holder of the lease decides and settles, up to five requests are in flight.

The decisions and all writing happen in the calling thread, one after the other; only `send` runs in the pool.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import msgspec

from tieout.accounting import Role
from tieout.errors import RetryLater
from tieout.ports.ledger import Ledger, Meter
from tieout.ports.outside import Clock
from tieout.ports.turn import Claim, TurnRecords
from tieout.sync.turn.prepare import prepare, under_way_key
from tieout.sync.turn.send import send
from tieout.sync.turn.settle import settle
from tieout.sync.turn.values import Nothing, Outcome, Policy, Step, Work

#: Requests in flight per organisation (Xero's bound).
IN_FLIGHT_MAX = 5
#: With requests in flight, how long until it is looked again for new work and at the lease, in seconds.
_LOOK_AGAIN_SECONDS = 0.25
#: A transaction that was ended in favour of another one is made again so often.
_TRANSACTION_TRIES = 5
#: After an error of ours.
_AFTER_ERROR = timedelta(seconds=2)


_T = TypeVar("_T")


class TurnDone(msgspec.Struct, frozen=True):
    """What a turn did. calls: requests sent; ask_again: when to look at the organisation again."""

    organisation: int
    calls: int
    ask_again: datetime | None


class Driver:
    """Takes turns; one per worker thread, sharing a pool of senders.

    ledgers: the ledger of an organisation. meters: a meter for its look-ups. filling: whether planning goes on.
    """

    def __init__(
        self,
        records: TurnRecords,
        ledgers: Callable[[int], Ledger],
        meters: Callable[[int, str], Meter],
        clock: Clock,
        pool: ThreadPoolExecutor,
        owner: str,
        policy: Policy,
        *,
        filling: Callable[[], bool] = lambda: False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._records = records
        self._ledgers = ledgers
        self._meters = meters
        self._clock = clock
        self._pool = pool
        self._owner = owner
        self._policy = policy
        self._filling = filling
        self._stopping = stopping
        self._jitter = random.Random()

    def turn(self, organisation: int | None = None) -> TurnDone | None:
        """One turn for the organisation that is due (or the named one); None when there is none."""
        now = self._clock.now()
        claim = self._records.claim(self._owner, now, self._policy.lease_seconds, organisation=organisation)
        if claim is None:
            return None
        return _Turn(self, claim).run()


class _Turn:
    """One turn: its lease, and what is under way."""

    def __init__(self, driver: Driver, claim: Claim) -> None:
        self._driver = driver
        self._claim = claim
        self._ledger = driver._ledgers(claim.organisation)
        self._meter = driver._meters(claim.organisation, f"turn {claim.owner} {claim.fence}")
        self._nonce = secrets.token_hex(8)
        self._futures: dict[Future[Outcome], tuple[int, Work]] = {}
        self._under_way: dict[int, Role] = {}
        self._ends_at = driver._clock.now() + timedelta(seconds=driver._policy.turn_seconds_max)
        self._calls = 0
        self._lost = False

    def run(self) -> TurnDone:
        driver = self._driver
        ask_again: datetime | None = None
        try:
            while True:
                nothing = self._fill()
                ask_again = nothing.ask_again if nothing is not None else driver._clock.now()
                if not self._futures:
                    break
                if not self._lost:
                    # Also with all five under way, and while the last answers are awaited.
                    self._extend()
                self._collect(_LOOK_AGAIN_SECONDS)
        except BaseException:
            # What this turn leaves open has to be taken up again, by whoever comes next.
            ask_again = driver._clock.now() + _AFTER_ERROR
            raise
        finally:
            # An error of ours must not lose what is under way: it is settled, then the error goes on.
            while self._futures:
                self._collect(None)
            if not self._lost:
                driver._records.release(self._claim, ask_again, driver._clock.now())
        return TurnDone(self._claim.organisation, self._calls, ask_again)

    def _may_go_on(self) -> bool:
        driver = self._driver
        return not self._lost and not driver._stopping() and driver._clock.now() < self._ends_at

    def _fill(self) -> Nothing | None:
        """Prepare until five are in flight or nothing is ready; what was told then."""
        while self._may_go_on() and len(self._futures) < IN_FLIGHT_MAX:
            self._extend()
            if self._lost:
                return Nothing(lost=True)
            step = _persistently(self._prepare)
            if isinstance(step, Nothing):
                self._lost = self._lost or step.lost
                return step
            self._submit(step)
        return None

    def _prepare(self) -> Step:
        driver = self._driver
        return prepare(
            driver._records, self._ledger, self._claim, self._under_way, driver._clock.now(), driver._policy,
            nonce=self._nonce, jitter=driver._jitter.random(), filling=driver._filling(),
        )  # fmt: skip

    def _submit(self, work: Work) -> None:
        driver = self._driver
        key, role = under_way_key(work)
        future = driver._pool.submit(
            send, driver._records, self._ledger, work, self._meter, driver._clock, driver._policy.key_life
        )
        self._futures[future] = (key, work)
        self._under_way[key] = role
        self._calls += 1

    def _collect(self, timeout: float | None) -> None:
        """Settle what has come back."""
        done, _ = wait(self._futures, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            key, _ = self._futures.pop(future)
            del self._under_way[key]
            # An error here is a bug of ours: the call stays as it is and is resumed by the next turn.
            _persistently(partial(self._settle, future.result()))

    def _settle(self, outcome: Outcome) -> None:
        driver = self._driver
        settle(driver._records, outcome, driver._clock.now(), driver._jitter.random(), driver._policy)

    def _extend(self) -> None:
        """Renew the lease when half of it is used up."""
        now = self._driver._clock.now()
        seconds = self._driver._policy.lease_seconds
        if self._claim.until - now > timedelta(seconds=seconds / 2):
            return
        extended = self._driver._records.extend(self._claim, now + timedelta(seconds=seconds))
        if extended is None:
            self._lost = True
        else:
            self._claim = extended


def _persistently(step: Callable[[], _T]) -> _T:
    """A step of one transaction, made again when the database ended it in favour of another one."""
    for _ in range(_TRANSACTION_TRIES - 1):
        try:
            return step()
        except RetryLater as error:
            if error.scope != "lock":
                raise
    return step()
