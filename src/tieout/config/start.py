"""Starting a process of Tieout: settings, keys and database are checked before anything else happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tieout.config import home, logs, reporting
from tieout.errors import ConfigurationWrong


def make(folder: Path | None = None) -> list[Path]:
    """Make the data folder, its keys and its database where missing. Returns the files that were made."""
    folder = folder or home.folder()
    made = home.make(folder)
    prepare_django()
    from tieout.config import schema

    schema.make_in_empty()
    begin()
    return made


def begin() -> None:
    """Check the data folder's keys and the database. Raises ConfigurationWrong with one sentence."""
    prepare_django()
    from tieout.config import canary, schema

    vault = home.open_vault(home.folder())
    schema.make_or_check()
    canary.check(vault)


def prepare_django() -> None:
    """Load Django with our settings; logs go to stderr as one event a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
    import django

    django.setup()
    prepare_logging()


def prepare_logging() -> None:
    """Logs and, where asked for, reports of errors; without the secrets that this process knows."""
    reporting.begin()
    logs.begin(_secrets())


def _secrets() -> Iterator[str]:
    from django.conf import settings

    yield from (settings.SECRET_KEY, settings.EMAIL_HOST_PASSWORD, settings.TIEOUT_METRICS_TOKEN)
    yield str(settings.DATABASES["default"].get("PASSWORD", ""))
    yield reporting.dsn()
    try:
        yield from home.vault_keys(home.folder())
    except ConfigurationWrong:
        # Told where the vault is opened; a process that needs none goes on.
        return
