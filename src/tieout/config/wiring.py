"""The one place that puts the parts together."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import cached_property
from importlib.metadata import version

import httpx
import msgspec
from django.conf import settings

from tieout.config import environment, home, jobs
from tieout.config.bells import made_bell
from tieout.config.clocks import process_clock
from tieout.config.connecting import Connecting
from tieout.config.ending import Ending
from tieout.config.proving import Proving
from tieout.config.reader_memory import FactMemory
from tieout.config.tokens import AuthorisationTokens
from tieout.config.vault import FernetVault
from tieout.dispatch.predecessors import dead_owners
from tieout.dispatch.worker import Worker
from tieout.errors import ConfigurationWrong, NeedsOperator
from tieout.http import AddressGuard, HttpClient
from tieout.ports import Clock, StoreReader
from tieout.ports.administration import OrganisationEntry
from tieout.ports.memory import Remembering
from tieout.ports.proofs import Period
from tieout.ports.records import StoreConnection
from tieout.ports.store import HasZones
from tieout.ports.writing import StoreWriter
from tieout.records.administration import DjangoAdministration
from tieout.records.connecting import DjangoConnectionChanges
from tieout.records.storage import Storage
from tieout.stores.kinds import KINDS, WRITABLE, StoreKind
from tieout.sync.alarms import Alarm, alarms, live_workers
from tieout.sync.doctor import Finding, Machine, examine
from tieout.sync.entities import EntitySettings
from tieout.sync.plan import Planner
from tieout.sync.proof_results import TiedOut, merge
from tieout.sync.pull import Puller
from tieout.sync.queue import Queue
from tieout.sync.setup import Setup
from tieout.sync.turn.driver import Driver
from tieout.sync.turn.values import Policy
from tieout.sync.undo import Undoing
from tieout.sync.volume import measure
from tieout.sync.waiting import PatientMeter, RecordsMeter, Waiter
from tieout.sync.zones import zone_findings
from tieout.xero.addresses import Addresses
from tieout.xero.client import XeroLedger
from tieout.xero.transport import LIMITS, Transport

#: Longest single sleep, so that a clock that jumps does not make us sleep for hours.
_SLEEP_SECONDS_MAX = 5.0
#: Requests to Xero under way at once, over all organisations of this process.
SENDERS = 20


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
        self.clock: Clock = clock or process_clock()
        self.wait: Waiter = wait or self._sleep_until
        self.vault = vault or home.open_vault(home.folder())
        self.bell = made_bell()
        self.records = Storage(bell=self.bell)
        self.administration = DjangoAdministration()
        self.connections = DjangoConnectionChanges()
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
            guard=AddressGuard(allow_private=bool(settings.TIEOUT_ALLOW_PRIVATE)), limits=LIMITS
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
        reader = self.adapter(connection).reader(
            {**connection.options, **secrets},
            allow_private=bool(settings.TIEOUT_ALLOW_PRIVATE),
            transport=self._store_transport,
        )
        if isinstance(reader, Remembering):
            reader.remember_in(FactMemory(self.administration, self.clock, connection.id))
        return reader

    def can_write(self, connection: StoreConnection) -> bool:
        """Whether stores of its kind can be written to."""
        return connection.kind in WRITABLE

    def writer(self, connection: StoreConnection) -> StoreWriter | None:
        """None for a kind that is only read."""
        adapter = WRITABLE.get(connection.kind)
        if adapter is None:
            return None
        return adapter.writer(
            {**connection.options, **self.open_secrets(connection.secrets)},
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
        try:
            reference = self.ledger(organisation).reference(self.meter(organisation))
        except NeedsOperator as error:
            if error.scope == "connection":
                self.connections.access_lost(organisation.id, str(error))
            raise
        self.administration.save_reference(organisation.id, reference)
        return self.administration.organisation(organisation.id)

    def connecting(self) -> Connecting:
        return Connecting(
            self.administration, self.vault, self.clock, self.xero_transport, self.addresses, self.adopt
        )

    def ending(self) -> Ending:
        return Ending(self.administration, self.vault, self.tokens)

    # use cases

    def queue(self) -> Queue:
        return Queue(self.records, self.administration, self.clock)

    def undoing(self) -> Undoing:
        return Undoing(self.administration, self.clock)

    def puller(self) -> Puller:
        return Puller(self.records, self.administration, self.clock)

    def planner(self, connection: StoreConnection) -> Planner:
        """Made anew for each round, so that it plans by the rules of now."""
        return Planner(
            self.records,
            self.clock,
            connection,
            self.adapter(connection),
            self.records.entity_syncs(connection.id),
        )

    def entities(self) -> EntitySettings:
        """Sync settings per entity, and the recurring work that follows from them."""
        return EntitySettings(self.records, self.administration, self.clock)

    def doctor(self) -> Sequence[Finding]:
        folder = home.folder()
        machine = Machine(
            home=str(folder),
            free_bytes=shutil.disk_usage(folder).free,
            backup_at=self.administration.fact_changed_at("backup"),
            database=str(settings.DATABASES["default"]["ENGINE"]).rpartition(".")[2],
        )
        found = examine(self.records, self.administration, self.clock, machine)
        told = [Finding(alarm.code.replace("_", " "), alarm.sentence, False, alarm.advice) for alarm in self.alarms()]
        found = [*found, *self._zones()]
        live = [beat.owner for beat in live_workers(self.records.heartbeats(), self.clock.now())]
        workers = [Finding("workers", f"{len(live)} at work: {', '.join(sorted(live))}")] if live else []
        return [*found, *measure(self.records, self.administration, self.clock.now()), *workers, *told]

    def _zones(self) -> Iterator[Finding]:
        """Stores whose day is not the organisation's (ACCOUNTING B3)."""
        for store in self.administration.connections():
            translator = self.adapter(store).translator(store.context, store.options) if store.context else None
            if not isinstance(translator, HasZones):
                continue
            for assignment in self.records.assignments(store.id):
                if assignment.reference is not None:
                    facts, today = assignment.reference.organisation, self.clock.now().date()
                    yield from zone_findings(store.name, translator.zones(), facts, today)

    def alarms(self) -> Sequence[Alarm]:
        """What somebody must be told, for banners, mail and the doctor."""
        return alarms(self.records, self.clock.now())

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
            jobs.handlers(self),
            owner=self.owner,
            threads=threads,
            ensure=lambda: jobs.ensure(self),
            listen=None if self.bell is None else self.bell.listen,
            version=version("tieout"),
            dead_owners=dead_owners(self.records.lease_owners(), self.owner.partition(":")[0]),
        )

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
        """Every organisation with the stores that go to it; each is kept as a run."""
        proving, period = Proving(self), Period(dated_from, dated_to)
        return merge([proving.prove(one, period, by="terminal", watch=progress) for one in proving.organisations()])

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
