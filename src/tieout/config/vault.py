"""The vault: secrets at rest, sealed with keys that are outside the database."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tieout.errors import ConfigurationWrong, TieoutError

_LOCKED = "A stored secret cannot be opened: the vault key is not the one it was sealed with."


class VaultLocked(TieoutError):
    """A sealed secret cannot be opened with the keys at hand."""


class FernetVault:
    """Implements ports.Vault. keys: newest first; all open, the first one seals."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise ConfigurationWrong(
                "TIEOUT_VAULT_KEY", "The vault key is not a key. Make one with: tieout key new"
            ) from error

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises VaultLocked; the message says nothing of the secret."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultLocked(
                "A stored secret cannot be opened: the vault key is not the one it was sealed with."
            ) from error

    def reseal(self, sealed: str) -> str:
        """The same secret sealed with the newest key."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultLocked(
                "A stored secret cannot be opened: the vault key is not the one it was sealed with."
            ) from error
