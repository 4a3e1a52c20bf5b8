"""A seeded world in one thread: workers that crash, a Xero that misbehaves, a shop that goes on selling.

Everything that happens is drawn from the seed. Time is virtual; a crash is a step that is not called.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec
from shop import CURRENCY, Shop

from tieout.accounting import Role
from tieout.documents import DocumentKind
from tieout.http import Lost, Reply, Request
from tieout.ports.ledger import Ledger
from tieout.ports.records import PlanToWrite
from tieout.ports.turn import Claim
from tieout.records import models
from tieout.records.storage import Storage
from tieout.rules.settings import Rules
from tieout.sync.turn import Nothing, Outcome, Policy, Work, prepare, send, settle
from tieout.sync.turn.driver import IN_FLIGHT_MAX
from tieout.sync.turn.prepare import under_way_key
from tieout.sync.waiting import RecordsMeter
from tieout.xero import XeroLedger
from xerosim.clock import VirtualClock
from xerosim.faults import Fault, Latency
from xerosim.wire import Request as SimulatedRequest
from xerosim.world import World

LEASE_SECONDS = 90.0
HTTP_SECONDS = 30.0
FAULTS = (
    ("500", "before"), ("500", "after"), ("502", "after"), ("504", "before"), ("drop", "before"), ("drop", "after"),
    ("hang", "after"), ("cut", "after"), ("minute", "before"), ("concurrent", "before"), ("maintenance", "before"),
)  # fmt: skip


class Transport:
    """Answers at once; how long the answer would take is told to the scheduler."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.seconds = 0.0

    def send(self, request: Request) -> Reply:
        target = "/" + request.url.split("/", 3)[3]
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._world.handle(SimulatedRequest(request.method, target, headers, request.body))
        hangs = answer.hang or answer.delay_seconds > HTTP_SECONDS
        self.seconds += HTTP_SECONDS if hangs else answer.delay_seconds
        if hangs or answer.drop or answer.cut is not None:
            raise Lost("no whole answer")
        return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.body)


class Tokens:
    def __init__(self, world: World) -> None:
        self._world = world
        self._token = ""

    def access_token(self) -> str:
        return self._token or self.refresh_after_401("")

    def refresh_after_401(self, refused: str) -> str:
        self._token = str(self._world.token()["access_token"])
        return self._token


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


