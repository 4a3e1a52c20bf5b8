"""A shop's database, read-only: implements `query.Rows`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tieout.stores import mysql
from tieout.stores.mysql import DatabaseSettings, MySql, System
from tieout.stores.opencart.query import Row, Select, sql

SYSTEM = System(name="shop", prefix="oc_", prefix_help="DB_PREFIX in the shop's config.php.")


class Database:
    """The shop's tables, asked directly."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._server = MySql(SYSTEM, settings)
        self._transactional: bool | None = None

    def columns(self, table: str) -> frozenset[str]:
        return self._server.columns(table)

    def select(self, query: Select) -> list[Row]:
        return list(self.stream(query))

    def stream(self, query: Select) -> Iterator[Row]:
        yield from self._server.stream(*sql(query, self._server.prefix))

    @contextmanager
    def snapshot(self) -> Iterator[bool]:
        """A consistent read where the order tables know transactions (4.x); 3.x keeps them in MyISAM."""
        if not self._is_transactional():
            yield False
            return
        with self._server.snapshot():
            yield True

    def now(self) -> str:
        return self._server.ask("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-%%d %%H:%%i:%%s') AS now")[0]["now"]

    def has_index(self, table: str, column: str) -> bool:
        found = self._server.ask(
            "SELECT 1 AS one FROM information_schema.statistics"
            " WHERE table_schema=DATABASE() AND table_name=%s AND column_name=%s AND seq_in_index=1",
            [self._server.prefix + table, column],
        )
        return bool(found)

    def close(self) -> None:
        self._server.close()

    def _is_transactional(self) -> bool:
        if self._transactional is None:
            names = [f"{self._server.prefix}{name}" for name in ("order", "order_product", "order_total")]
            found = self._server.ask(
                "SELECT engine AS engine FROM information_schema.tables"
                " WHERE table_schema=DATABASE() AND table_name IN (%s,%s,%s)",
                names,
            )
            self._transactional = bool(found) and all(row.get("engine") == "InnoDB" for row in found)
        return self._transactional


def database_settings(settings: Mapping[str, str]) -> DatabaseSettings:
    """From a connection's settings. Raises ConfigurationWrong naming what is missing."""
    return mysql.database_settings(SYSTEM, settings)
