"""Many organisations of one app, each with a queue of its own, by a virtual clock and without any trouble."""

from __future__ import annotations

import datetime as dt
import heapq
from itertools import count
from random import Random

import msgspec

from tieout.cli.benching.simulation.machinery import Clock, Tokens, Transport, Worker
from tieout.cli.benching.simulation.shop import CURRENCY, Shop
from tieout.documents import DocumentKind
from tieout.ports.records import PlanToWrite
from tieout.records import models
from tieout.records.storage import Storage
from tieout.rules.settings import Rules
from tieout.sync.turn import Nothing, Outcome, Policy, prepare, send, settle
from tieout.sync.turn.driver import IN_FLIGHT_MAX
from tieout.sync.turn.prepare import under_way_key
from tieout.sync.turn.values import SendCall
from tieout.sync.waiting import RecordsMeter
from tieout.xero import XeroLedger
from xerosim.clock import VirtualClock
from xerosim.faults import Fault, Latency
from xerosim.world import World

#: Threads of all workers together; enough to fill the app's minute.
_THREADS = 60


class Fleet:
    """Every order of one shop goes to every organisation, one element a call."""

    def __init__(self, storage: Storage, organisations: int, *, orders: int, app_limit: int) -> None:
        self._storage = storage
        self._virtual = VirtualClock()
        self._clock = Clock(self._virtual)
        self._random = Random(1)
        self.xero = World(seed=1, clock=self._virtual)
        self.xero.faults.latency = Latency(low=0.3, high=1.0)
        self.tenants: list[str] = [self.xero.add_organisation("uk").settings.id for _ in range(organisations)]
        self._transport = Transport(self.xero, _nothing_strikes)
        tokens = Tokens(lambda: str(self.xero.token()["access_token"]))
        self._ledgers = {
            tenant: XeroLedger(self._transport, tokens, self._clock, tenant_id=tenant, base_currency=CURRENCY)
            for tenant in self.tenants
        }
        self._policy = Policy(batch=1, linger_seconds=0.0)
        self._workers = [Worker(f"host:{number}") for number in range(_THREADS)]
        self._ends: dict[str, dt.datetime] = {}
        self._numbers = count()
        self._arrivals: list[tuple[float, int, Worker, int, Outcome]] = []
        self._tenant_of = self._furnish(app_limit)
        self._plan(orders)

    def _furnish(self, app_limit: int) -> dict[int, str]:
        using, now = self._storage._database.alias, self._clock.now()
        connection = models.Connection.objects.using(using).create(kind="shop", name="S", created_at=now)
        self._connection: int = connection.pk
        app = models.App.objects.using(using).create(name="A", client_id="a", created_at=now, minute_limit=app_limit)
        authorisation = models.Authorisation.objects.using(using).create(app=app, created_at=now)
        rules, made = msgspec.json.encode(Rules()).decode(), {}
        for tenant in self.tenants:
            organisation = models.Organisation.objects.using(using).create(
                tenant_id=tenant, name=tenant, created_at=now, authorisation=authorisation, day_limit=5_000
            )
            models.Mapping.objects.using(using).create(
                connection_id=self._connection, organisation=organisation, version=1, created_at=now, rules=rules
            )
            made[organisation.pk] = tenant
        return made

    def _plan(self, orders: int) -> None:
        shop, now = Shop(self._random, self._clock.now().date()), self._clock.now()
        shop.sell(orders)
        self._storage.save_page(self._connection, DocumentKind.ORDER, shop.read(now), None, now)
        due = self._storage.due_dossiers(self._connection, 1_000)
        for organisation in self._tenant_of:
            plans = [PlanToWrite(one, organisation, shop.plan(int(one.root.key)), rule_version=1) for one in due]
            self._storage.write_plans(plans, due, now)

    def run(self) -> None:
        """Until nothing is left to do."""
        while True:
            worked = False
            for worker in self._workers:
                worked = self._work(worker) or worked
            if not worked and not self._pass_time():
                return

    def is_done(self) -> bool:
        using = self._storage._database.alias
        return not models.Posting.objects.using(using).exclude(state__in=("posted", "gone")).exists()

    def _work(self, worker: Worker) -> bool:
        now = self._clock.now()
        if worker.claim is None:
            worker.claim = self._storage.claim(worker.name, now, self._policy.lease_seconds)
            self._ends[worker.name] = now + dt.timedelta(seconds=self._policy.turn_seconds_max)
        if worker.claim is None:
            return False
        ask_again: dt.datetime | None = now
        sent = False
        while now < self._ends[worker.name] and len(worker.under_way) < IN_FLIGHT_MAX:
            ledger = self._ledgers[self._tenant_of[worker.claim.organisation]]
            step = prepare(
                self._storage, ledger, worker.claim, worker.under_way, now, self._policy,
                nonce=f"{self._random.getrandbits(64):016x}", jitter=0.5,
            )  # fmt: skip
            if isinstance(step, Nothing):
                ask_again = step.ask_again
                break
            owner = f"turn {worker.name} {worker.claim.fence}"
            meter = RecordsMeter(self._storage, self._clock, worker.claim.organisation, owner)
            # A read closes its own request rows: time has to go by before it does.
            self._transport.seconds, self._transport.passes = 0.0, not isinstance(step, SendCall)
            outcome = send(self._storage, ledger, step, meter, self._clock)
            key, role = under_way_key(step)
            worker.under_way[key] = role
            at = self._virtual.now() + self._transport.seconds
            heapq.heappush(self._arrivals, (at, next(self._numbers), worker, key, outcome))
            sent = True
        if worker.under_way:
            return sent
        self._storage.release(worker.claim, ask_again, now)
        worker.claim = None
        return True

    def _pass_time(self) -> bool:
        if self._arrivals:
            at, _, worker, key, outcome = heapq.heappop(self._arrivals)
            self._virtual.advance(max(0.0, at - self._virtual.now()))
            del worker.under_way[key]
            settle(self._storage, outcome, self._clock.now(), 0.5, self._policy)
            return True
        due = self._storage.next_due()
        if due is None:
            return False
        self._virtual.advance(max((due - self._clock.now()).total_seconds(), 0.05))
        return True


def _nothing_strikes(fault: Fault) -> None:
    raise AssertionError("no fault was ordered")
