"""The entry of Magento in the list of stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from tieout.http import Limits
from tieout.rules.settings import Rules
from tieout.stores.magento2 import settings
from tieout.stores.magento2.client import connect
from tieout.stores.magento2.reader import MagentoReader, page_size_of
from tieout.stores.magento2.translate import MagentoTranslator
from tieout.stores.values import SettingField


class MagentoAdapter:
    """Implements `ports.store.StoreAdapter`."""

    kind = settings.KIND
    title = settings.TITLE

    def default_rules(self) -> Rules:
        return settings.default_rules()

    def fields(self) -> Sequence[SettingField]:
        """What the connection form asks for."""
        return settings.FIELDS

    def translator(self, context: bytes, options: Mapping[str, str]) -> MagentoTranslator:
        """Raises msgspec.MsgspecError for a context that no reader made."""
        return MagentoTranslator(context, options)

    def reader(
        self,
        settings: Mapping[str, str],
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        limits: Limits | None = None,
    ) -> MagentoReader:
        """A reader from the connection's settings, secrets opened. Raises ConfigurationWrong.

        allow_private: the shop may live in a private network. transport: what answers instead of the network.
        """
        client = connect(settings, allow_private=allow_private, transport=transport, limits=limits)
        return MagentoReader(client, page_size=page_size_of(settings))
