"""What `export` writes, as rows. Sealed columns (secrets, tokens) are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import Model

from tieout.money import Money
from tieout.records import codec
from tieout.records.models import Audit, Connection, Document, Event, Mapping, Organisation, Posting

_ROWS_AT_ONCE = 2_000


class Sheet(msgspec.Struct, frozen=True):
    """One kind of rows. nested: columns that only JSON has, for they are no single value."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    nested: frozenset[str] = frozenset()


def stores() -> Sheet:
    return _plain(Connection, "id", "kind", "name", "address", "status", "start_date", "created_at", "removed_at")


def organisations() -> Sheet:
    return _plain(
        Organisation, "id", "tenant_id", "name", "alias", "base_currency", "status", "created_at", "removed_at"
    )


def mappings() -> Sheet:
    """All versions of the rules, with who made them."""
    columns = ("connection", "organisation", "version", "current", "created_at", "created_by", "note")

    def rows() -> Iterator[Sequence[Any]]:
        found = Mapping.objects.order_by("id").values_list(
            "connection_id", "organisation_id", "version", "current", "created_at", "created_by", "note", "rules"
        )
        for row in found.iterator(chunk_size=_ROWS_AT_ONCE):
            yield (*row[:-1], msgspec.Raw(row[-1].encode()))

    return Sheet((*columns, "rules"), rows(), frozenset(("rules",)))


def documents(*, bodies: bool) -> Sheet:
    """Documents of the stores. body: the store's own JSON, when asked for."""
    columns = (
        "id", "store", "kind", "key", "number", "title", "email", "state", "store_view", "date", "total", "currency",
        "updated_at", "read_at", "sync_state", "skipped_code", "skipped_reason", "never_send", "removed", "url",
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        found = Document.objects.order_by("id").select_related("body_row" if bodies else None)
        for one in found.iterator(chunk_size=_ROWS_AT_ONCE):
            row = (
                one.pk, one.connection_id, one.kind, one.key, one.number, one.title, one.email, one.state,
                one.store_view, one.date, _amount(one.total_minor, one.currency), one.currency, one.updated_at,
                one.read_at, one.sync_state, one.skipped_code, one.skipped_reason, one.never_send, one.removed,
                one.url,
            )  # fmt: skip
            yield (*row, _body(one)) if bodies else row

    return Sheet((*columns, "body") if bodies else columns, rows(), frozenset(("body",)))


def _body(document: Document) -> msgspec.Raw | None:
    kept = getattr(document, "body_row", None)
    return None if kept is None else msgspec.Raw(codec.unpack_body(kept.body))


def postings() -> Sheet:
    """What was wanted in Xero and what is there, with Xero's ids. wanted: the whole object."""
    columns = (
        "id", "organisation", "store", "document", "role", "state", "number_in_xero", "xero_id", "xero_status",
        "date", "currency", "total", "tax", "posted_total", "posted_tax", "code", "reason", "queued_at", "posted_at",
        "verified_at", "rule_version", "run", "wanted",
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        for one in Posting.objects.order_by("id").select_related("payloads").iterator(chunk_size=_ROWS_AT_ONCE):
            yield (
                one.pk, one.organisation_id, one.connection_id, one.document_id, one.role, one.state, one.marker,
                one.remote_id, one.remote_status, one.date, one.currency, _amount(one.total_minor, one.currency),
                _amount(one.tax_minor, one.currency), _amount(one.posted_total_minor, one.currency),
                _amount(one.posted_tax_minor, one.currency), one.code, one.reason, one.queued_at, one.posted_at,
                one.verified_at, one.rule_version, one.run_id, _wanted(one),
            )  # fmt: skip

    return Sheet(columns, rows(), frozenset(("wanted",)))


def _wanted(posting: Posting) -> object:
    kept = getattr(posting, "payloads", None)
    return None if kept is None or kept.wanted is None else codec.decode_payload(kept.wanted)


def log() -> Sheet:
    return _plain(
        Event, "id", "at", "entity", "number", "action", "status", "code", "message", "duration_ms", "role",
        "remote_id", "connection_id", "organisation_id", "document_id", "run_id", "detail",
    )  # fmt: skip


def audit() -> Sheet:
    return _plain(
        Audit, "id", "at", "user", "action", "subject", "before", "after", "address", "organisation_id",
        "connection_id", "document_id",
    )  # fmt: skip


def _plain(model: type[Model], *columns: str) -> Sheet:
    rows = model._default_manager.order_by("id").values_list(*columns).iterator(chunk_size=_ROWS_AT_ONCE)
    return Sheet(columns, rows)


def _amount(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Money.from_minor(minor, currency).amount
