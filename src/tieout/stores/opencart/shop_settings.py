"""The shop's own settings and lists that translation needs, read from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tieout.stores.opencart.query import Condition, Row, Rows, Select
from tieout.stores.opencart.schema import SETTING_VIEW, SETTINGS, SHIPPING_CLASSES, readable, version_of
from tieout.stores.opencart.translate.context import (
    Named,
    ShopContext,
    Shown,
    TaxRate,
    TaxRule,
    ZoneEntry,
)

#: Every list that we read whole; a shop with more has more than we could show.
LIST_MAX = 20_000


def all_of(rows: Rows, table: str) -> list[Row]:
    columns = readable(rows, table)
    return rows.select(Select(table, columns, limit=LIST_MAX)) if columns else []


def read_settings(rows: Rows) -> dict[tuple[str, str], str]:
    """(store id, key) → value, of the keys that we need and no others."""
    table = SETTING_VIEW if rows.columns(SETTING_VIEW) else "setting"
    columns = readable(rows, table)
    if not columns:
        return {}
    found = rows.select(Select(table, columns, (Condition("key", "in", SETTINGS),)))
    found += rows.select(Select(table, columns, (Condition("key", "like", (SHIPPING_CLASSES,)),)))
    return {(row.get("store_id", "0"), row["key"]): row.get("value", "") for row in found}


def main_settings(settings: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return {key: value for (store, key), value in settings.items() if store == "0"}


def own_language(rows: Rows, settings: Mapping[str, str]) -> str:
    """Id of the language that names are read in: the shop's own, else the first."""
    wanted = settings.get("config_language_catalog") or settings.get("config_language", "")
    languages = sorted(all_of(rows, "language"), key=lambda row: int(row["language_id"]))
    named = [row["language_id"] for row in languages if row.get("code") == wanted]
    return (named or [row["language_id"] for row in languages] or ["1"])[0]


def _named(rows: Rows, table: str, identity: str, name: str, language: str) -> tuple[Named, ...]:
    """One name each, in the shop's own language where there is one."""
    found: dict[str, Row] = {}
    for row in all_of(rows, table):
        key = row[identity]
        if key not in found or (row.get("language_id") == language and found[key].get("language_id") != language):
            found[key] = row
    return tuple(Named(key, row.get(name, "")) for key, row in found.items())


def read_shop(rows: Rows, timezone: str) -> ShopContext:
    """timezone: the operator's, for shops that keep none in their settings."""
    settings = read_settings(rows)
    main = main_settings(settings)
    language = own_language(rows, main)
    groups: dict[str, list[str]] = {}
    for row in all_of(rows, "tax_rate_to_customer_group"):
        groups.setdefault(row["tax_rate_id"], []).append(row["customer_group_id"])
    return ShopContext(
        version=version_of(rows),
        timezone=timezone or main.get("config_timezone", ""),
        default_currency=main.get("config_currency", ""),
        country_id=main.get("config_country_id", ""),
        zone_id=main.get("config_zone_id", ""),
        stores=_stores(rows, settings),
        statuses=_named(rows, "order_status", "order_status_id", "name", language),
        groups=_named(rows, "customer_group_description", "customer_group_id", "name", language),
        tax_classes=_named(rows, "tax_class", "tax_class_id", "title", language),
        countries=_named(rows, "country", "country_id", "iso_code_2", language),
        decimal_places={row["code"]: row.get("decimal_place", "").strip() for row in all_of(rows, "currency")},
        tax_rates=tuple(_rate(row, groups) for row in all_of(rows, "tax_rate")),
        tax_rules=tuple(
            TaxRule(row["tax_class_id"], row["tax_rate_id"], row.get("based", "shipping"))
            for row in all_of(rows, "tax_rule")
        ),
        zones=tuple(
            ZoneEntry(row["geo_zone_id"], row["country_id"], row.get("zone_id", "0"))
            for row in all_of(rows, "zone_to_geo_zone")
        ),
        settings={key: value for key, value in main.items() if key.endswith("_tax_class_id")},
    )


def _rate(row: Row, groups: Mapping[str, list[str]]) -> TaxRate:
    # A rate without any group is charged to nobody (that is how shops exempt wholesalers).
    return TaxRate(
        tax_rate_id=row["tax_rate_id"],
        name=row.get("name", ""),
        rate=_decimal(row.get("rate", "0")),
        type=row.get("type", "P"),
        geo_zone_id=row.get("geo_zone_id", ""),
        groups=tuple(groups.get(row["tax_rate_id"], ("none",))),
    )


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        return Decimal(0)
    return value.normalize() + 0 if value.is_finite() else Decimal(0)


def _stores(rows: Rows, settings: Mapping[tuple[str, str], str]) -> tuple[Shown, ...]:
    """The main shop is number 0 and stands in no table; what a sub-shop does not set is the main shop's."""

    def of(store: str, key: str, default: str = "") -> str:
        return settings.get((store, key)) or settings.get(("0", key)) or default

    found = [Shown("0", of("0", "config_name", "Default"), of("0", "config_url"), _tax(settings, "0"))]
    for row in all_of(rows, "store"):
        key = row["store_id"]
        name = row.get("name") or of(key, "config_name")
        found.append(Shown(key, name, row.get("url", ""), _tax(settings, key)))
    return tuple(found)


def _tax(settings: Mapping[tuple[str, str], str], store: str) -> str:
    """ "1" where the shop shows prices with tax inside, its default; "0" and "" mean without."""
    for key in ((store, "config_tax"), ("0", "config_tax")):
        if key in settings:
            return "1" if settings[key] == "1" else "0"
    return "1"
