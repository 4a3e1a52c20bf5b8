"""The use cases of the web admin, put together from the wiring; handed to `tieout.web` through its AppConfig."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from tieout.config.wiring import Wiring
from tieout.config.wiring import wiring as process_wiring
from tieout.documents import DocumentKind
from tieout.ports import Found
from tieout.ports.administration import NewConnection, OrganisationEntry
from tieout.ports.records import Selection, StoreConnection
from tieout.rules.settings import Rules
from tieout.stores.kinds import KINDS
from tieout.sync.queue import Queue
from tieout.sync.setup import Proposals, Setup
from tieout.sync.undo import UndoPlan
from tieout.sync.waiting import PatientMeter, RecordsMeter
from tieout.web.use_cases import Actor
from tieout.xero.oauth import Login

#: Somebody looks at the screen meanwhile: a limit that lasts longer is told instead of waited for.
WAIT_MAX = timedelta(seconds=15)


class _Consent(msgspec.Struct, frozen=True):
    """A consent under way, sealed into the browser's session: the secret is never kept in the open."""

    client_id: str
    secret: str
    login: Login


class WebCases:
    """Implements `tieout.web.use_cases.UseCases`."""

    def __init__(self, wiring: Callable[[], Wiring] = process_wiring) -> None:
        # Asked for at the first use: a page that changes nothing needs neither vault nor network.
        self._made = wiring

    @property
    def _wired(self) -> Wiring:
        return self._made()

    @property
    def _queue(self) -> Queue:
        return self._wired.queue()

    def _note(self, actor: Actor, action: str, subject: str) -> None:
        wired = self._wired
        wired.administration.note(
            by=actor.user, action=action, subject=subject, now=wired.clock.now(), address=actor.address
        )

    # queue

    def sync_now(self, selection: Selection, actor: Actor) -> int:
        return self._queue.sync_now(selection, actor)

    def retry(self, selection: Selection, actor: Actor) -> int:
        return self._queue.retry(selection, actor)

    def remove(self, selection: Selection, actor: Actor) -> int:
        return self._queue.remove(selection, actor)

    def move_to_front(self, selection: Selection, actor: Actor) -> int:
        return self._queue.move_to_front(selection, actor)

    def never_send(self, documents: Sequence[int], reason: str, actor: Actor) -> int:
        return self._queue.never_send(documents, reason, actor)

    def send_again(self, documents: Sequence[int], actor: Actor) -> int:
        return self._queue.send_again(documents, actor)

    def add_to_queue(
        self,
        connection: int,
        kinds: Sequence[DocumentKind],
        actor: Actor,
        *,
        dated_from: date | None = None,
        dated_to: date | None = None,
        documents: Sequence[int] = (),
    ) -> int:
        return self._queue.add_to_queue(
            connection, kinds, actor, dated_from=dated_from, dated_to=dated_to, documents=documents
        )

    def decide_drift(self, drifts: Sequence[int], decision: str, actor: Actor) -> int:
        return self._queue.decide_drift(drifts, decision, actor)

    def undo_plan(self, run: int) -> UndoPlan:
        return self._wired.undoing().plan(run)

    def undo(self, plan: UndoPlan, actor: Actor) -> int:
        return self._wired.undoing().queue(plan, by=actor.user)

    # rules

    def _store(self, connection: int) -> StoreConnection:
        return self._wired.records.connection(connection)

    def _setup(self, connection: int, organisation: int, actor: Actor) -> Setup:
        wired = self._wired
        store, entry = self._store(connection), wired.administration.organisation(organisation)
        meter = RecordsMeter(wired.records, wired.clock, entry.id, wired.owner)
        return Setup(
            wired.records,
            wired.administration,
            wired.clock,
            store,
            entry,
            wired.adapter(store),
            wired.ledger(entry),
            PatientMeter(meter, wired.clock, wired.wait, wait_max=WAIT_MAX),
            by=actor.user,
        )

    def save_rules(self, connection: int, organisation: int, rules: Rules, note: str, actor: Actor) -> Rules:
        return self._setup(connection, organisation, actor).save(rules, note)

    def refresh(self, connection: int, organisation: int, actor: Actor) -> None:
        self._setup(connection, organisation, actor).refresh()
        self._note(actor, "read accounts and rates again", f"organisation {organisation}")

    def proposals(self, connection: int, organisation: int, actor: Actor) -> Proposals:
        setup = self._setup(connection, organisation, actor)
        return setup.proposals(setup.seen())

    def accept(self, connection: int, organisation: int, chosen: Proposals, actor: Actor) -> None:
        setup = self._setup(connection, organisation, actor)
        if chosen.currencies:
            setup.enable_currencies(chosen.currencies)
        if chosen.accounts:
            setup.create_accounts(chosen.accounts)
        if chosen.taxes:
            setup.map_taxes(chosen.taxes)
        if chosen.zero_rules:
            setup.confirm_zero_rules(chosen.zero_rules)
        if chosen.offline:
            setup.money_seen(chosen.offline)

    # connections

    def add_store(self, kind: str, name: str, given: Mapping[str, str], start: date | None, actor: Actor) -> int:
        wired = self._wired
        secret = {field.name for field in KINDS[kind].fields() if field.secret}
        number = wired.administration.add_connection(
            NewConnection(
                kind=kind,
                name=name,
                address=given.get("url", ""),
                options={key: value for key, value in given.items() if key not in secret},
                secrets=wired.seal_secrets({key: value for key, value in given.items() if key in secret and value}),
                start_date=start,
            ),
            wired.clock.now(),
        )
        self._note(actor, "store added", name)
        return number

    def test_store(self, connection: int) -> Found:
        return self._wired.reader(self._store(connection)).test()

    def begin_consent(self, client_id: str, secret: str, redirect: str) -> tuple[str, str]:
        wired = self._wired
        login, address = wired.connecting().start(client_id, secret, redirect)
        consent = msgspec.json.encode(_Consent(client_id, secret, login)).decode()
        return wired.vault.seal(consent), address

    def finish_consent(self, sealed: str, query: Mapping[str, str], actor: Actor) -> Sequence[OrganisationEntry]:
        wired = self._wired
        consent = msgspec.json.decode(wired.vault.open(sealed), type=_Consent)
        found = wired.connecting().finish(consent.client_id, consent.secret, consent.login, query)
        self._note(actor, "Xero connected", ", ".join(entry.name for entry in found))
        return found

    def connect_custom(self, client_id: str, secret: str, actor: Actor) -> Sequence[OrganisationEntry]:
        found = self._wired.connecting().custom(client_id, secret)
        self._note(actor, "Xero connected", ", ".join(entry.name for entry in found))
        return found

    def assign(self, organisation: int, connection: int, actor: Actor) -> None:
        self._wired.connecting().assign(organisation, connection, by=actor.user)
        self._note(actor, "store assigned", f"store {connection} to organisation {organisation}")

    def note(self, action: str, subject: str, actor: Actor) -> None:
        self._note(actor, action, subject)
