"""The entry of OpenCart in the list of stores."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import httpx

from tieout.errors import ConfigurationWrong
from tieout.http import Limits
from tieout.rules.settings import Rules
from tieout.stores.opencart import settings as own
from tieout.stores.opencart.database import Database, database_settings
from tieout.stores.opencart.extension import connect
from tieout.stores.opencart.query import Rows
from tieout.stores.opencart.reader import OpenCartReader
from tieout.stores.opencart.translate import OpenCartTranslator
from tieout.stores.values import SettingField


class OpenCartAdapter:
    """Implements `ports.store.StoreAdapter`."""

    kind = own.KIND
    title = own.TITLE

    def default_rules(self) -> Rules:
        return own.default_rules()

    def fields(self) -> Sequence[SettingField]:
        """What the connection form asks for."""
        return own.FIELDS

    def translator(self, context: bytes, options: Mapping[str, str]) -> OpenCartTranslator:
        """Raises msgspec.MsgspecError for a context that no reader made."""
        return OpenCartTranslator(context, options)

    def reader(
        self,
        settings: Mapping[str, str],
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        limits: Limits | None = None,
    ) -> OpenCartReader:
        """A reader from the connection's settings, secrets opened. Raises ConfigurationWrong."""
        way = settings.get("access") or "extension"
        rows: Rows
        if way == "database":
            rows = Database(database_settings(settings))
        elif way == "extension":
            rows = connect(settings, allow_private=allow_private, transport=transport, limits=limits)
        else:
            raise ConfigurationWrong("access", f"The way in is {way[:20]!r}; it must be extension or database.")
        return OpenCartReader(
            rows,
            timezone=settings.get("timezone", "").strip(),
            enabled_only=settings.get("customers") == "enabled",
            wait=time.sleep,
        )
