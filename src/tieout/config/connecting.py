"""Connecting Xero organisations: consent or app login, what they are, and which store goes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tieout.config.tokens import seal
from tieout.errors import ConfigurationWrong, NeedsOperator
from tieout.ports import Clock, Vault
from tieout.ports.administration import Administration, NewOrganisation, OrganisationEntry
from tieout.stores.kinds import KINDS
from tieout.xero.addresses import Addresses
from tieout.xero.oauth import App, Identity, Login, consent_address, read_callback, start_login
from tieout.xero.scopes import scopes_for
from tieout.xero.tokens import TokenSet
from tieout.xero.transport import Transport

#: Reads the organisation's settings and keeps them.
Adopt = Callable[[OrganisationEntry], OrganisationEntry]


class Connecting:
    """The steps of a connection, for the terminal, the web admin and the demo alike."""

    def __init__(
        self,
        administration: Administration,
        vault: Vault,
        clock: Clock,
        transport: Transport,
        addresses: Addresses,
        adopt: Adopt,
    ) -> None:
        self._administration = administration
        self._vault = vault
        self._clock = clock
        self._transport = transport
        self._addresses = addresses
        self._adopt = adopt

    def start(self, client_id: str, secret: str, redirect: str) -> tuple[Login, str]:
        """A consent under way, and the address where it is given."""
        login = start_login(redirect, self._clock.now())
        return login, consent_address(self._addresses, App(client_id, secret), login, scopes_for())

    def finish(
        self, client_id: str, secret: str, login: Login, query: Mapping[str, str]
    ) -> Sequence[OrganisationEntry]:
        """Exchange the code, keep the tokens, read the organisations. Raises NeedsOperator."""
        now = self._clock.now()
        identity = Identity(self._transport, App(client_id, secret), self._addresses)
        tokens = identity.exchange(read_callback(query, login, now), login, now)
        return self._keep(identity, tokens, client_id, secret, "code")

    def custom(self, client_id: str, secret: str) -> Sequence[OrganisationEntry]:
        """A custom connection: the app logs in by itself."""
        identity = Identity(self._transport, App(client_id, secret), self._addresses)
        tokens = identity.log_in_as_app(scopes_for(custom_connection=True), self._clock.now())
        return self._keep(identity, tokens, client_id, secret, "custom")

    def _keep(
        self, identity: Identity, tokens: TokenSet, client_id: str, secret: str, grant: str
    ) -> Sequence[OrganisationEntry]:
        now = self._clock.now()
        found = identity.connections(tokens.access_token)
        if not found:
            raise NeedsOperator(
                "The consent reaches no organisation. Choose one when Xero asks.",
                code="consent_refused",
                scope="connection",
            )
        kept: list[OrganisationEntry] = []
        for one in found:
            number = self._administration.add_organisation(
                NewOrganisation(
                    tenant_id=one.tenant_id,
                    name=one.name,
                    app_name="Tieout",
                    client_id=client_id,
                    client_secret=self._vault.seal(secret) if secret else "",
                    grant=grant,
                    tokens=seal(tokens, self._vault),
                    scopes=tokens.scope,
                    xero_connection_id=one.connection_id,
                    access_expires_at=tokens.expires_at,
                    # One consent has one set of tokens, whatever the number of organisations it reaches.
                    authorisation=kept[0].authorisation if kept else None,
                ),
                now,
            )
            kept.append(self._adopt(self._administration.organisation(number)))
        return kept

    def assign(self, organisation: int, store: int | None, *, by: str = "terminal") -> int | None:
        """Give a store the rules that fit its kind. Returns the store, None when there is no one to choose."""
        stores = self._administration.connections()
        if store is None and len(stores) != 1:
            return None
        chosen = stores[0] if store is None else next((one for one in stores if one.id == store), None)
        if chosen is None:
            raise ConfigurationWrong("store", f"There is no store {store}; see: tieout store list")
        self._administration.save_rules(
            chosen.id,
            organisation,
            KINDS[chosen.kind].default_rules(),
            by=by,
            note="assigned to the organisation",
            now=self._clock.now(),
        )
        return chosen.id
