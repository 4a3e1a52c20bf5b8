"""Reads one Magento connection: implements `ports.store.StoreReader`.

Pages are asked for by position in time, never by page number: rows that change while we read move to the end of
the list and shift every numbered page, so a row could slip between two pages. Instead each request asks for what
changed at or after the last row's second, without what was seen of that second. A page number is used nowhere, so
shops before 2.4, which repeat their last page for ever, need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieout.documents import DocumentKind
from tieout.errors import ContractBroken, NeedsOperator, RetryLater
from tieout.ports.store import Found, Mark, Page, RawDocument
from tieout.stores.magento2.client import MagentoClient, MalformedAnswer, path_part
from tieout.stores.magento2.criteria import Criteria, Filter, shop_time
from tieout.stores.magento2.pages import NEVER, Pages, RawPage, raw_document
from tieout.stores.magento2.refusals import PageSizeTooLarge
from tieout.stores.magento2.resources import BY_KIND, RESOURCES, Resource
from tieout.stores.magento2.translate.context import (
    Named,
    ShopContext,
    StoreConfig,
    TaxClass,
    TaxRate,
)
from tieout.stores.refusals import RIGHT_MISSING

#: Read again before the mark: two web servers' clocks differ, and a row's time is taken before it is visible.
OVERLAP = timedelta(minutes=5)
#: Documents per request; the facts advise 50 to 100 full orders.
PAGE_SIZE = 100
#: Pages of a settings list (tax rates, groups); a shop with more has more than we could map.
SETTINGS_PAGES_MAX = 200


class MagentoReader:
    """page_size: documents per request; lowered by itself when the shop refuses it."""

    def __init__(self, client: MagentoClient, *, page_size: int = PAGE_SIZE) -> None:
        self._client = client
        self._pages = Pages(client, page_size)

    def kinds(self) -> Sequence[DocumentKind]:
        return tuple(resource.kind for resource in RESOURCES)

    def changes(self, kind: DocumentKind, since: Mark | None) -> Iterator[Page]:
        """Pages oldest change first. Each is whole or not given at all."""
        resource = BY_KIND[kind]
        start = since.updated_at - OVERLAP if since else None
        seen: set[str] = set()
        mark = since
        while True:
            filters = (Filter(resource.changed, "gteq", shop_time(start)),) if start else ()
            page = self._pages.read(resource, filters, (resource.changed, resource.filter_key))
            rows = page.documents
            fresh = [row for row in rows if _place(row) not in seen]
            newest = max((row.updated_at for row in rows), default=NEVER)
            last = page.whole
            if not rows or (not fresh and (newest == NEVER or (start and newest < start))):
                last = True  # only rows whose time cannot be read are left; they were given once
            if not fresh and not last:
                # More rows carry this very second than fit on a page (imports, mass edits).
                yield from self._crowded_second(resource, newest)
                start = newest + timedelta(seconds=1)
                continue
            if fresh:
                mark = Mark(updated_at=max(newest, mark.updated_at if mark else NEVER), key=fresh[-1].key)
            yield Page(documents=tuple(fresh), mark=mark, last=last)
            if last:
                return
            odd = {_place(row) for row in rows if start and row.updated_at < start}
            start = max(newest, start or NEVER)
            seen = {_place(row) for row in rows if row.updated_at == start} | odd

    def _crowded_second(self, resource: Resource, second: datetime) -> Iterator[Page]:
        """All rows of one second, by key."""
        key = 0
        while True:
            filters = (
                Filter(resource.changed, "eq", shop_time(second)),
                Filter(resource.filter_key, "gt", str(key)),
            )
            rows = self._pages.read(resource, filters, (resource.filter_key,)).documents
            numbers = [int(row.key) for row in rows if row.key.isascii() and row.key.isdigit()]
            if not rows or not numbers or max(numbers) <= key:
                return
            key = max(numbers)
            yield Page(documents=rows, mark=Mark(updated_at=second, key=str(key)), last=False)

    def one(self, kind: DocumentKind, key: str) -> RawDocument | None:
        resource = BY_KIND[kind]
        if kind is DocumentKind.PRODUCT and key.startswith("sku:"):
            named = (Filter("sku", "eq", key.removeprefix("sku:")),)
            return next(iter(self._pages.read(resource, named, ()).documents), None)
        if not key.isascii() or not key.isdigit():
            return None
        if resource.one:
            body = self._client.get(resource.one.format(key=path_part(key)))
            if body is None:
                return None
            self._client.decode(body, dict[str, Any])  # malformed answers are not documents
            return raw_document(resource, msgspec.Raw(body))
        return next(iter(self._pages.read(resource, (Filter(resource.filter_key, "eq", key),), ()).documents), None)

    def context(self) -> bytes:
        """Store views and, where the integration may read them, groups, tax rates and tax classes."""
        configs = self._settings("store/storeConfigs", tuple[StoreConfig, ...])
        context = ShopContext(
            configs=configs,
            websites=self._settings("store/websites", tuple[Named, ...]),
            views=self._settings("store/storeViews", tuple[Named, ...]),
            groups=tuple(self._optional_list("customerGroups/search", Named)),
            tax_rates=tuple(self._optional_list("taxRates/search", TaxRate)),
            tax_classes=tuple(self._optional_list("taxClasses/search", TaxClass)),
            base_currency=next((config.base_currency_code for config in configs), ""),
        )
        return msgspec.json.encode(context)

    def test(self) -> Found:
        """Raises NeedsOperator when nothing at all can be read."""
        views: tuple[Named, ...] = ()
        sites: tuple[Named, ...] = ()
        missing: list[str] = []
        refused: NeedsOperator | None = None
        try:
            views = self._settings("store/storeViews", tuple[Named, ...])
            sites = self._settings("store/websites", tuple[Named, ...])
        except NeedsOperator as error:
            if error.code != RIGHT_MISSING:
                raise
            refused = error
            missing.append("Magento_Backend::store")
        counts: list[tuple[str, int]] = []
        for resource in RESOURCES:
            try:
                page = self._client.list(resource.path, Criteria(page_size=1), RawPage)
                counts.append((resource.title, page.count(len(page.items or ()), 1)))
            except NeedsOperator as error:
                if error.code != RIGHT_MISSING:
                    raise
                refused = error
                missing.append(resource.right)
        if refused is not None and not counts:
            raise refused
        return Found(
            name=", ".join(site.name for site in sites if site.id) or "Magento",
            version=self._client.version(),
            store_views=tuple((view.code, view.name) for view in views if view.id),
            counts=tuple(counts),
            rights_missing=tuple(missing),
            warnings=self._warnings(),
        )

    def _warnings(self) -> tuple[str, ...]:
        found = []
        for path, what in (("taxRates/search", "tax rates"), ("customerGroups/search", "customer groups")):
            try:
                self._client.list(path, Criteria(page_size=1), RawPage)
            except NeedsOperator:
                found.append(f"The {what} cannot be read; rules about them will see their numbers only.")
        return tuple(found)

    def _settings(self, path: str, answer: Any) -> Any:
        body = self._client.get(path)
        if body is None:
            raise ContractBroken(f"The shop has no {path}.")
        try:
            return self._client.decode(body, answer)
        except MalformedAnswer as error:
            raise RetryLater(f"The shop's settings cannot be read: {error}", scope="connection") from error

    def _optional_list(self, path: str, entry: Any) -> list[Any]:
        """All entries of a settings list; none when the integration may not read it."""
        found: list[Any] = []
        seen: set[bytes] = set()
        for number in range(1, SETTINGS_PAGES_MAX + 1):
            try:
                page = self._client.list(path, Criteria(page_size=self._pages.page_size, page=number), RawPage)
            except NeedsOperator as error:
                if error.code != RIGHT_MISSING:
                    raise
                return []
            except PageSizeTooLarge as refusal:
                self._pages.adopt(refusal)
                return self._optional_list(path, entry)
            fresh = [bytes(item) for item in page.items or () if bytes(item) not in seen]
            seen.update(fresh)
            found += [self._client.decode(item, entry) for item in fresh]
            if not fresh or len(found) >= page.count(len(found), self._pages.page_size):
                break
        return found


def _place(row: RawDocument) -> str:
    return f"{row.key} {row.updated_at.isoformat()}"


def page_size_of(settings: Mapping[str, str]) -> int:
    """The page size of a connection's settings, the default for anything that is no number."""
    text = settings.get("page_size", "")
    return int(text[:4]) if text.isascii() and text.isdigit() and int(text[:4]) else PAGE_SIZE