class Simulation:
    """One seed. `run` goes through the trouble and then to the end; `problems` judges by Xero's own journal."""

    def __init__(
        self,
        seed: int,
        storage: Storage,
        *,
        orders: int = 30,
        trouble_steps: int = 250,
        policy: Policy | None = None,
        spoil_ledger: Callable[[XeroLedger], Ledger] = lambda ledger: ledger,
    ) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.storage = storage
        self.virtual = VirtualClock()
        self.clock = Clock(self.virtual)
        self.xero = World(seed=seed, clock=self.virtual)
        self.tenant: str = self.xero.add_organisation("uk").settings.id
        self.transport = Transport(self.xero)
        ledger = XeroLedger(
            self.transport, Tokens(self.xero), self.clock, tenant_id=self.tenant, base_currency=CURRENCY
        )
        self.ledger = spoil_ledger(ledger)
        self.policy = policy or Policy(lease_seconds=LEASE_SECONDS, batch=self.random.choice((0, 3, 10)))
        self.shop = Shop(self.random, self.clock.now().date())
        self.steps = trouble_steps
        self.orders = orders
        self.workers = [Worker(f"host:{number}") for number in range(2)]
        self.arrivals: list[Arrival] = []
        self.coverage: Counter[str] = Counter()
        self.xero.faults.latency = Latency(low=0.2, high=2.0, slow_share=0.05, slow_factor=10)
        self._furnish()

    def _furnish(self) -> None:
        using, now = self.storage._database.alias, self.clock.now()
        self.connection = models.Connection.objects.using(using).create(kind="shop", name="S", created_at=now).id
        app = models.App.objects.using(using).create(name="A", client_id="a", created_at=now)
        authorisation = models.Authorisation.objects.using(using).create(app=app, created_at=now)
        self.organisation = (
            models.Organisation.objects.using(using)
            .create(tenant_id=self.tenant, name="O", created_at=now, authorisation=authorisation, day_limit=5_000)
            .id
        )
        models.Mapping.objects.using(using).create(
            connection_id=self.connection, organisation_id=self.organisation, version=1, created_at=now,
            rules=msgspec.json.encode(Rules()).decode(),
        )  # fmt: skip

    # ---- what may happen

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
        self.plan()
        for _ in range(20_000):
            if not self._step(trouble=False):
                return
        raise AssertionError("the work does not come to an end")

    def _step(self, *, trouble: bool) -> bool:
        """Something happens; False when nothing is left to happen."""
        chance = self.random.random()
        if trouble and chance < 0.10:
            self.coverage[self.shop.happen()] += 1
            self.plan()
        elif trouble and chance < 0.16:
            self._crash(self.random.choice(self.workers))
        elif trouble and chance < 0.26:
            self._order_fault()
        elif trouble and chance < 0.27:
            self.clock.wrong = dt.timedelta(seconds=self.random.choice((-20, 0, 5, 40)))
            self.coverage["clock jumps"] += 1
        elif trouble and chance < 0.28:
            # The machine sleeps; Xero forgets idempotency keys meanwhile.
            self.virtual.advance(self.random.uniform(60, 900))
            self.coverage["long sleeps"] += 1
        elif self.arrivals and chance < 0.6:
            self._arrive()
        else:
            worker = self.random.choice(self.workers)
            if not self._work(worker) and not any(self._work(other) for other in self.workers):
                return self._pass_time()
        return True

    def _order_fault(self) -> None:
        kind, when = self.random.choice(FAULTS)
        path = self.random.choice(("", "/Invoices", "/Payments", "/Contacts"))
        self.xero.faults.add(Fault(kind=kind, when=when, path=path, method="PUT", seconds=5, keep=40))  # type: ignore[arg-type]
        self.coverage[f"fault {kind} {when}"] += 1

    def _crash(self, worker: Worker) -> None:
        """The process is killed and started again; its successor frees the leases it held."""
        self.coverage["crash with a lease" if worker.claim else "crash"] += 1
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
            return worker.claim is not None
        if worker.lost or len(worker.under_way) >= IN_FLIGHT_MAX:
            return self._give_back(worker, None)
        self._extend(worker)
        if worker.lost:
            return True
        step = prepare(
            self.storage, self.ledger, worker.claim, worker.under_way, self.clock.now(), self.policy,
            nonce=f"{self.random.getrandbits(64):016x}", jitter=self.random.random(),
        )  # fmt: skip
        if isinstance(step, Nothing):
            worker.lost = worker.lost or step.lost
            return self._give_back(worker, step.ask_again)
        if self.random.random() < 0.03:
            self.coverage["crash before send"] += 1
            self._crash(worker)
            return True
        self._send(worker, step)
        return True

    def _extend(self, worker: Worker) -> None:
        assert worker.claim is not None
        if worker.claim.until - self.clock.now() < dt.timedelta(seconds=LEASE_SECONDS / 2):
            extended = self.storage.extend(worker.claim, self.clock.now() + dt.timedelta(seconds=LEASE_SECONDS))
            worker.lost = extended is None
            worker.claim = extended or worker.claim

    def _give_back(self, worker: Worker, ask_again: dt.datetime | None) -> bool:
        if worker.under_way:
            return False
        assert worker.claim is not None
        self.storage.release(worker.claim, ask_again, self.clock.now())
        worker.claim, worker.lost = None, False
        return True

    def _send(self, worker: Worker, step: Work) -> None:
        key, role = under_way_key(step)
        assert worker.claim is not None
        meter = RecordsMeter(self.storage, self.clock, self.organisation, f"turn {worker.name} {worker.claim.fence}")
        self.transport.seconds = 0.0
        outcome = send(self.storage, self.ledger, step, meter, self.clock)
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

    def plan(self) -> None:
        """Read the shop and plan what changed."""
        now = self.clock.now()
        page = self.shop.read(now)
        if page:
            self.storage.save_page(self.connection, DocumentKind.ORDER, page, None, now)
        due = self.storage.due_dossiers(self.connection, 1_000)
        plans = [
            PlanToWrite(
                dossier=dossier, organisation=self.organisation, rule_version=1,
                plan=self.shop.plan(int(dossier.root.key), frozenset()),
            )
            for dossier in due
        ]  # fmt: skip
        self.storage.write_plans(plans, due, now)

    # ---- judging

    def problems(self) -> list[str]:
        """What is wrong at the end, by the simulated Xero's books and journal and by our tables."""
        return [*self._books(), *self._limits(), *self._tables()]

    def _books(self) -> list[str]:
        found: list[str] = []
        ledger: dict[str, Any] = self.xero.ledger(self.tenant)  # type: ignore[assignment]
        alive: dict[str, list[dict[str, Any]]] = {}
        for invoice in ledger["Invoices"]:
            if invoice["Status"] not in ("VOIDED", "DELETED"):
                alive.setdefault(invoice["InvoiceNumber"], []).append(invoice)
        payments: Counter[str] = Counter(
            payment["Reference"] for payment in ledger["Payments"] if payment["Status"] != "DELETED"
        )
        for order in self.shop.orders.values():
            there = alive.pop(order.marker, [])
            wanted = 0 if order.cancelled else 1
            if len(there) != wanted:
                found.append(f"{order.marker} is in the ledger {len(there)} times instead of {wanted}")
            for invoice in there:
                if invoice["Total"] != order.total:
                    found.append(f"{order.marker} has {invoice['Total']} instead of {order.total}")
                if order.paid and invoice["AmountPaid"] != order.total:
                    found.append(f"{order.marker} has {invoice['AmountPaid']} paid of {order.total}")
            if payments[f"PAY-{order.number:06}"] != int(order.paid and not order.cancelled):
                found.append(f"{order.marker} has {payments[f'PAY-{order.number:06}']} payments")
        found += [f"{number} is nobody's" for number in alive]
        numbers = Counter(contact.get("ContactNumber", "") for contact in ledger["Contacts"])
        found += [f"contact {number} is there {count} times" for number, count in numbers.items() if count > 1]
        return found

    def _limits(self) -> list[str]:
        found = []
        worst, together = (
            self.xero.journal.worst_minute(self.tenant),
            self.xero.journal.worst_concurrency(self.tenant),
        )
        if worst > 60:
            found.append(f"{worst} calls within a minute")
        # What a killed process had in flight may run on at the server while its successor begins.
        if together > (10 if self.coverage["crash in flight"] else 5):
            found.append(f"{together} calls in flight at once")
        return found

    def _tables(self) -> list[str]:
        using = self.storage._database.alias
        found = [
            f"posting {posting.marker} is {posting.state}: {posting.reason}"
            for posting in models.Posting.objects.using(using).exclude(state__in=("posted", "gone"))
        ]
        found += [
            f"call {call.id} is {call.state}" for call in models.Call.objects.using(using).exclude(state="done")
        ]
        found += [
            f"document {document.number} is {document.sync_state}"
            for document in models.Document.objects.using(using).filter(planning_due=True)
        ]
        return found
