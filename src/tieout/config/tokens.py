"""Access tokens of an authorisation: sealed in the database, renewed by one process at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from tieout.errors import NeedsOperator, RetryLater
from tieout.ports import Clock, Vault
from tieout.ports.administration import Administration, TokenRow
from tieout.xero.addresses import Addresses
from tieout.xero.oauth import App, Identity
from tieout.xero.tokens import SingleRefresher, TokenSet
from tieout.xero.transport import Transport

#: A refresher that does not answer within this time is taken for dead.
_LEASE = timedelta(seconds=120)
#: How long others wait for the one that is refreshing.
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.1

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(TokenSet).decode


def seal(tokens: TokenSet, vault: Vault) -> str:
    """A token set as it lies in the database."""
    return vault.seal(_encode(tokens).decode())


class AuthorisationTokens:
    """Implements ports.TokenKeeper for one authorisation."""

    def __init__(
        self,
        authorisation: int,
        administration: Administration,
        vault: Vault,
        clock: Clock,
        transport: Transport,
        addresses: Addresses,
    ) -> None:
        self._authorisation = authorisation
        self._administration = administration
        self._vault = vault
        self._clock = clock
        self._transport = transport
        self._addresses = addresses
        self._local = threading.local()
        self._refresher = SingleRefresher(
            load=self._load, lock=self._lock, renew=self._renew, save=self._save, clock=clock
        )

    def access_token(self) -> str:
        return self._refresher.access_token()

    def refresh_after_401(self, refused: str) -> str:
        return self._refresher.refresh_after_401(refused)

    def identity(self) -> Identity:
        """Xero's login service for this authorisation's app."""
        row = self._administration.token_row(self._authorisation)
        secret = self._vault.open(row.client_secret) if row.client_secret else ""
        return Identity(self._transport, App(row.client_id, secret), self._addresses)

    def _load(self) -> TokenSet:
        row = self._administration.token_row(self._authorisation)
        if row.status in ("withdrawn", "disconnected"):
            raise NeedsOperator(
                "The connection to Xero has ended. Connect the organisation again.",
                code="consent_gone",
                scope="connection",
            )
        return _decode(self._vault.open(row.tokens))

    @contextmanager
    def _lock(self) -> Iterator[TokenRow]:
        row = self._leased()
        self._local.row = row
        try:
            yield row
        finally:
            self._administration.end_token_lease(row)

    def _leased(self) -> TokenRow:
        pause, waited = threading.Event(), 0.0
        while waited < _PATIENCE_SECONDS:
            now = self._clock.now()
            row = self._administration.lease_tokens(self._authorisation, now + _LEASE, now)
            if row is not None:
                return row
            pause.wait(_LOOK_SECONDS)
            waited += _LOOK_SECONDS
        raise RetryLater("Another process is renewing the access to Xero", scope="connection", after_seconds=5)

    def _renew(self, tokens: TokenSet) -> TokenSet:
        row: TokenRow = self._local.row
        now = self._clock.now()
        try:
            if row.grant == "custom":
                return self.identity().log_in_as_app(row.scopes, now)
            return self.identity().refresh(tokens, now)
        except NeedsOperator as error:
            # A wrong secret is put right in the settings; the consent itself is as good as before.
            if error.code == "consent_gone":
                if self._load() != tokens:
                    # Somebody who was taken for dead was only slow, and spent the token before us.
                    raise RetryLater(
                        "Another process has renewed the access to Xero", scope="connection", after_seconds=1
                    ) from error
                self._administration.authorisation_lost(self._authorisation, "withdrawn", str(error))
            raise

    def _save(self, fresh: TokenSet) -> None:
        row: TokenRow = self._local.row
        stored = self._administration.save_tokens(
            row,
            seal(fresh, self._vault),
            fresh.scope or row.scopes,
            access_expires_at=fresh.expires_at,
            now=self._clock.now(),
        )
        if not stored:
            raise RetryLater("Another process has renewed the access to Xero", scope="connection", after_seconds=1)
