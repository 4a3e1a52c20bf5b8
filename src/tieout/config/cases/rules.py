"""Rules, and what is made in Xero for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tieout.config.cases.wired import Wired
from tieout.documents import DocumentKey, Dossier
from tieout.planning.results import DossierPlan
from tieout.rules.book import compile_rules
from tieout.rules.coverage import Coverage, cover
from tieout.rules.settings import Rules
from tieout.sync.setup import Proposals, Setup
from tieout.sync.trial import try_rules
from tieout.sync.waiting import PatientMeter, RecordsMeter
from tieout.web.cases.actor import Actor

#: Somebody looks at the screen meanwhile: a limit that lasts longer is told instead of waited for.
WAIT_MAX = timedelta(seconds=15)


class RuleEditing(Wired):
    """Implements `tieout.web.cases.rules.RulesCases`."""

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

    def try_rules(self, connection: int, organisation: int, rules: Rules, root: DocumentKey) -> DossierPlan | None:
        wired, store = self._wired, self._store(connection)
        return try_rules(
            wired.records,
            wired.clock,
            store,
            wired.adapter(store),
            organisation=organisation,
            rules=rules,
            root=root,
        )

    def coverage(self, connection: int, organisation: int, orders: Sequence[DocumentKey]) -> Coverage | None:
        wired, store = self._wired, self._store(connection)
        mine = [one for one in wired.records.assignments(connection) if one.organisation == organisation]
        if not mine or mine[0].reference is None:
            return None
        planner = wired.planner(store)
        found = (planner.translate(dossier) for dossier in wired.records.dossiers(connection, orders))
        return cover(
            (one for one in found if isinstance(one, Dossier)), compile_rules(mine[0].rules, mine[0].reference)
        )
