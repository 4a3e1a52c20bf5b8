"""Simulated CRMs with readers on them, for tests: by REST in both generations, or by the database."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql

from storesim.perfex import Crm, PerfexShop
from storesim.perfex.database import Mirror
from storesim.perfex.shop import Settings
from storesim.transport import StoreTransport
from tieout.documents import DocumentKind
from tieout.ports.store import Mark, RawDocument
from tieout.stores.perfex.adapter import PerfexAdapter
from tieout.stores.perfex.reader import PerfexReader
from tieout.stores.perfex.translate import PerfexTranslator

PERFEX = PerfexAdapter()
URL = "https://crm.example.test"
ALL_TABLES = frozenset(("item_tax", "countries"))
_numbers = itertools.count(1)


class RestRig:
    """A CRM whose REST module answers in this process."""

    def __init__(self, crm: Crm, **more: Any) -> None:
        self.crm = crm
        self.shop = PerfexShop(crm, Settings(**{"open_tables": ALL_TABLES, **more}))

    def options(self, **more: str) -> dict[str, str]:
        return {
            "url": URL, "access": "rest", "timezone": self.crm.options.timezone, "base_currency": "GBP",
            "token": self.shop.settings.token, **more,
        }  # fmt: skip

    def reader(self, **more: str) -> PerfexReader:
        return PERFEX.reader(self.options(**more), transport=StoreTransport(self.shop))


class DatabaseRig:
    """The same CRM in a throw-away database."""

    def __init__(self, crm: Crm, server: str, **more: Any) -> None:
        self.crm = crm
        parts = urlsplit(server)
        self.server = {
            "host": parts.hostname or "127.0.0.1", "port": parts.port or 3306,
            "user": unquote(parts.username or "root"), "password": unquote(parts.password or ""),
        }  # fmt: skip
        self.mirror = Mirror(self.server, f"tieout_perfex_{os.getpid()}_{next(_numbers)}", crm.tables, **more)

    def options(self, **more: str) -> dict[str, str]:
        return {
            "url": URL, "access": "database", "timezone": self.crm.options.timezone,
            "host": str(self.server["host"]), "port": str(self.server["port"]), "user": str(self.server["user"]),
            "password": str(self.server["password"]), "database": self.mirror.name, "prefix": self.mirror.prefix,
            "tls": "off", **more,
        }  # fmt: skip

    def reader(self, **more: str) -> PerfexReader:
        return PERFEX.reader(self.options(**more))

    def run(self, *statements: str) -> None:
        """Statements with @ for the table prefix."""
        connection = pymysql.connect(**self.server, database=self.mirror.name, autocommit=True)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement.replace("@", self.mirror.prefix))
        finally:
            connection.close()


Rig = RestRig | DatabaseRig


def translator(reader: PerfexReader, options: Mapping[str, str]) -> PerfexTranslator:
    return PERFEX.translator(reader.context(), options)


def read_all(
    reader: PerfexReader, kind: DocumentKind, since: Mark | None = None
) -> tuple[dict[str, RawDocument], Mark | None]:
    """Every document of all pages by key, and the last mark."""
    found: dict[str, RawDocument] = {}
    mark = since
    for page in reader.changes(kind, since):
        found |= {raw.key: raw for raw in page.documents}
        mark = page.mark
    return found, mark
