"""Every row of one database into another one, counted and digested on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.models import Model

from tieout.errors import TieoutError

_ROWS_AT_ONCE = 2_000
#: Sums of row digests are taken modulo this; the order in which a database hands rows out does not matter then.
_DIGEST_RANGE = 2**128


class MoveFailed(TieoutError):
    """The rows did not arrive; the target is as it was."""


class MovedTable(msgspec.Struct, frozen=True):
    """One table that arrived. digest: the same on both sides, hexadecimal."""

    table: str
    rows: int
    digest: str


class _Counted:
    """Counts rows and sums up their digests while they pass."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def passing(self, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        for row in rows:
            plain = [_plain(value) for value in row]
            digest = hashlib.blake2b(msgspec.msgpack.encode(plain), digest_size=16).digest()
            self._sum = (self._sum + int.from_bytes(digest, "big")) % _DIGEST_RANGE
            self.rows += 1
            yield plain

    @property
    def digest(self) -> str:
        return f"{self._sum:032x}"


def _plain(value: Any) -> Any:
    """One form for what the databases hand out differently: bytes for binary values, UTC for times."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if value is None or isinstance(value, str | int | bytes | date):
        return value
    raise MoveFailed(f"A value of the kind {type(value).__name__} cannot be moved.")


def moved_models() -> list[type[Model]]:
    """Tables that hold what we know; procrastinate's hold bells that are rung anew."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label != "procrastinate"
    ]


def refuse_different_schemas(source: str, target: str) -> None:
    """Raises MoveFailed unless both databases had the same migrations of everything that is moved."""
    applied = [_migrations(alias) for alias in (source, target)]
    if applied[0] != applied[1]:
        name = ".".join(sorted(applied[0] ^ applied[1])[0])
        raise MoveFailed(f"The databases are not at the same version ({name}). Run: tieout upgrade, then move again.")


def _migrations(alias: str) -> set[tuple[str, str]]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations WHERE app <> 'procrastinate'")
        return {(app, name) for app, name in cursor.fetchall()}


def refuse_used(target: str) -> None:
    """Raises MoveFailed when somebody works in the target already."""
    for model in moved_models():
        if model._meta.app_label == "records" and model._default_manager.using(target).exists():
            raise MoveFailed(f"The target holds data already (table {model._meta.db_table}). Name an empty database.")


def copy_all(source: str, target: str, progress: Callable[[str], None]) -> list[MovedTable]:
    """Copy all rows in one transaction of the target. Raises MoveFailed; the target is unchanged then."""
    moved = []
    models = moved_models()
    with transaction.atomic(using=target), transaction.atomic(using=source):
        _empty(target, models)
        for model in models:
            table = model._meta.db_table
            progress(table)
            try:
                moved.append(_copy(model, source, target))
            except (DatabaseError, psycopg.Error, ValueError) as error:
                raise MoveFailed(f"The table {table} cannot be moved: {str(error).splitlines()[0]}") from error
        with connections[target].cursor() as cursor:
            for statement in connections[target].ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    return moved


def _empty(target: str, models: Sequence[type[Model]]) -> None:
    """What migrating wrote by itself (names of models, permissions) comes from the source, with its numbers."""
    quote = connections[target].ops.quote_name
    with connections[target].cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(quote(model._meta.db_table) for model in models))


def _copy(model: type[Model], source: str, target: str) -> MovedTable:
    names = [field.attname for field in model._meta.concrete_fields]
    quote = connections[target].ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in model._meta.concrete_fields)
    sent, arrived = _Counted(), _Counted()
    with (
        connections[target].cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in sent.passing(_rows(model, names, source)):
            copy.write_row(row)
    for _ in arrived.passing(_rows(model, names, target)):
        pass
    if (sent.rows, sent.digest) != (arrived.rows, arrived.digest):
        raise MoveFailed(
            f"The table {model._meta.db_table} did not arrive as it was: {sent.rows} rows sent, {arrived.rows} found."
        )
    return MovedTable(model._meta.db_table, arrived.rows, arrived.digest)


def _rows(model: type[Model], names: Sequence[str], alias: str) -> Iterator[Sequence[Any]]:
    return model._default_manager.using(alias).values_list(*names).iterator(chunk_size=_ROWS_AT_ONCE)
