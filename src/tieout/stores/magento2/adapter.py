"""The entry of Magento in the list of stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.rules.settings import Rules
from tieout.stores.magento2 import settings
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
