"""Recorded OpenCart shops, loaded into throw-away databases of a MariaDB server."""

from __future__ import annotations

import csv
import gzip
import itertools
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.constants import CLIENT

from tieout.documents import DocumentKind
from tieout.ports.store import Mark, RawDocument
from tieout.stores.opencart.adapter import OpenCartAdapter
from tieout.stores.opencart.reader import OpenCartReader
from tieout.stores.opencart.schema import SETTING_VIEW, VERSION_TABLES, WANTED

SAMPLE = Path(__file__).parents[2] / "sample_data" / "opencart"
VERSIONS = ("3.0.5.1", "4.1.0.4")
OPENCART = OpenCartAdapter()

#: Tables that tests change.
CHANGED = frozenset(
    (
        "order", "order_product", "order_option", "order_total", "order_history", "order_voucher", "return",
        "customer", "customer_transaction", "product", "setting", "coupon_history",
    )
)  # fmt: skip

_numbers = itertools.count(1)


class ShopDatabase:
    """One throw-away database."""

    def __init__(self, server: Mapping[str, Any], name: str, prefix: str = "oc_") -> None:
        self.server = server
        self.name = name
        self.prefix = prefix

    def connect(self) -> Any:
        return pymysql.connect(
            **self.server, database=self.name, charset="utf8mb4", autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS
        )

    def run(self, *statements: str, values: Any = None) -> None:
        """Statements with @ for the table prefix."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement.replace("@", self.prefix), values)
                    while cursor.nextset():
                        pass
        finally:
            connection.close()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement.replace("@", self.prefix))
                return list(cursor.fetchall())
        finally:
            connection.close()

    def options(self, **more: str) -> dict[str, str]:
        return {
            "url": "https://shop.example.test",
            "access": "database",
            "host": self.server["host"],
            "port": str(self.server["port"]),
            "user": self.server["user"],
            "password": self.server["password"],
            "database": self.name,
            "prefix": self.prefix,
            "tls": "off",
            **more,
        }

    def url(self) -> str:
        login = self.server["user"] + (f":{self.server['password']}" if self.server["password"] else "")
        return f"mysql://{login}@{self.server['host']}:{self.server['port']}/{self.name}?prefix={self.prefix}"

    def reader(self, **more: str) -> OpenCartReader:
        return OPENCART.reader(self.options(**more))


class Shops:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = {
            "host": parts.hostname or "127.0.0.1",
            "port": parts.port or 3306,
            "user": unquote(parts.username or "root"),
            "password": unquote(parts.password or ""),
        }
        self._made: list[str] = []
        self._kept: dict[tuple[str, str], ShopDatabase] = {}
        self._templates: dict[str, tuple[ShopDatabase, ShopDatabase]] = {}

    def recorded(self, version: str, prefix: str = "oc_") -> ShopDatabase:
        """A recorded shop for tests that only read; the same database for all of them."""
        key = (version, prefix)
        if key not in self._kept:
            self._kept[key] = self.loaded(f"shop-{version}", prefix)
        return self._kept[key]

    def fresh(self, dump: str) -> ShopDatabase:
        """A database as the dump has it, for tests that change it: made once, put right again for each."""
        if dump not in self._templates:
            self._templates[dump] = (self.loaded(dump), self.loaded(dump))
            return self._templates[dump][1]
        template, shop = self._templates[dump]
        statements = []
        for (table,) in template.ask("SHOW TABLES"):
            if table.removeprefix("oc_") in CHANGED:
                source = f"{template.name}.`{table}`"
                statements += [f"DELETE FROM `{table}`", f"INSERT INTO `{table}` SELECT * FROM {source}"]
        views = f"DROP VIEW IF EXISTS @{SETTING_VIEW}"
        before = "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO'; START TRANSACTION"
        shop.run(";".join((before, *statements, "COMMIT")), views)
        return shop

    def loaded(self, dump: str, prefix: str = "oc_") -> ShopDatabase:
        """A new database from a dump."""
        name = f"tieout_test_{os.getpid()}_{next(_numbers)}"
        connection = pymysql.connect(**self._server, charset="utf8mb4", client_flag=CLIENT.MULTI_STATEMENTS)
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
                self._made.append(name)
                cursor.execute(f"USE {name}")
                text = gzip.decompress((SAMPLE / f"{dump}.sql.gz").read_bytes()).decode("utf-8")
                text = _needed(text)
                if prefix != "oc_":
                    text = re.sub(r"`oc_(\w+)`", rf"`{prefix}\1`", text)
                cursor.execute(text)
                while cursor.nextset():
                    pass
        finally:
            connection.close()
        return ShopDatabase(self._server, name, prefix)

    def close(self) -> None:
        connection = pymysql.connect(**self._server)
        try:
            with connection.cursor() as cursor:
                for name in self._made:
                    cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        finally:
            connection.close()


def _needed(dump: str) -> str:
    """The parts of a dump that make tables we read; the others only cost time."""
    head, *parts = re.split(r"(?=^DROP TABLE IF EXISTS)", dump, flags=re.MULTILINE)
    wanted = {f"oc_{table}" for table in (*WANTED, *VERSION_TABLES)}
    kept = [part for part in parts if re.match(r"DROP TABLE IF EXISTS `(\w+)`", part)[1] in wanted]  # type: ignore[index]
    return head + "".join(kept)


def expected(version: str) -> dict[str, list[dict[str, str]]]:
    """What the shop shows, rows by order id."""
    found: dict[str, list[dict[str, str]]] = {}
    with (SAMPLE / f"expected-{version}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["order_id"], []).append(row)
    return found


def read_all(
    reader: OpenCartReader, kind: DocumentKind = DocumentKind.ORDER, since: Mark | None = None
) -> tuple[dict[str, RawDocument], Mark | None]:
    """Every document of all pages by key, and the last mark."""
    found: dict[str, RawDocument] = {}
    mark = since
    for page in reader.changes(kind, since):
        found |= {raw.key: raw for raw in page.documents}
        mark = page.mark
    return found, mark
