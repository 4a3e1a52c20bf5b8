"""The CRM's database, read-only: rows of named tables and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tieout.stores import mysql
from tieout.stores.mysql import DatabaseSettings, MySql, System, TextRow

SYSTEM = System(name="CRM", prefix="tbl", prefix_help="APP_DB_PREFIX in the CRM's app-config.php.")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Database(MySql):
    """The CRM's tables, asked directly."""

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(SYSTEM, settings)

    def place(self, table: str) -> str:
        """A table's quoted name. Only our own names come here."""
        assert _NAME.fullmatch(table), table
        return f"`{self.prefix}{table}`"

    def rows(self, table: str, columns: Sequence[str], column: str = "", ids: Sequence[int] = ()) -> list[TextRow]:
        """Those of the columns that a table has, in order of the first two; where `column` is one of `ids`, when one
        is named."""
        there = self.columns(table)
        names = [name for name in columns if name in there]
        if not names or (column and (column not in there or not ids)):
            return []
        assert all(_NAME.fullmatch(name) for name in (*names, *([column] if column else ())))
        text = f"SELECT {', '.join(f'`{name}`' for name in names)} FROM {self.place(table)}"
        if column:
            text += f" WHERE `{column}` IN ({','.join(['%s'] * len(ids))})"
        text += f" ORDER BY {', '.join(f'`{name}`' for name in names[:2])}"
        return self.ask(text, [str(identity) for identity in ids])


def database_settings(settings: Mapping[str, str]) -> DatabaseSettings:
    """From a connection's settings. Raises ConfigurationWrong naming what is missing."""
    return mysql.database_settings(SYSTEM, settings)
