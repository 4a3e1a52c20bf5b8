"""Reads one OpenCart connection: implements `ports.store.StoreReader`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tieout.documents import DocumentKind
from tieout.ports.store import Found, Mark, Page, RawDocument
from tieout.stores.opencart.catalogue import CatalogueReader, CustomerReader
from tieout.stores.opencart.documents import OrderAssembler, encode
from tieout.stores.opencart.orders import OrderReader
from tieout.stores.opencart.query import Condition, Rows, Select
from tieout.stores.opencart.schema import SETTING_VIEW, WANTED, version_of
from tieout.stores.opencart.shop_clock import zone_of
from tieout.stores.opencart.shop_settings import main_settings, read_settings, read_shop

#: The status that an edit passes through from 4.1 on, unless the shop chose another.
VOID = "16"


class OpenCartReader:
    """rows: the shop's tables. timezone: the operator's, where the shop keeps none.

    enabled_only: customers that may log in. wait: seconds to sleep before an order is read again.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        timezone: str = "",
        enabled_only: bool = False,
        wait: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._rows = rows
        self._timezone = timezone
        self._enabled_only = enabled_only
        self._wait = wait
        self._settings: dict[str, str] | None = None

    def kinds(self) -> Sequence[DocumentKind]:
        return (DocumentKind.CUSTOMER, DocumentKind.PRODUCT, DocumentKind.ORDER)

    def context(self) -> bytes:
        self._settings = None
        return encode(read_shop(self._rows, self._timezone))

    def changes(self, kind: DocumentKind, since: Mark | None) -> Iterator[Page]:
        if kind is DocumentKind.CUSTOMER:
            return self._customers().changes(since)
        if kind is DocumentKind.PRODUCT:
            return self._products().changes(since)
        return self._orders().changes(since)

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None:
        if not key.isascii() or not key.isdigit():
            return None
        if kind is DocumentKind.CUSTOMER:
            return self._customers().one(key)
        if kind is DocumentKind.PRODUCT:
            return self._products().one(key)
        return self._orders().one(key)

    # implements ports.deletions: nothing in the tables tells what was deleted

    def deletable(self) -> Sequence[DocumentKind]:
        """Orders; a customer or product that the shop has no more changes nothing in the ledger."""
        return (DocumentKind.ORDER,)

    def removed(self, raw: RawDocument, at: datetime) -> RawDocument:
        document = msgspec.json.decode(raw.body, type=dict[str, msgspec.Raw])
        document["removed_at"] = msgspec.Raw(msgspec.json.encode(f"{at:%Y-%m-%d %H:%M:%S}"))
        return msgspec.structs.replace(raw, body=msgspec.json.encode(document))

    def keys(self, kind: DocumentKind) -> Iterator[str]:
        table, column = _TABLES[kind]
        for row in self._rows.stream(Select(table, (column,), order=(column,))):
            yield row[column]

    def test(self) -> Found:
        """Raises NeedsOperator when nothing can be read, ContractBroken when there is no shop."""
        settings = main_settings(read_settings(self._rows))
        context = read_shop(self._rows, self._timezone)
        missing = tuple(table for table in _NEEDED if not self._rows.columns(table))
        there = [(kind, title) for kind, title in _TITLES if _TABLES[kind][0] not in missing]
        counts = tuple((title, sum(1 for _ in self.keys(kind))) for kind, title in there)
        return Found(
            name=settings.get("config_name", "") or "OpenCart",
            version=version_of(self._rows),
            store_views=tuple((store.store_id, store.name) for store in context.stores),
            counts=counts,
            rights_missing=missing,
            warnings=self._warnings(settings),
        )

    def _warnings(self, settings: Mapping[str, str]) -> tuple[str, ...]:
        found = []
        if not settings.get("config_timezone") and not self._timezone:
            found.append(
                "The shop keeps no time zone in its settings: enter it, or dates near midnight may be wrong."
            )
        if self._sees_secrets():
            found.append(
                "The database user may read all settings, secrets of the shop among them: grant the view instead."
            )
        if not settings.get("config_currency"):
            found.append("The shop's default currency cannot be read; rates are then not known to be rates.")
        return tuple(found)

    def _sees_secrets(self) -> bool:
        """Whether secrets among the shop's settings reach us. Our extension and the view keep them back."""
        if self._rows.columns(SETTING_VIEW) or not self._rows.columns("setting"):
            return False
        every_shop_has_it = (Condition("key", "=", ("config_encryption",)),)
        return bool(self._rows.select(Select("setting", ("key",), every_shop_has_it, limit=1)))

    def _orders(self) -> OrderReader:
        currencies = self._rows.select(Select("currency", ("code", "decimal_place")))
        places = {row["code"]: row.get("decimal_place", "").strip() for row in currencies}
        return OrderReader(
            self._rows,
            OrderAssembler(self._rows, places, self._setting("config_currency")),
            zone=self._zone(),
            void=self._setting("config_void_status_id") or VOID,
            wait=self._wait,
        )

    def _customers(self) -> CustomerReader:
        return CustomerReader(self._rows, enabled_only=self._enabled_only)

    def _products(self) -> CatalogueReader:
        return CatalogueReader(self._rows, self._zone())

    def _setting(self, key: str) -> str:
        if self._settings is None:
            self._settings = main_settings(read_settings(self._rows))
        return self._settings.get(key, "")

    def _zone(self) -> ZoneInfo:
        return zone_of(self._timezone or self._setting("config_timezone"))


_TABLES = {
    DocumentKind.CUSTOMER: ("customer", "customer_id"),
    DocumentKind.PRODUCT: ("product", "product_id"),
    DocumentKind.ORDER: ("order", "order_id"),
}
_TITLES = (
    (DocumentKind.CUSTOMER, "customers"),
    (DocumentKind.PRODUCT, "products"),
    (DocumentKind.ORDER, "orders"),
)
#: Without these nothing can be translated; others differ by version.
_NEEDED = tuple(
    table
    for table in WANTED
    if table
    not in ("order_voucher", "product_code", "zone_description", "setting", "coupon", "coupon_history", "store")
)
