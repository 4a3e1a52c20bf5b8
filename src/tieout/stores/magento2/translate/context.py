"""What translation must know of the shop besides the document: views, time zones, tax rates, groups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieout.rules.settings import Amounts

#: Shops in these countries show prices without tax, everywhere else with tax inside (ACCOUNTING A12).
_PRICES_WITHOUT_TAX = {"US", "CA"}
_CURRENCIES_WITHOUT_TAX = {"USD", "CAD"}


class StoreConfig(msgspec.Struct, frozen=True):
    """One store view, as `store/storeConfigs` tells it."""

    id: int
    code: str = ""
    website_id: int = 0
    locale: str = ""
    base_currency_code: str = ""
    default_display_currency_code: str = ""
    timezone: str = ""
    base_url: str = ""
    secure_base_url: str = ""


class Named(msgspec.Struct, frozen=True):
    """A website, store view or customer group."""

    id: int
    code: str = ""
    name: str = ""


class TaxRate(msgspec.Struct, frozen=True):
    code: str = ""
    tax_country_id: str = ""


class TaxClass(msgspec.Struct, frozen=True):
    class_id: int
    class_name: str = ""


class ShopContext(msgspec.Struct, frozen=True):
    """The bytes that `StoreReader.context` gives and `StoreAdapter.translator` takes, as JSON."""

    configs: tuple[StoreConfig, ...] = ()
    websites: tuple[Named, ...] = ()
    views: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    tax_classes: tuple[TaxClass, ...] = ()
    base_currency: str = ""


class View(msgspec.Struct, frozen=True):
    """A store view, ready to use. shows_gross: None when the view is unknown."""

    code: str
    zone: ZoneInfo
    website: str
    shows_gross: bool | None


class Shop:
    """Everything about the shop and the connection that the translator looks up. Made once per run.

    options: "amounts" (a value of `Amounts`), "url" and "admin_path" (for links into the shop's admin pages).
    """

    def __init__(self, context: ShopContext, options: Mapping[str, str]) -> None:
        self.base_amounts = options.get("amounts") == Amounts.BASE_CURRENCY.value
        websites = {site.id: site.code for site in context.websites}
        self.views = {config.id: _view(config, websites) for config in context.configs}
        self.websites = websites
        self.groups = {group.id: group.code or group.name for group in context.groups}
        self.tax_countries = {rate.code: rate.tax_country_id for rate in context.tax_rates}
        self.tax_classes = {str(entry.class_id): entry.class_name for entry in context.tax_classes}
        self.catalogue_currency = context.base_currency or _first(c.base_currency_code for c in context.configs)
        # A view that was deleted since keeps its orders: they are read in the first view's zone.
        self._elsewhere = View(
            code="",
            zone=_zone(_first(config.timezone for config in context.configs)),
            website="",
            shows_gross=None,
        )
        self._admin = _admin_address(context, options)

    def view(self, store_id: int) -> View:
        found = self.views.get(store_id)
        if found is not None:
            return found
        return msgspec.structs.replace(self._elsewhere, code=f"store-{store_id}") if store_id else self._elsewhere

    def admin_url(self, page: str, key: int) -> str:
        """Address of a document's page in the shop's admin, "" unless the admin path is known."""
        return f"{self._admin}/{page}/{key}/" if self._admin else ""


def read_context(body: bytes) -> ShopContext:
    """Raises msgspec.MsgspecError for bytes that `StoreReader.context` did not make."""
    return msgspec.json.decode(body, type=ShopContext, strict=False)


def utc_time(text: str) -> datetime:
    """A time as Magento writes it: UTC, "YYYY-MM-DD HH:MM:SS", no zone. Raises ValueError on other text."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local_date(time: datetime, view: View) -> date:
    """The accounting date (ACCOUNTING B3). Raises OverflowError at the ends of the calendar."""
    return time.astimezone(view.zone).date()


def _view(config: StoreConfig, websites: Mapping[int, str]) -> View:
    country = config.locale.rpartition("_")[2].upper()
    without = country in _PRICES_WITHOUT_TAX or config.base_currency_code in _CURRENCIES_WITHOUT_TAX
    return View(
        code=config.code,
        zone=_zone(config.timezone),
        website=websites.get(config.website_id, str(config.website_id)),
        shows_gross=not without,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # unknown or odd names; ZoneInfoNotFoundError is a KeyError
        return ZoneInfo("UTC")
    except KeyError:
        return ZoneInfo("UTC")


def _first(texts: Any) -> str:
    return next((text for text in texts if text), "")


def _admin_address(context: ShopContext, options: Mapping[str, str]) -> str:
    path = options.get("admin_path", "").strip("/ ")
    if not path:
        return ""
    shop = options.get("url") or _first(config.secure_base_url or config.base_url for config in context.configs)
    return f"{shop.rstrip('/')}/{path}" if shop else ""
