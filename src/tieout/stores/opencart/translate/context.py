"""What translation must know of the shop besides the document: countries, statuses, tax set-up, currencies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from tieout.stores.opencart.methods import PAID_STATUSES, REFUND_STATUSES
from tieout.stores.opencart.shop_clock import zone_of
from tieout.stores.opencart.texts import listed, plain


class TaxRate(msgspec.Struct, frozen=True):
    """type: "P" percent or "F" fixed amount in the default currency. groups: customer groups that pay it."""

    tax_rate_id: str
    name: str = ""
    rate: Decimal = Decimal(0)
    type: str = "P"
    geo_zone_id: str = ""
    groups: tuple[str, ...] = ()


class TaxRule(msgspec.Struct, frozen=True):
    """based: whose address counts: "shipping", "payment" or "store"."""

    tax_class_id: str
    tax_rate_id: str
    based: str = "shipping"


class ZoneEntry(msgspec.Struct, frozen=True):
    """A country (zone_id 0: all of it) or one of its zones that belongs to a geo zone."""

    geo_zone_id: str
    country_id: str
    zone_id: str = "0"


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str = ""


class Shown(msgspec.Struct, frozen=True):
    """How one shop of the installation shows prices. tax: "1" where tax is inside."""

    store_id: str
    name: str = ""
    url: str = ""
    tax: str = "1"


class ShopContext(msgspec.Struct, frozen=True):
    """The bytes that `StoreReader.context` gives and `StoreAdapter.translator` takes, as JSON.

    settings: tax classes of shipping methods and totals ("shipping_flat_tax_class_id"), and few others by key.
    """

    version: str = ""
    timezone: str = ""
    default_currency: str = ""
    country_id: str = ""
    zone_id: str = ""
    stores: tuple[Shown, ...] = ()
    statuses: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    tax_classes: tuple[Named, ...] = ()
    countries: tuple[Named, ...] = ()
    decimal_places: Mapping[str, str] = {}
    tax_rates: tuple[TaxRate, ...] = ()
    tax_rules: tuple[TaxRule, ...] = ()
    zones: tuple[ZoneEntry, ...] = ()
    settings: Mapping[str, str] = {}


class Shop:
    """Everything about the shop and the connection that the translator looks up. Made once per run.

    options: of the connection, see `settings.FIELDS`.
    """

    def __init__(self, context: ShopContext, options: Mapping[str, str]) -> None:
        self.context = context
        self.zone = zone_of(options.get("timezone") or context.timezone)
        self.stores = {store.store_id: store for store in context.stores}
        self.statuses = {status.id: plain(status.name) for status in context.statuses}
        self.groups = {group.id: plain(group.name) for group in context.groups}
        self.tax_classes = {entry.id: plain(entry.name) for entry in context.tax_classes}
        self.countries = {country.id: country.name for country in context.countries}
        self.paid = frozenset(listed(options.get("paid_statuses", "")) or PAID_STATUSES)
        self.refunded = frozenset(listed(options.get("refund_statuses", "")) or REFUND_STATUSES)
        self.return_actions = frozenset(listed(options.get("refund_return_actions", "")))
        self.amount_word = options.get("refund_amount_word", "").strip()
        self.tax_number_fields = listed(options.get("tax_number_fields", ""))
        self.rates = {rate.tax_rate_id: rate for rate in context.tax_rates}
        self._by_name: dict[str, list[TaxRate]] = {}
        for rate in context.tax_rates:
            self._by_name.setdefault(plain(rate.name).strip(), []).append(rate)
        self._rules: dict[str, list[TaxRule]] = {}
        for rule in context.tax_rules:
            self._rules.setdefault(rule.tax_class_id, []).append(rule)
        self._zones = frozenset((entry.geo_zone_id, entry.country_id, entry.zone_id) for entry in context.zones)
        self._countries_of: dict[str, set[str]] = {}
        for entry in context.zones:
            self._countries_of.setdefault(entry.geo_zone_id, set()).add(entry.country_id)
        self._admin = _admin_address(context, options)

    def shows_gross(self, store_id: str) -> bool | None:
        store = self.stores.get(store_id)
        return None if store is None else store.tax == "1"

    def country_of(self, rate: TaxRate) -> str:
        """ISO code of the only country of a rate's geo zone, "" when it has several or none."""
        found = self._countries_of.get(rate.geo_zone_id, set())
        return self.countries.get(next(iter(found)), "") if len(found) == 1 else ""

    def rates_named(self, title: str) -> tuple[TaxRate, ...]:
        """Today's rates with this name; names are editable and need not be unique."""
        return tuple(self._by_name.get(title, ()))

    def rates_of(self, tax_class: str, group: str, places: Mapping[str, tuple[str, str]]) -> tuple[TaxRate, ...]:
        """The rates that today's set-up gives a tax class.

        places: (country id, zone id) by "shipping" and "payment"; "store" is the shop's own.
        """
        here = {**places, "store": (self.context.country_id, self.context.zone_id)}
        found = []
        for rule in self._rules.get(tax_class, ()):
            rate = self.rates.get(rule.tax_rate_id)
            country, zone = here.get(rule.based, ("", ""))
            if rate is None or (rate.groups and group not in rate.groups):
                continue
            if {(rate.geo_zone_id, country, "0"), (rate.geo_zone_id, country, zone)} & self._zones:
                found.append(rate)
        return tuple(found)

    def utc(self, text: str) -> datetime:
        """A wall-clock time of the shop. In the hour that comes twice in autumn the first one is meant.

        Raises ValueError on other text.
        """
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def day(self, text: str) -> date:
        """The accounting date (ACCOUNTING B3): the shop writes its own local time. Raises ValueError."""
        return datetime.fromisoformat(text).date()

    def admin_url(self, route: str, key: str, value: str) -> str:
        """Address of a page in the shop's admin, "" unless the admin path is known.

        route: with a slash before the method; from 4.0.2 on the shop wants a dot there.
        """
        if not self._admin:
            return ""
        if not self.context.version.startswith("3"):
            start, _, method = route.rpartition("/")
            route = f"{start}.{method}"
        return f"{self._admin}/index.php?route={route}&{key}={value}"


def read_context(body: bytes) -> ShopContext:
    """Raises msgspec.MsgspecError for bytes that `StoreReader.context` did not make."""
    return msgspec.json.decode(body, type=ShopContext)


def _admin_address(context: ShopContext, options: Mapping[str, str]) -> str:
    path = options.get("admin_path", "").strip("/ ")
    if not path:
        return ""
    shop = options.get("url") or next((store.url for store in context.stores if store.url), "")
    return f"{shop.rstrip('/')}/{path}" if shop else ""
