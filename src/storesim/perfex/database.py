"""The CRM's tables in a MariaDB database: made from our own description, kept like the ones in memory."""

from collections.abc import Mapping
from typing import Any

import pymysql

from storesim.perfex.schema import TABLES, ddl, key_of
from storesim.perfex.tables import Row, Tables


class Mirror:
    """A database that follows the tables in memory. Changes are written by `flush`, at once when `direct`."""

    def __init__(
        self, server: Mapping[str, Any], name: str, tables: Tables, *, prefix: str = "tbl", direct: bool = True
    ) -> None:
        self.server = dict(server)
        self.name = name
        self.prefix = prefix
        self._direct = direct
        self._waiting: dict[tuple[str, int], Row | None] = {}
        self._connection = pymysql.connect(**self.server, charset="utf8mb4", autocommit=True)
        self._build(tables)
        tables.listen(self._hear)

    def flush(self) -> None:
        """Write everything that changed, in one transaction."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        with self._connection.cursor() as cursor:
            cursor.execute(f"USE `{self.name}`")
            cursor.execute("START TRANSACTION")
            for (table, key), row in waiting.items():
                place = f"`{self.prefix}{table}`"
                if row is None:
                    cursor.execute(f"DELETE FROM {place} WHERE `{key_of(table)}`=%s", [key])
                    continue
                names = ", ".join(f"`{name}`" for name in row)
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"REPLACE INTO {place} ({names}) VALUES ({marks})", list(row.values()))
            cursor.execute("COMMIT")

    def drop(self) -> None:
        """Take the database away."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{self.name}`")
        self._connection.close()

    def _build(self, tables: Tables) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{self.name}` CHARACTER SET utf8mb4")
            cursor.execute(f"USE `{self.name}`")
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS `{self.prefix}{table}`")
            for statement in ddl(self.prefix):
                cursor.execute(statement)
        for table, key, row in tables.everything():
            self._waiting[table, key] = row
        self.flush()

    def _hear(self, table: str, key: int, row: Row | None) -> None:
        self._waiting[table, key] = row
        if self._direct:
            self.flush()
