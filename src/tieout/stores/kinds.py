"""The kinds of stores that Tieout can read; a new one is a folder beside and a line here."""

from __future__ import annotations

from tieout.stores.magento2.adapter import MagentoAdapter
from tieout.stores.opencart.adapter import OpenCartAdapter
from tieout.stores.perfex.adapter import PerfexAdapter

StoreKind = MagentoAdapter | OpenCartAdapter | PerfexAdapter

MAGENTO2 = MagentoAdapter()
OPENCART = OpenCartAdapter()
PERFEX = PerfexAdapter()

KINDS: dict[str, StoreKind] = {adapter.kind: adapter for adapter in (MAGENTO2, OPENCART, PERFEX)}
#: Those that can be written to, for the way back.
WRITABLE: dict[str, PerfexAdapter] = {PERFEX.kind: PERFEX}


def store_kind(kind: str) -> StoreKind:
    """The adapter of a kind. Raises KeyError for a kind that does not exist."""
    return KINDS[kind]
