"""All sealed columns of the database: sealing them again after the key was rotated."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model

from tieout.config import canary
from tieout.config.vault import FernetVault
from tieout.records.models import App, Authorisation, Connection

_SEALED: tuple[tuple[type[Model], str], ...] = (
    (Connection, "secrets"),
    (Connection, "webhook_secret"),
    (App, "client_secret"),
    (App, "webhook_key"),
    (Authorisation, "tokens"),
)


def reseal_all(vault: FernetVault) -> int:
    """Seal every stored secret with the newest key. Returns how many. A token refreshed meanwhile is left alone."""
    count = 0
    with transaction.atomic():
        for model, column in _SEALED:
            for key, sealed in model._default_manager.exclude(**{column: ""}).values_list("pk", column):
                rows = model._default_manager.filter(pk=key, **{column: sealed})
                count += rows.update(**{column: vault.reseal(sealed)})
        canary.reseal(vault)
    return count
