"""The database's own canary, sealed with the vault's key: keys and data that do not fit stop the start."""

from __future__ import annotations

from tieout.config.clocks import SystemClock
from tieout.config.vault import FernetVault, VaultLocked
from tieout.errors import ConfigurationWrong

_NAME = "vault_canary"
_TEXT = "tieout: this key fits this database"


def check(vault: FernetVault) -> None:
    """Write the canary into a new database; else open it. Raises ConfigurationWrong when the key does not fit."""
    from tieout.records.models import Installation

    row = Installation.objects.filter(name=_NAME).first()
    if row is None:
        Installation.objects.create(name=_NAME, value=vault.seal(_TEXT), changed_at=SystemClock().now())
        return
    try:
        fits = vault.open(row.value) == _TEXT
    except VaultLocked:
        fits = False
    if not fits:
        raise ConfigurationWrong(
            "TIEOUT_VAULT_KEY",
            "The vault key does not fit this database: its stored secrets cannot be opened with it. Put back the "
            "key file that belongs to it; if that is lost, remove the row vault_canary of the table installation "
            "and connect everything again.",
        )


def reseal(vault: FernetVault) -> None:
    from tieout.records.models import Installation

    Installation.objects.filter(name=_NAME).update(value=vault.seal(_TEXT), changed_at=SystemClock().now())
