"""Customers and products of the shop.

A customer has no time of change, so besides new ones all are read again once a day; a product has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tieout.documents import DocumentKind
from tieout.ports.store import Mark, Page, RawDocument
from tieout.stores.opencart.documents import encode, fetch
from tieout.stores.opencart.query import Condition, Row, Rows, Select
from tieout.stores.opencart.schema import readable
from tieout.stores.opencart.shop_clock import EPOCH, local, utc
from tieout.stores.opencart.shop_settings import main_settings, own_language, read_settings

PAGE = 200
#: All customers are read again after this time.
SWEEP = timedelta(hours=24)
OVERLAP = timedelta(minutes=90)
#: c<last id>, and * while a sweep through all of them is under way.
_KEY = re.compile(r"c(\d+)(\*?)")


class CustomerReader:
    def __init__(self, rows: Rows, *, enabled_only: bool = False) -> None:
        self._rows = rows
        self._enabled_only = enabled_only

    def changes(self, since: Mark | None) -> Iterator[Page]:
        """New customers by id; all of them when the last time was a day ago. Resumes where it stopped."""
        now = datetime.fromisoformat(self._rows.now()).replace(tzinfo=UTC)
        found = _KEY.fullmatch(since.key) if since is not None else None
        last, sweeping, swept_at = 0, True, now
        if since is not None and found is not None:
            last, sweeping, swept_at = int(found[1]), bool(found[2]), since.updated_at
            if not sweeping and now - swept_at >= SWEEP:
                last, sweeping, swept_at = 0, True, now
        while True:
            rows = self._next(last)
            last = max((int(row["customer_id"]) for row in rows), default=last)
            done = len(rows) < PAGE
            wanted = [row for row in rows if not self._enabled_only or row.get("status") == "1"]
            tail = "" if done or not sweeping else "*"
            yield Page(
                documents=tuple(self._documents(wanted)),
                mark=Mark(updated_at=swept_at, key=f"c{last}{tail}"),
                last=done,
            )
            if done:
                return

    def one(self, key: str) -> RawDocument | None:
        rows = fetch(self._rows, "customer", "customer_id", [key])
        return next(iter(self._documents(rows)), None)

    def _next(self, after: int) -> list[Row]:
        where = (Condition("customer_id", ">", (str(after),)),)
        return self._rows.select(Select("customer", readable(self._rows, "customer"), where, ("customer_id",), PAGE))

    def _documents(self, rows: Sequence[Row]) -> list[RawDocument]:
        addresses = self._addresses(rows)
        found = []
        for row in rows:
            home = addresses.get(row["customer_id"])
            customer = {name: value for name, value in row.items() if name != "address_id"}
            body = encode({"customer": customer} | ({"address": home} if home is not None else {}))
            changed = utc(row.get("date_added", ""), ZoneInfo("UTC"))
            found.append(RawDocument(DocumentKind.CUSTOMER, row["customer_id"], changed, body))
        return found

    def _addresses(self, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
        """The default address: named by the customer up to 4.0, by the address from 4.1 on."""
        wanted = {row["customer_id"]: row.get("address_id", "") for row in rows}
        found: dict[str, dict[str, str]] = {}
        zones: set[str] = set()
        for row in fetch(self._rows, "address", "customer_id", list(wanted), ("address_id",)):
            owner = row["customer_id"]
            chosen = row["address_id"] == wanted[owner] or row.get("default") == "1"
            if owner not in found or chosen:
                found[owner] = dict(row)
                zones.add(row.get("zone_id", "0"))
        names = self._zone_names(sorted(zones - {"0"}))
        for home in found.values():
            zone = home.pop("zone_id", "")
            home.pop("customer_id", "")
            home.pop("default", "")
            home["zone"] = names.get(zone, "")
        return found

    def _zone_names(self, ids: Sequence[str]) -> dict[str, str]:
        if not ids:
            return {}
        table = "zone_description" if self._rows.columns("zone_description") else "zone"
        return {row["zone_id"]: row.get("name", "") for row in fetch(self._rows, table, "zone_id", ids)}


class CatalogueReader:
    def __init__(self, rows: Rows, zone: ZoneInfo) -> None:
        self._rows = rows
        self._zone = zone

    def changes(self, since: Mark | None) -> Iterator[Page]:
        """Products in the order of their changes; the whole list of their ids is small enough to hold."""
        where: tuple[Condition, ...] = ()
        if since is not None:
            earlier = local(since.updated_at - OVERLAP, self._zone)
            where = (Condition("date_modified", ">=", (earlier,)),)
        columns = ("product_id", "date_modified")
        found = {
            int(row["product_id"]): row.get("date_modified", "")
            for row in self._rows.stream(Select("product", columns, where))
        }
        if since is not None:
            newer = (Condition("product_id", ">", (since.key or "0",)),)
            found |= {
                int(row["product_id"]): row.get("date_modified", "")
                for row in self._rows.stream(Select("product", columns, newer))
            }
        ids = sorted(found, key=lambda one: (found[one], one))
        newest, highest = (since.updated_at, since.key or "0") if since is not None else (EPOCH, "0")
        highest = str(max([int(highest), *ids]))
        for start in range(0, len(ids) or 1, PAGE):
            part = ids[start : start + PAGE]
            documents = self._documents([str(one) for one in part])
            newest = max([newest, *(document.updated_at for document in documents)])
            last = start + PAGE >= len(ids)
            mark = Mark(newest, highest) if last else since
            yield Page(documents=tuple(documents), mark=mark, last=last)

    def one(self, key: str) -> RawDocument | None:
        return next(iter(self._documents([key])), None)

    def _documents(self, ids: Sequence[str]) -> list[RawDocument]:
        if not ids:
            return []
        language = own_language(self._rows, main_settings(read_settings(self._rows)))
        texts: dict[str, Row] = {}
        for row in fetch(self._rows, "product_description", "product_id", ids):
            if row["product_id"] not in texts or row.get("language_id") == language:
                texts[row["product_id"]] = row
        skus = {
            row["product_id"]: row.get("value", "")
            for row in fetch(self._rows, "product_code", "product_id", ids)
            if row.get("code", "").upper() == "SKU"
        }
        found = {}
        for row in fetch(self._rows, "product", "product_id", ids):
            key = row["product_id"]
            text = texts.get(key, {})
            product = {**row, "name": text.get("name", ""), "description": text.get("description", "")}
            if skus.get(key):
                product["sku"] = skus[key]
            changed = utc(row.get("date_modified", ""), self._zone)
            found[key] = RawDocument(DocumentKind.PRODUCT, key, changed, encode({"product": product}))
        return [found[key] for key in ids if key in found]
