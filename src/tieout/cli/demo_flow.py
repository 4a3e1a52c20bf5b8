"""What the demo does with its world: connect, read, press the buttons, plan, sync, tie out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tieout.cli.demo_world import Simulators, Source
from tieout.config.wiring import Wiring
from tieout.errors import TieoutError
from tieout.ports.administration import NewConnection, OrganisationEntry
from tieout.ports.records import StoreConnection
from tieout.rules.settings import Action, SalesDocuments, StatusRule
from tieout.rules.tax_proposals import Step
from tieout.sync.tie_out import TiedOut
from tieout.sync.work import work_until_idle

PERSON = "the demo"
#: The name of the fact that tells which data was read last.
_DATA = "demo_data"


class Wishes(msgspec.Struct, frozen=True):
    """What the command line asks of the demo. all_statuses: post whatever is not cancelled."""

    kind: str
    sales_documents: SalesDocuments
    all_statuses: bool = False


class Result(msgspec.Struct, frozen=True):
    """The keys of `demo --once --json`."""

    documents: dict[str, int]
    posted: dict[str, int]
    held: list[dict[str, str]]
    skipped: list[dict[str, str]]
    differences: list[dict[str, str]]
    xero_calls: int
    calls_by_endpoint: dict[str, int]
    tie_out_calls: int
    seconds: float
    pressed: list[str] = []
    #: Records that came back from Xero into a CRM, by kind.
    brought: dict[str, int] = {}


class DemoFailed(TieoutError):
    """The demo could not go on."""


class Flow:
    """One demo over its simulators. say: for people, line by line."""

    def __init__(self, wired: Wiring, simulators: Simulators, wishes: Wishes, say: Callable[[str], None]) -> None:
        self.wired = wired
        self._simulators = simulators
        self._wishes = wishes
        self._say = say
        self.pressed: list[str] = []
        self.brought: dict[str, int] = {}
        self.last_run = 0

    # set-up

    def connect(self, source: Source) -> None:
        """Make the connections, or point those of an earlier run at where the simulators answer now."""
        administration, now = self.wired.administration, self.wired.clock.now()
        stores = administration.connections()
        options = self._simulators.options
        if not stores:
            new = NewConnection(
                kind=self._wishes.kind,
                name="Tidewater Tools",
                address=options["url"],
                options=options,
                secrets=self.wired.seal_secrets(self._simulators.secrets),
            )
            administration.add_connection(new, now)
        else:
            administration.move_connection(stores[0].id, options["url"], {**stores[0].options, **options})
        if not administration.organisations():
            app = self._simulators.world.custom_app(self._simulators.organisation.id)
            self.wired.connecting().custom(app.id, app.secret)
        if administration.fact(_DATA) != source.digest():
            for store in administration.connections():
                administration.forget_watermarks(store.id)
            administration.note_fact(_DATA, source.digest(), now)

    @property
    def store(self) -> StoreConnection:
        return self.wired.administration.connections()[0]

    @property
    def organisation(self) -> OrganisationEntry:
        return self.wired.administration.organisations()[0]

    def pull(self) -> None:
        store = self.store
        pulled = self.wired.puller().pull(store, self.wired.adapter(store), self.wired.reader(store))
        self._say(f"Read the shop: {pulled.new} new documents, {pulled.changed} changed.")
        if pulled.failure:
            self._say(f"Not everything could be read: {pulled.failure}")

    def press_buttons(self) -> None:
        """What a person would press on the set-up screens; each press is told."""
        for button, sentences in set_up(
            self.wired,
            self.store,
            self.organisation,
            self._wishes.sales_documents,
            all_statuses=self._wishes.all_statuses,
        ):
            self.pressed.append(button)
            self._say(f"Pressed “{button}”: {' '.join(sentences)}")

    # work

    def plan(self) -> None:
        self.last_run = self.wired.administration.begin_run("sync", by=PERSON, now=self.wired.clock.now())
        totals = self.wired.planner(self.store).plan_due(run=self.last_run)
        written = totals.written
        self._say(
            f"Planned {totals.dossiers} orders and others: {written.queued} postings queued, {written.held} held."
        )

    def sync(self) -> None:
        worked = work_until_idle(self.wired.driver(), self.wired.administration, self.wired.clock, self.wired.wait)
        self.wired.administration.end_run(
            self.last_run, state="done", totals={"calls": worked.calls}, now=self.wired.clock.now()
        )
        self._say(f"Synced with {worked.calls} calls.")

    def run(self, until: str = "") -> Result:
        """Everything once, in order; until: the step after which it stops."""
        started = time.monotonic()
        self.pull()
        self.press_buttons()
        if until != "set-up":
            self.plan()
        before = self._simulators.xero_calls()
        if not until:
            self.sync()
        after = self._simulators.xero_calls()
        by_endpoint = self._simulators.calls_by_endpoint(before)
        tied = TiedOut(0, ()) if until else self.wired.tie_out(None, None)
        self._say(tied.sentence() if not until else f"Stopped after {until}.")
        return Result(
            documents=self._counts(set()),
            posted=self._counts({"posted"}),
            held=[_outcome(one) for one in self.wired.administration.held()],
            skipped=[_outcome(one) for one in self.wired.administration.skipped()],
            differences=[msgspec.to_builtins(one) for one in tied.differences],
            xero_calls=after - before,
            calls_by_endpoint=by_endpoint,
            tie_out_calls=self._simulators.xero_calls() - after,
            seconds=round(time.monotonic() - started, 3),
            pressed=self.pressed,
            brought=self.brought,
        )

    def _counts(self, states: set[str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for (kind, state), count in self.wired.administration.documents_by_state().items():
            if not states or state in states:
                counts[kind] += count
        return dict(sorted(counts.items()))


def set_up(
    wired: Wiring,
    store: StoreConnection,
    organisation: OrganisationEntry,
    sales_documents: SalesDocuments,
    *,
    all_statuses: bool = False,
) -> list[tuple[str, list[str]]]:
    """Press every set-up button that has something to do. Returns the buttons, each with what it did."""
    setup = wired.setup(store, organisation, by=PERSON)
    if not wired.records.assignments(store.id):
        rules = msgspec.structs.replace(wired.adapter(store).default_rules(), sales_documents=sales_documents)
        if all_statuses:
            rules = msgspec.structs.replace(rules, statuses=tuple(_posting(rule) for rule in rules.statuses))
        setup.save(rules, "assigned to the organisation")
    pressed: list[tuple[str, list[str]]] = []
    seen = setup.seen()
    proposals = setup.proposals(seen)
    if proposals.currencies:
        setup.enable_currencies(proposals.currencies, refresh=False)
        pressed.append(("enable currency", [one.sentence for one in proposals.currencies]))
    if proposals.accounts:
        setup.create_accounts(proposals.accounts, refresh=False)
        pressed.append(("create missing accounts", [one.sentence for one in proposals.accounts]))
    # What only a person can decide stays open: its documents are held under that reason.
    taxes = [one for one in proposals.taxes if one.step is not Step.ASK]
    if taxes:
        setup.map_taxes(taxes, refresh=False)
        button = "create missing tax rates (foreign ones; own-country rates are mapped)"
        pressed.append((button, [one.sentence for one in taxes]))
    if proposals.currencies or proposals.accounts or taxes:
        setup.refresh()
    if proposals.zero_rules:
        setup.confirm_zero_rules(proposals.zero_rules)
        pressed.append(("confirm the zero-rate rules", [one.sentence for one in proposals.zero_rules]))
    if offline := setup.proposals(seen).offline:
        setup.money_seen(offline)
        sentences = [f"The shop's paid means money for {method}." for method in offline]
        pressed.append(("paid means money seen", sentences))
    return pressed


def _posting(rule: StatusRule) -> StatusRule:
    """Every confirmed state posts; what is cancelled or never confirmed stays as it is."""
    waits = rule.action in (Action.WAIT, Action.ASK)
    return msgspec.structs.replace(rule, action=Action.AUTHORISED) if waits else rule


def _outcome(one: Any) -> dict[str, str]:
    return {"kind": str(one.kind), "number": one.number, "code": str(one.code), "reason": one.reason}


def write_ledger(simulators: Simulators, file: Path) -> None:
    """What the simulated Xero holds, in Xero's JSON."""
    file.write_bytes(msgspec.json.format(simulators.ledger(), indent=1))
