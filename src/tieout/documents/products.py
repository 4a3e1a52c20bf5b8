"""Things sold."""

from __future__ import annotations

import msgspec

from tieout.money import Money


class Product(msgspec.Struct, frozen=True, gc=False):
    """A product of the catalogue. price: list price in the catalogue's currency, None when it has none."""

    key: str
    sku: str
    name: str
    kind: str = ""
    description: str = ""
    price: Money | None = None
    tax_class: str = ""
    enabled: bool = True
    url: str = ""
