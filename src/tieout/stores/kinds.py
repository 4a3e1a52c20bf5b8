"""The kinds of stores that Tieout can read; a new one is a folder beside and a line here."""

from __future__ import annotations

from tieout.stores.magento2.adapter import MagentoAdapter

MAGENTO2 = MagentoAdapter()

KINDS = {adapter.kind: adapter for adapter in (MAGENTO2,)}


def store_kind(kind: str) -> MagentoAdapter:
    """The adapter of a kind. Raises KeyError for a kind that does not exist."""
    return KINDS[kind]
