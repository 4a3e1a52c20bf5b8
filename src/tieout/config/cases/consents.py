"""A consent under way: sealed into the browser's session, so that the secret is never kept in the open."""

from __future__ import annotations

import msgspec

from tieout.config.wiring import Wiring
from tieout.xero.oauth import Login


class Consent(msgspec.Struct, frozen=True):
    """What has to be known when the browser comes back from Xero."""

    client_id: str
    secret: str
    login: Login


def begin(wired: Wiring, client_id: str, secret: str, redirect: str) -> tuple[str, str]:
    """(sealed state for the session, address at Xero where the consent is given)."""
    login, address = wired.connecting().start(client_id, secret, redirect)
    return wired.vault.seal(msgspec.json.encode(Consent(client_id, secret, login)).decode()), address


def opened(wired: Wiring, sealed: str) -> Consent:
    """What `begin` sealed."""
    return msgspec.json.decode(wired.vault.open(sealed), type=Consent)
