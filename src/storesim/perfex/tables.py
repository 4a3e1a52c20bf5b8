"""Rows of the CRM in memory, with whoever wants to hear of every change (a database that mirrors them)."""

import copy
from collections.abc import Callable, Iterator, Mapping

from storesim.perfex.schema import TABLES, Value, key_of, stored, types_of

Row = dict[str, Value]
#: Columns that are looked up by; without them every question walks the whole table.
INDEXED = frozenset((
    "rel_id", "itemid", "invoiceid", "invoice_id", "credit_id", "credit_note_id", "userid", "clientid", "email",
    "name", "number",
))  # fmt: skip
#: Told of (table, key, row now); row None: deleted.
Listener = Callable[[str, int, Row | None], None]


class NoSuchRow(KeyError):
    """There is no row of that key."""


class Tables:
    """All tables; rows are copied in and out, so that nobody changes them by accident."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, Row]] = {table: {} for table in TABLES}
        self._next: dict[str, int] = dict.fromkeys(TABLES, 1)
        self._listeners: list[Listener] = []
        self._index: dict[tuple[str, str], dict[Value, set[int]]] = {}
        self._build_index()

    def listen(self, listener: Listener) -> None:
        """Tell the listener of every change from now on."""
        self._listeners.append(listener)

    def insert(self, table: str, values: Mapping[str, object], key: int | None = None) -> int:
        """A new row; columns left out are NULL, "" or 0. Returns its key."""
        number = self._next[table] if key is None else key
        self._next[table] = max(self._next[table], number + 1)
        types = types_of(table)
        row = {name: stored(kind, name, values.get(name)) for name, kind in types.items()}
        row[key_of(table)] = number
        self._drop(table, number)
        self._rows[table][number] = row
        self._enter(table, number, row)
        self._tell(table, number, row)
        return number

    def update(self, table: str, key: int, values: Mapping[str, object]) -> bool:
        """Change columns of a row; whether anything is different now. Raises NoSuchRow."""
        row = self._row(table, key)
        types = types_of(table)
        own = key_of(table)
        new = {n: stored(types[n], n, v) for n, v in values.items() if n in types and n != own}
        if all(row[name] == value for name, value in new.items()):
            return False
        self._drop(table, key)
        row.update(new)
        self._enter(table, key, row)
        self._tell(table, key, row)
        return True

    def delete(self, table: str, key: int) -> None:
        """Raises NoSuchRow."""
        self._row(table, key)
        self._drop(table, key)
        del self._rows[table][key]
        self._tell(table, key, None)

    def get(self, table: str, key: int) -> Row | None:
        row = self._rows[table].get(key)
        return None if row is None else dict(row)

    def one(self, table: str, key: int) -> Row:
        """Raises NoSuchRow."""
        return dict(self._row(table, key))

    def all(self, table: str) -> list[Row]:
        """Every row in order of keys."""
        rows = self._rows[table]
        return [dict(rows[key]) for key in sorted(rows)]

    def where(self, table: str, **conditions: Value) -> list[Row]:
        """Rows that have these values, in order of keys."""
        rows = self._rows[table]
        quick = next((name for name in conditions if (table, name) in self._index), None)
        keys = rows.keys() if quick is None else self._index[table, quick].get(conditions[quick], ())
        return [
            dict(rows[key])
            for key in sorted(keys)
            if all(rows[key][name] == value for name, value in conditions.items())
        ]

    def count(self, table: str) -> int:
        return len(self._rows[table])

    def everything(self) -> Iterator[tuple[str, int, Row]]:
        """Every row of every table."""
        for table, rows in self._rows.items():
            for key in sorted(rows):
                yield table, key, dict(rows[key])

    def state(self) -> dict[str, object]:
        """Plain values from which `restore` makes the same tables."""
        return {"rows": copy.deepcopy(self._rows), "next": dict(self._next)}

    def restore(self, rows: Mapping[str, Mapping[int, Row]], following: Mapping[str, int]) -> None:
        """Put rows back as `state` gave them."""
        self._rows = {table: {int(key): dict(row) for key, row in rows.get(table, {}).items()} for table in TABLES}
        self._next = {table: following.get(table, 1) for table in TABLES}
        self._build_index()

    def _build_index(self) -> None:
        self._index = {
            (table, name): {} for table, columns in TABLES.items() for name, _ in columns[1:] if name in INDEXED
        }
        for table, rows in self._rows.items():
            for key, row in rows.items():
                self._enter(table, key, row)

    def _enter(self, table: str, key: int, row: Row) -> None:
        for name in INDEXED:
            if (table, name) in self._index:
                self._index[table, name].setdefault(row[name], set()).add(key)

    def _drop(self, table: str, key: int) -> None:
        row = self._rows[table].get(key)
        for name in INDEXED if row is not None else ():
            if row is not None and (table, name) in self._index:
                self._index[table, name].get(row[name], set()).discard(key)

    def _row(self, table: str, key: int) -> Row:
        row = self._rows[table].get(key)
        if row is None:
            raise NoSuchRow(f"{table} {key}")
        return row

    def _tell(self, table: str, key: int, row: Row | None) -> None:
        for listener in self._listeners:
            listener(table, key, None if row is None else dict(row))
