"""Region packs: the chart of accounts, tax rates and habits of an organisation of each edition."""

from xerosim.regions.packs import PACKS, Pack, furnish

__all__ = ["PACKS", "Pack", "furnish"]
