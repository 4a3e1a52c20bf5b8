"""The entry of Perfex CRM in the list of stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from tieout.errors import ConfigurationWrong
from tieout.http import Limits
from tieout.rules.settings import Rules
from tieout.stores.perfex import settings as own
from tieout.stores.perfex.client import connect
from tieout.stores.perfex.database import Database, database_settings
from tieout.stores.perfex.database_source import DatabaseSource
from tieout.stores.perfex.reader import PerfexReader
from tieout.stores.perfex.rest_source import RestSource
from tieout.stores.perfex.source import Source
from tieout.stores.perfex.translate import PerfexTranslator
from tieout.stores.perfex.translate.crm import zone_of
from tieout.stores.perfex.writer import PerfexWriter
from tieout.stores.values import SettingField


class PerfexAdapter:
    """Implements `ports.store.StoreAdapter` and `ports.writing.WritableStore`."""

    kind = own.KIND
    title = own.TITLE

    def default_rules(self) -> Rules:
        return own.default_rules()

    def fields(self) -> Sequence[SettingField]:
        """What the connection form asks for."""
        return own.FIELDS

    def translator(self, context: bytes, options: Mapping[str, str]) -> PerfexTranslator:
        """Raises msgspec.MsgspecError for a context that no reader made."""
        return PerfexTranslator(context, options)

    def reader(
        self,
        settings: Mapping[str, str],
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        limits: Limits | None = None,
    ) -> PerfexReader:
        """A reader from the connection's settings, secrets opened. Raises ConfigurationWrong."""
        source = self._source(settings, allow_private=allow_private, transport=transport, limits=limits)
        name = settings.get("url", "").partition("://")[2].strip("/") or "Perfex CRM"
        return PerfexReader(source, zone=zone_of(settings.get("timezone", "")), name=name)

    def writer(
        self,
        settings: Mapping[str, str],
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        limits: Limits | None = None,
    ) -> PerfexWriter:
        """A writer from the same settings; it always goes through the REST module. Raises ConfigurationWrong."""
        client = connect(settings, allow_private=allow_private, transport=transport, limits=limits)
        reader = self.reader(settings, allow_private=allow_private, transport=transport, limits=limits)
        return PerfexWriter(client, reader, settings)

    def _source(
        self,
        settings: Mapping[str, str],
        *,
        allow_private: bool,
        transport: httpx.BaseTransport | None,
        limits: Limits | None,
    ) -> Source:
        way = settings.get("access") or "rest"
        if way == "database":
            return DatabaseSource(Database(database_settings(settings)), settings.get("url", "").strip())
        if way == "rest":
            client = connect(settings, allow_private=allow_private, transport=transport, limits=limits)
            return RestSource(client, settings)
        raise ConfigurationWrong("access", f"The way in is {way[:20]!r}; it must be rest or database.")
