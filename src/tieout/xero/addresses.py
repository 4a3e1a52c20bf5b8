"""Where Xero is. Each base can be pointed at a simulator."""

from __future__ import annotations

import msgspec


class Addresses(msgspec.Struct, frozen=True):
    """Bases without a slash at the end."""

    login: str = "https://login.xero.com"
    identity: str = "https://identity.xero.com"
    api: str = "https://api.xero.com"

    @property
    def authorize(self) -> str:
        return f"{self.login}/identity/connect/authorize"

    @property
    def token(self) -> str:
        return f"{self.identity}/connect/token"

    @property
    def revocation(self) -> str:
        return f"{self.identity}/connect/revocation"

    @property
    def connections(self) -> str:
        return f"{self.api}/connections"

    @property
    def accounting(self) -> str:
        return f"{self.api}/api.xro/2.0"
