"""Products of the catalogue."""

from __future__ import annotations

from tieout.documents import Product
from tieout.money import Money
from tieout.stores.magento2 import wire
from tieout.stores.magento2.translate.context import Shop


def translate_product(source: wire.Product, shop: Shop) -> Product:
    """Price in the catalogue's currency; a bundle with a dynamic price has none. Raises ValueError."""
    attributes = {entry.attribute_code: entry.value for entry in source.custom_attributes}
    tax_class = str(attributes.get("tax_class_id") or "")
    price = None
    if source.price is not None and shop.catalogue_currency:
        price = Money(source.price, shop.catalogue_currency)
    return Product(
        key=str(source.id),
        sku=source.sku,
        name=source.name,
        kind=source.type_id,
        description=_text(attributes.get("short_description")) or _text(attributes.get("description")),
        price=price,
        tax_class=shop.tax_classes.get(tax_class, tax_class),
        enabled=source.status == 1,
        url=shop.admin_url("catalog/product/edit/id", source.id),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
