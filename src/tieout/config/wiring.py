"""The one place that puts the parts together."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import cached_property

import httpx
import msgspec
from django.conf import settings

from tieout.config import environment, home
from tieout.config.clocks import SystemClock
from tieout.config.connecting import Connecting
from tieout.config.tokens import AuthorisationTokens
from tieout.config.vault import FernetVault
from tieout.dispatch.predecessors import dead_owners
from tieout.dispatch.worker import Worker
from tieout.errors import ConfigurationWrong
from tieout.http import AddressGuard, HttpClient
from tieout.ports import Clock, StoreReader
from tieout.ports.administration import OrganisationEntry
from tieout.ports.records import StoreConnection
from tieout.records.administration import DjangoAdministration
from tieout.records.housekeeping import Retention
from tieout.records.storage import Storage
from tieout.stores.kinds import KINDS, StoreKind
from tieout.sync.doctor import Finding, Machine, examine
from tieout.sync.plan import Planner
from tieout.sync.pull import Puller
from tieout.sync.queue import Queue
from tieout.sync.setup import Setup
from tieout.sync.sweep import Sweep, Swept
from tieout.sync.tie_out import TiedOut, TieOut, merge
from tieout.sync.turn.driver import Driver
from tieout.sync.turn.values import Policy
from tieout.sync.undo import Undoing
from tieout.sync.waiting import PatientMeter, RecordsMeter, Waiter
from tieout.xero.addresses import Addresses
from tieout.xero.client import XeroLedger
from tieout.xero.transport import Transport

#: Longest single sleep, so that a clock that jumps does not make us sleep for hours.
_SLEEP_SECONDS_MAX = 5.0
#: Requests to Xero under way at once, over all organisations of this process.
SENDERS = 20
#: How often a store is asked for changes, and an organisation for its settings, when nobody set another rhythm.
PULL_SECONDS, REFERENCE_SECONDS = 60, 24 * 60 * 60
#: How often it is asked what people changed in Xero: three calls each time, 72 of a day's 1,000 or 5,000.
SWEEP_SECONDS = 60 * 60
#: Nightly work starts at this hour, UTC; tie-out looks back so many days by accounting date.
NIGHT_HOUR, TIE_OUT_DAYS = 2, 62


class Wiring:
    """Everything a process of Tieout works with. Made once; safe for its threads."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        wait: Waiter | None = None,
        xero_transport: Transport | None = None,
        store_transport: httpx.BaseTransport | None = None,
        vault: FernetVault | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.wait: Waiter = wait or self._sleep_until
        self.vault = vault or home.open_vault(home.folder())
        self.records = Storage()
        self.administration = DjangoAdministration()
        self.stop = threading.Event()
        self.policy = policy or Policy()
        #: Whether more postings are being planned just now; batches that are not full wait for them a little.
        self.filling: Callable[[], bool] = lambda: False
        self._store_transport = store_transport
        self._xero_transport = xero_transport
        self._tokens: dict[int, AuthorisationTokens] = {}
        self._tokens_lock = threading.Lock()

    @cached_property
    def owner(self) -> str:
        """Who holds leases and opens requests: this process on this machine."""
        return f"{socket.gethostname()[:40]}:{os.getpid()}"

    @cached_property
    def addresses(self) -> Addresses:
        return xero_addresses()

    @cached_property
    def xero_transport(self) -> Transport:
        return self._xero_transport or HttpClient(
            guard=AddressGuard(allow_private=bool(settings.TIEOUT_ALLOW_PRIVATE))
        )

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """Senders, shared by all turns of this process."""
        return ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="sender")

    def _sleep_until(self, moment: datetime) -> None:
        while not self.stop.is_set():
            seconds = (moment - self.clock.now()).total_seconds()
            if seconds <= 0:
                return
            self.stop.wait(min(seconds, _SLEEP_SECONDS_MAX))

    # stores

    def adapter(self, connection: StoreConnection) -> StoreKind:
        """Raises ConfigurationWrong for a kind that this version does not know."""
        try:
            return KINDS[connection.kind]
        except KeyError as error:
            known = ", ".join(sorted(KINDS))
            raise ConfigurationWrong(
                "store", f"Stores of the kind {connection.kind} cannot be read; known are {known}."
            ) from error

    def reader(self, connection: StoreConnection) -> StoreReader:
        secrets = self.open_secrets(connection.secrets)
        return self.adapter(connection).reader(
            {**connection.options, **secrets},
            allow_private=bool(settings.TIEOUT_ALLOW_PRIVATE),
            transport=self._store_transport,
        )

    def seal_secrets(self, secrets: dict[str, str]) -> str:
        return self.vault.seal(msgspec.json.encode(secrets).decode()) if secrets else ""

    def open_secrets(self, sealed: str) -> dict[str, str]:
        return msgspec.json.decode(self.vault.open(sealed), type=dict[str, str]) if sealed else {}

    # Xero

    def tokens(self, authorisation: int) -> AuthorisationTokens:
        with self._tokens_lock:
            if authorisation not in self._tokens:
                self._tokens[authorisation] = AuthorisationTokens(
                    authorisation, self.administration, self.vault, self.clock, self.xero_transport, self.addresses
                )
            return self._tokens[authorisation]

    def ledger(self, organisation: OrganisationEntry) -> XeroLedger:
        assert organisation.authorisation is not None, "an organisation without an authorisation cannot be reached"
        return XeroLedger(
            self.xero_transport,
            self.tokens(organisation.authorisation),
            self.clock,
            tenant_id=organisation.tenant_id,
            addresses=self.addresses,
            base_currency=organisation.base_currency,
        )

    def adopt(self, organisation: OrganisationEntry) -> OrganisationEntry:
        """Read the organisation's accounts, tax rates, currencies and lock dates, and keep them."""
        reference = self.ledger(organisation).reference(self.meter(organisation))
        self.administration.save_reference(organisation.id, reference)
        return self.administration.organisation(organisation.id)

    def connecting(self) -> Connecting:
        return Connecting(
            self.administration, self.vault, self.clock, self.xero_transport, self.addresses, self.adopt
        )

    # use cases

    def queue(self) -> Queue:
        return Queue(self.records, self.administration, self.clock)

    def undoing(self) -> Undoing:
        return Undoing(self.administration, self.clock)

    def puller(self) -> Puller:
        return Puller(self.records, self.administration, self.clock)

    def planner(self, connection: StoreConnection) -> Planner:
        """Made anew for each round, so that it plans by the rules of now."""
        return Planner(self.records, self.clock, connection, self.adapter(connection))

    def doctor(self) -> Sequence[Finding]:
        folder = home.folder()
        machine = Machine(
            home=str(folder),
            free_bytes=shutil.disk_usage(folder).free,
            backup_at=self.administration.fact_changed_at("backup"),
            database=str(settings.DATABASES["default"]["ENGINE"]).rpartition(".")[2],
        )
        return examine(self.records, self.administration, self.clock, machine)

    def free_leases_of_the_dead(self) -> None:
        """Work that a killed process of this machine held may be taken at once."""
        for owner in dead_owners(self.records.lease_owners(), self.owner.partition(":")[0]):
            self.records.free_leases(owner)

    def worker(self, threads: int) -> Worker:
        """What stays: turns, pulls, planning, refreshing."""
        return Worker(
            self.records,
            self.clock,
            self.driver,
            {
                "pull": lambda job, stopping: self._pull(job.connection or 0),
                "plan": lambda job, stopping: f"{self._plan(job.connection or 0)} planned",
                "reference": lambda job, stopping: self._refresh(job.organisation or 0),
                "sweep": lambda job, stopping: self._sweep(job.organisation or 0),
                "tie_out": lambda job, stopping: self._tie_out_lately(),
                "clean": lambda job, stopping: self._clean(),
            },
            owner=self.owner,
            threads=threads,
            ensure=self._ensure_jobs,
            dead_owners=dead_owners(self.records.lease_owners(), self.owner.partition(":")[0]),
        )

    def _ensure_jobs(self) -> None:
        """Every store is pulled and planned, every organisation's settings are read again; new ones, too."""
        now = self.clock.now()
        for name in ("tie_out", "clean"):
            self.records.ensure_job(name, name, every_seconds=24 * 60 * 60, due_at=next_night(now))
        for connection in self.administration.connections():
            self.records.ensure_job(
                f"pull:{connection.id}", "pull", connection=connection.id, every_seconds=PULL_SECONDS, due_at=now
            )
            self.records.ensure_job(f"plan:{connection.id}", "plan", connection=connection.id)
        for organisation in self.administration.organisations():
            self.records.ensure_job(
                f"reference:{organisation.id}",
                "reference",
                organisation=organisation.id,
                every_seconds=REFERENCE_SECONDS,
                due_at=now,
            )
            self.records.ensure_job(
                f"sweep:{organisation.id}",
                "sweep",
                organisation=organisation.id,
                every_seconds=SWEEP_SECONDS,
                due_at=now,
            )

    def _pull(self, connection: int) -> str:
        store = self.records.connection(connection)
        if store.status in ("paused", "refused"):
            return "left out: the store is paused or waits for a person"
        if store.not_before is not None and store.not_before > self.clock.now():
            return f"left out: the store is tried again at {store.not_before:%H:%M:%S} UTC"
        pulled = self.puller().pull(store, self.adapter(store), self.reader(store), stop=self.stop.is_set)
        return pulled.failure or f"{pulled.new} new, {pulled.changed} changed"

    def _plan(self, connection: int) -> int:
        store = self.records.connection(connection)
        return self.planner(store).plan_due(stop=self.stop.is_set).dossiers if store.context else 0

    def _refresh(self, organisation: int) -> str:
        self.adopt(self.administration.organisation(organisation))
        return "accounts, tax rates, currencies and lock dates read"

    def _sweep(self, number: int) -> str:
        """From the first time on: what was there before we came is nobody's change."""
        organisation = self.administration.organisation(number)
        if organisation.status != "connected":
            return f"left out: the organisation is {organisation.status}"
        started, mark = self.clock.now(), f"swept:{number}"
        since = self.administration.fact(mark)
        swept = Swept()
        if since:
            sweep = Sweep(self.records, self.clock)
            swept = sweep.run(
                number, self.ledger(organisation), self.meter(organisation), datetime.fromisoformat(since)
            )
        self.administration.note_fact(mark, started.isoformat(), started)
        return f"{swept.read} read, {swept.changed} changed by people, {swept.moved} approved or ended"

    def _tie_out_lately(self) -> str:
        today = self.clock.now().date()
        return self.tie_out(today - timedelta(days=TIE_OUT_DAYS), today).sentence()

    def _clean(self) -> str:
        gone = self.records.clean(Retention(), self.clock.now())
        return ", ".join(f"{count} {what}" for what, count in gone.items() if count) or "nothing was old enough"

    def driver(self) -> Driver:
        """Takes turns in the calling thread, sends in the pool's."""
        return Driver(
            self.records,
            lambda organisation: self.ledger(self.administration.organisation(organisation)),
            lambda organisation, owner: RecordsMeter(self.records, self.clock, organisation, owner, manual=False),
            self.clock,
            self.pool,
            self.owner,
            self.policy,
            filling=lambda: self.filling(),
            stopping=self.stop.is_set,
        )

    def tie_out(
        self, dated_from: date | None, dated_to: date | None, progress: Callable[[str], None] | None = None
    ) -> TiedOut:
        """Every store against every organisation that it goes to."""
        parts = []
        for connection in self.administration.connections():
            for assignment in self.records.assignments(connection.id):
                organisation = self.administration.organisation(assignment.organisation)
                tie = TieOut(
                    self.records,
                    self.administration,
                    self.clock,
                    connection,
                    organisation.id,
                    self.planner(connection),
                )
                since = self.clock.now()
                doubled = tie.read(
                    self.ledger(organisation), self.meter(organisation), dated_from, dated_to, progress
                )
                compared = tie.compare(since, dated_from, dated_to)
                parts.append(msgspec.structs.replace(compared, differences=(*doubled, *compared.differences)))
        return merge(parts)

    def setup(self, connection: StoreConnection, organisation: OrganisationEntry, *, by: str) -> Setup:
        """The set-up buttons of a store into an organisation."""
        return Setup(
            self.records,
            self.administration,
            self.clock,
            connection,
            organisation,
            self.adapter(connection),
            self.ledger(organisation),
            self.meter(organisation),
            by=by,
        )

    def meter(self, organisation: OrganisationEntry) -> PatientMeter:
        """For reads and set-up outside a turn: waits for a slot."""
        return PatientMeter(
            RecordsMeter(self.records, self.clock, organisation.id, self.owner), self.clock, self.wait
        )


def next_night(now: datetime) -> datetime:
    """When nightly work is due next."""
    tonight = now.replace(hour=NIGHT_HOUR, minute=30, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def xero_addresses() -> Addresses:
    """Xero's own, or a simulator's for all three: TIEOUT_XERO_URL."""
    base = environment.address("TIEOUT_XERO_URL", "", example="http://127.0.0.1:8100")
    return Addresses(login=base, identity=base, api=base) if base else Addresses()


_wiring: Wiring | None = None
_lock = threading.Lock()


def wiring() -> Wiring:
    """The wiring of this process, made when it is first asked for."""
    global _wiring
    with _lock:
        if _wiring is None:
            _wiring = Wiring()
        return _wiring


def use(made: Wiring) -> Wiring:
    """Take this wiring as the process's own (the demo's and the benchmarks')."""
    global _wiring
    with _lock:
        _wiring = made
        return made
