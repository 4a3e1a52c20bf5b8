"""The world and its scheduler. All that happens is drawn from the seed; a crash is a step that is not called."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from tieout.cli.benching.simulation.machinery import HTTP_SECONDS, Arrival, Clock, Tokens, Transport, Worker
from tieout.cli.benching.simulation.people import People
from tieout.cli.benching.simulation.shop import CURRENCY, Shop
from tieout.cli.benching.simulation.troubles import Troubles
from tieout.documents import DocumentKind
from tieout.errors import TieoutError
from tieout.ports.ledger import Ledger
from tieout.ports.records import PlanToWrite, Selection
from tieout.records import models
from tieout.records.drifts import decide_drift
from tieout.records.storage import Storage
from tieout.rules.settings import Rules
from tieout.sync.sweep import Sweep
from tieout.sync.turn import Nothing, Policy, Work, prepare, send, settle
from tieout.sync.turn.driver import IN_FLIGHT_MAX
from tieout.sync.turn.prepare import under_way_key
from tieout.sync.waiting import RecordsMeter
from tieout.xero import XeroLedger
from xerosim.clock import VirtualClock
from xerosim.faults import Latency
from xerosim.world import World

LEASE_SECONDS = 90.0
#: A world comes to its end within so many steps.
_STEPS_MAX = 20_000
#: Of a large world: steps for each order.
_STEPS_PER_ORDER = 10


class Simulation:
    """One seed. `run` goes through the trouble and then to the end; `checks.problems` judges.

    spoil_ledger: plants a mistake. troubles: what may go wrong, and where it did.
    """

    def __init__(
        self,
        seed: int,
        storage: Storage,
        *,
        orders: int = 30,
        trouble_steps: int = 250,
        policy: Policy | None = None,
        spoil_ledger: Callable[[XeroLedger], Ledger] = lambda ledger: ledger,
        day_limit: int = 5_000,
    ) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.storage = storage
        self.virtual = VirtualClock()
        self.clock = Clock(self.virtual)
        self.xero = World(seed=seed, clock=self.virtual)
        self.tenant: str = self.xero.add_organisation("uk").settings.id
        self.coverage: Counter[str] = Counter()
        self.troubles = Troubles(self)
        self.transport = Transport(self.xero, self.troubles.struck)
        self.tokens = Tokens(lambda: str(self.xero.token()["access_token"]))
        ledger = XeroLedger(self.transport, self.tokens, self.clock, tenant_id=self.tenant, base_currency=CURRENCY)
        self.ledger = spoil_ledger(ledger)
        self.policy = policy or Policy(lease_seconds=LEASE_SECONDS, batch=self.random.choice((0, 3, 10)))
        self.shop = Shop(self.random, self.clock.now().date())
        self.people = People(self.xero, self.tenant, self.random)
        self.steps = trouble_steps
        self.orders = orders
        self.workers = [Worker(f"host:{number}") for number in range(2)]
        self.arrivals: list[Arrival] = []
        #: Calls of the shop on its way: identity and body, delivered in any order, some of them twice.
        self.webhooks: list[tuple[str, str]] = []
        self.swept_at = self.clock.now()
        #: Somebody decided that the shop is right where people changed things in Xero.
        self.overruled = False
        self.xero.faults.latency = Latency(low=0.2, high=2.0, slow_share=0.05, slow_factor=10)
        self._furnish(day_limit)

    def _furnish(self, day_limit: int) -> None:
        using, now = self.storage._database.alias, self.clock.now()
        self.connection = models.Connection.objects.using(using).create(kind="shop", name="S", created_at=now).pk
        app = models.App.objects.using(using).create(name="A", client_id="a", created_at=now)
        authorisation = models.Authorisation.objects.using(using).create(app=app, created_at=now)
        self.organisation = (
            models.Organisation.objects.using(using)
            .create(tenant_id=self.tenant, name="O", created_at=now, authorisation=authorisation, day_limit=day_limit)
            .pk
        )
        models.Mapping.objects.using(using).create(
            connection_id=self.connection, organisation_id=self.organisation, version=1, created_at=now,
            rules=msgspec.json.encode(Rules()).decode(),
        )  # fmt: skip

    # ---- the course of things

    def run(self) -> None:
        self.shop.sell(self.orders)
        self.plan()
        for _ in range(self.steps):
            self._step(trouble=True)
        self.xero.faults.clear()
        self.clock.wrong = dt.timedelta()
        self.finish()

    def finish(self) -> None:
        """Without further trouble, to the end."""
        self.troubles.over = True
        self.sweep()
        for _ in range(max(_STEPS_MAX, self.orders * _STEPS_PER_ORDER)):
            self.plan()
            if not self._step(trouble=False):
                return
        raise AssertionError("the work does not come to an end")

    def _step(self, *, trouble: bool) -> bool:
        """Something happens; False when nothing is left to happen."""
        chance = self.random.random()
        if trouble and chance < 0.25:
            self.troubles.happen("between steps", self.random.choice(self.workers))
        elif trouble and chance < 0.33:
            self.plan()
        elif trouble and chance < 0.34:
            self.sweep()
        elif self.arrivals and chance < 0.65:
            self._arrive()
        else:
            worker = self.random.choice(self.workers)
            if not self._work(worker) and not any(self._work(other) for other in self.workers):
                return self._pass_time()
        return True

    # ---- a worker's steps, each with its boundary

    def crash(self, worker: Worker) -> None:
        """The process is killed and started again; mostly its successor frees the leases it held."""
        if worker.under_way:
            self.coverage["crash in flight"] += 1
        worker.claim, worker.lost = None, False
        worker.under_way.clear()
        worker.generation += 1
        if self.random.random() < 0.7:
            self.storage.free_leases(worker.name)

    def _work(self, worker: Worker) -> bool:
        """One step of a worker; False when it has nothing to do."""
        if worker.claim is None:
            worker.claim = self.storage.claim(worker.name, self.clock.now(), self.policy.lease_seconds)
            if worker.claim is not None:
                self.troubles.boundary("claim", worker)
                return True
            return False
        if worker.lost or len(worker.under_way) >= IN_FLIGHT_MAX:
            return self._give_back(worker, None)
        if not self._extend(worker):
            return True
        step = prepare(
            self.storage, self.ledger, worker.claim, worker.under_way, self.clock.now(), self.policy,
            nonce=f"{self.random.getrandbits(64):016x}", jitter=self.random.random(),
        )  # fmt: skip
        if isinstance(step, Nothing):
            worker.lost = worker.lost or step.lost
            return self._give_back(worker, step.ask_again)
        if self.troubles.boundary("prepare", worker):
            self._send(worker, step)
            self.troubles.boundary("send", worker)
        return True

    def _extend(self, worker: Worker) -> bool:
        """Renew the lease when half of it is used up; whether it is still ours."""
        assert worker.claim is not None
        if worker.claim.until - self.clock.now() < dt.timedelta(seconds=LEASE_SECONDS / 2):
            extended = self.storage.extend(worker.claim, self.clock.now() + dt.timedelta(seconds=LEASE_SECONDS))
            worker.lost = extended is None
            worker.claim = extended or worker.claim
        return not worker.lost

    def _give_back(self, worker: Worker, ask_again: dt.datetime | None) -> bool:
        if worker.under_way:
            return False
        assert worker.claim is not None
        self.storage.release(worker.claim, ask_again, self.clock.now())
        worker.claim, worker.lost = None, False
        self.troubles.boundary("release", worker)
        return True

    def _send(self, worker: Worker, step: Work) -> None:
        key, role = under_way_key(step)
        assert worker.claim is not None
        meter = RecordsMeter(self.storage, self.clock, self.organisation, f"turn {worker.name} {worker.claim.fence}")
        self.transport.seconds = 0.0
        outcome = send(self.storage, self.ledger, step, meter, self.clock, self.policy.key_life)
        worker.under_way[key] = role
        at = self.virtual.now() + self.transport.seconds
        self.arrivals.append(Arrival(at, worker, worker.generation, key, outcome))

    def _arrive(self) -> None:
        """The first answer arrives; time passes until then."""
        arrival = min(self.arrivals, key=lambda one: one.at)
        self.arrivals.remove(arrival)
        self.virtual.advance(max(0.0, arrival.at - self.virtual.now()))
        if arrival.generation != arrival.worker.generation:
            self.coverage["answer to a dead process"] += 1
            return
        arrival.worker.under_way.pop(arrival.key, None)
        settle(self.storage, arrival.outcome, self.clock.now(), self.random.random(), self.policy)
        self.troubles.settled(arrival.outcome)
        self.troubles.boundary("settle", arrival.worker)

    def _pass_time(self) -> bool:
        if self.arrivals:
            self._arrive()
            return True
        due = self.storage.next_due()
        if due is None:
            return False
        ahead = (due - self.clock.now()).total_seconds()
        assert ahead < 3 * 86_400, f"work waits until {due}"
        self.virtual.advance(max(ahead, 0.05))
        return True

    # ---- what runs beside the workers

    def plan(self) -> None:
        """Read the shop and plan what changed."""
        now = self.clock.now()
        page = self.shop.read(now)
        if page:
            self.storage.save_page(self.connection, DocumentKind.ORDER, page, None, now)
        models.Connection.objects.using(self.storage._database.alias).update(last_read_at=now)
        self.write_plans()

    def write_plans(self) -> None:
        due = self.storage.due_dossiers(self.connection, 1_000)
        facts = self.storage.dossier_facts(self.organisation, [one.root_id for one in due if one.root_id is not None])
        plans = []
        for dossier in due:
            known = facts.get(dossier.root_id or 0)
            posted = [row.posted for row in known.posted] if known is not None else []
            plan = self.shop.plan(int(dossier.root.key), posted)
            plans.append(PlanToWrite(dossier=dossier, organisation=self.organisation, rule_version=1, plan=plan))
        if due:
            self.storage.write_plans(plans, due, self.clock.now())

    def deliver(self, calls: Sequence[tuple[str, str]]) -> None:
        """Calls of the shop arrive: kept first, then handled, which reads the shop."""
        now = self.clock.now()
        self.storage.keep_calls("shop", calls, now)
        rows = self.storage.unhandled(100)
        if rows:
            self.plan()
            self.storage.calls_handled({row.id: "read" for row in rows}, now)

    def decide(self) -> None:
        """A person says that the shop is right, wherever Xero holds something else."""
        using = self.storage._database.alias
        self.overruled = True
        drifts = models.Drift.objects.using(using).filter(decided_at__isnull=True, blocks=True)
        decide_drift(
            list(drifts.values_list("pk", flat=True)),
            "restore",
            by="owner",
            address="",
            now=self.clock.now(),
            using=using,
        )
        self.storage.retry(Selection(states=("held",)), self.clock.now())

    def sweep(self) -> None:
        """What people did in Xero, as the hourly job asks."""
        started = self.clock.now()
        self.transport.passes = True
        try:
            meter = RecordsMeter(self.storage, self.clock, self.organisation, "sweep", manual=self.troubles.over)
            Sweep(self.storage, self.clock).run(self.organisation, self.ledger, meter, self.swept_at)
            self.swept_at = started
            self.coverage["swept"] += 1
        except TieoutError:
            # It asks for the same time again.
            self.coverage["sweep failed"] += 1
        finally:
            self.transport.passes = False


__all__ = ["HTTP_SECONDS", "LEASE_SECONDS", "Simulation"]
