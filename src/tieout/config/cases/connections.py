"""Stores and organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from tieout.config.cases.wired import Wired
from tieout.ports import Found
from tieout.ports.administration import NewConnection, OrganisationEntry
from tieout.stores.kinds import KINDS
from tieout.web.cases.actor import Actor
from tieout.xero.oauth import Login


class _Consent(msgspec.Struct, frozen=True):
    """A consent under way, sealed into the browser's session: the secret is never kept in the open."""

    client_id: str
    secret: str
    login: Login


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
