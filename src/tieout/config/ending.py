"""Ending a connection at Xero, so that the organisation sees it gone at once and no token is left working."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tieout.config.tokens import AuthorisationTokens
from tieout.errors import NeedsOperator
from tieout.ports import Vault
from tieout.ports.administration import Administration
from tieout.ports.connecting import ConsentRow
from tieout.xero.tokens import TokenSet


class Ending:
    """Deletes connections and revokes consents (developer.xero.com, "Managing connections")."""

    def __init__(
        self, administration: Administration, vault: Vault, tokens: Callable[[int], AuthorisationTokens]
    ) -> None:
        self._administration = administration
        self._vault = vault
        self._tokens = tokens

    def end(self, consent: ConsentRow) -> bool:
        """Delete the connection; revoke the consent unless others live on it. False when Xero knew of no such
        connection any more, or the consent had ended. Raises RetryLater when Xero does not answer."""
        keeper = self._tokens(consent.authorisation)
        try:
            access = keeper.access_token()
            ended = bool(consent.xero_connection_id) and keeper.identity().disconnect(
                access, consent.xero_connection_id
            )
            if not consent.shared and consent.grant != "custom":
                keeper.identity().revoke(self._token_set(consent))
        except NeedsOperator as error:
            # A consent that is gone already needs no ending; an app that is refused has to be mended first.
            if error.code == "app_refused":
                raise
            return False
        return ended

    def _token_set(self, consent: ConsentRow) -> TokenSet:
        row = self._administration.token_row(consent.authorisation)
        return msgspec.json.decode(self._vault.open(row.tokens), type=TokenSet)
