"""Stores and organisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from tieout.config.cases.consents import begin, opened
from tieout.config.cases.wired import Wired
from tieout.ports import Found
from tieout.ports.administration import NewConnection, OrganisationEntry
from tieout.stores.kinds import KINDS
from tieout.web.cases.actor import Actor

#: Why an organisation that was just connected sends nothing.
NOT_STARTED = "Nothing is sent yet. Look at the plan, then press Start."


class Connections(Wired):
    """Implements `tieout.web.cases.connections.ConnectionCases`."""

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
        return begin(self._wired, client_id, secret, redirect)

    def finish_consent(self, sealed: str, query: Mapping[str, str], actor: Actor) -> Sequence[OrganisationEntry]:
        consent = opened(self._wired, sealed)
        finish = self._wired.connecting().finish
        return self._connected(lambda: finish(consent.client_id, consent.secret, consent.login, query), actor)

    def connect_custom(self, client_id: str, secret: str, actor: Actor) -> Sequence[OrganisationEntry]:
        return self._connected(lambda: self._wired.connecting().custom(client_id, secret), actor)

    def _connected(
        self, connect: Callable[[], Sequence[OrganisationEntry]], actor: Actor
    ) -> Sequence[OrganisationEntry]:
        """Nothing is sent to an organisation that is new here before somebody has seen the plan and starts it."""
        changes, before = self._wired.connections, self._wired.connections.statuses()
        found = connect()
        for entry in found:
            if before.get(entry.tenant_id) == "paused" or not changes.has_sent(entry.id):
                changes.pause_organisation(entry.id, NOT_STARTED)
        self._note(actor, "Xero connected", ", ".join(entry.name for entry in found))
        return found

    def assign(self, organisation: int, connection: int, actor: Actor) -> None:
        self._wired.connecting().assign(organisation, connection, by=actor.user)
        self._note(actor, "store assigned", f"store {connection} to organisation {organisation}")
