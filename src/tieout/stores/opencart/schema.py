"""Which tables and columns we read, and what they tell of the shop's version.

Columns differ by version and extensions add more, so wanted columns are asked for only where a table has them.
"""

from __future__ import annotations

import msgspec

from tieout.stores.opencart import wire
from tieout.stores.opencart.query import Rows


def _fields(structure: type[msgspec.Struct]) -> tuple[str, ...]:
    return structure.__struct_fields__


#: Wanted columns by table.
WANTED = {
    "order": _fields(wire.OrderRow),
    "order_product": (*_fields(wire.ProductRow), "order_id"),
    "order_option": (*_fields(wire.OptionRow), "order_id"),
    "order_total": (*_fields(wire.TotalRow), "order_id"),
    "order_history": (*_fields(wire.HistoryRow), "order_id"),
    "order_voucher": (*_fields(wire.VoucherRow), "order_id"),
    "return": _fields(wire.ReturnRow),
    "customer": (*_fields(wire.CustomerRow), "address_id"),
    "address": (*_fields(wire.AddressRow), "customer_id", "zone_id", "default"),
    "product": ("product_id", "model", "sku", "price", "tax_class_id", "status", "date_added", "date_modified"),
    "product_description": ("product_id", "language_id", "name", "description"),
    "product_code": ("product_id", "code", "value"),
    "coupon": ("coupon_id", "code", "type", "shipping"),
    "coupon_history": ("coupon_id", "order_id"),
    "customer_transaction": ("customer_transaction_id", "order_id"),
    "currency": ("code", "decimal_place"),
    "country": ("country_id", "iso_code_2"),
    "zone": ("zone_id", "name"),
    "zone_description": ("zone_id", "language_id", "name"),
    "language": ("language_id", "code"),
    "order_status": ("order_status_id", "language_id", "name"),
    "customer_group_description": ("customer_group_id", "language_id", "name"),
    "tax_class": ("tax_class_id", "title"),
    "tax_rate": ("tax_rate_id", "geo_zone_id", "name", "rate", "type"),
    "tax_rate_to_customer_group": ("tax_rate_id", "customer_group_id"),
    "tax_rule": ("tax_class_id", "tax_rate_id", "based"),
    "zone_to_geo_zone": ("geo_zone_id", "country_id", "zone_id"),
    "store": ("store_id", "name", "url"),
    "setting": ("store_id", "key", "value"),
}
#: A view that the guide advises instead of the whole table of settings, which holds secrets.
SETTING_VIEW = "tieout_setting"

#: Settings that we read; no others are asked for.
SETTINGS = (
    "config_currency",
    "config_timezone",
    "config_tax",
    "config_name",
    "config_url",
    "config_language",
    "config_language_catalog",
    "config_country_id",
    "config_zone_id",
    "config_void_status_id",
    "config_processing_status",
    "config_complete_status",
    "total_handling_tax_class_id",
    "total_low_order_fee_tax_class_id",
)
SHIPPING_CLASSES = "shipping_%_tax_class_id"


def readable(rows: Rows, table: str) -> tuple[str, ...]:
    """The wanted columns that the table has, in our order; none when there is no such table."""
    has = rows.columns(table)
    wanted = WANTED["setting" if table == SETTING_VIEW else table]
    return tuple(column for column in wanted if column in has)


#: Tables that are read for nothing but telling versions apart.
VERSION_TABLES = ("country_description",)


def version_of(rows: Rows) -> str:
    """The line of versions, as far as tables tell it apart: nothing in the database names it."""
    if rows.columns("country_description"):
        return "4.1.0.1 or later"
    if not rows.columns("order_voucher"):
        return "4.1"
    if "payment_code" not in rows.columns("order"):
        return "4.0.2"
    return "4.0" if "extension" in rows.columns("order_total") else "3.0"
